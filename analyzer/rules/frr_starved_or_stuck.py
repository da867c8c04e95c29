"""FRR did not get to run for seconds, or a peer does not take what it is sent."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from analyzer.bgp import times
from analyzer.frr import Session, Sessions
from analyzer.frr_daemons import BY_LOG, FrrDaemonsView, FrrDaemonsViews
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.frr_log import FrrLogEvent, FrrLogKind
from parsers.vocabulary import address

K = FrrLogKind
STALLS = (K.CPU_HOG, K.STARVATION, K.SLOW_THREAD)
LONG = 5000  # milliseconds of one task that are too many (J); FRR writes a line from 5000 on by default
STARTUP = timedelta(minutes=2)  # after the start of the container, in which one long task is normal (J)
SHOWN = 4


@rule(Severity.WARNING, area="frr")
def frr_starved_or_stuck(views: FrrDaemonsViews, sessions: Sessions | None) -> Iterator[Finding | Gap]:
    """FRR did not get to run for seconds, or a peer does not take what it is sent.

    ## Why it matters
    While one task runs, or the daemon gets no CPU, no keepalive and no BFD packet is sent: sessions time out although
    the network is well. A send queue without progress means that the peer does not drain the TCP connection; after two
    hold times FRR ends the session, which is an error.

    ## What to do
    Long tasks: look at the CPU of the node, limits of the container, the number of routes received. A stuck send
    queue: large packets that are lost on the way (MTU), packet loss, or an overloaded peer. What lies more than a day
    back is information.
    """
    known = {(id(one.instance), one.peer): one for one in sessions or ()}
    for view in views:
        if view.events is None:
            yield Gap(view.label, "no log of FRR was collected", view.node)
            continue
        yield from _stalls(view)
        by_peer: dict[str, list[FrrLogEvent]] = {}
        for one in view.of_kinds(K.SENDQ_STUCK, K.SENDQ_TERMINATED):
            by_peer.setdefault(address(one.peer or ""), []).append(one)
        for peer, found in by_peer.items():
            yield _stuck(view, peer, found, known.get((id(view.instance), peer)))


def _stalls(view: FrrDaemonsView) -> Iterator[Finding]:
    by_daemon: dict[str, list[FrrLogEvent]] = {}
    for one in view.of_kinds(*STALLS):
        if _milliseconds(one) > LONG:
            by_daemon.setdefault(BY_LOG.get(one.daemon, one.daemon.lower()), []).append(one)
    for daemon, found in by_daemon.items():
        if len(found) > 1 or not _at_start(found[0], view):
            yield _stalled(view, daemon, found)


def _milliseconds(event: FrrLogEvent) -> int:
    told = event.details.get("milliseconds")
    return told if isinstance(told, int) else 0


def _at_start(event: FrrLogEvent, view: FrrDaemonsView) -> bool:
    """Whether FRR was just starting: by the container's start, or by the log's own words."""
    starts = [one.time for one in view.of_kinds(K.WATCHFRR_STARTED, K.DAEMON_STARTED, K.CONFIG_READ)]
    known = [one for one in (view.started, *starts) if one]
    return event.time is not None and any(timedelta(0) <= event.time - one < STARTUP for one in known)


def _stalled(view: FrrDaemonsView, daemon: str, found: Sequence[FrrLogEvent]) -> Finding:
    longest, last = max(found, key=_milliseconds), found[-1]
    task = f" in the task {longest.details['task']}" if longest.details.get("task") else ""
    took, cpu = _milliseconds(longest), longest.details.get("cpu_milliseconds")
    of_cpu = f", {cpu} ms of it on a CPU" if cpu is not None else ""
    when = f", last at {last.time:%Y-%m-%d %H:%M:%S}" if last.time else ""
    where = view.node or view.label
    text = f"{daemon} on {where} was held up for {took} ms{task}{of_cpu} ({times(found)}{when})"
    lines = tuple(dict.fromkeys((longest.evidence, *(one.evidence for one in found[-SHOWN:]))))
    severity = None if view.recent(last.time) else Severity.INFO
    return Finding(daemon, text, lines, view.node, severity, key=view.label)


def _stuck(view: FrrDaemonsView, peer: str, found: Sequence[FrrLogEvent], session: Session | None) -> Finding:
    ended = [one for one in found if one.kind is K.SENDQ_TERMINATED]
    last = (ended or found)[-1]
    seconds = last.details.get("seconds")
    when = f" at {last.time:%Y-%m-%d %H:%M:%S}" if last.time else ""
    did = "FRR ended the session" if ended else "the session is kept so far"
    count = f" ({times(found)})" if len(found) > 1 else ""
    text = f"{peer} took nothing of what it was sent for {seconds} s{when}, {did}{count}"
    state = session.where("state") if session else ()
    lines = tuple(dict.fromkeys((last.evidence, *(one.evidence for one in found[-SHOWN:]), *state)))
    old = not view.recent(found[-1].time)
    return Finding(
        peer, text, lines, view.node, Severity.INFO if old else Severity.ERROR if ended else None, key=view.label
    )
