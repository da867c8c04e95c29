"""No BGP message was ever received from a peer."""

from collections.abc import Iterator

from analyzer.bgp import (
    admin_down,
    messages,
    name,
    never_up,
    no_path,
    passive,
    unanswered,
    waits_for_bfd,
    young,
)
from analyzer.frr import Sessions
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule


@rule(Severity.ERROR, area="bgp")
def bgp_no_message_ever(sessions: Sessions) -> Iterator[Finding | Gap]:
    """No BGP message was ever received from a peer.

    ## Why it matters
    Zero messages in both directions mean that the TCP connection never came up: the fault lies below BGP (address,
    route, VLAN, firewall, TCP password), or the router does not listen. OPEN messages sent but none received mean that
    TCP works and the router has no matching neighbor statement.

    ## What to do
    From the node, test port 179 of the peer (`nc -vz PEER 179`) and the route to it; on the router, compare its
    neighbor statement (this node's address, AS, password). A passive session waits for the router to dial.
    """
    for session in sessions:
        total, opens = messages(session, "total"), messages(session, "opens")
        explained = admin_down(session) or no_path(session) or waits_for_bfd(session) or session.unwanted
        if session.established or explained:
            continue
        if total is None:
            yield Gap(session.peer, "no message counters collected", session.node)
            continue
        if passive(session) or young(session) or not never_up(session):
            continue
        where = session.where("established", "messages.opens", "messages.total")
        if total == (0, 0):
            text = f"no BGP message was ever exchanged with {name(session)}: its TCP connection never came up"
            yield Finding(session.peer, text, where, session.node, key=session.vrf)
        elif opens is not None and opens[0] > 0 and opens[1] == 0:
            text = f"{opens[0]} OPEN messages were sent to {name(session)} and none came back"
            yield Finding(session.peer, text, where, session.node, key=session.vrf)
    yield from unanswered(sessions)
