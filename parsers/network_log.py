"""What logs of ovnkube, multus and the kubelet have in common: messages counted by subject, the newest of each kept."""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from parsers.base import Evidence, SourceFile, clean, decode, failure
from parsers.cni_failures import CniFailure
from parsers.host_facts import HostFact, node_hint
from parsers.hours import most_in_an_hour
from parsers.metallb_log_lines import instant, klog, unwrapped
from parsers.network_log_kinds import Message, NetworkLogKind
from parsers.ovs_log_lines import record
from parsers.pasted import uncoloured

NEWEST = 10  # events that are kept of each kind, host, subject and failure
GROUPS = 20_000  # such groups that are counted at all
CROWD = 500  # groups up to which so many events are kept, then NEWEST_OF_CROWD
NEWEST_OF_CROWD = 1
MINUTES = 20_000  # minutes of which a group counts its messages: two weeks
LONG = 2000  # characters of a message that are kept
_OTHER_YEAR = 2000  # a leap year, to compare times without a year
_LEVEL = re.compile(r"([IWEF])\d{4} \d\d:\d\d:\d\d\.")


class NetworkLogWindow(HostFact):
    """A log that was read, and what time it covers; in UTC, None without a year or for an empty log.

    program: the container, or `kubelet`. first and last are `MM-DD HH:MM:SS`, None where these lines are no records.
    """

    program: str
    first: str | None = None
    last: str | None = None
    first_time: datetime | None = None
    last_time: datetime | None = None


class LogCount(HostFact):
    """How often a program says the same of the same subject. The evidence is the first such line, mark `last` the last.

    node: of journals; logs of pods tell their pod alone. most_in_an_hour: by whole minutes.
    """

    program: str
    subject: str | None = None
    failure: CniFailure | None = None
    count: int
    first: str | None = None
    last: str | None = None
    first_time: datetime | None = None
    last_time: datetime | None = None
    most_in_an_hour: int = 0


class NetworkLogCount(LogCount):
    """The same message of ovnkube, multus or the kubelet."""

    kind: NetworkLogKind


class LogEvent(HostFact):
    """One message; only the newest of each kind, subject and failure are kept."""

    program: str
    subject: str | None = None
    failure: CniFailure | None = None
    moment: str | None = None
    time: datetime | None = None
    text: str


class NetworkLogEvent(LogEvent):
    """One message of ovnkube, multus or the kubelet."""

    kind: NetworkLogKind


@dataclass(frozen=True, slots=True)
class Line:
    """A line without what stands around its message. `moment` is its time as `MM-DD HH:MM:SS`."""

    text: str
    fatal: bool = False
    time: datetime | None = None
    moment: str | None = None
    minute: int | None = None
    host: str | None = None


def container_line(written: str) -> Line:
    """A line of a container: klog, which tells no year, behind the time of the kubelet; or plain text."""
    read = unwrapped(uncoloured(written))
    text = read.text.strip()
    wrapped = read.wrapped_at
    found = klog(text, wrapped.year if wrapped else None)
    time = (found[1] if found else None) or wrapped or (instant(text[:20]) if text[:4].isdigit() else None)
    message = str(found[0]["msg"]) if found else text
    return Line(message, text.startswith("F") and found is not None, time, *_clock(time, text))


def journal_line(written: str) -> Line:
    """A line of a journal: the host and a time without a year, then klog."""
    found = record(uncoloured(written))
    if found is None:
        return container_line(written)
    inner = klog(found.text, None)
    return Line(
        str(inner[0]["msg"]) if inner else found.text,
        found.text.startswith("F") and inner is not None,
        found.time,
        found.moment,
        found.minute,
        found.host,
    )


def _clock(time: datetime | None, text: str) -> tuple[str | None, int | None]:
    """The moment and a count of minutes; of a line of klog without any year too."""
    if time is None and (level := _LEVEL.match(text)):
        month, day, clock = text[1:3], text[3:5], text[level.end() - 9 : level.end() - 1]
        time = instant(f"{_OTHER_YEAR}-{month}-{day}T{clock}Z")
    if time is None:
        return None, None
    return time.astimezone(UTC).strftime("%m-%d %H:%M:%S"), int(time.timestamp()) // 60


