"""A BFD session goes up and down again and again."""

from collections.abc import Iterator

from analyzer.bfd import BfdSessions, lines
from analyzer.bgp import events, name, of_peer
from analyzer.frr import Session
from analyzer.instances import Instance
from analyzer.metrics import BFD_DOWNS, PeerMetric, PeerMetrics, evidence_of, shown
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import NotCollectedError, rule
from parsers.bfd_facts import BfdCounters
from parsers.frr_log import FrrLogEvent, FrrLogKind
from parsers.vocabulary import words

EVENTS = 3  # changes from up to down that count as flapping


@rule(Severity.WARNING, area="bfd")
def bfd_flapping(sessions: BfdSessions | None, metrics: PeerMetrics | None) -> Iterator[Finding | Gap]:
    """A BFD session goes up and down again and again.

    ## Why it matters
    Every change from up to down takes BGP down too and withdraws the node's addresses. One loss while a session comes
    up for the first time is normal in FRR 8.

    ## What to do
    Loss on the path, CPU stalls of bfdd, or timers that are too tight: compare with bfd-timers-too-tight. Counters
    come from `show bfd peers counters` or saved metrics, which a must-gather does not hold; the log tells changes from
    FRR 10.4 on or at level debug.
    """
    if sessions is None and metrics is None:
        raise NotCollectedError("neither BFD outputs of FRR nor saved metrics in this archive")
    for one in metrics.alone if metrics else ():
        yield from _measured(one, None)
    for session in sessions or ():
        counters, log = session.counters, _losses(session)
        measured = metrics.of(session) if metrics else None
        times = _times(session, log)
        if counters is not None and counters.down_events >= EVENTS:
            yield _counted(session, counters)
        elif times - _restarts(session.instance) >= EVENTS:
            yield _logged(session, log, times)
        elif counters is None and measured and measured.most(BFD_DOWNS):
            yield from _measured(measured, session)
        elif counters is None and not log:
            yield Gap(session.peer, "neither BFD counters nor BFD changes in the log", session.node)


def _counted(session: Session, counters: BfdCounters) -> Finding:
    age = session.instance.age
    since = f", {words(age)} before the collection" if age is not None else ""
    text = f"BFD to {name(session)} went down {counters.down_events} times since FRR started{since}"
    evidence = (counters.evidence, *counters.where("down_events"), *lines(session, "status"))
    return Finding(session.peer, text, evidence, session.node, key=session.vrf)


def _measured(one: PeerMetric, session: Session | None) -> Iterator[Finding]:
    """What the exporter counted of FRR's own counter."""
    sample = one.most(BFD_DOWNS)
    if sample is not None and sample.value >= EVENTS:
        who, vrf = (name(session), session.vrf) if session else (one.title, f"{one.vrf} {one.label}")
        where = "" if one.node else f" of {one.label}"
        text = f"BFD to {who}{where} went down {sample.value:g} times since FRR started: {shown(sample)}"
        status = lines(session, "status") if session else ()
        yield Finding(one.peer, text, (*evidence_of(sample), *status), one.node, key=vrf)


def _logged(session: Session, log: list[FrrLogEvent], times: int) -> Finding:
    first, last = log[0], log[-1]
    between = f", the last time at {last.time:%Y-%m-%d %H:%M:%S} UTC" if last.time else ""
    text = f"BFD to {name(session)} went down {times} times in the log{between}"
    return Finding(session.peer, text, (first.evidence, last.evidence), session.node, key=session.vrf)


def _losses(session: Session) -> list[FrrLogEvent]:
    """The losses as one kind of message tells them: debug, notices and bgpd may all log the same loss."""
    found: dict[str, list[FrrLogEvent]] = {}
    for one in of_peer(events(session.instance, FrrLogKind.BFD_DOWN, FrrLogKind.ADJACENCY_DOWN), session):
        if one.kind is FrrLogKind.BFD_DOWN or "BFD" in one.text:
            found.setdefault(one.text.split(":", 1)[0], []).append(one)
    return max(found.values(), key=len, default=[])


def _times(session: Session, log: list[FrrLogEvent]) -> int:
    """How often: of many messages only the newest are kept, but all of them are counted."""
    kinds = {one.kind for one in log}
    if kinds != {FrrLogKind.BFD_DOWN}:
        return len(log)
    changes = of_peer(events(session.instance, FrrLogKind.BFD_DOWN), session)
    forms = len({one.text.split(":", 1)[0] for one in changes})
    counted = [
        one.count // forms
        for one in session.instance.counts or ()
        if one.kind is FrrLogKind.BFD_DOWN and one.peer in {event.peer for event in log}
    ]
    return max([len(log), *counted])


def _restarts(one: Instance) -> int:
    """Each restart of the container may have ended a session."""
    return sum(each.restarts for each in one.pod.containers if each.name == "frr") if one.pod else 0
