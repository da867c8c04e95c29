"""RC14: pods on two nodes cannot talk, pods on one node can."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import RankedFinding, Severity
from analyzer.ovs.roles import SDN_BRIDGE
from analyzer.stated import alike, following, mentions, same_node, sentence, serious, stated
from parsers.vocabulary import is_address

ROOTS = ("chassis-missing-or-duplicate", "tunnel-port-missing-or-stale", "sdn-remote-node-flows-missing")
AFTER = ("connectivity-check-outage", "ovnkube-trace-failure", "network-diagnostics-failed")
UNBOUND = ("logical-port-not-bound", "pod-port-binding-timeout", "sandbox-creation-failures")


@diagnosis
def tunnel_between_nodes_broken(findings: Findings) -> Iterator[Cause]:
    """The tunnels between nodes are broken: pods of two nodes cannot talk, pods of one node can.

    Certain where a tunnel, a chassis or a flow is missing, or leads to an address that no node has; what only a log
    tells of, or a warning, is likely.
    """
    told: set[str] = set()
    for rule in ROOTS:
        for group in alike(one for one in serious(findings.of(rule)) if one.id not in told):
            later = (*ROOTS[ROOTS.index(rule) + 1 :], *AFTER, *(UNBOUND if rule == ROOTS[0] else ()))
            after = tuple(serious(following(findings, group, later, _of_the_node)))
            told |= {one.id for one in after}
            sure = group[0].severity.at_least(Severity.ERROR)
            confidence = Confidence.CERTAIN if sure else Confidence.LIKELY
            why = _WHY[confidence]
            yield stated(
                group, confidence, _STEPS, because=(why,), symptoms=after, nodes=group[0].about, title=_title(group[0])
            )


def _title(first: RankedFinding) -> str | None:
    """Of one tunnel address of several nodes their names; chassis have numbers that nobody knows.

    Of a switch that lacks the flows for many nodes how many these are.
    """
    if first.subject == SDN_BRIDGE:
        return sentence(first.message.partition(":")[0])
    if not is_address(first.subject) or len(first.about) < 2:
        return None
    return f"{' and '.join(first.about[:2])} have the same tunnel address {first.subject}"


def _of_the_node(root: RankedFinding, other: RankedFinding) -> bool:
    """What is found on the node, or on another one about it: a test from the one node to the other."""
    if root.node is None:
        return any(mentions(other, name) for name in root.about)
    return same_node(root, other) or (other.node in root.about and mentions(other, root.node))


_WHY = {
    Confidence.CERTAIN: "What makes the tunnels (rows, ports, flows) is in the archive, and shows this.",
    Confidence.LIKELY: "It was so at the time of the log or the copy; it may have been on purpose or be over.",
}
_STEPS = (
    (
        "`oc get nodes -o wide` has the address of each node; compare it with the ends of the tunnels that"
        " `oc debug node/NODE -- chroot /host ovs-vsctl show` lists on the others (OpenShift SDN: `oc get hostsubnet`)."
    ),
    "After a change of the node's name, address or system-id restart the network plugin's pod of that node.",
    "Check that UDP 6081 (Geneve, OVN-Kubernetes) or 4789 (VXLAN, OpenShift SDN) passes between the nodes.",
)
