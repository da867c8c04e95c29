"""A routing daemon of FRR does not run."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from analyzer.frr_daemons import BY_LOG, CLIENTS, FrrDaemonsView, FrrDaemonsViews
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.dump_frr import BFD_PEER, BGP_NEIGHBOR, FrrSection, SectionState
from parsers.frr_config_facts import RunningConfig
from parsers.frr_log import FrrLogEvent, FrrLogKind
from parsers.gather_log import GatherMessage, GatherTrouble

ONGOING = timedelta(minutes=2)  # the health check of a container that lives repeats its complaint sooner
SECTION = {"bgpd": BGP_NEIGHBOR, "bfdd": BFD_PEER}
LOGS_AS = {daemon: word for word, daemon in BY_LOG.items()}


@dataclass(frozen=True, slots=True)
class Proof:
    """Why a daemon is taken for dead, and where that stands."""

    text: str
    evidence: tuple[Evidence, ...]


@rule(Severity.ERROR, area="frr")
def frr_daemon_never_registered(
    views: FrrDaemonsViews, gathered: tuple[GatherMessage, ...] | None
) -> Iterator[Finding | Gap]:
    """A routing daemon of FRR does not run.

    ## Why it matters
    Without bgpd the node has no BGP session and announces nothing; without bfdd its BFD sessions are down, and the
    loss of a peer is noticed only when the hold timer expires, or takes BGP down with it. zebra and the others go on
    as if nothing was missing.

    ## What to do
    Read the log of the frr container and of the run before: a daemon that died at its start says why in its last
    lines, watchfrr says what it tried (see frr-daemon-crash). A daemon that /etc/frr/daemons does not start is another
    fault. A restart of the pod starts all of them.
    """
    silent = {daemon: [view for view in views if _is_silent(view, daemon)] for daemon in SECTION}
    for view in views:
        if view.young:
            yield Gap(
                view.label, "FRR started so shortly before the collection that it may still be starting", view.node
            )
            continue
        for daemon in (one for one in SECTION if _wanted(view, one) and not _alive(view, one)):
            proofs = [*_proofs(view, daemon), *_from_gather(view, daemon, silent[daemon], gathered or ())]
            if proofs:
                yield _finding(view, daemon, proofs)
            elif not any(_is_sign(one, daemon) for one in _current(view)):
                yield Gap(f"{daemon} on {view.label}", "neither an answer nor the log tells whether it runs", view.node)
        yield from _others(view)


def _finding(view: FrrDaemonsView, daemon: str, proofs: Sequence[Proof]) -> Finding:
    why = "; ".join(dict.fromkeys(one.text for one in proofs))
    lines = tuple(dict.fromkeys(line for one in proofs for line in one.evidence))
    text = f"the routing daemon {daemon} does not run on {view.node or view.label}: {why}"
    return Finding(daemon, text, lines[:8], view.node, key=view.label)


def _configs(view: FrrDaemonsView) -> tuple[RunningConfig, ...]:
    one = view.instance
    return tuple(config for config in (one.startup, one.config) if config) if one else ()


def _wanted(view: FrrDaemonsView, daemon: str) -> bool:
    """Whether the daemon has something to do: BGP, or BFD, is configured, and the daemons file starts it."""
    if view.file is not None and view.file.enabled.get(daemon) is False:
        return False
    if daemon == "bgpd":
        # Without bgpd the running configuration has no BGP: only frr.conf tells that none is asked for.
        asked = view.instance is None or view.instance.startup is None
        return asked or any(config.routers for config in _configs(view))
    neighbors = [each for config in _configs(view) for router in config.routers for each in router.neighbors]
    return any(config.bfd_profiles for config in _configs(view)) or any(each.bfd for each in neighbors)


def _alive(view: FrrDaemonsView, daemon: str) -> bool:
    """Whether the daemon answered when it was asked."""
    one = view.instance
    if one is None:
        return False
    if daemon == "bfdd":
        return bool(one.bfd_peers is not None or one.brief or (one.config and one.config.bfd_profiles))
    section = one.sections.get(BGP_NEIGHBOR)
    no_instance = section is not None and "instance not found" in (section.message or "")
    return bool(one.neighbors is not None or one.rows or one.routers or no_instance)


def _is_silent(view: FrrDaemonsView, daemon: str) -> bool:
    section = _section(view, daemon)
    return section is not None and section.state is not SectionState.ANSWERED and not _alive(view, daemon)


def _section(view: FrrDaemonsView, daemon: str) -> FrrSection | None:
    return view.instance.sections.get(SECTION[daemon]) if view.instance else None


def _proofs(view: FrrDaemonsView, daemon: str) -> Iterator[Proof]:
    yield from _told_by_vtysh(view, daemon)
    yield from _missing_in_configuration(view, daemon)
    yield from _told_by_check(view, daemon)
    yield from _told_by_log(view, daemon)


def _told_by_vtysh(view: FrrDaemonsView, daemon: str) -> Iterator[Proof]:
    for section in view.instance.sections.values() if view.instance else ():
        if f"{daemon} is not running" in (section.message or ""):
            yield Proof(f"vtysh says that {daemon} is not running", section.where("message"))
        elif "failed to connect to any daemons" in (section.message or ""):
            yield Proof("vtysh could not connect to any daemon", section.where("message"))


def _missing_in_configuration(view: FrrDaemonsView, daemon: str) -> Iterator[Proof]:
    """A daemon that runs shows its part of the configuration; frr.conf has it, and the daemon gave no answer."""
    one, section = view.instance, _section(view, daemon)
    if one is None or section is None or one.config is None or one.startup is None or not one.config.complete:
        return
    parts = {"bgpd": one.startup.routers, "bfdd": one.startup.bfd_profiles}[daemon]
    if _is_silent(view, daemon) and parts:
        what = {"bgpd": "router bgp", "bfdd": "BFD profiles"}[daemon]
        text = f"{section.command} gave no answer, and the running configuration lacks the {what} of frr.conf"
        yield Proof(text, (section.evidence, *section.where("message"), parts[0].evidence, one.config.evidence))


def _told_by_check(view: FrrDaemonsView, daemon: str) -> Iterator[Proof]:
    """The health check of the container, which runs every few seconds."""
    last = max(view.checks, key=lambda one: (one.time is not None, one.time), default=None)
    if last is None or (last.time and view.end and view.end - last.time > ONGOING):
        return
    running = str(last.details.get("running", "")).split()
    if running and daemon not in running:
        yield Proof(f"frr-metrics finds only {', '.join(running)} running", (last.evidence,))


def _told_by_log(view: FrrDaemonsView, daemon: str) -> Iterator[Proof]:
    """No sign of life since the start of FRR, where other daemons gave theirs; or its last sign is its end."""
    events = _current(view)
    signs = [one for one in events if _is_sign(one, daemon)]
    gone = max((one for one in events if _is_end(one, daemon)), key=_moment, default=None)
    if gone is not None and not any(_later(sign, gone) for sign in signs):
        if not _started_after(gone, view) and not _all_ended(events, gone):
            plainer = [one for one in events if _is_end(one, daemon) and one.daemon == LOGS_AS[daemon]][-1:]
            lines = tuple(one.evidence for one in (*plainer, gone))
            yield Proof("the log tells of its end and of no new start", lines)
        return
    start = max((one for one in events if _is_start(one)), key=_moment, default=None)
    if start is None or signs:
        return
    hellos = [one for one in events if one.kind is FrrLogKind.CLIENT_HELLO and _later(one, start)]
    if hellos:
        names = ", ".join(sorted({one.name or "" for one in hellos}))
        text = f"it never said hello to zebra since the start of FRR, {names} did"
        yield Proof(text, (start.evidence, *(one.evidence for one in hellos[:3])))


def _current(view: FrrDaemonsView) -> list[FrrLogEvent]:
    """What the logs tell of this run of the container."""
    return [one for one in view.events or () if not _of_earlier_run(one)]


def _of_earlier_run(event: FrrLogEvent) -> bool:
    path = event.evidence.path
    return path.rpartition("/")[2].startswith("previous") or "/rotated/" in path


def _is_start(event: FrrLogEvent) -> bool:
    named = event.kind is FrrLogKind.DAEMON_STARTED and event.name in {"watchfrr", "zebra"}
    return event.kind is FrrLogKind.WATCHFRR_STARTED or named


def _is_sign(event: FrrLogEvent, daemon: str) -> bool:
    if event.kind is FrrLogKind.CLIENT_HELLO:
        return event.name == CLIENTS[daemon]
    if event.kind in {FrrLogKind.DAEMON_UP, FrrLogKind.DAEMON_STARTED}:
        return event.name == daemon
    return event.daemon == LOGS_AS[daemon] and not _is_end(event, daemon)


def _is_end(event: FrrLogEvent, daemon: str) -> bool:
    if event.kind is FrrLogKind.CLIENT_GONE:
        return event.name == CLIENTS[daemon]
    if event.kind is FrrLogKind.DAEMON_DOWN:
        return event.name == daemon
    return event.kind in {FrrLogKind.TERMINATING, FrrLogKind.CRASH} and event.daemon == LOGS_AS[daemon]


def _moment(event: FrrLogEvent) -> tuple[bool, float, int]:
    return (event.time is not None, event.time.timestamp() if event.time else 0, event.evidence.first_line)


def _later(one: FrrLogEvent, other: FrrLogEvent) -> bool:
    return _moment(one) > _moment(other)


def _started_after(gone: FrrLogEvent, view: FrrDaemonsView) -> bool:
    """Whether the container started anew after the daemon's end."""
    return gone.time is not None and view.started is not None and view.started > gone.time


