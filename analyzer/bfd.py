"""What the BFD rules share: the sessions that BFD belongs to, and what a BFD session shows of the far end."""

from analyzer.bgp import admin_down
from analyzer.frr import Group, Session, Sessions
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.vocabulary import BfdStatus


class BfdSessions(Group):
    """The sessions that ask for BFD on nodes where BFD's peers were collected or BGP tells of them."""

    items: tuple[Session, ...]


@join
def bfd_sessions(sessions: Sessions) -> BfdSessions:
    known = [
        one for one in sessions if one.instance.bfd_peers is not None or one.brief or (one.block and one.block.bfd)
    ]
    if not known and any(one.uses_bfd for one in sessions):
        raise NotCollectedError("show bfd peers gave no answer on any node")
    return BfdSessions(tuple(one for one in sessions if one.uses_bfd and not one.unwanted))


def down(session: Session) -> bool:
    """Whether the BFD session is there and not up."""
    return session.bfd_status in {BfdStatus.DOWN, BfdStatus.INIT}


def never_heard(session: Session) -> bool:
    """Whether no control packet ever came from the far end, as far as the peer's own lines tell.

    `Diagnostics: ok` with `Remote ID: 0` and no uptime is a session that never left Down. Any diagnostic means that it
    had been further.
    """
    bfd = session.bfd
    if bfd is None or not down(session):
        return False
    counters = session.counters
    heard = counters is not None and (counters.control_in or counters.up_events)
    silent = bfd.diagnostics in {"ok", None} and bfd.remote_diagnostics in {"ok", None}
    return bfd.remote_id in {0, None} and bfd.uptime is None and silent and not heard


def not_run_by_remote(session: Session) -> bool:
    """Whether BGP is up although BFD never was: the far end runs none, or its packets never arrive."""
    return session.established and never_heard(session)


def lines(session: Session, *names: str) -> tuple[Evidence, ...]:
    """The head of the BFD peer and the lines of these values, else what BGP says of BFD."""
    if session.bfd:
        return tuple(dict.fromkeys((session.bfd.evidence, *session.bfd.where(*names))))
    if session.brief:
        return (session.brief.evidence,)
    return session.where("bfd")


def shut_here(session: Session) -> bool:
    """Whether the session is down because somebody shut it, or BGP of this peer, down on this node."""
    return session.bfd_status is BfdStatus.ADMIN_DOWN or admin_down(session)
