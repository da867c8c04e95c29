"""A BGP session was lost because nothing was heard for the hold time."""

from collections.abc import Iterator

from analyzer.bfd import lines as bfd_lines
from analyzer.bgp import ago, name, notification, settled, unanswered
from analyzer.frr import Session, Sessions
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.vocabulary import BfdStatus, Direction


@rule(Severity.WARNING, area="bgp")
def bgp_hold_timer_expired(sessions: Sessions) -> Iterator[Finding | Gap]:
    """A BGP session was lost because nothing was heard for the hold time.

    ## Why it matters
    Sent: this node stopped hearing the peer; received: the peer stopped hearing this node. The link may be cut, or
    only large packets are lost (the session dies after each table exchange), or one side has no CPU time. The finding
    is an error while the session is still down.

    ## What to do
    BFD up throughout: look at MTU and CPU, not at the link. Without BFD: drops and CPU on both ends in that window.
    """
    for session in sessions:
        if session.unwanted:
            continue
        if session.block is None:
            yield Gap(session.peer, "show bgp neighbor was not collected", session.node)
            continue
        found = notification(session, "Hold Timer Expired")
        if found and not settled(session):
            severity = Severity.WARNING if session.established else Severity.ERROR
            where = session.where("state", "last_read", "hold_time", "last_reset", "established")
            if session.bfd_status is BfdStatus.UP:
                where += bfd_lines(session, "status")
            yield Finding(session.peer, _message(session, found), where, session.node, severity, session.vrf)
    yield from unanswered(sessions)


def _message(session: Session, found: Direction) -> str:
    who = (
        "this node heard nothing from the peer" if found is Direction.SENT else "the peer heard nothing from this node"
    )
    seconds = session.block.hold_time if session.block else None
    hold = f" ({seconds} s)" if seconds else ""
    up = " BFD is up: the path works for small packets." if session.bfd_status is BfdStatus.UP else ""
    now = "established again" if session.established else f"now {session.state}"
    return f"hold timer{hold} to {name(session)} expired {ago(session)}: {who}; {now}.{up}"
