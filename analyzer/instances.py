"""Joins over FRR: the instances, one FRR of one node each, and the pods and nodes that they run on."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from pathlib import PurePosixPath
from typing import Any

from analyzer.node_states import origin, untold
from analyzer.rule import NotCollectedError, join
from parsers.base import Origin, OriginFact
from parsers.bfd_facts import BfdAnswer, BfdBriefPeer, BfdCounters, BfdPeer
from parsers.bgp_neighbor_facts import BgpNeighbor
from parsers.bgp_prefix import BgpPrefix
from parsers.bgp_summary_facts import BgpSummaryRow
from parsers.bgp_table import BgpRoute, BgpTable
from parsers.dump_frr import BFD_PEER, BGP_NEIGHBOR, FrrSection, SectionState
from parsers.frr_config_facts import BgpRouter, ConfigKind, RunningConfig
from parsers.frr_log import FrrLogCount, FrrLogEvent
from parsers.frrk8s_node_states import FrrNodeState
from parsers.gather_timestamp import GatherTimestamp
from parsers.kubernetes import unique
from parsers.nodes import Node
from parsers.pods import Pod

YOUNG = 180  # seconds after its start in which a pod's sessions may still be coming up; FRR's connect-retry is 120


@dataclass(frozen=True, slots=True)
class Instance:
    """One FRR: the outputs of one `frr` container, or of one folder that an engineer saved by hand.

    `config`, `neighbors` and `bfd_peers` are None when the output was not collected or not answered; an empty tuple
    means that FRR answered and has none.
    """

    label: str
    node: str | None
    origin: Origin
    pod: Pod | None = None
    age: int | None = None
    collected: datetime | None = None
    host: Node | None = None
    config: RunningConfig | None = None
    startup: RunningConfig | None = None
    neighbors: tuple[BgpNeighbor, ...] | None = None
    bfd_peers: tuple[BfdPeer, ...] | None = None
    brief: tuple[BfdBriefPeer, ...] = ()
    counters: tuple[BfdCounters, ...] = ()
    rows: tuple[BgpSummaryRow, ...] = ()
    prefixes: tuple[BgpPrefix, ...] = ()
    tables: tuple[BgpTable, ...] = ()
    routes: tuple[BgpRoute, ...] = ()
    sections: Mapping[str, FrrSection] = field(default_factory=dict)
    events: tuple[FrrLogEvent, ...] | None = None
    counts: tuple[FrrLogCount, ...] | None = None

    @property
    def young(self) -> bool:
        """Whether the pod started less than YOUNG seconds before the collection."""
        return self.age is not None and self.age < YOUNG

    @property
    def bgpd_dead(self) -> bool:
        """Whether bgpd does not run: vtysh shows a configuration without BGP, no neighbors, and frr.conf has BGP."""
        section = self.sections.get(BGP_NEIGHBOR)
        silent = section is not None and section.state is not SectionState.ANSWERED and self.neighbors is None
        wanted = self.startup is not None and bool(self.startup.routers)
        return silent and wanted and self.config is not None and self.config.complete and not self.config.routers

    @property
    def bfdd_silent(self) -> bool:
        """Whether bfdd gave no answer; its profiles are missing in the running configuration then."""
        section = self.sections.get(BFD_PEER)
        return section is not None and section.state is not SectionState.ANSWERED

    @property
    def routers(self) -> tuple[BgpRouter, ...]:
        """The `router bgp` blocks of the running configuration."""
        return self.config.routers if self.config else ()


@dataclass(frozen=True, slots=True)
class Group:
    """A join's result: a fixed sequence."""

    items: tuple[Any, ...]

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)


class FrrInstances(Group):
    """Every FRR of the archive, in the order of nodes."""

    items: tuple[Instance, ...]

    def __iter__(self) -> Iterator[Instance]:
        return iter(self.items)


class Ages:
    """When each image directory was collected."""

    def __init__(self, timestamps: Iterable[GatherTimestamp]) -> None:
        self._starts = {one.image_dir: one.start for one in timestamps if one.start}

    def of(self, image_dir: str) -> datetime | None:
        """The start of the collection, from the directory itself or the nearest one above it."""
        for folder in (image_dir, *map(str, PurePosixPath(image_dir).parents)):
            if (found := self._starts.get("" if folder == "." else folder)) is not None:
                return found
        return next(iter(self._starts.values())) if len(self._starts) == 1 else None


@join
def collection_ages(timestamps: tuple[GatherTimestamp, ...] | None) -> Ages:
    return Ages(timestamps or ())


class PodsByName(dict[tuple[str, str], Pod]):
    """Pods by namespace and name, each once."""


@join
def pods_by_name(pods: tuple[Pod, ...] | None) -> PodsByName:
    return PodsByName({(pod.namespace or "", pod.name): pod for pod in unique(pods or ())})