_Place = tuple[int, str, Line, Message]  # line number, line, what it says


@dataclass(slots=True)
class _Group:
    """Everything of one kind about one subject."""

    first: _Place
    newest: deque[_Place]
    count: int = 0
    minutes: Counter[int] = field(default_factory=Counter)

    def add(self, place: _Place) -> None:
        self.count += 1
        self.newest.append(place)
        minute = place[2].minute
        if minute is not None and (minute in self.minutes or len(self.minutes) < MINUTES):
            self.minutes[minute] += 1


_Key = tuple[str | None, StrEnum, str | None, CniFailure | None]


@dataclass(slots=True)
class NetworkLog:
    """Reads one log: which lines are looked at, how a line is taken apart, what its message means, in which facts."""

    parser_name: str
    program: str
    wanted: re.Pattern[bytes]
    line: Callable[[str], Line]
    understand: Callable[[Line], Message | None]
    window: type[NetworkLogWindow] = NetworkLogWindow
    counted: type[LogCount] = NetworkLogCount
    event: type[LogEvent] = NetworkLogEvent
    groups: dict[_Key, _Group] = field(default_factory=dict)
    uncounted: int = 0

    def read(self, source: SourceFile) -> Iterator[Any]:
        """The facts of the log, as a stream in flat memory."""
        node = source.params.get("node") or (None if source.params.get("pod") else node_hint(source))
        for number, written in source.search(self.wanted):
            line = self.line(written)
            if message := self.understand(line):
                self._add(source.params.get("node") or line.host or node, (number, written, line, message))
        yield self._covered(source, node)
        for (of_node, *_), group in self.groups.items():
            yield from self._facts(source, of_node, group)
        if self.uncounted:
            first = source.quote(1, clean(decode(source.first_raw or b"")).rstrip("\n"))
            yield failure(first, self.parser_name, f"{self.uncounted} messages of too many subjects not counted")

    def _add(self, node: str | None, place: _Place) -> None:
        message = place[3]
        key = (node, message.kind, message.subject, message.failure)
        group = self.groups.get(key)
        if group is None:
            if len(self.groups) >= GROUPS:
                self.uncounted += 1
                return
            newest = NEWEST if len(self.groups) < CROWD else NEWEST_OF_CROWD
            group = self.groups[key] = _Group(place, deque(maxlen=newest))
        group.add(place)

    def _covered(self, source: SourceFile, node: str | None) -> NetworkLogWindow:
        first = clean(decode(source.first_raw or b"").rstrip("\n"))
        earliest, latest = self.line(first), self.line(clean(decode(source.last_raw or b"").rstrip("\n")))
        return self.window(
            evidence=source.quote(1, first),
            origin=source.origin,
            node=node,
            program=self.program,
            first=earliest.moment,
            last=latest.moment,
            first_time=earliest.time,
            last_time=latest.time,
        )

    def _facts(self, source: SourceFile, node: str | None, group: _Group) -> Iterator[LogCount | LogEvent]:
        first, last = group.first[2], group.newest[-1][2]
        message = group.first[3]
        common: dict[str, Any] = {
            "origin": source.origin,
            "node": node,
            "program": self.program,
            **{name: getattr(message, name) for name in ("kind", "subject", "failure")},
        }
        yield self.counted(
            evidence=_evidence(source, group.first),
            marks={"last": _evidence(source, group.newest[-1])},
            **common,
            count=group.count,
            first=first.moment,
            last=last.moment,
            first_time=first.time,
            last_time=last.time,
            most_in_an_hour=most_in_an_hour(group.minutes),
        )
        for place in group.newest:
            line = place[2]
            yield self.event(
                evidence=_evidence(source, place),
                **common,
                moment=line.moment,
                time=line.time,
                text=line.text[:LONG],
            )


def _evidence(source: SourceFile, place: _Place) -> Evidence:
    return source.quote(place[0], place[1], focus=place[2].text[:80])
