"""The logs of MetalLB, of frr-k8s and of the operator: what the rules ask for, counted, with the newest of each.

Members: the logs of the containers and their rotated files (openshift/oc pkg/cli/admin/inspect/pod.go), MetalLB's own
report (metallb/metallb troubleshooting/collect.sh), what `oc logs` printed. Containers of other products bear the same
names: a log is read by where it lies, and what does not look like MetalLB's yields nothing. Lines are deliberately
ignored unless a signature wants them. A log may hold hundreds of megabytes: it is read as a stream.
"""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime

from pydantic import Field

from parsers.base import Evidence, Origin, OriginFact, ParseFailure, SourceFile, clean, decode, failure, parser
from parsers.metallb_log_kinds import COMMON, MetallbLogKind, usual_container
from parsers.metallb_log_lines import moment, records
from parsers.metallb_log_places import Group, Key, Place
from parsers.metallb_log_reader import Reader, container_of, origin_of

__all__ = ["MetallbLogCount", "MetallbLogEvent", "MetallbLogKind", "MetallbLogWindow"]

LONG = 1000  # lines
NEWEST = 20  # events that are kept of each kind and subject
CROWD = 500  # kinds and subjects up to which so many are kept, then NEWEST_OF_CROWD
NEWEST_OF_CROWD = 2
GROUPS = 20_000  # kinds and subjects that are counted at all
FAILURES = 20  # unreadable lines that are reported one by one


class MetallbLogWindow(OriginFact):
    """What time a log covers, in UTC; both None for an empty log. The evidence is its first line.

    container: by the path; `""` for a file saved by hand whose name tells none, where each message tells it by what
    it says, as far as only one container says so. previous: of the run before this one.
    cut: its last line, mark `cut`, has no end, and the log is too long (LONG) for a line that was just being written.
    """

    container: str
    first_time: datetime | None = None
    last_time: datetime | None = None
    previous: bool = False
    cut: bool = False


class MetallbLogCount(OriginFact):
    """How often a log says the same of the same subject. The evidence is the first such line, mark `last` the last one.

    service: `namespace/name`; up to 0.12 every line names it, later few do. most_in_an_hour: the most within 60
    minutes, counted by whole minutes.
    """

    kind: MetallbLogKind
    container: str
    service: str | None = None
    ips: tuple[str, ...] = ()
    peer: str | None = None
    protocol: str | None = None
    node: str | None = None
    interface: str | None = None
    reason: str | None = None
    count: int
    first_time: datetime | None = None
    last_time: datetime | None = None
    most_in_an_hour: int = 0


class MetallbLogEvent(OriginFact):
    """One message; only the newest of a kind and subject are kept.

    time: UTC. text: the message, or the line itself where it is plain. error: what went wrong, in the program's words;
    of a reload the line of the configuration that FRR did not like. details: the other fields of the line.
    The marks `error` and `service` stand where another line than the evidence tells it.
    """

    kind: MetallbLogKind
    container: str
    time: datetime | None = None
    level: str | None = None
    text: str
    service: str | None = None
    ips: tuple[str, ...] = ()
    pool: str | None = None
    peer: str | None = None
    protocol: str | None = None
    node: str | None = None
    interface: str | None = None
    reason: str | None = None
    error: str | None = None
    session: str | None = None
    details: Mapping[str, str | int] = Field(default_factory=dict)


