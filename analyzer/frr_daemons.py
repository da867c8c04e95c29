"""The daemons of each FRR: what its log, its outputs and its own health check tell of bgpd, bfdd and the others."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import TypeVar

from analyzer.instances import YOUNG, Ages, FrrInstances, Group, Instance, PodsByName
from analyzer.rule import NotCollectedError, join
from parsers.base import OriginFact
from parsers.frr_daemons import FrrDaemons
from parsers.frr_log import FrrLogEvent, FrrLogKind, FrrLogWindow
from parsers.metallb_log import MetallbLogEvent, MetallbLogKind
from parsers.pods import Pod

# The daemon by the name that it logs with, and by the name under which zebra knows it.
BY_LOG = {"BGP": "bgpd", "BFD": "bfdd", "ZEBRA": "zebra", "STATIC": "staticd", "WATCHFRR": "watchfrr", "MGMTD": "mgmtd"}
CLIENTS = {"bgpd": "bgp", "bfdd": "bfd"}
DAY = timedelta(days=1)  # what a log tells of an earlier time is history

Told = TypeVar("Told", bound=OriginFact)
_Key = tuple[str | None, str]  # namespace and pod, or None and the folder of files that were saved by hand


@dataclass(frozen=True, slots=True)
class FrrDaemonsView:
    """One FRR with its log; `events` is None when no log was collected. `checks` is what the health check complained.

    end: the last time that its logs tell, or the collection's.
    """

    label: str
    node: str | None
    pod: Pod | None = None
    instance: Instance | None = None
    events: tuple[FrrLogEvent, ...] | None = None
    file: FrrDaemons | None = None
    checks: tuple[MetallbLogEvent, ...] = ()
    collected: datetime | None = None
    end: datetime | None = None

    @property
    def young(self) -> bool:
        """Whether FRR's container started so shortly before the collection that its daemons may still be starting."""
        since = self.started
        return since is not None and self.collected is not None and (self.collected - since).total_seconds() < YOUNG

    @property
    def started(self) -> datetime | None:
        """When FRR's container, else its pod, started."""
        frr = self.pod.container("frr") if self.pod else None
        return (frr.started_at if frr else None) or (self.pod.start_time if self.pod else None)

    def of_kinds(self, *kinds: FrrLogKind) -> list[FrrLogEvent]:
        """The events of these kinds in their order, each once although two logs hold it."""
        seen: dict[tuple[object, ...], FrrLogEvent] = {}
        for one in self.events or ():
            if one.kind in kinds:
                seen.setdefault((one.time, one.daemon, one.text), one)
        return sorted(seen.values(), key=lambda one: (one.time is not None, one.time or 0, one.evidence.first_line))

    def recent(self, time: datetime | None) -> bool:
        """Whether something happened within a day before the end; yes where a time is unknown."""
        return time is None or self.end is None or self.end - time < DAY


class FrrDaemonsViews(Group):
    """Every FRR of which an output or a log was collected, in the order of nodes."""

    items: tuple[FrrDaemonsView, ...]

    def __iter__(self) -> Iterator[FrrDaemonsView]:
        return iter(self.items)


def daemon_of(event: FrrLogEvent) -> str:
    """The daemon that a message is about: the one that it names, else the one that wrote it."""
    return event.name or BY_LOG.get(event.daemon, event.daemon.lower())


@join
def frr_daemons_views(  # noqa: PLR0913, PLR0917 - each source is one parameter, none of them is sure to be there
    instances: FrrInstances | None,
    events: tuple[FrrLogEvent, ...] | None,
    windows: tuple[FrrLogWindow, ...] | None,
    files: tuple[FrrDaemons, ...] | None,
    messages: tuple[MetallbLogEvent, ...] | None,
    pods: PodsByName,
    ages: Ages,
) -> FrrDaemonsViews:
    found = {_key(one): _of_instance(one) for one in instances or ()}
    split = _of_several_nodes(windows or (), found)
    logs, shown = _grouped(events or (), split), _grouped(windows or (), split)
    for key in shown:
        found.setdefault(key, _of_log(key, pods))
    if not found:
        raise NotCollectedError("neither an output nor a log of FRR in this archive")
    known = _grouped(files or (), split)
    checks = _grouped((one for one in messages or () if one.kind is MetallbLogKind.DAEMONS_NOT_RUNNING), split)
    ends = {key: max((one.last_time for one in each if one.last_time), default=None) for key, each in shown.items()}
    result = []
    for key, view in found.items():
        collected = view.collected or (ages.of(view.pod.image_dir) if view.pod else None)
        result.append(
            replace(
                view,
                events=tuple(logs.get(key, ())) if key in shown else view.events,
                file=next(iter(reversed(known.get(key, []))), None),
                checks=tuple(checks.get(key, ())),
                collected=collected,
                end=max((one for one in (ends.get(key), collected) if one), default=None),
            )
        )
    return FrrDaemonsViews(tuple(sorted(result, key=lambda one: (one.node or "", one.label))))


def _key(one: Instance | OriginFact) -> _Key:
    return (one.origin.namespace, one.origin.pod) if one.origin.pod else (None, one.origin.folder)


def _of_several_nodes(windows: Iterable[FrrLogWindow], instances: Container[_Key]) -> set[str]:
    """The folders of saved files that hold several logs and are not one node's: every file counts for itself there."""
    paths: dict[str, set[str]] = {}
    for one in windows:
        if not one.origin.pod:
            paths.setdefault(one.origin.folder, set()).add(one.evidence.path)
    return {folder for folder, found in paths.items() if len(found) > 1 and (None, folder) not in instances}


def _grouped(facts: Iterable[Told], split: Container[str]) -> Mapping[_Key, list[Told]]:
    found: dict[_Key, list[Told]] = {}
    for one in facts:
        alone = not one.origin.pod and one.origin.folder in split
        key = (None, str(PurePosixPath(one.evidence.path).with_suffix(""))) if alone else _key(one)
        found.setdefault(key, []).append(one)
    return found


def _of_instance(one: Instance) -> FrrDaemonsView:
    return FrrDaemonsView(one.label, one.node, one.pod, one, one.events, collected=one.collected)


def _of_log(key: _Key, pods: PodsByName) -> FrrDaemonsView:
    """An FRR of which only the log was collected."""
    pod = pods.get((key[0] or "", key[1]))
    node = pod.node if pod else None
    return FrrDaemonsView(node or PurePosixPath(key[1]).name or "saved files", node, pod)
