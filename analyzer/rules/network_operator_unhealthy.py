"""The network, DNS or ingress operator says that something does not work."""

import re
from collections.abc import Iterator

from analyzer.instances import Ages
from analyzer.model import Finding, Gap, Severity
from analyzer.operators import NetworkOperators
from analyzer.rollouts import Calm, Rollouts
from analyzer.rule import rule
from parsers.cluster_operators import ClusterOperator
from parsers.cluster_version import ClusterVersion
from parsers.conditions import Condition, ConditionStatus
from parsers.kubernetes import unique
from parsers.vocabulary import words

LONG = 1_800  # seconds (J) after which a rollout is taken for stuck
QUOTED = 600  # characters of the operator's message
PIECES = 8  # of evidence
# What the network operator says while another operator has to finish first; it goes on by itself then.
_WAITS = re.compile(r"is waiting for other operators to become ready$")
_ROLLS_OUT = re.compile(r"update is (?:rolling out|being processed) \([^()]{1,80}\)$")


@rule(Severity.ERROR, area="operator")
def network_operator_unhealthy(
    operators: NetworkOperators, ages: Ages, versions: tuple[ClusterVersion, ...] | None, rollouts: Rollouts
) -> Iterator[Finding | Gap]:
    """The network, DNS or ingress operator says that something does not work.

    ## Why it matters
    The operators check the DaemonSets and Deployments that make up the network. Not available is critical: pods,
    names or routes do not work. Degraded is an error. A rollout that lasts longer than half an hour is a warning: some
    nodes run the old configuration. A rollout that is said to hang although all its pods are ready, or while nodes are
    restarted for a new machine configuration, is a warning too; waiting for such nodes is only told of.

    ## What to do
    The message names the DaemonSet, the pod or the setting: go there. `RolloutHung` means ten minutes without progress;
    `InvalidOperatorConfig`, `RenderError` and `ApplyOperatorConfig` mean that a setting is refused; `MTUProbeFailed`
    and `BootstrapError` that the operator could not find out what it needs.
    """
    updating = any(one.progressing for one in unique(versions or ()))
    for one in operators:
        told = {kind: one.condition(kind) for kind in ("Available", "Degraded", "Progressing")}
        if not any(told.values()):
            yield Gap(one.name, "its status has no conditions")
            continue
        if (found := told["Available"]) and found.status is ConditionStatus.FALSE:
            yield _finding(one, found, "is not available", Severity.CRITICAL, ages)
        if (found := told["Degraded"]) and found.status is ConditionStatus.TRUE:
            calm = rollouts.hung(found.message or "")
            yield _finding(one, found, "is degraded", Severity.WARNING if calm else Severity.ERROR, ages, calm)
        if (found := told["Progressing"]) and found.status is ConditionStatus.TRUE:
            yield from _progressing(one, found, ages, rollouts.restarting(found.message or ""), updating=updating)


def _progressing(
    one: ClusterOperator, found: Condition, ages: Ages, restarting: Calm | None, *, updating: bool
) -> Iterator[Finding | Gap]:
    lines = [line.strip() for line in (found.message or "").splitlines() if line.strip()]
    if lines and all(_WAITS.search(line) for line in lines):
        return
    passed = _age(one, found, ages)
    if passed is None:
        yield Gap(one.name, "it is progressing; since when, or when this was collected, is not known")
    elif passed > LONG:
        calm = updating and bool(lines) and all(_WAITS.search(line) or _ROLLS_OUT.search(line) for line in lines)
        severity = Severity.INFO if calm or restarting else Severity.WARNING
        yield _finding(one, found, "is still progressing", severity, ages, restarting)


def _age(one: ClusterOperator, found: Condition, ages: Ages) -> int | None:
    """Seconds from the change of the condition to the collection."""
    at = ages.of(one.image_dir)
    return max(0, int((at - found.since).total_seconds())) if at and found.since else None


def _finding(  # noqa: PLR0913, PLR0917 - what a finding is told by
    one: ClusterOperator, found: Condition, what: str, severity: Severity, ages: Ages, calm: Calm | None = None
) -> Finding:
    passed = _age(one, found, ages)
    since = f" since {found.since:%Y-%m-%d %H:%M:%S} UTC" if found.since else ""
    ago = f" ({words(passed)} before the collection)" if passed is not None else ""
    said = " ".join((found.message or "").split())
    why = ": ".join(part for part in (found.reason, said[:QUOTED] + ("…" if len(said) > QUOTED else "")) if part)
    text = f"the {one.name} operator {what}{since}{ago}{': ' + why if why else ''}"
    text += f"; {calm.text}" if calm else ""
    lines = (found.evidence, *(calm.evidence if calm else ()))
    return Finding(one.name, text, lines[:PIECES], None, severity, found.type)