class NodesByName(dict[str, Node]):
    """Nodes by name, each once."""


@join
def nodes_by_name(nodes: tuple[Node, ...] | None) -> NodesByName:
    return NodesByName({node.name: node for node in unique(nodes or ())})


@join
def frr_instances(  # noqa: PLR0913, PLR0917 - every kind of FRR output is one parameter, that is what the join is for
    sections: tuple[FrrSection, ...] | None,
    configs: tuple[RunningConfig, ...] | None,
    neighbors: tuple[BgpNeighbor, ...] | None,
    bfd_answers: tuple[BfdAnswer, ...] | None,
    bfd_peers: tuple[BfdPeer, ...] | None,
    brief: tuple[BfdBriefPeer, ...] | None,
    counters: tuple[BfdCounters, ...] | None,
    rows: tuple[BgpSummaryRow, ...] | None,
    prefixes: tuple[BgpPrefix, ...] | None,
    tables: tuple[BgpTable, ...] | None,
    routes: tuple[BgpRoute, ...] | None,
    events: tuple[FrrLogEvent, ...] | None,
    counts: tuple[FrrLogCount, ...] | None,
    pods: PodsByName,
    nodes: NodesByName,
    ages: Ages,
    states: tuple[FrrNodeState, ...] | None,
) -> FrrInstances:
    groups = _Groups(
        *(sections, configs, neighbors, bfd_answers, bfd_peers, brief, counters, rows, prefixes),
        *(tables, routes, events, counts),
    )
    found = [_instance(origin, groups.by_origin[origin], pods, nodes, ages) for origin in groups.by_origin]
    # Logs alone are no FRR output; a frr.conf alone says what was wanted, not what is.
    found = [one for one in found if one.config or one.startup or one.sections or _answered(one)]
    found += [
        Instance(
            state.node,
            state.node,
            origin(state),
            collected=ages.of(state.image_dir),
            host=nodes.get(state.node),
            config=config,
        )
        for state, config in untold(states or (), [one.node for one in found], pods)
    ]
    if not found:
        raise NotCollectedError("no FRR output in this archive: no dump_frr, running-config or saved vtysh output")
    return FrrInstances(tuple(sorted(_completed(_latest(found)), key=lambda one: (one.node or "", one.label))))


def _answered(one: Instance) -> bool:
    return (
        one.neighbors is not None
        or one.bfd_peers is not None
        or bool(one.rows or one.brief or one.prefixes or one.tables)
    )


class _Groups:
    """The facts of one origin together: a pod's by pod, saved files by folder (by file when a folder mixes nodes)."""

    def __init__(self, *kinds: tuple[OriginFact, ...] | None) -> None:
        self.by_origin: dict[Origin, list[OriginFact]] = {}
        facts = [fact for kind in kinds for fact in kind or ()]
        mixed = _mixed_folders(facts)
        for fact in facts:
            origin = fact.origin
            if origin.pod:
                key = Origin(origin.image_dir, origin.namespace, origin.pod)
            elif origin.folder in mixed:
                key = Origin(folder=str(PurePosixPath(fact.evidence.path).with_suffix("")))
            else:
                key = Origin(folder=origin.folder)
            self.by_origin.setdefault(key, []).append(fact)


# What one node has several of, in several files.
_REPEATED = (FrrLogEvent, FrrLogCount, BgpPrefix, BgpTable, BgpRoute, BfdAnswer)


def _mixed_folders(facts: Iterable[OriginFact]) -> set[str]:
    """Folders in which one kind of output stands in several files: these are of several nodes."""
    stems: dict[tuple[str, Hashable], set[str]] = {}
    for fact in facts:
        # The full and the brief form of `show bfd peers` both tell that bfdd answered.
        if not fact.origin.pod and not isinstance(fact, _REPEATED):
            stem = str(PurePosixPath(fact.evidence.path).with_suffix(""))
            stems.setdefault((fact.origin.folder, _output(fact)), set()).add(stem)
    return {folder for (folder, _), found in stems.items() if len(found) > 1}


def _output(fact: OriginFact) -> Hashable:
    """What one node has once: its running configuration, its neighbors, its summary of each address family."""
    return (BgpSummaryRow, fact.family) if isinstance(fact, BgpSummaryRow) else type(fact)


def _of(kind: type[Any], facts: list[OriginFact]) -> tuple[Any, ...]:
    return tuple(fact for fact in facts if isinstance(fact, kind))


