"""What the daemons of OVS and OVN log, by host and daemon: counts, the newest messages, starts and the end of the log.

A journal tells no year: moments become times of one year, or of two where it begins in December and ends in January.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from analyzer.hosts import HostNames
from analyzer.instances import Group, PodsByName
from analyzer.rule import NotCollectedError, join
from parsers.host_facts import HostFact
from parsers.ovs_log import OvsLogCount, OvsLogEvent, OvsLogWindow
from parsers.ovs_log_kinds import OvsLogKind

RECENT = timedelta(hours=24)  # before the end of the log: what is older has passed (J)
_YEAR = 2000  # a leap year, for moments without one


@dataclass(frozen=True, slots=True)
class Event:
    """A message with a time that can be compared with others of the same host."""

    fact: OvsLogEvent
    at: datetime


@dataclass(frozen=True, slots=True)
class Signs:
    """What one daemon of one host logs. end: of its log; begins: starts of its containers."""

    label: str
    node: str | None
    name: str
    counts: tuple[OvsLogCount, ...]
    events: tuple[Event, ...]
    end: datetime | None = None
    begins: tuple[datetime, ...] = ()
    _by_kind: dict[OvsLogKind, list[OvsLogCount]] = field(default_factory=dict, repr=False)

    def of(self, kind: OvsLogKind) -> list[OvsLogCount]:
        """The counts of a kind, by subject."""
        return self._by_kind.get(kind, [])

    def happened(self, *kinds: OvsLogKind) -> list[Event]:
        """The newest messages of these kinds, in the order of time."""
        return [one for one in self.events if one.fact.kind in kinds]

    def total(self, kind: OvsLogKind) -> int:
        """How many messages of a kind there were, kept or not."""
        return sum(one.count for one in self.of(kind))

    def recent(self, kind: OvsLogKind) -> bool:
        """Whether the last message of a kind is not long before the end of the log."""
        last = max((one.at for one in self.happened(kind)), default=None)
        return last is not None and self.fresh(last)

    def fresh(self, at: datetime) -> bool:
        """Whether this time is not long before the end of the log."""
        return self.end is None or at >= self.end - RECENT


class OvsDaemons(Group):
    """The daemons in the order of hosts and names."""

    items: tuple[Signs, ...]

    def __iter__(self) -> Iterator[Signs]:
        return iter(self.items)


@join
def ovs_daemons(
    windows: tuple[OvsLogWindow, ...] | None,
    counts: tuple[OvsLogCount, ...] | None,
    events: tuple[OvsLogEvent, ...] | None,
    names: HostNames,
    pods: PodsByName,
) -> OvsDaemons:
    if not windows:
        raise NotCollectedError("not collected: logs of Open vSwitch and OVN")
    whose = _Whose(names, pods)
    said: dict[tuple[str, str | None, str], list[OvsLogCount]] = {}
    for count in counts or ():
        said.setdefault((*whose.of(count), count.daemon), []).append(count)
    happened: dict[tuple[str, str | None, str], list[OvsLogEvent]] = {}
    for event in events or ():
        happened.setdefault((*whose.of(event), event.daemon), []).append(event)
    logs: dict[tuple[str, str | None, str], list[OvsLogWindow]] = {}
    for window in windows:
        logs.setdefault((*whose.of(window), window.daemon), []).append(window)
    # A journal of several hosts is a log of each of them; one in which none of them says anything is one log.
    spoken = {one.evidence.path for each in said.values() for one in each}
    silent = {key for key, each in logs.items() if not spoken & {one.evidence.path for one in each}}
    keys = sorted({*said, *silent}, key=repr)
    return OvsDaemons(tuple(_signs(key, said.get(key, []), happened.get(key, []), logs) for key in keys))


class _Whose:
    """The host of a log: that of its pod, else the one that the journal or the path names."""

    def __init__(self, names: HostNames, pods: PodsByName) -> None:
        self._names, self._pods = names, pods

    def of(self, fact: HostFact) -> tuple[str, str | None]:
        """Label and node."""
        pod = self._pods.get((fact.origin.namespace or "", fact.origin.pod)) if fact.origin.pod else None
        if pod and pod.node:
            return pod.node, pod.node
        if fact.origin.pod:
            return fact.origin.pod, None
        return self._names.label(fact), self._names.node(fact)


def _signs(
    key: tuple[str, str | None, str],
    counts: list[OvsLogCount],
    events: list[OvsLogEvent],
    logs: dict[tuple[str, str | None, str], list[OvsLogWindow]],
) -> Signs:
    label, node, name = key
    # The same lines may stand in several files: `previous.log` and `rotated/`, two collections of one host.
    each = {(one.kind, one.moment, one.subject, one.text): one for one in events}
    clock = _Clock(events)
    times = [Event(one, clock.at(one.time, one.moment)) for one in each.values()]
    paths = {one.evidence.path for one in (*counts, *events)}
    windows = [one for found in logs.values() for one in found if one.evidence.path in paths] or logs.get(key, [])
    ends = [clock.at(one.last_time, one.last) for one in windows if one.last]
    # The log of a container begins with the container; a journal, and a file that was rotated, at any moment.
    own = [one for one in windows if one.origin.pod and "/rotated/" not in one.evidence.path]
    begins = [clock.at(one.first_time, one.first) for one in own if one.first]
    by_kind: dict[OvsLogKind, list[OvsLogCount]] = {}
    for one in _once(counts):
        by_kind.setdefault(one.kind, []).append(one)
    return Signs(
        label,
        node,
        name,
        tuple(counts),
        tuple(sorted(times, key=lambda one: one.at)),
        max(ends, default=None),
        tuple(sorted(begins)),
        by_kind,
    )


def _once(counts: Iterable[OvsLogCount]) -> list[OvsLogCount]:
    """Each count once, in the order of time: files that overlap count the same lines."""
    found = {(one.kind, one.subject, one.first, one.last, one.count): one for one in counts}
    return sorted(found.values(), key=lambda one: one.last)


class _Clock:
    """Times of one daemon that can be compared: with the year where every message has one, else without."""

    def __init__(self, events: Iterable[OvsLogEvent]) -> None:
        found = list(events)
        self._plain = any(one.time is None for one in found)
        self._over = {"12", "01"} <= {one.moment[:2] for one in found}

    def at(self, time: datetime | None, moment: str) -> datetime:
        """The time of a message, or one of a year that stands for it."""
        if time is not None and not self._plain:
            return time
        year = _YEAR + 1 if self._over and moment.startswith("01") else _YEAR
        return datetime.strptime(f"{year}-{moment}", "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
