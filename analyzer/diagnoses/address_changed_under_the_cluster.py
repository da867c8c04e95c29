"""RC17: a node has another address than the cluster knows."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.loss_kinds import Kind
from analyzer.losses import Losses, listed, peer_name
from analyzer.model import RankedFinding
from analyzer.session_causes import cause_of, on_node, said, with_words
from analyzer.stated import alike, mentions, serious, stated

AFTER = (
    *("sdn-remote-node-flows-missing", "tunnel-port-missing-or-stale", "connectivity-check-outage", "arp-failed"),
    *("chassis-missing-or-duplicate", "network-diagnostics-failed", "sdn-setup-log-errors", "bgp-session-down"),
    "network-pod-crashloop",
)


@diagnosis
def address_changed_under_the_cluster(findings: Findings, losses: Losses) -> Iterator[Cause]:
    """A node has another address than the pods' network knows for it: DHCP, a new address, a restored object.

    Certain is that the two differ: both are in the archive. Which of them is right, and who changed it, is not told.
    Likely where FRR ended a session because its own address or its update source was gone.
    """
    for group in alike(serious(findings.of("hostsubnet-ip-mismatch"))):
        after = tuple(one for one in serious(findings.of(*AFTER)) if any(_about(root, one) for root in group))
        yield stated(group, Confidence.CERTAIN, _STEPS, because=(_WHY,), symptoms=after)
    for lost in losses.of(Kind.ADDRESS_GONE):
        title = f"The address from which {listed(lost.nodes)} speaks BGP with {peer_name(lost)} changed or is gone"
        cause = cause_of(losses, lost, title, Confidence.LIKELY)
        look = f"{on_node(lost, 'ip address')}: is the address that the router expects still there?"
        steps = (look, "Compare the update source of the BGPPeer (`spec.sourceAddress`) with the node's addresses.")
        because = (*said(lost.roots), "FRR itself ended the session for its own address, not for the peer.")
        settles = (f"{on_node(lost, 'journalctl -u NetworkManager --no-pager')} tells when the address changed.",)
        yield with_words(cause, lost, because, steps, settles)


def _about(root: RankedFinding, other: RankedFinding) -> bool:
    """What is found on the node or names it; of pods that crash the one that waits for the right address."""
    if other.id.startswith("network-pod-crashloop") and not other.subject.startswith("openshift-sdn/"):
        return False
    return root.node is not None and (other.node == root.node or mentions(other, root.node))


_WHY = (
    "The HostSubnet and the node are both in the archive. An address or a name that changed under the cluster (DHCP,"
    " a new network) looks like this, and so does a HostSubnet that was restored from an old copy."
)
_STEPS = (
    "`oc get nodes -o wide` and `oc get hostsubnets`: which address does the host itself have (`ip addr` on it)?",
    "Give the host its old address again, or delete the HostSubnet: the network's master writes a new one.",
    "Restart the sdn pod of that node afterwards; the other nodes take the new address over by themselves.",
)
