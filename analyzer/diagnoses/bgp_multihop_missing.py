"""RC: an external peer is more than one hop away and multihop is not set."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.loss_kinds import Kind
from analyzer.losses import Losses, on_nodes, peer_name
from analyzer.session_causes import cause_of, of_rules, said, show_resource, vtysh, with_words


@diagnosis
def bgp_multihop_missing(losses: Losses) -> Iterator[Cause]:
    """An external BGP peer lies behind a router, and eBGP multihop is not set: FRR never dials it.

    Certain: FRR allows one hop, and the peer lies in none of the node's networks.
    """
    for group in losses.of(Kind.MULTIHOP):
        title = f"{peer_name(group)} is not on the nodes' own network, and eBGP multihop is not set {on_nodes(group)}"
        cause = cause_of(losses, group, title, Confidence.CERTAIN)
        steps = (
            (
                "Set `spec.ebgpMultiHop: true` in the BGPPeer and allow the hops on the router, or peer with an address"
                " on the nodes' own network."
            ),
            *show_resource(group),
            f"{vtysh(group, f'show bgp neighbors {group.peers[0]}')} then says how many hops the peer may be away.",
        )
        yield with_words(cause, group, said(of_rules(group, "bgp-ebgp-multihop-missing")), steps)
