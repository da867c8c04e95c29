"""A BGP session goes up and down again and again."""

from collections.abc import Iterator
from datetime import timedelta

from analyzer.bgp import admin_down, events, name, of_peer, reset, times, unanswered
from analyzer.frr import Session, Sessions
from analyzer.instances import Instance
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.frr_log import FrrLogEvent, FrrLogKind
from parsers.vocabulary import words

DROPS = 3  # losses since FRR started that count as flapping while the session is young
LOGGED = 5  # `Down` lines of one peer within HOUR
HOUR = 3600
DAY = 86_400  # seconds; fewer than a loss a day since FRR started is no flapping, even if the last one is young
SHORT = 600  # seconds: several sessions of one node that are all younger than this, though FRR is not


@rule(Severity.WARNING, area="bgp")
def bgp_flapping(sessions: Sessions) -> Iterator[Finding | Gap]:
    """A BGP session goes up and down again and again.

    ## Why it matters
    Each loss withdraws every address that this node announces, each return moves the traffic back: connections break
    although the session may be up at the moment of the collection.

    ## What to do
    Compare the times of the losses with FRR reloads, with BFD events and with the node's events. Losses at the hold
    interval point to lost packets (MTU, filter), losses of every session of a node at once to the node.
    """
    for session in sessions:
        if session.unwanted or admin_down(session):
            continue
        if session.block is None:
            yield Gap(session.peer, "show bgp neighbor was not collected", session.node)
        elif session.block.dropped is None:
            yield Gap(session.peer, "the lost connections are not counted", session.node)
        elif _counted(session) or _together(session, sessions):
            where = session.where("state", "established", "last_reset")
            log = _log(session)
            text = _message(session, log)
            yield Finding(
                session.peer, text, (*where, *(one.evidence for one in log[-2:])), session.node, key=session.vrf
            )
        elif log := _busiest(_log(session), session.instance):
            text = f"{name(session)} went down {times(log)} within an hour of the log"
            yield Finding(session.peer, text, (log[0].evidence, log[-1].evidence), session.node, key=session.vrf)
    yield from unanswered(sessions)


def _recent(session: Session) -> bool:
    last = reset(session)
    since = session.uptime if session.established else last.age if last else None
    return since is not None and since < HOUR


def _counted(session: Session) -> bool:
    dropped = session.block.dropped if session.block else None
    return (dropped or 0) >= DROPS and _recent(session) and not _rare(session, dropped or 0)


def _rare(session: Session, dropped: int) -> bool:
    """Whether the losses are spread over a long life: the counter never goes back, however old the losses are."""
    age = session.instance.age
    return age is not None and dropped * DAY < age


def _together(session: Session, sessions: Sessions) -> bool:
    one = session.instance
    if one.age is None or one.age < HOUR or not _short(session):
        return False
    return sum(each.instance is one and _short(each) for each in sessions) > 1


def _short(session: Session) -> bool:
    dropped = session.block.dropped if session.block else None
    return session.established and session.uptime is not None and session.uptime < SHORT and (dropped or 0) >= 2


def _message(session: Session, logged: list[FrrLogEvent]) -> str:
    block = session.block
    since = f"up for {words(session.uptime)}" if session.established else f"now {session.state}"
    log = f", lost {times(logged)} in the log" if logged else ""
    count = f"established {block.established} times, lost {block.dropped} times" if block else ""
    return f"{name(session)}: {count}, {since}{log}"


def _log(session: Session) -> list[FrrLogEvent]:
    return of_peer(events(session.instance, FrrLogKind.ADJACENCY_DOWN), session)


def _busiest(found: list[FrrLogEvent], one: Instance) -> list[FrrLogEvent]:
    """The longest run of events within an hour; restarts of the frr container explain as many losses."""
    timed = [(event.time, event) for event in found if event.time]
    best: list[FrrLogEvent] = []
    start = 0
    for end, (time, _) in enumerate(timed):
        while time - timed[start][0] > timedelta(seconds=HOUR):
            start += 1
        best = max(best, [event for _, event in timed[start : end + 1]], key=len)
    restarts = sum(each.restarts for each in one.pod.containers if each.name == "frr") if one.pod else 0
    return best if len(best) - restarts >= LOGGED else []
