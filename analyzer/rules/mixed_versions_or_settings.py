"""Nodes of one kind run different versions or settings."""

from collections.abc import Iterator

from analyzer.consistency import Colour, Matrix
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from analyzer.versions import Mixture, Value, Versions
from parsers.base import Evidence

NAMED = 3  # nodes that a message names before it counts the rest
VALUES = 4  # values that a message tells before it counts the rest
SHOWN = 2  # nodes of each value as evidence


@rule(Severity.WARNING, area="cluster")
def mixed_versions_or_settings(versions: Versions, matrix: Matrix | None) -> Iterator[Finding | Gap]:
    """Nodes of one kind run different versions or settings.

    ## Why it matters
    Two versions of FRR, OVN-Kubernetes or a kernel behave differently: a fault on some nodes alone is often theirs.
    A single node that differs and is also the one that fails is a strong lead.

    ## What to do
    Finish or repeat the rollout: look at the DaemonSet, the machine config pool and the pods that were not replaced.
    While the cluster is being updated or a DaemonSet is being rolled out nothing is said; nodes that are cordoned in
    the same pool make it information. Compared are the images of the network's pods, the version of FRR, kubelet,
    kernel and operating system per pool, who runs FRR for MetalLB, and the gateway mode of OVN-Kubernetes.
    """
    red = {one.instance.node for one in matrix or () if one.colour is Colour.RED}
    green = {one.instance.node for one in matrix or () if one.colour is Colour.GREEN} - red
    failing = next(iter(red)) if len(red) == 1 and green else None
    explained = {one.group for one in versions.mixtures if one.excuse is None and "image" in one.attribute}
    for one in versions.mixtures:
        if one.excuse:
            yield Gap(one.group, f"{one.attribute} differs, but {one.excuse}")
        elif not (one.attribute == "version" and _same_pods(one, explained)):
            yield _finding(one, failing)


def _same_pods(one: Mixture, explained: set[str]) -> bool:
    """Whether the pods whose FRR differs are told already, for their images."""
    namespace = one.group.removeprefix("FRR in ")
    return any(group.startswith(f"{namespace}/") for group in explained)


def _finding(one: Mixture, failing: str | None) -> Finding:
    values = one.by_text
    told = [f"{text} on {_listed(same, whole=number == 0)}" for number, (text, same) in enumerate(values.items())]
    more = f"; {len(told) - VALUES} more" if len(told) > VALUES else ""
    text = f"{one.group}: {one.attribute} is {'; '.join(told[:VALUES])}{more}"
    if one.outlier and one.outlier == failing:
        text += f". {one.outlier} is also the only node with BGP sessions that are down: a strong lead"
    if one.updating:
        text += f". {', '.join(one.updating[:NAMED])} of them cordoned: an update may be in progress"
    severity = Severity.INFO if one.updating else None
    return Finding(one.group, text, _evidence(one), one.outlier, severity, one.attribute.partition(" (")[0])


def _listed(values: list[Value], *, whole: bool) -> str:
    """The nodes by name; many that are as most are only counted."""
    names = [one.node for one in values]
    if whole and len(names) > NAMED:
        return f"{len(names)} nodes"
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _evidence(one: Mixture) -> tuple[Evidence, ...]:
    """The rarest values first, they tell most; of each some nodes."""
    groups = list(one.by_text.values())[::-1][:VALUES]
    return tuple(line for same in groups for value in same[:SHOWN] for line in value.evidence)
