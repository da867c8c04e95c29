"""A BGP session was last closed for another stated reason."""

from collections.abc import Iterator

from analyzer.bgp import ADMIN_RESETS, DAY, REFUSALS, ago, name, notified, reset, unanswered
from analyzer.frr import Session, Sessions
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.bgp_neighbor_facts import Reset
from parsers.vocabulary import Direction

# Reasons without a NOTIFICATION that say something about the peer or the link (FRRouting bgpd/bgp_fsm.c).
PLAIN = ("Peer closed the session", "Interface down", "Neighbor address lost", "Update source change", "Socket Error")
# Codes and subcodes that a rule of their own speaks of, and those that are normal.
HANDLED = {
    ("hold timer expired", None),
    ("open message error", "bad peer as"),
    ("open message error", "bad bgp identifier"),
    ("cease", "maximum number of prefixes reached"),
    ("cease", "bfd down"),
    ("cease", "connection collision resolution"),
    *(("cease", one.casefold()) for one in (*ADMIN_RESETS, *REFUSALS)),
}


@rule(Severity.WARNING, area="bgp")
def bgp_other_notification(sessions: Sessions) -> Iterator[Finding | Gap]:
    """A BGP session was last closed for another stated reason.

    ## Why it matters
    The last NOTIFICATION, or the kernel's last word, names the cause: unsupported capability, unacceptable hold time,
    malformed update, the peer out of resources, an interface or address that went away. `Peer closed the session`
    without a NOTIFICATION is a router that drops this node silently (no neighbor statement, access list, limits).
    It is information once the session is up again and was lost no more than once, or a day ago.

    ## What to do
    Follow the text. `Other Configuration Change` sent by this node means that its own configuration was edited.
    """
    for session in sessions:
        if session.unwanted:
            continue
        if session.block is None:
            yield Gap(session.peer, "show bgp neighbor was not collected", session.node)
            continue
        last = reset(session)
        if last and _speaks(last):
            yield Finding(
                session.peer,
                _message(session, last),
                session.where("state", "last_reset", "established"),
                session.node,
                _severity(session, last),
                session.vrf,
            )
    yield from unanswered(sessions)


def _speaks(last: Reset) -> bool:
    if last.direction is None:
        return last.reason.startswith(PLAIN)
    code, subcode = (last.code or "").casefold(), (last.subcode or "").casefold() or None
    return (code, subcode) not in HANDLED and (code, None) not in HANDLED


def _message(session: Session, last: Reset) -> str:
    now = "established again" if session.established else f"now {session.state}"
    who = {Direction.SENT: "this node sent ", Direction.RECEIVED: "the peer sent "}
    text = notified(last) if last.direction else last.reason
    return f"{name(session)} was lost {ago(session)}: {who[last.direction] if last.direction else ''}{text}; {now}"


def _severity(session: Session, last: Reset) -> Severity:
    dropped = (session.block.dropped if session.block else None) or 0
    old = last.age is not None and last.age > DAY
    return Severity.INFO if session.established and (old or dropped <= 1) else Severity.WARNING