def _all_ended(events: Iterable[FrrLogEvent], gone: FrrLogEvent) -> bool:
    """Whether zebra was stopped too: the whole container is being stopped then."""
    stopped = [one for one in events if one.kind is FrrLogKind.TERMINATING and one.daemon == "ZEBRA"]
    near = [one for one in stopped if one.time and gone.time and abs(one.time - gone.time) < ONGOING]
    return bool(near) or any(one.time is None for one in stopped)


def _from_gather(
    view: FrrDaemonsView, daemon: str, silent: Sequence[FrrDaemonsView], gathered: Iterable[GatherMessage]
) -> Iterator[Proof]:
    """The collection's own log has what vtysh said, and not of which pod: it speaks of the only silent one."""
    if list(silent) != [view]:
        return
    said = f"{daemon} is not running"
    found = [one for one in gathered if one.kind is GatherTrouble.DAEMON_DOWN and said in one.text]
    if found:
        lines = (one.evidence for one in found[:2])
        yield Proof(f"vtysh said while collecting that {daemon} is not running", tuple(lines))


def _others(view: FrrDaemonsView) -> Iterator[Finding]:
    """The health check misses a daemon that every FRR has."""
    for daemon in ("zebra", "staticd", "watchfrr"):
        if proofs := list(_told_by_check(view, daemon)):
            yield _finding(view, daemon, proofs)
