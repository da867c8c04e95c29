"""RC: pods on two nodes cannot talk, pods on one node can."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.stated import alike, following, same_node, serious, stated

ROOTS = (
    *("chassis-missing-or-duplicate", "hostsubnet-ip-mismatch", "hostsubnet-missing-or-overlapping"),
    *("tunnel-port-missing-or-stale", "sdn-remote-node-flows-missing", "host-firewall-blocks-control-traffic"),
)
AFTER = (
    "tunnel-port-missing-or-stale",
    "sdn-remote-node-flows-missing",
    "connectivity-check-outage",
    "ovnkube-trace-failure",
)
STATE = frozenset(
    {
        "tunnel-port-missing-or-stale",
        "sdn-remote-node-flows-missing",
        "hostsubnet-ip-mismatch",
        "chassis-missing-or-duplicate",
    }
)


@diagnosis
def tunnel_between_nodes_broken(findings: Findings) -> Iterator[Cause]:
    """The tunnels between nodes are broken: pods of two nodes cannot talk, pods of one node can.

    Certain where a tunnel, a chassis or a flow is missing, or leads to an address that no node has; a firewall rule
    makes it likely.
    """
    told: set[str] = set()
    for rule in ROOTS:
        for group in alike(one for one in serious(findings.of(rule)) if one.id not in told):
            after = tuple(serious(following(findings, group, (*ROOTS[ROOTS.index(rule) + 1 :], *AFTER), same_node)))
            told |= {one.id for one in after}
            confidence = Confidence.CERTAIN if rule in STATE else Confidence.LIKELY
            yield stated(group, confidence, _STEPS, symptoms=after)


_STEPS = (
    (
        "Compare the address of the node (`oc get nodes -o wide`) with the end of the tunnel on the other nodes"
        " (`ovs-vsctl show`, `oc get hostsubnet`); after a change of the address restart the plugin's pod of that node."
    ),
    "Check that UDP 6081 (Geneve) or 4789 (VXLAN) passes between the nodes.",
)
