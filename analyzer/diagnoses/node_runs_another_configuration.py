"""RC: a node does not run what the resources ask for, and nothing says why."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import Severity
from analyzer.stated import alike, following, same_node, same_session, serious, stated

ROOTS = (
    *("bgppeer-not-in-running-config", "neighbor-attribute-drift", "announced-prefix-missing"),
    *("frr-conf-vs-running-drift", "bfd-profile-not-applied", "bfd-peer-missing"),
)
SETTLES = (
    "A rejected configuration in the log of the speaker or of frr-k8s, or a failed reload, would say why.",
    "Resources that were changed while the archive was collected look the same: a second collection settles that.",
)


@diagnosis
def node_runs_another_configuration(findings: Findings) -> Iterator[Cause]:
    """A node runs other neighbors, values or prefixes than the resources ask for.

    That they differ is certain, why is not: likely the configuration was not taken over on that node.
    """
    for group in alike(serious(findings.of(*ROOTS), Severity.ERROR)):
        beside = following(findings, group, ("bfd-session-down", "bgp-session-down"), same_session)
        after = following(findings, group, ("announcement-asymmetry", "neighbor-without-cr"), same_node)
        yield stated(group, Confidence.LIKELY, _STEPS, symptoms=(*beside, *after), settles=SETTLES)


_STEPS = (
    "Read the log of the speaker (or frr-k8s) and of the reloader on that node, from the last change of a resource on.",
    "Restart the speaker or frr-k8s pod of that node; save its logs first.",
    "`gatherscope show config-drift` lists every difference.",
)