def _instance(origin: Origin, facts: list[OriginFact], pods: PodsByName, nodes: NodesByName, ages: Ages) -> Instance:
    configs = _of(RunningConfig, facts)
    config = next((one for one in reversed(configs) if one.kind is ConfigKind.RUNNING), None)
    startup = next((one for one in reversed(configs) if one.kind is ConfigKind.STARTUP), None)
    sections = {one.command: one for one in _of(FrrSection, facts)}
    pod = pods.get((origin.namespace or "", origin.pod)) if origin.pod else None
    node = _node_name(origin, pod, config or startup, nodes)
    collected = ages.of(origin.image_dir)
    neighbors, bfd_peers = _of(BgpNeighbor, facts), _of(BfdPeer, facts)
    logs = any(isinstance(fact, (FrrLogEvent, FrrLogCount)) for fact in facts)
    return Instance(
        label=node or origin.pod or PurePosixPath(origin.folder).name or "saved files",
        node=node,
        origin=origin,
        pod=pod,
        age=_age(pod, collected),
        collected=collected,
        host=nodes.get(node or ""),
        config=config,
        startup=startup,
        neighbors=neighbors if neighbors or _none_there(sections, config, startup) else None,
        bfd_peers=bfd_peers if bfd_peers or _of(BfdAnswer, facts) else None,
        brief=_of(BfdBriefPeer, facts),
        counters=_of(BfdCounters, facts),
        rows=_of(BgpSummaryRow, facts),
        prefixes=_of(BgpPrefix, facts),
        tables=_of(BgpTable, facts),
        routes=_of(BgpRoute, facts),
        sections=sections,
        events=_of(FrrLogEvent, facts) if logs else None,
        counts=_of(FrrLogCount, facts) if logs else None,
    )


def _none_there(sections: Mapping[str, FrrSection], *configs: RunningConfig | None) -> bool:
    # "% No BGP neighbors found" is an answer: there are none. So is "% BGP instance not found" where no configuration
    # asks for BGP, as on a node that no FRRConfiguration selects. Any other error text leaves the question open.
    message = (sections[BGP_NEIGHBOR].message if BGP_NEIGHBOR in sections else None) or ""
    asked = any(one.routers for one in configs if one)
    return "No BGP neighbors found" in message or ("BGP instance not found" in message and not asked)


def _node_name(origin: Origin, pod: Pod | None, config: RunningConfig | None, nodes: NodesByName) -> str | None:
    if pod and pod.node:
        return pod.node
    folder = PurePosixPath(origin.folder)
    for part in (folder.name, *reversed(folder.parts)):
        if part in nodes:
            return part
    # FRR runs in the host's network namespace: its hostname is the node's, whole or without the domain.
    hostname = config.hostname if config else None
    if hostname is None:
        return None
    same = [name for name in nodes if name == hostname or name.split(".", 1)[0] == hostname.split(".", 1)[0]]
    return same[0] if len(same) == 1 else hostname


def _age(pod: Pod | None, collected: datetime | None) -> int | None:
    if pod is None or collected is None:
        return None
    container = next((one for one in pod.containers if one.name == "frr"), None)
    started = (container.started_at if container else None) or pod.start_time
    return max(0, int((collected - started).total_seconds())) if started else None


def _latest(found: list[Instance]) -> list[Instance]:
    """Of one pod that stands in several image directories only the youngest collection with an answer counts."""
    latest: dict[tuple[str | None, ...], Instance] = {}
    for one in found:
        key = (one.origin.namespace, one.origin.pod) if one.origin.pod else ("", one.origin.folder)
        held = latest.get(key)
        if held is None or _moment(one) >= _moment(held):
            latest[key] = one
    return list(latest.values())


def _completed(found: list[Instance]) -> list[Instance]:
    """What was saved by hand of a node fills what its pod's own outputs lack; it is no second FRR."""
    saved: dict[str | None, list[Instance]] = {}
    for one in found:
        if not one.origin.pod and one.node:
            saved.setdefault(one.node, []).append(one)
    with_pod = {one.node for one in found if one.origin.pod}
    kept = [one for one in found if one.origin.pod or one.node not in with_pod]
    return [reduce(_filled, saved.get(one.node, ()), one) if one.origin.pod else one for one in kept]


def _filled(pod: Instance, saved: Instance) -> Instance:
    return replace(
        pod,
        config=pod.config or saved.config,
        startup=pod.startup or saved.startup,
        neighbors=saved.neighbors if pod.neighbors is None else pod.neighbors,
        bfd_peers=saved.bfd_peers if pod.bfd_peers is None else pod.bfd_peers,
        brief=pod.brief or saved.brief,
        counters=pod.counters or saved.counters,
        rows=pod.rows or saved.rows,
        prefixes=(*pod.prefixes, *saved.prefixes),
        tables=pod.tables or saved.tables,
        routes=pod.routes or saved.routes,
    )


def _moment(one: Instance) -> tuple[bool, str, str]:
    answered = bool(one.config or _answered(one))
    return (answered, one.collected.isoformat() if one.collected else "", one.origin.image_dir)
