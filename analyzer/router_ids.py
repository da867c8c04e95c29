"""The BGP router IDs of the nodes: what FRR uses, and what resources set for several nodes at once.

Sources: metallb/metallb speaker/bgp_controller.go (a BGPPeer's routerID is that of every node that it selects),
metallb/frr-k8s internal/controller (the `id` of a router); FRRouting zebra/router-id.c (FRR's own choice is an address
of the node, so that only a set one can be the same on two nodes).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from analyzer.addresses import comparable
from analyzer.bgp import notification
from analyzer.frr import Session, Sessions
from analyzer.instances import FrrInstances, Group, Instance
from analyzer.metallb.speakers import Speakers
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence, Origin
from parsers.bgp_summary_facts import BgpSummary
from parsers.bgp_table import BgpTable
from parsers.frrk8s_configurations import FrrConfiguration
from parsers.kubernetes import unique
from parsers.metallb_peers import BgpPeer

UNSET = "0.0.0.0"  # noqa: S104 - a router ID that was never chosen, not an address to listen on
Key = tuple[str, str]  # VRF, node


@dataclass(frozen=True, slots=True)
class Setting:
    """A resource that sets a router ID for the nodes that it selects, as far as speakers are known to run there."""

    resource: str
    router_id: str
    vrf: str
    nodes: tuple[str, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """A router ID of several nodes in one VRF.

    used: the nodes that run with it, with the line that says so; asked: those for which a resource sets it, and that
    do not show another one. rejected: the lines of sessions that a peer or this node refused for their router ID.
    """

    router_id: str
    vrf: str
    used: Mapping[str, tuple[Evidence, ...]]
    asked: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    rejected: tuple[Evidence, ...] = ()

    @property
    def nodes(self) -> tuple[str, ...]:
        """All of them, in the order of names."""
        return tuple(sorted({*self.used, *self.asked}))


@dataclass(frozen=True, slots=True)
class RouterIds(Group):
    """The router IDs that nodes share; `judged` is the number of nodes of which one is known or set.

    `unplaced` are outputs that no node could be told of, `unselected` settings of which the nodes are not known.
    """

    items: tuple[Shared, ...]
    judged: int = 0
    unplaced: tuple[Instance, ...] = ()
    unselected: tuple[Setting, ...] = ()

    def __len__(self) -> int:
        return self.judged + len(self.unplaced) + len(self.unselected)

    def __iter__(self) -> Iterator[Shared]:
        return iter(self.items)


@join
def router_ids(  # noqa: PLR0913, PLR0917 - each source is one parameter, none of them is sure to be there
    instances: FrrInstances | None,
    summaries: tuple[BgpSummary, ...] | None,
    sessions: Sessions | None,
    peers: tuple[BgpPeer, ...] | None,
    configurations: tuple[FrrConfiguration, ...] | None,
    speakers: Speakers | None,
) -> RouterIds:
    used: dict[Key, dict[str, tuple[Evidence, ...]]] = {}
    unplaced = []
    answers: dict[Origin, list[BgpSummary]] = {}
    for answer in summaries or ():
        answers.setdefault(answer.origin, []).append(answer)
    for one in instances or ():
        found = _of_instance(one, answers)
        if one.node is None:
            unplaced += [one] if found else []
            continue
        for vrf, (router_id, lines) in found.items():
            used.setdefault((vrf, one.node), {}).setdefault(router_id, lines)
    settings = [*_of_peers(peers or (), speakers), *_of_configurations(configurations or (), speakers)]
    known = {node for _, node in used} | {node for one in settings for node in one.nodes}
    if not known and not unplaced and not settings:
        raise NotCollectedError("no FRR output that tells a router ID, and no resource that sets one, in this archive")
    if not known and not settings and len(unplaced) == 1:
        raise NotCollectedError("only one router ID is known: there is none to compare it with")
    refused = _refused(sessions or ())
    shared = _shared(used, settings, refused)
    unselected = tuple(one for one in settings if not one.nodes)
    return RouterIds(tuple(shared), len(known), tuple(unplaced) if len(unplaced) > 1 else (), unselected)


def _shared(
    used: Mapping[Key, Mapping[str, tuple[Evidence, ...]]],
    settings: Iterable[Setting],
    refused: Mapping[Key, tuple[Evidence, ...]],
) -> Iterator[Shared]:
    """By VRF and router ID: the nodes that use it, and those for which it is set and that show no other one."""
    found: dict[tuple[str, str], dict[str, tuple[Evidence, ...]]] = {}
    for (vrf, node), ids in used.items():
        for router_id, lines in ids.items():
            found.setdefault((vrf, router_id), {})[node] = lines
    set_by: dict[tuple[str, str], list[Setting]] = {}
    for one in settings:
        set_by.setdefault((one.vrf, one.router_id), []).append(one)
    for vrf, router_id in sorted({*found, *set_by}):
        lines_of = found.get((vrf, router_id), {})
        by = tuple(set_by.get((vrf, router_id), ()))
        asked = sorted({node for one in by for node in one.nodes if (vrf, node) not in used})
        nodes = {*lines_of, *asked}
        if len(nodes) > 1:
            rejected = tuple(line for node in sorted(nodes) for line in refused.get((vrf, node), ()))
            yield Shared(router_id, vrf, lines_of, tuple(asked), by, rejected)


def _of_instance(
    one: Instance, summaries: Mapping[Origin, list[BgpSummary]]
) -> dict[str, tuple[str, tuple[Evidence, ...]]]:
    """The router ID of each VRF: as sessions use it, else as tables and summaries show it, else as it is configured."""
    found: dict[str, tuple[str, tuple[Evidence, ...]]] = {}
    for block in one.neighbors or ():
        if _usable(block.local_router_id):
            lines = (*block.where("local_router_id"), *_configured(one, block.vrf, block.local_router_id))
            found.setdefault(block.vrf, (block.local_router_id or "", lines))
    mine = [each for origin in {row.origin: None for row in one.rows} for each in summaries.get(origin, ())]
    answers: tuple[BgpTable | BgpSummary, ...] = (*one.tables, *mine)
    for answer in answers:
        if _usable(answer.router_id):
            found.setdefault(answer.vrf or "default", (answer.router_id or "", answer.where("router_id")))
    for router in one.routers:
        if _usable(router.router_id):
            found.setdefault(router.vrf, (router.router_id or "", router.where("router_id")))
    return found


def _configured(one: Instance, vrf: str, router_id: str | None) -> Iterator[Evidence]:
    """The line of the configuration that sets this router ID: FRR did not choose it then."""
    for router in one.routers:
        if router.vrf == vrf and router.router_id == router_id and "router_id" in router.marks:
            yield router.marks["router_id"]


def _usable(router_id: str | None) -> bool:
    """Whether it tells one node from another: it is not unset, and not masked beyond that."""
    return router_id is not None and comparable(router_id) and router_id != UNSET


def _of_peers(peers: Iterable[BgpPeer], speakers: Speakers | None) -> Iterator[Setting]:
    for one in unique(peers):
        if _usable(one.router_id):
            selects = one.node_selectors
            nodes = tuple(
                each.node
                for each in speakers or ()
                if not selects or (each.labels is not None and any(by.matches(each.labels) for by in selects))
            )
            lines = one.where("router_id", "node_selectors")
            yield Setting(f"BGPPeer {one.name}", one.router_id or "", one.vrf or "default", nodes, lines)


def _of_configurations(found: Iterable[FrrConfiguration], speakers: Speakers | None) -> Iterator[Setting]:
    for one in unique(found):
        everywhere = not (one.node_selector.match_labels or one.node_selector.match_expressions)
        nodes = tuple(
            each.node
            for each in speakers or ()
            if everywhere or (each.labels is not None and one.node_selector.matches(each.labels))
        )
        for router in one.routers:
            if _usable(router.router_id):
                lines = (*router.where("router_id"), *one.where("node_selector"))
                vrf = router.vrf or "default"
                yield Setting(f"FRRConfiguration {one.name}", router.router_id or "", vrf, nodes, lines)


def _refused(sessions: Iterable[Session]) -> dict[Key, tuple[Evidence, ...]]:
    """The resets of sessions that are down for a router ID, by VRF and node."""
    found: dict[Key, tuple[Evidence, ...]] = {}
    for one in sessions:
        if one.node and not one.established and notification(one, "OPEN Message Error", "Bad BGP Identifier"):
            found[one.vrf, one.node] = (*found.get((one.vrf, one.node), ()), *one.where("last_reset"))
    return found
