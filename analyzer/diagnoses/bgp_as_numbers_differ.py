"""RC: the two ends of a BGP session do not agree on an AS number."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.loss_kinds import Kind
from analyzer.losses import Losses, on_nodes, peer_name
from analyzer.session_causes import cause_of, of_rules, said, show_resource, vtysh, with_words


@diagnosis
def bgp_as_numbers_differ(losses: Losses) -> Iterator[Cause]:
    """The AS number that a resource names is not the one that the router has.

    Certain where the OPEN of the peer was seen: it holds the AS that the router really has.
    """
    for group in losses.of(Kind.AS_NUMBER):
        title = f"{peer_name(group)} and the cluster do not agree on the AS number {on_nodes(group)}"
        cause = cause_of(losses, group, title, Confidence.CERTAIN)
        steps = (
            "Ask the router's owner which of the two AS numbers is meant; the archive proves only that they differ.",
            *show_resource(group),
            "If the router is right, set `spec.peerASN` (or `spec.myASN`) of the BGPPeer to what its OPEN says.",
            f"{vtysh(group, f'show bgp neighbors {group.peers[0]}')} shows Established once both agree.",
        )
        yield with_words(cause, group, said(of_rules(group, "bgp-asn-mismatch")), steps)
