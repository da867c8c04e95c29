"""What the BFD rules share: the sessions that BFD belongs to, and what a BFD session shows of the far end."""

from collections.abc import Iterator

from analyzer.bgp import admin_down
from analyzer.frr import Session, Sessions
from analyzer.instances import FrrInstances, Group, Instance
from analyzer.model import Gap
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.bfd_facts import BfdCounters, BfdPeer
from parsers.metallb_peers import BgpPeer
from parsers.vocabulary import BfdStatus


class BfdSessions(Group):
    """The sessions that ask for BFD, and BFD sessions on nodes whose BGP was not collected."""

    items: tuple[Session, ...]


@join
def bfd_sessions(instances: FrrInstances, sessions: Sessions) -> BfdSessions:
    wanted = [one for one in sessions if not one.unwanted and (one.uses_bfd or (one.config is None and one.brief))]
    with_bgp = {id(one.instance) for one in sessions}
    alone = [
        session
        for one in instances
        if one.neighbors is None and id(one) not in with_bgp
        for session in _without_bgp(one)
    ]
    if wanted and not alone and not any(_told(one) for one in wanted):
        raise NotCollectedError("show bfd peers gave no answer on any node")
    if not wanted and not alone and not any(_speaks_of_bfd(one) for one in instances):
        raise NotCollectedError("no output of FRR that tells whether a session uses BFD")
    return BfdSessions((*wanted, *alone))


def _speaks_of_bfd(one: Instance) -> bool:
    """Whether an output would tell of BFD if there were any: a summary or a table of prefixes would not."""
    told = one.neighbors is not None or one.bfd_peers is not None
    return told or bool(one.config or one.startup or one.brief)


class BfdWishes(Group):
    """The sessions for which FRR's configuration or a BGPPeer resource asks for BFD, whatever bfdd says."""

    items: tuple[Session, ...]


@join
def bfd_wishes(instances: FrrInstances, sessions: Sessions, peers: tuple[BgpPeer, ...] | None) -> BfdWishes:
    asking = (one for one in sessions if one.uses_bfd or any(each.bfd_profile for each in one.resources))
    found = tuple(one for one in asking if not one.unwanted)
    if not found and peers is None and not any(_speaks_of_bfd(one) for one in instances):
        raise NotCollectedError("neither BGPPeer resources nor an output of FRR that tells whether a session uses BFD")
    return BfdWishes(found)


def _told(session: Session) -> bool:
    known_to_bgp = session.block is not None and session.block.bfd is not None
    return session.instance.bfd_peers is not None or session.brief is not None or known_to_bgp


def _without_bgp(one: Instance) -> Iterator[Session]:
    """The sessions that only bfdd tells of: where nothing but its outputs was saved."""
    for peer in one.bfd_peers or ():
        counters = next((each for each in one.counters if _key(each) == _key(peer)), None)
        yield Session(one, peer.peer, peer.vrf, bfd=peer, counters=counters)
    known = {peer.peer for peer in one.bfd_peers or ()}
    for brief in one.brief:
        if brief.peer not in known:
            counters = next((each for each in one.counters if each.peer == brief.peer), None)
            yield Session(one, brief.peer, brief.vrf or "default", brief=brief, counters=counters)


def _key(one: BfdPeer | BfdCounters) -> tuple[str, str, bool]:
    return (one.peer, one.vrf, one.multihop)


def unknown(session: Session) -> Gap | None:
    """A gap where the details of the BFD session would be needed: bfdd gave no answer, or only its brief one."""
    if session.bfd is not None:
        return None
    if session.brief is not None:
        return Gap(session.peer, "show bfd peers was collected in its brief form only", session.node)
    if session.instance.bfd_peers is None:
        return Gap(session.peer, "show bfd peers gave no answer", session.node)
    return None


def down(session: Session) -> bool:
    """Whether the BFD session is there and not up."""
    return session.bfd_status in {BfdStatus.DOWN, BfdStatus.INIT}


def never_heard(session: Session) -> bool:
    """Whether no control packet ever came from the far end, as far as the peer's own lines tell.

    `Diagnostics: ok` with `Remote ID: 0` and no uptime is a session that never left Down. Any diagnostic means that it
    had been further.
    """
    bfd = session.bfd
    if bfd is None or bfd.status is not BfdStatus.DOWN:
        return False
    counters = session.counters
    heard = counters is not None and (counters.control_in or counters.up_events)
    silent = bfd.diagnostics == "ok" and bfd.remote_diagnostics == "ok"
    return bfd.remote_id == 0 and bfd.uptime is None and silent and not heard


def not_run_by_remote(session: Session) -> bool:
    """Whether BGP is up although BFD never was: the far end runs none, or its packets never arrive."""
    return session.established and never_heard(session)


def detection_time(bfd: BfdPeer) -> int | None:
    """Milliseconds without a packet after which the far end counts as lost (RFC 5880 section 6.8.4)."""
    local, remote = bfd.local_timers, bfd.remote_timers
    if local is None or remote is None:
        return None
    return remote.detect_multiplier * max(local.receive, remote.transmit)


def lines(session: Session, *names: str) -> tuple[Evidence, ...]:
    """The head of the BFD peer and the lines of these values, else what BGP says of BFD."""
    if session.bfd:
        return tuple(dict.fromkeys((session.bfd.evidence, *session.bfd.where(*names))))
    if session.brief:
        return (session.brief.evidence,)
    return session.where("bfd", "bfd.status")


def shut_here(session: Session) -> bool:
    """Whether the session is down because somebody shut it, or BGP of this peer, down on this node."""
    return session.bfd_status is BfdStatus.ADMIN_DOWN or admin_down(session)
