"""The clocks of the nodes, as far as an archive proves anything of them.

What a node wrote before the collection ended and dates after that end was written by a clock that is ahead. The end is
told by other clocks: `timestamp` in an image directory by the node that ran the collection, the one around it by the
machine of the person who asked for it; the latter only lends its duration where both are there. Nodes whose newest
lines are older prove nothing. Leases are renewed every 10 s and listed in one moment: they compare nodes directly.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from statistics import median

from analyzer.instances import NodesByName, PodsByName
from analyzer.model import with_note
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence, Origin
from parsers.frr_log import FrrLogCount, FrrLogWindow
from parsers.gather_timestamp import GatherTimestamp
from parsers.kubernetes import unique
from parsers.metallb_log import MetallbLogCount, MetallbLogWindow
from parsers.node_clocks import ChronyTracking, NodeHeartbeat, NodeLease

# Seconds by which a log that prints no zone may lead and still prove a clock wrong: above, a time zone is as likely,
# for the least step of one is half an hour and nobody knows how long the log was silent before the end.
ZONE = 1500


@dataclass(frozen=True, slots=True)
class End:
    """When a collection was over, by the clock of the node that ran it, or of the only machine that tells."""

    at: datetime
    start: datetime
    evidence: tuple[Evidence, ...]


class Collections:
    """The ends of the collections, by image directory."""

    def __init__(self, timestamps: Iterable[GatherTimestamp]) -> None:
        self._of = {"" if one.image_dir == "." else one.image_dir: one for one in timestamps}

    def end(self, image_dir: str, *, copied: bool = False) -> End | None:
        """The end that nothing in this directory can be younger than; None where nothing tells it.

        copied: the file was fetched by a script that runs after `timestamp` was written for the last time.
        """
        inner = self._of.get(image_dir)
        above = (str(path) for path in PurePosixPath(image_dir).parents) if image_dir else ()
        outer = next((found for path in above if (found := self._of.get("" if path == "." else path))), None)
        if inner and outer and outer.end:
            at = max(inner.end or inner.start, inner.start + (outer.end - outer.start))
            return End(at, inner.start, (*inner.where("start", "end"), *outer.where("start", "end")))
        only = inner or outer
        if only is None or only.end is None or (copied and inner):
            return None
        return End(only.end, only.start, only.where("end"))


@dataclass(frozen=True, slots=True)
class Stamp:
    """The newest time that a node wrote in one place. lead: seconds after the end of the collection."""

    what: str
    at: datetime
    lead: float
    evidence: tuple[Evidence, ...]
    end: End
    zone: bool = False  # whether the lead may be the time zone of a clock that prints none


@dataclass(frozen=True, slots=True)
class NodeClock:
    """What is known of the clock of one node.

    lease_lead: seconds that its lease is ahead of the middle of all leases, of two of the other; negative behind.
    """

    node: str
    stamps: tuple[Stamp, ...] = ()
    undated: tuple[str, ...] = ()
    chrony: ChronyTracking | None = None
    lease: NodeLease | None = None
    lease_lead: float | None = None
    others: tuple[NodeLease, ...] = ()
    ready: bool | None = None
    duration: float | None = None

    @property
    def ahead(self) -> Stamp | None:
        """The stamp that proves most; a lead that is a time zone proves nothing."""
        return max((one for one in self.stamps if not one.zone), key=lambda one: one.lead, default=None)

    @property
    def zone(self) -> Stamp | None:
        """A stamp in another time zone."""
        return next((one for one in self.stamps if one.zone), None)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks in the order of nodes."""

    items: tuple[NodeClock, ...]

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[NodeClock]:
        return iter(self.items)


@dataclass(slots=True)
class _Found:
    """What was found of one node so far."""

    stamps: list[Stamp] = field(default_factory=list)
    undated: list[str] = field(default_factory=list)

    def add(self, what: str, at: datetime, evidence: tuple[Evidence, ...], end: End | None, *, plain: bool) -> None:
        """Keep a time. plain: it was printed without a zone."""
        if end is None:
            self.undated.append(what)
            return
        lead = (at - end.at).total_seconds()
        self.stamps.append(Stamp(what, at, lead, evidence, end, zone=plain and lead > ZONE))