class _Log:
    """What was found so far."""

    def __init__(self, source: SourceFile, parser_name: str) -> None:
        self.source = source
        self.parser_name = parser_name
        self.origin = origin_of(source)
        self.container = container_of(source.path)
        self.groups: dict[Key, Group] = {}
        self.failures: list[ParseFailure] = []
        self.failed = 0
        self.uncounted = 0

    def add(self, found: Place | str, number: int, line: str) -> None:
        """A message, or a text that tells why a known one is not understood."""
        if isinstance(found, str):
            self.failed += 1
            if self.failed <= FAILURES:
                self.failures.append(failure(self.source.quote(number, line), self.parser_name, found))
            return
        group = self.groups.get(found.key)
        if group is None:
            if len(self.groups) >= GROUPS:
                self.uncounted += 1
                return
            newest = NEWEST if len(self.groups) < CROWD else NEWEST_OF_CROWD
            group = self.groups[found.key] = Group(found, deque(maxlen=newest))
        group.add(found)

    def is_ours(self) -> bool:
        """Whether the log is one of MetalLB or frr-k8s: by its names, by what it says, or by the form of its lines."""
        if _OURS.search(f"{self.origin.namespace}/{self.origin.pod}"):
            return True
        if any(group.first.message.kind not in COMMON for group in self.groups.values()):
            return True
        return re.search(rb'"caller": ?"', self.source.first_raw or b"") is not None

    def evidence(self, place: Place) -> Evidence:
        return self.source.quote(place.number, place.line, focus=place.focus or place.message.focus)

    def facts(self) -> Iterator[MetallbLogCount | MetallbLogEvent]:
        for group in self.groups.values():
            said, first = group.first.message, group.first
            yield MetallbLogCount(
                evidence=self.evidence(first),
                marks={"last": self.evidence(group.newest[-1])},
                origin=self._origin(first),
                container=self._container(first),
                service=first.service or said.service,
                count=group.count,
                first_time=group.first_time,
                last_time=group.last_time,
                most_in_an_hour=group.hour.most,
                **{name: getattr(said, name) for name in ("kind", "ips", "peer", *_SAID)},
            )
            for place in group.newest:
                yield self._event(place)

    def _event(self, place: Place) -> MetallbLogEvent:
        said = place.message
        return MetallbLogEvent(
            evidence=self.evidence(place),
            marks={name: self.source.quote(at, line) for name, (at, line) in place.told_at.items()},
            origin=self._origin(place),
            container=self._container(place),
            time=place.time,
            service=place.service or said.service,
            error=place.error or said.error,
            **{name: getattr(said, name) for name in ("kind", "level", "text", "ips", "pool", "peer", *_SAID)},
            session=said.session,
            details=said.details,
        )

    def _container(self, place: Place) -> str:
        return place.container or self.container or usual_container(place.message.kind)

    def _origin(self, place: Place) -> Origin:
        at = self.origin
        return Origin(at.image_dir, at.namespace, place.pod, at.folder) if place.pod else at


_SAID = ("protocol", "node", "interface", "reason")
_OURS = re.compile(r"metallb|frr-?k8s|/speaker-|^None/", re.IGNORECASE)  # MetalLB's own report tells no namespace


def _window(source: SourceFile, log: _Log) -> MetallbLogWindow:
    first = clean(decode(source.first_raw or b"").rstrip("\n"))
    last = clean(decode(source.last_raw or b"").rstrip("\n"))
    found = [time for group in log.groups.values() for time in (group.first_time, group.last_time) if time]
    cut = source.unfinished is not None and source.unfinished > LONG
    return MetallbLogWindow(
        evidence=source.quote(1, first),
        marks={"cut": source.quote(source.unfinished, last)} if source.unfinished and cut else {},
        origin=log.origin,
        container=log.container,
        first_time=moment(records(first)[0]) or min(found, default=None),
        last_time=max((time for time in (moment(records(last)[-1]), *found) if time), default=None),
        previous=source.path.rpartition("/")[2].startswith("previous"),
        cut=cut,
    )


# What alone tells MetalLB's output from that of other programs that log in the same way.
_OWN_WORDS = (
    *(b"MetalLB speaker starting", b"MetalLB controller starting", b"FRR metrics exporter starting"),
    *(b'"controller":"ConfigReconciler"', b'"controller":"PoolReconciler"'),
    *(b'"controller":"ServiceReconciler"', b'"FRRConfigurationReconciler"'),
    *(b'"FRRStateReconciler"', b'"serviceAnnounced"', b'"serviceWithdrawn"', b'"component":"Memberlist"'),
    *(b'"createARPResponder"', b'"createNDPResponder"', b'"ipAllocated"', b'"reload-validate"'),
    *(b"acquired lock! Reloading FRR", b'"error": "MetalLB resource name must be'),
    *(b'"error": "FailedToSyncMetalLBResources', b"operator webhook for MetalLB CR", b"starting frr-k8s"),
    *(b'"event":"peerAdded"', b'"event":"peerRemoved"'),
)


