"""FRR's log: the messages that matter, counted, with the newest of each kind and peer.

Members: `frr.log` up to OpenShift 4.18 (openshift/must-gather collection-scripts/gather_metallb), the log of the `frr`
container and its rotated files (openshift/oc pkg/cli/admin/inspect/pod.go), MetalLB's own report. The same record may
stand in two of them: its time and text are the same there. Lines are deliberately ignored unless a signature wants
them; a log may hold gigabytes, so it is read as a stream and only counts and the newest messages are kept.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import Field

from parsers.base import Evidence, Origin, OriginFact, ParseFailure, SourceFile, clean, decode, failure, parser
from parsers.frr_log_kinds import FrrLogKind
from parsers.frr_log_lines import STARTED, LogFormat, Record, moment, records, wrapping
from parsers.frr_log_messages import PREFILTER, Message, understand
from parsers.hours import Hour
from parsers.pasted import MARGIN, uncoloured

__all__ = ["FrrLogCount", "FrrLogEvent", "FrrLogKind", "FrrLogWindow", "LogFormat", "frr_log"]

LONG = 1000  # lines
NEWEST = 50  # events that are kept of each kind and peer
CROWD = 500  # kinds and peers up to which so many are kept, then NEWEST_OF_CROWD
NEWEST_OF_CROWD = 2
GROUPS = 20_000  # kinds and peers that are counted at all
FAILURES = 20  # unreadable lines that are reported one by one


class FrrLogWindow(OriginFact):
    """What time a log covers, in UTC; both None for an empty log. The evidence is its first line.

    cut: its last line, mark `cut`, has no end, and the log is too long (LONG) for a line that was just being written.
    """

    format: LogFormat = LogFormat.PLAIN
    first_time: datetime | None = None
    last_time: datetime | None = None
    cut: bool = False


class FrrLogCount(OriginFact):
    """How often a log says the same of the same peer. The evidence is the first such line, mark `last` the last one.

    name: the daemon, client or process that it is about; of `end-of-rib` the address family.
    most_in_an_hour: the most within 60 minutes, counted by whole minutes.
    """

    kind: FrrLogKind
    daemon: str
    peer: str | None = None
    name: str | None = None
    count: int
    first_time: datetime | None = None
    last_time: datetime | None = None
    most_in_an_hour: int = 0


class FrrLogEvent(OriginFact):
    """One message; `text` is FRR's own, without its code. Only the newest of a kind and peer are kept."""

    kind: FrrLogKind
    time: datetime | None = None
    daemon: str
    peer: str | None = None
    name: str | None = None
    text: str
    details: Mapping[str, str | int] = Field(default_factory=dict)


_Place = tuple[int, str, Record, Message]  # line number, line, what it says


@dataclass(slots=True)
class _Group:
    """Everything of one kind about one peer."""

    first: _Place
    newest: deque[_Place]
    count: int = 0
    first_time: datetime | None = None
    last_time: datetime | None = None
    hour: Hour = field(default_factory=Hour)

    def add(self, place: _Place) -> None:
        self.count += 1
        self.newest.append(place)
        if time := place[2].time:
            self.first_time = self.first_time or time
            self.last_time = time
            self.hour.add(time)


_Key = tuple[FrrLogKind, str, str | None, str | None]


