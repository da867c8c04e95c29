"""RC10: a node runs another configuration than the resources ask for."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.losses import listed
from analyzer.model import RankedFinding, Severity
from analyzer.stated import following, same_node, same_session, serious, stated, title_of

ROOTS = (
    *("bgppeer-not-in-running-config", "neighbor-attribute-drift", "announced-prefix-missing", "bfd-peer-missing"),
    *("bfd-profile-not-applied", "neighbor-without-cr", "frr-conf-vs-running-drift"),
)
BESIDE = ("bfd-session-down", "bgp-session-down", "bfd-not-run-by-remote", "nexthop-tracking-unresolved")
SETTLES = (
    "A rejected configuration in the log of the speaker or of frr-k8s, or a failed reload, would say why.",
    "Resources that were changed while the archive was collected look the same: a second collection settles that.",
)


@diagnosis
def node_runs_another_configuration(findings: Findings) -> Iterator[Cause]:
    """A node runs other neighbors, values or prefixes than the resources ask for.

    That they differ is certain, why is not: likely the configuration was not taken over on that node, or it was changed
    there by hand.
    """
    for group in _groups(findings):
        beside = tuple(serious(following(findings, group, BESIDE, same_session)))
        after = tuple(serious(following(findings, group, ("announcement-asymmetry",), same_node)))
        because = ("That they differ is certain: both are in the archive. Why they do is not told.",)
        yield stated(
            *(group, Confidence.LIKELY, _STEPS),
            because=because,
            symptoms=(*beside, *after),
            settles=SETTLES,
            title=_title(group),
        )


def _groups(findings: Findings) -> list[tuple[RankedFinding, ...]]:
    """What differs on a node together, and nodes that differ in the same things together; errors first."""
    by_node: dict[str | None, list[RankedFinding]] = {}
    for one in sorted(serious(findings.of(*ROOTS)), key=lambda each: each.severity.rank):
        by_node.setdefault(one.node, []).append(one)
    merged: dict[frozenset[tuple[str, str]], list[RankedFinding]] = {}
    for node, found in by_node.items():
        things = frozenset(
            (one.id.rpartition("-")[0], "" if one.subject == node else one.subject)
            for one in found
            if one.severity.at_least(Severity.ERROR)
        )
        merged.setdefault(things or frozenset({("", node or "")}), []).extend(found)
    return [tuple(found) for found in merged.values()]


def _title(group: tuple[RankedFinding, ...]) -> str | None:
    """One difference of one node is told as it is; several are counted."""
    worst = [one for one in group if one.severity is group[0].severity]
    nodes = list(dict.fromkeys(one.node for one in worst if one.node))
    if len(nodes) <= 1 and len({one.subject for one in worst}) == 1:
        return title_of(worst[0])
    if not nodes:
        return None
    where = " and ".join(nodes) if len(nodes) <= 2 else f"{nodes[0]} and {len(nodes) - 1} more nodes"
    run = "runs" if len(nodes) == 1 else "run"
    things = [one for one in dict.fromkeys(each.subject for each in worst) if one not in nodes]
    about = f" ({listed(things)})" if things else ""
    return f"{where} {run} another BGP configuration than the resources ask for{about}"


_STEPS = (
    "Read the log of the speaker (or frr-k8s) and of the reloader on that node, from the last change of a resource on.",
    "Restart the speaker or frr-k8s pod of that node; save its logs first.",
    "`gatherscope show config-drift ARCHIVE` lists every difference.",
)