_Facts = Iterator[MetallbLogWindow | MetallbLogCount | MetallbLogEvent | ParseFailure]


def _read(source: SourceFile, name: str, reader: Reader) -> _Facts:
    log = _Log(source, name)
    for number, line in source.search(reader.wanted):
        for found in reader.read(number, line, unfinished=source.unfinished == number):
            log.add(found, number, line)
    if not log.is_ours():
        return
    yield _window(source, log)
    yield from log.facts()
    yield from log.failures
    if log.failed > FAILURES or log.uncounted:
        reason = f"{log.failed} messages not understood, {log.uncounted} of too many subjects not counted"
        where = source.quote(1, clean(decode(source.first_raw or b"")).rstrip("\n"))
        yield failure(where, name, reason)


def _of(pod: str, container: str) -> tuple[str, str]:
    """The places of a container's logs: current, previous, and what was rotated away."""
    folder = f"namespaces/{{namespace}}/pods/{pod}/{container}/{container}/logs"
    return f"{folder}/*.log", f"{folder}/rotated/*"


@parser(
    *_of("{pod}", "speaker"),
    *_of("{pod}", "frr-metrics"),
    *_of("{pod}", "frr-status"),
    "report/pods/{pod}/speaker.log",
    "report/pods/{pod}/frr-metrics.log",
    title="log of MetalLB's speaker",
    collect="oc adm must-gather with MetalLB installed; by hand: oc logs -n <namespace> <speaker pod> -c speaker",
)
def metallb_log(source: SourceFile) -> Iterator[MetallbLogWindow | MetallbLogCount | MetallbLogEvent | ParseFailure]:
    """Logs of the speaker and of the containers beside FRR that watch it."""
    yield from _read(source, "metallb_log", Reader())


@parser(
    *_of("controller-*", "controller"),
    *_of("*metallb*", "controller"),
    *_of("*frr-k8s*", "controller"),
    *_of("*metallb*", "manager"),
    *_of("*metallb*", "webhook-server"),
    *_of("*frr-k8s*", "frr-k8s-*"),
    "report/pods/{pod}/controller.log",
    title="logs of MetalLB's controller, of frr-k8s and of the operator",
    collect="oc adm must-gather with MetalLB installed; by hand: oc logs -n <namespace> <controller pod>",
)
def metallb_controller_log(
    source: SourceFile,
) -> Iterator[MetallbLogWindow | MetallbLogCount | MetallbLogEvent | ParseFailure]:
    """Logs of MetalLB's controller, of frr-k8s, of their webhook servers and of the operator."""
    yield from _read(source, "metallb_controller_log", Reader(follows=True))


@parser(
    *_of("{pod}", "reloader"),
    "report/pods/{pod}/reloader.log",
    title="log of the reloader beside FRR",
    collect="oc adm must-gather with MetalLB installed; by hand: oc logs -n <namespace> <pod> -c reloader",
)
def metallb_reloader_log(
    source: SourceFile,
) -> Iterator[MetallbLogWindow | MetallbLogCount | MetallbLogEvent | ParseFailure]:
    """Logs of the container that hands FRR its configuration."""
    yield from _read(source, "metallb_reloader_log", Reader(reloads=True))


@parser(
    title="saved logs of MetalLB",
    collect="oc logs -n <namespace> <pod> -c <container>, saved to a file",
    words=_OWN_WORDS,
    content=b"|".join(map(re.escape, _OWN_WORDS)),
)
def metallb_saved_log(
    source: SourceFile,
) -> Iterator[MetallbLogWindow | MetallbLogCount | MetallbLogEvent | ParseFailure]:
    """What `oc logs` printed, of one container or of several."""
    yield from _read(source, "metallb_saved_log", Reader(reloads=True, follows=True))
