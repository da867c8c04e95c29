"""RC: packets between a node and a peer that worked before are lost."""

from collections.abc import Iterator

from analyzer.consistency import Side
from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.loss_kinds import Kind, heard_last
from analyzer.losses import Losses, LossGroup, listed, on_nodes, peer_name
from analyzer.session_causes import capture, cause_of, layer_2, of_rules, on_node, said, with_words
from parsers.vocabulary import Direction

SAYING = ("bfd-session-down", "bgp-hold-timer-expired", "bgp-session-down")


@diagnosis
def path_to_peer_lost(losses: Losses) -> Iterator[Cause]:
    """A session worked and was lost because packets stopped arriving: the path broke, or the router went away.

    Likely: BFD or the hold timer noticed it and the session did not come back. Who dropped the packets is not visible
    from one end.
    """
    for group in losses.of(Kind.PATH, Kind.SILENCE):
        cause = cause_of(losses, group, _title(group), Confidence.LIKELY)
        reasons = (*said(of_rules(group, *SAYING)), *layer_2(group), _direction(group))
        yield with_words(cause, group, reasons, _steps(group), _settles(group))


def _title(group: LossGroup) -> str:
    who = peer_name(group)
    if group.side in {Side.PEER, Side.ALL}:
        return f"{who} was lost {on_nodes(group)}: the router or the way to it went down"
    return f"The path between {listed(group.nodes)} and {who} is interrupted"


def _direction(group: LossGroup) -> str:
    ends = {heard_last(one) for one in group.losses} - {None}
    if ends == {Direction.SENT}:
        return "This end heard nothing more: at least the direction from the router to the node is cut."
    if ends == {Direction.RECEIVED}:
        return "The router heard nothing more: at least the direction from the node to it is cut."
    return ""


def _steps(group: LossGroup) -> tuple[str, ...]:
    return (
        (
            f"{on_node(group, f'ping -c 3 {group.peers[0]}')} and {on_node(group, f'ip neigh show {group.peers[0]}')}"
            " show whether the path is back."
        ),
        "Look at the switch port, the VLAN and the router's interface of this node at the time of the loss.",
        "On the router: the state of the session and of BFD, and the reason that it noted.",
    )


def _settles(group: LossGroup) -> tuple[str, ...]:
    if group.reachable:
        return (f"{capture(group, f'host {group.peers[0]} and tcp port 179')} shows whether anything comes back.",)
    return (
        (
            f"FAILED in {on_node(group, f'ip neigh show {group.peers[0]}')}, or an interface without carrier there,"
            " proves layer 1 or 2."
        ),
        "REACHABLE and a ping that answers leave a filter of TCP port 179 and UDP port 3784, or the router itself.",
    )
