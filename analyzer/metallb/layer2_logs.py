"""The log of the speaker of each node: what the process that runs now said, and how far back it reaches.

Source: metallb/metallb speaker/main.go, speaker/layer2_controller.go, internal/layer2/announcer.go.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from analyzer.instances import PodsByName
from analyzer.rule import join
from parsers.base import Evidence
from parsers.metallb_log import GROUPS, MetallbLogCount, MetallbLogEvent, MetallbLogWindow
from parsers.metallb_log_kinds import MetallbLogKind

_CONTAINERS = frozenset({"speaker", ""})  # the second of a saved file that does not tell
_RELEASE = re.compile(r"v?(\d{1,4})\.(\d{1,4})(?:\.|$|[^\d])")
_RESPONDERS = frozenset(
    {MetallbLogKind.RESPONDER_CREATED, MetallbLogKind.RESPONDER_DELETED, MetallbLogKind.RESPONDER_FAILED}
)


_Line = TypeVar("_Line", MetallbLogEvent, MetallbLogWindow, MetallbLogCount)


@dataclass(frozen=True, slots=True)
class SpeakerLog:
    """The log of one node's speaker, since its process started.

    `events` are sorted by time; `started` is the first line of the process, None where the log does not reach back to
    it: what is missing in such a log may have been said before.
    """

    node: str
    events: tuple[MetallbLogEvent, ...] = ()
    counts: tuple[MetallbLogCount, ...] = ()
    started: MetallbLogEvent | None = None
    first_time: datetime | None = None
    last_time: datetime | None = None

    @property
    def release(self) -> tuple[int, int] | None:
        """The first two numbers of MetalLB's version; None where the log does not tell them."""
        found = _RELEASE.match(str(self.started.details.get("version", ""))) if self.started else None
        return (int(found[1]), int(found[2])) if found else None

    def of(self, *kinds: MetallbLogKind) -> Iterator[MetallbLogEvent]:
        """The events of these kinds, the oldest first."""
        return (one for one in self.events if one.kind in kinds)

    def responders(self, protocol: str) -> dict[str, MetallbLogEvent]:
        """The last word on the responder of each interface; `protocol` is arp or ndp."""
        found = self.of(*_RESPONDERS)
        return {one.interface: one for one in found if one.protocol == protocol and one.interface}

    def where_started(self) -> tuple[Evidence, ...]:
        """The line of the start."""
        return (self.started.evidence,) if self.started else ()


class SpeakerLogs(dict[str, SpeakerLog]):
    """The logs by node. Empty when none was collected."""


@join
def speaker_logs(
    events: tuple[MetallbLogEvent, ...] | None,
    windows: tuple[MetallbLogWindow, ...] | None,
    counts: tuple[MetallbLogCount, ...] | None,
    pods: PodsByName,
) -> SpeakerLogs:
    homes = _Homes(pods)
    told, spans, counted = homes.sorted(events), homes.sorted(windows), homes.sorted(counts)
    nodes = sorted({*told, *spans, *counted})
    return SpeakerLogs(
        {node: _log(node, told.get(node, []), spans.get(node, []), counted.get(node, [])) for node in nodes}
    )


class _Homes:
    """Of which node's speaker, of the process that runs now, a line is."""

    def __init__(self, pods: PodsByName) -> None:
        self._pods = pods
        self._by_name = {name: pod for (_, name), pod in pods.items()}  # a log saved by hand tells no namespace

    def sorted(self, facts: Iterable[_Line] | None) -> dict[str, list[_Line]]:
        """The facts of speakers by node."""
        found: dict[str, list[_Line]] = {}
        for one in facts or ():
            if one.container not in _CONTAINERS or _previous(one):
                continue
            name = one.origin.pod or ""
            pod = self._pods.get((one.origin.namespace or "", name)) or self._by_name.get(name)
            if pod and pod.node:
                found.setdefault(pod.node, []).append(one)
        return found


def _previous(one: MetallbLogEvent | MetallbLogWindow | MetallbLogCount) -> bool:
    """Whether it is of the run of the container before this one."""
    return one.evidence.path.rpartition("/")[2].startswith("previous")


def moment(one: MetallbLogEvent) -> float:
    """What events are sorted by; those without a time come first."""
    return one.time.timestamp() if one.time else 0.0


def _log(
    node: str, events: Iterable[MetallbLogEvent], windows: list[MetallbLogWindow], counts: list[MetallbLogCount]
) -> SpeakerLog:
    told = sorted(events, key=moment)
    starts = [one for one in told if one.kind is MetallbLogKind.STARTING and "speaker" in one.text]
    # Of a log with more subjects than are counted nobody knows what else it says.
    started = starts[-1] if starts and len(counts) < GROUPS else None
    return SpeakerLog(
        node=node,
        events=tuple(one for one in told if started is None or moment(one) >= moment(started)),
        counts=tuple(counts),
        started=started,
        first_time=min((one.first_time for one in windows if one.first_time), default=None),
        last_time=max((one.last_time for one in windows if one.last_time), default=None),
    )
