"""RC: the node has no route to a BGP peer."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.loss_kinds import Kind
from analyzer.losses import Losses, LossGroup, on_nodes, peer_name
from analyzer.node.roles import Roles
from analyzer.session_causes import cause_of, of_rules, on_node, said, vtysh, with_words


@diagnosis
def no_route_to_peer(losses: Losses, roles: Roles | None) -> Iterator[Cause]:
    """A node has no route to a BGP peer: FRR waits for a next hop and does not dial.

    Certain where the node's routes were collected and none fits; FRR's word alone makes it likely.
    """
    for group in losses.of(Kind.NO_ROUTE):
        title = f"There is no route to the BGP peer {peer_name(group)} {on_nodes(group)}"
        known = _proven(group, roles)
        confidence = Confidence.CERTAIN if known else Confidence.LIKELY
        cause = cause_of(losses, group, title, confidence)
        proof = ("No route of the node's main table fits the peer's address.",) if known else ()
        steps = (
            f"{on_node(group, f'ip route get {group.peers[0]}')} shows whether there is a route now.",
            "Restore the route, the default route or the interface that is to carry it (NMState policy, DHCP).",
            f"{vtysh(group, 'show ip nht')} shows what FRR makes of it.",
        )
        settles = () if known else (f"The output of {on_node(group, 'ip route')}: no line that fits proves it.",)
        because = (*said(of_rules(group, "bgp-no-path-to-neighbor", "bgp-session-down")), *proof)
        yield with_words(cause, group, because, steps, settles)


def _proven(group: LossGroup, roles: Roles | None) -> bool:
    """Whether of every node the routes were collected and none leads to the peer."""
    by_node = {one.node: one for one in roles or ()}
    found = [(by_node.get(one.node), one.peer) for one in group.losses]
    return all(
        role is not None and bool(role.host.routes) and not role.policy_routing and role.best(peer) is None
        for role, peer in found
    )