@join
def clocks(  # noqa: PLR0913, PLR0917 - each source is one parameter, none of them is sure to be there
    frr_logs: tuple[FrrLogWindow, ...] | None,
    frr_counts: tuple[FrrLogCount, ...] | None,
    logs: tuple[MetallbLogWindow, ...] | None,
    counts: tuple[MetallbLogCount, ...] | None,
    leases: tuple[NodeLease, ...] | None,
    heartbeats: tuple[NodeHeartbeat, ...] | None,
    chrony: tuple[ChronyTracking, ...] | None,
    timestamps: tuple[GatherTimestamp, ...] | None,
    pods: PodsByName,
    nodes: NodesByName,
) -> Clocks:
    ends = Collections(timestamps or ())
    found: dict[str, _Found] = {}
    newest = _newest(frr_counts or (), counts or ())
    every: list[FrrLogWindow | MetallbLogWindow] = [*(frr_logs or ()), *(logs or ())]
    for log in every:
        if (node := _node_of(log.origin, pods)) and log.last_time:
            _log(found.setdefault(node, _Found()), log, log.last_time, ends, newest)
    for beat in heartbeats or ():
        of_node = found.setdefault(beat.node, _Found())
        of_node.add("heartbeat", beat.at, beat.where("at"), ends.end(beat.image_dir), plain=False)
    held = {one.name: one for one in unique(leases or ())}
    for lease in held.values():
        of_node = found.setdefault(lease.name, _Found())
        of_node.add("lease", lease.renewed, lease.where("renewed"), ends.end(lease.image_dir), plain=False)
    tracked = {_named(one, nodes): one for one in chrony or ()}
    names = sorted({*found, *tracked})
    if not names:
        raise NotCollectedError("no log of a known node, no lease or heartbeat of a node and no output of chrony")
    ready = {name for name, node in nodes.items() if node.ready}
    return Clocks(
        tuple(_clock(name, found.get(name, _Found()), tracked.get(name), held, ready, nodes, ends) for name in names)
    )


def _node_of(origin: Origin, pods: PodsByName) -> str | None:
    pod = pods.get((origin.namespace or "", origin.pod)) if origin.pod else None
    return pod.node if pod else None


def _named(one: ChronyTracking, nodes: NodesByName) -> str:
    """The node that an output of chrony is from, else what its path says."""
    hint = one.node or one.evidence.path
    same = [name for name in nodes if hint == name or hint.split(".", 1)[0] == name.split(".", 1)[0]]
    return same[0] if len(same) == 1 else hint


_Newest = Mapping[str, tuple[datetime, Evidence]]


def _newest(*kinds: Iterable[FrrLogCount | MetallbLogCount]) -> _Newest:
    """The newest message of each log that has a line to show."""
    found: dict[str, tuple[datetime, Evidence]] = {}
    for counts in kinds:
        for one in counts:
            mark = one.marks.get("last", one.evidence)
            held = found.get(mark.path)
            if one.last_time and (held is None or one.last_time > held[0]):
                found[mark.path] = (one.last_time, mark)
    return found


def _log(found: _Found, log: FrrLogWindow | MetallbLogWindow, at: datetime, ends: Collections, newest: _Newest) -> None:
    """The last line of a log; its evidence is the newest message that is known by its line, else the first line."""
    name = log.evidence.path.rpartition("/")[2]
    frr = isinstance(log, FrrLogWindow)
    what = f"log of {'FRR' if frr else getattr(log, 'container', '') or 'MetalLB'}"
    end = ends.end(log.origin.image_dir, copied=name == "frr.log")
    shown = newest.get(log.evidence.path)
    evidence: tuple[Evidence, ...] = (shown[1] if shown else log.evidence,)
    if shown is None or shown[0] < at:
        evidence = with_note(evidence, f"the last line of this file is of {at:%Y-%m-%dT%H:%M:%SZ}")
    found.add(what, at, evidence, end, plain=frr)


def _clock(  # noqa: PLR0913, PLR0917 - one node of the join
    name: str,
    found: _Found,
    tracked: ChronyTracking | None,
    leases: Mapping[str, NodeLease],
    ready: set[str],
    nodes: NodesByName,
    ends: Collections,
) -> NodeClock:
    own = leases.get(name)
    others: tuple[NodeLease, ...] = ()
    if own is not None:
        others = tuple(
            one for one in leases.values() if one.name != name and one.name in ready and one.image_dir == own.image_dir
        )
    middle = _middle(own, others) if own and others else None
    end = ends.end(own.image_dir) if own else None
    return NodeClock(
        node=name,
        stamps=tuple(found.stamps),
        undated=tuple(dict.fromkeys(found.undated)),
        chrony=tracked,
        lease=own,
        lease_lead=own.renewed.timestamp() - middle if own and middle else None,
        others=others,
        ready=nodes[name].ready if name in nodes else None,
        duration=(end.at - end.start).total_seconds() if end else None,
    )


def _middle(own: NodeLease, others: tuple[NodeLease, ...]) -> float:
    """What a lease is compared with: the other one, or the middle of all, which a single wrong one does not move."""
    if len(others) == 1:
        return others[0].renewed.timestamp()
    return median(one.renewed.timestamp() for one in (own, *others))