class _Log:
    """What was found so far."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.groups: dict[_Key, _Group] = {}
        self.failures = 0
        self.uncounted = 0
        self.times: tuple[datetime, datetime] | None = None

    def line(self, number: int, line: str) -> Iterator[ParseFailure]:
        for record in records(uncoloured(line)):
            if record.time:
                self.times = (self.times[0] if self.times else record.time, record.time)
            if message := understand(record.text):
                self._add((number, line, record, message))
            elif PREFILTER.match(b": " + record.text.encode()):
                self.failures += 1
                if self.failures <= FAILURES:
                    where = self.source.quote(number, line, focus=record.whole)
                    yield failure(where, "frr_log", "a known message in a wording that is not known")

    def _add(self, place: _Place) -> None:
        _, _, record, message = place
        key = (message.kind, record.daemon, message.peer, message.name)
        group = self.groups.get(key)
        if group is None:
            if len(self.groups) >= GROUPS:
                self.uncounted += 1
                return
            newest = NEWEST if len(self.groups) < CROWD else NEWEST_OF_CROWD
            group = self.groups[key] = _Group(place, deque(maxlen=newest))
        group.add(place)

    def evidence(self, place: _Place) -> Evidence:
        return self.source.quote(place[0], place[1], focus=place[2].whole)

    def facts(self, origin: Origin) -> Iterator[FrrLogCount | FrrLogEvent]:
        for (kind, daemon, peer, name), group in self.groups.items():
            yield FrrLogCount(
                evidence=self.evidence(group.first),
                marks={"last": self.evidence(group.newest[-1])},
                origin=origin,
                kind=kind,
                daemon=daemon,
                peer=peer,
                name=name,
                count=group.count,
                first_time=group.first_time,
                last_time=group.last_time,
                most_in_an_hour=group.hour.most,
            )
            for place in group.newest:
                yield self._event(place, origin)

    def _event(self, place: _Place, origin: Origin) -> FrrLogEvent:
        _, _, record, message = place
        return FrrLogEvent(
            evidence=self.evidence(place),
            origin=origin,
            kind=message.kind,
            time=record.time,
            daemon=record.daemon,
            peer=message.peer,
            name=message.name,
            text=record.text,
            details=message.details,
        )


def _window(source: SourceFile, log: _Log) -> FrrLogWindow:
    first = clean(decode(source.first_raw or b"").rstrip("\n"))
    last = clean(decode(source.last_raw or b"").rstrip("\n"))
    earliest, latest = log.times or (None, None)
    cut = source.unfinished is not None and source.unfinished > LONG
    return FrrLogWindow(
        evidence=source.quote(1, first),
        marks={"cut": source.quote(source.unfinished, last)} if source.unfinished and cut else {},
        cut=cut,
        origin=source.origin,
        format=wrapping(first)[0],
        first_time=moment(first) or earliest,
        last_time=max((time for time in (moment(last), latest) if time), default=None),
    )


@parser(
    "namespaces/{namespace}/pods/{pod}/frr/frr/logs/frr.log",
    "namespaces/{namespace}/pods/{pod}/frr/frr/logs/current.log",
    "namespaces/{namespace}/pods/{pod}/frr/frr/logs/previous.log",
    "namespaces/{namespace}/pods/{pod}/frr/frr/logs/current.insecure.log",
    "namespaces/{namespace}/pods/{pod}/frr/frr/logs/previous.insecure.log",
    "namespaces/{namespace}/pods/{pod}/frr/frr/logs/rotated/*",
    "report/pods/{pod}/frr.log",
    "report/pods/{pod}/frr/logs/frr.log",
    title="log of FRR",
    collect="oc adm must-gather with MetalLB or frr-k8s installed; by hand: oc logs -n <namespace> <pod> -c frr",
    words=(b" BGP: ", b" BFD: ", b" ZEBRA: ", b" STATIC: ", b" WATCHFRR: ", b" MGMTD: "),
    content=rb"(?:" + MARGIN + rb"|Started watchfrr )(?:\d{4}-\d\d-\d\dT\S+ (?:std(?:out|err) [FP] )?)?"
    rb"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d+)? (?:\w+: )?(?:BGP|BFD|ZEBRA|STATIC|WATCHFRR|MGMTD): ",
)
def frr_log(source: SourceFile) -> Iterator[FrrLogWindow | FrrLogCount | FrrLogEvent | ParseFailure]:
    """`frr.log` and the logs of the container `frr`, plain or as the kubelet or the container runtime wrap them."""
    log = _Log(source)
    first_found = False
    for number, line in source.search(PREFILTER):
        first_found = first_found or number == 1
        yield from log.line(number, line)
    if not first_found and STARTED.encode() in (source.first_raw or b""):
        # Nothing that the search could find quickly; elsewhere the daemon's own message tells of the start.
        yield from log.line(1, clean(decode(source.first_raw or b"")).rstrip("\n"))
    yield _window(source, log)
    yield from log.facts(source.origin)
    if log.failures > FAILURES or log.uncounted:
        reason = f"{log.failures} messages not understood, {log.uncounted} of too many peers not counted"
        where = source.quote(1, clean(decode(source.first_raw or b"")).rstrip("\n"))
        yield failure(where, "frr_log", reason)
