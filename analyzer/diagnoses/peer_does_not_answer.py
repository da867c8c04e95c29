"""RC: nobody answers the TCP connection to a BGP peer."""

from collections.abc import Iterator

from analyzer.consistency import Side
from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.loss_kinds import Kind, secured
from analyzer.losses import Losses, LossGroup, listed, on_nodes, peer_name
from analyzer.session_causes import (
    capture,
    cause_of,
    layer_2,
    of_rules,
    on_node,
    probe,
    said,
    show_resource,
    with_words,
)

SAYING = ("bgp-tcp-failure-classified", "bgp-session-down")


@diagnosis
def peer_does_not_answer(losses: Losses) -> Iterator[Cause]:
    """Nobody answers the TCP connection to a BGP peer: no host has the address, or packets are lost or filtered.

    Never certain from the node's side alone: a dead host, a wrong address in the resource and a filter look alike.
    """
    for group in losses.of(Kind.UNANSWERED, Kind.TIMED_OUT, Kind.UNREACHABLE, Kind.PASSIVE):
        # With a password set a mismatch looks the same: two causes fit then.
        both = all(secured(one) for one in group.losses) and group.kind is not Kind.UNREACHABLE
        confidence = Confidence.POSSIBLE if both else Confidence.LIKELY
        cause = cause_of(losses, group, _title(group), confidence)
        reasons = (*said(of_rules(group, *SAYING)), *layer_2(group), _meaning(group))
        yield with_words(cause, group, reasons, _steps(group), _settles(group))


def _title(group: LossGroup) -> str:
    who = peer_name(group)
    if group.kind is Kind.PASSIVE:
        return f"{who} never connects, and {listed(group.nodes)} only waits for it (passive)"
    if group.side in {Side.PEER, Side.ALL}:
        return (
            f"{who} is not reached {on_nodes(group)}: the router is down, its address is wrong, or a filter drops BGP"
        )
    return f"The way from {listed(group.nodes)} to {who} lets no BGP through"


def _meaning(group: LossGroup) -> str:
    if group.kind is Kind.PASSIVE:
        return "A passive end never dials: the router is to begin, and did not."
    if group.kind is Kind.UNREACHABLE:
        return "The error comes from the node itself: it has no route, or the next hop does not answer ARP."
    return "Not even a refusal comes back: no host has this address, or packets are dropped on the way."


def _steps(group: LossGroup) -> tuple[str, ...]:
    steps = (
        f"{on_node(group, f'ip neigh show {group.peers[0]}')}: FAILED says that nobody on the link has this address.",
        f"{probe(group)}: refused, timed out and unreachable are different answers.",
        "Check VLAN, firewall and the router's access list for TCP port 179 from these nodes.",
    )
    if group.side in {Side.PEER, Side.ALL}:
        return (
            "Compare `spec.peerAddress` of the BGPPeer with the router's own address.",
            *show_resource(group),
            *steps,
        )
    return steps


def _settles(group: LossGroup) -> tuple[str, ...]:
    seen = f"{capture(group, f'host {group.peers[0]} and tcp port 179')} shows whether anything comes back."
    if group.reachable:
        return (seen, *_far(group))
    return (
        f"{on_node(group, f'ip neigh show {group.peers[0]}')}: FAILED proves a dead next hop, REACHABLE disproves it.",
        seen,
        *_far(group),
    )


def _far(group: LossGroup) -> tuple[str, ...]:
    """Of a peer behind another router: its own limit of hops drops the answer."""
    if any((one.config.ebgp_multihop if one.config else None) for one in group.sessions):
        return ("The router's `ebgp-multihop` or `ttl-security`: it drops what comes from farther away.",)
    return ()
