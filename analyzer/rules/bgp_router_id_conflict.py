"""A BGP router ID is missing or used at both ends of a session."""

from collections.abc import Iterator

from analyzer.bgp import events, name, notification, of_peer, reset, unanswered
from analyzer.frr import Session, Sessions
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.bgp_open import decode_open
from parsers.frr_log import FrrLogKind
from parsers.vocabulary import Direction

UNSET = "0.0.0.0"  # noqa: S104 - a router ID that was never chosen, not an address to listen on


@rule(Severity.ERROR, area="bgp")
def bgp_router_id_conflict(sessions: Sessions) -> Iterator[Finding | Gap]:
    """A BGP router ID is missing or used at both ends of a session.

    ## Why it matters
    A peer rejects an OPEN whose identifier is its own (always inside one AS) or zero: the session never comes up.

    ## What to do
    Give each node its own router ID: do not set one `routerID` in a BGPPeer that many nodes use. A node with IPv6
    addresses only needs an explicit one.
    """
    for session in sessions:
        if session.unwanted:
            continue
        if session.block is None:
            yield Gap(session.peer, "show bgp neighbor was not collected", session.node)
            continue
        last = reset(session)
        if session.block.local_router_id == UNSET:
            text = "this node has no BGP router ID (0.0.0.0)"
            yield Finding(session.peer, text, session.where("local_router_id"), session.node, key=session.vrf)
        elif session.established:
            continue
        elif direction := notification(session, "OPEN Message Error", "Bad BGP Identifier"):
            yield from _conflict(session, direction)
        elif last and last.reason.startswith("Router ID is missing"):
            text = f"the session to {name(session)} has no router ID"
            yield Finding(session.peer, text, session.where("last_reset"), session.node, key=session.vrf)
        elif last is None or last.direction is None:  # a NOTIFICATION of another kind says more than the log
            yield from _logged(session, sessions)
    yield from unanswered(sessions)


def _logged(session: Session, sessions: Sessions) -> Iterator[Finding]:
    own = session.block.local_router_id if session.block else None
    rejected = of_peer(events(session.instance, FrrLogKind.BAD_ROUTER_ID), session)
    same = [one for one in events(session.instance, FrrLogKind.SAME_ROUTER_ID) if one.details.get("router_id") == own]
    if rejected and _bad(rejected[-1].details.get("router_id"), own):
        text = f"the router ID of {name(session)} was rejected: {rejected[-1].text} (this node: {own})"
        evidence = (rejected[-1].evidence, *session.where("local_router_id"))
        yield Finding(session.peer, text, evidence, session.node, key=session.vrf)
    # The message about the same ID names no peer: it is told of a session only where no other one can be meant.
    elif same and sum(one.instance is session.instance and not one.established for one in sessions) == 1:
        text = f"{name(session)} has the router ID of this node: {same[-1].text}"
        evidence = (same[-1].evidence, *session.where("local_router_id"))
        yield Finding(session.peer, text, evidence, session.node, key=session.vrf)


def _bad(router_id: str | int | None, own: str | None) -> bool:
    """Whether FRR would reject the router ID now too: its own, none, or (in older releases) of class D or E."""
    first = str(router_id).partition(".")[0]
    return router_id in {own, UNSET} or not first.isdecimal() or int(first) >= 224


def _conflict(session: Session, direction: Direction) -> Iterator[Finding]:
    block = session.block
    own = block.local_router_id if block else None
    dump = decode_open(block.received_open) if block and block.received_open else None
    if direction is Direction.SENT:
        if dump and not _bad(dump.router_id, own):
            return  # this node's own router ID was changed since that reset
        theirs = f" {dump.router_id}" if dump else ""
        same = ", which is also this node's" if dump and dump.router_id == own else ""
        text = f"the identifier{theirs} of {name(session)} was rejected{same} (this node: {own})"
    else:
        text = f"{name(session)} rejects this node's router ID {own}"
    where = (*session.where("local_router_id", "last_reset", "received_open"),)
    static = (session.router.marks["router_id"],) if session.router and "router_id" in session.router.marks else ()
    resources = tuple(line for one in session.resources if one.router_id for line in one.where("router_id"))
    yield Finding(session.peer, text, (*where, *static, *resources), session.node, key=session.vrf)
