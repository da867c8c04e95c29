"""RC: the router answers, and does not speak BGP with this node."""

from collections.abc import Iterator

from analyzer.consistency import Side
from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.loss_kinds import Kind
from analyzer.losses import Losses, LossGroup, listed, on_nodes, peer_name
from analyzer.session_causes import cause_of, of_rules, probe, said, show_resource, with_words

SAYING = ("bgp-tcp-failure-classified", "bgp-no-message-ever", "bgp-session-down")


@diagnosis
def router_rejects_bgp(losses: Losses) -> Iterator[Cause]:
    """The router refuses the TCP connection, or closes it without an OPEN: it is not set up for this node.

    A refused connection that was logged is certain to be refused. A connection that is closed before the peer's OPEN
    makes a missing neighbor statement likely. Where no message was ever exchanged and nothing tells why, it is
    possible.
    """
    for group in losses.of(Kind.REFUSED, Kind.CLOSED, Kind.NO_TCP):
        cause = cause_of(losses, group, _title(group), _CONFIDENCE[group.kind])
        yield with_words(
            cause, group, (*said(of_rules(group, *SAYING)), *_meaning(group)), _steps(group), _settles(group)
        )


_CONFIDENCE = {
    Kind.REFUSED: Confidence.CERTAIN,
    Kind.CLOSED: Confidence.LIKELY,
    Kind.NO_TCP: Confidence.POSSIBLE,
}


def _title(group: LossGroup) -> str:
    who = peer_name(group)
    if group.kind is Kind.REFUSED:
        return f"{who} refuses the TCP connection of BGP {on_nodes(group)}"
    if group.kind is Kind.CLOSED:
        return f"{who} takes the TCP connection and closes it: it has no neighbor statement for {listed(group.nodes)}"
    return f"{who} refuses or never sees the TCP connection of BGP {on_nodes(group)}"


def _meaning(group: LossGroup) -> tuple[str, ...]:
    if group.kind is Kind.CLOSED:
        return ("TCP works in both directions, so address, VLAN and firewall are not what is wrong.",)
    if group.kind is Kind.REFUSED:
        return ("A refusal came back: the host, or a firewall in its name, answers; it takes no BGP from this node.",)
    where = "the router" if group.side in {Side.PEER, Side.ALL} else "what the router has for this node"
    return (f"Two causes fit: {where} does not take BGP (refused or closed), or the packets do not get through.",)


def _steps(group: LossGroup) -> tuple[str, ...]:
    return (
        (
            f"Ask the router's owner whether BGP runs there and has a neighbor statement or listen range for"
            f" {listed(group.nodes) or 'the node'} (address, AS number, VRF, access list on TCP port 179)."
        ),
        *show_resource(group),
        f"{probe(group)}: refused, timed out and connected are different answers.",
    )


def _settles(group: LossGroup) -> tuple[str, ...]:
    if group.kind is Kind.REFUSED:
        return ()
    if group.kind is Kind.CLOSED:
        return (
            "The router's log of the rejected connection proves it; an access list there looks the same from here.",
        )
    return (
        f"{probe(group)}: refused proves it, a time-out speaks for the path.",
        "`logLevel: debug` in the MetalLB resource makes FRR log the error of each connection.",
    )
