"""A daemon of FRR crashed or went down."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from analyzer.frr_daemons import FrrDaemonsView, FrrDaemonsViews, daemon_of
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.frr_log import FrrLogEvent, FrrLogKind

K = FrrLogKind
CRASHES = (K.CRASH, K.ALL_DAEMONS_FAILED, K.PROCESS_KILLED, K.PROCESS_FAILED, K.DAEMON_DOWN)  # the plainest first
STOPPING = timedelta(seconds=30)  # within which a container's daemons are stopped one after the other (J)
STARTING = timedelta(seconds=60)  # within which a start that failed at first succeeds (J)
WORDS = {
    K.CRASH: "crashed: {}",
    K.ALL_DAEMONS_FAILED: "watchfrr gave up: {}",
    K.PROCESS_KILLED: "watchfrr could not restart it: {}",
    K.PROCESS_FAILED: "watchfrr could not restart it: {}",
    K.DAEMON_DOWN: "went down: {}",
}


@rule(Severity.ERROR, area="frr")
def frr_daemon_crash(views: FrrDaemonsViews) -> Iterator[Finding | Gap]:
    """A daemon of FRR crashed or went down.

    ## Why it matters
    When bgpd dies all BGP sessions of the node are reset at once and its addresses are withdrawn until the sessions
    are up again; without zebra nothing reaches the kernel. A daemon that crashes once mostly does so again.

    ## What to do
    Keep the backtrace in the log of the frr container, of the run before too, and compare the version of FRR with its
    known bugs. Exit code 137 or OOMKilled: memory, not a bug. What lies more than a day back and was repaired by a
    restart is information.
    """
    for view in views:
        if view.events is None:
            yield Gap(view.label, "no log of FRR was collected", view.node)
            continue
        by_daemon: dict[str, list[FrrLogEvent]] = {}
        for event in view.of_kinds(*CRASHES):
            if not _is_stop(event, view) and not _is_start(event, view):
                by_daemon.setdefault(daemon_of(event), []).append(event)
        for daemon, found in by_daemon.items():
            yield _finding(view, daemon, found)


def _is_stop(event: FrrLogEvent, view: FrrDaemonsView) -> bool:
    """Whether the container was being stopped: several daemons were told to end at that time."""
    if event.kind in {K.CRASH, K.ALL_DAEMONS_FAILED}:
        return False
    stopped = {
        one.daemon
        for one in view.of_kinds(K.TERMINATING)
        if one.time is None or event.time is None or abs(one.time - event.time) < STOPPING
    }
    return len(stopped) > 1


def _is_start(event: FrrLogEvent, view: FrrDaemonsView) -> bool:
    """Whether a start only took a second try, as watchfrr's first one of a container may."""
    if event.kind not in {K.PROCESS_KILLED, K.PROCESS_FAILED}:
        return False
    before = any(_within(event, one, STARTING) for one in view.of_kinds(K.DAEMON_DOWN, K.CRASH, K.DAEMON_UNRESPONSIVE))
    return not before and _back(view, event, STARTING) is not None


def _within(event: FrrLogEvent, earlier: FrrLogEvent, span: timedelta) -> bool:
    if event.time is None or earlier.time is None:
        return False
    return timedelta(0) <= event.time - earlier.time < span


def _back(view: FrrDaemonsView, event: FrrLogEvent, span: timedelta | None = None) -> FrrLogEvent | None:
    """The first sign after an event that the daemon, or every daemon, runs again."""
    for one in view.of_kinds(K.DAEMON_UP, K.DAEMON_STARTED):
        same = one.name == daemon_of(event) or event.name in {None, "all"}
        if same and one.time and event.time and one.time >= event.time and (not span or one.time - event.time < span):
            return one
    return None


def _finding(view: FrrDaemonsView, daemon: str, found: Sequence[FrrLogEvent]) -> Finding:
    last = max(found, key=lambda one: (one.time is not None, one.time or 0))
    plain = min((one for one in found if _same_case(one, last)), key=lambda one: CRASHES.index(one.kind))
    back = _back(view, last)
    said = WORDS[plain.kind].format(plain.text)
    text = f"{daemon} on {view.node or view.label} {said}"
    facts = [f"at {last.time:%Y-%m-%d %H:%M:%S}"] if last.time else []
    downs = sum(one.kind is plain.kind for one in found)
    facts += [f"{downs} times in the log"] if downs > 1 else []
    facts += [f"back at {back.time:%Y-%m-%d %H:%M:%S}"] if back and back.time else ["no new start in the log"]
    told, lines = _container(view)
    old = back is not None and not view.recent(last.time)
    evidence = (*(one.evidence for one in _shown(found, plain)), *([back.evidence] if back else []), *lines)
    return Finding(
        daemon,
        f"{text} ({', '.join([*facts, *told])})",
        tuple(dict.fromkeys(evidence)),
        view.node,
        Severity.INFO if old else None,
        key=view.label,
    )


def _same_case(one: FrrLogEvent, last: FrrLogEvent) -> bool:
    return one is last or _within(last, one, STARTING)


def _shown(found: Sequence[FrrLogEvent], plain: FrrLogEvent) -> list[FrrLogEvent]:
    """The plainest line and the newest of the others."""
    return [plain, *(one for one in reversed(found) if one is not plain)][:5]


def _container(view: FrrDaemonsView) -> tuple[list[str], tuple[Evidence, ...]]:
    """How often the container was restarted, and why the last time."""
    frr = view.pod.container("frr") if view.pod else None
    if frr is None or not frr.restarts:
        return [], ()
    why = [frr.last_reason] if frr.last_reason else []
    why += [f"exit code {frr.last_exit_code}"] if frr.last_exit_code is not None else []
    last = f", last for {' and '.join(why)}" if why else ""
    return [f"the frr container was restarted {frr.restarts} times{last}"], frr.where(
        "restarts", "last_reason", "last_exit_code"
    )
