"""Which OVN databases are of which node, and the best copy of each.

With interconnect (OpenShift 4.14 and later) every node is a zone of its own with a northbound and a southbound database
(ovn-org/ovn-kubernetes go-controller/pkg/ovn/zone_interconnect); both carry the name of their zone. Before, and where
the zone is called `global`, one pair of clustered databases serves all nodes, and every master has a copy.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from analyzer.instances import Ages, Group, NodesByName, PodsByName
from analyzer.ovn.written import made
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.nodes import Node
from parsers.ovn_databases import NorthboundDatabase, SouthboundDatabase
from parsers.ovn_northbound_rows import NbGlobal
from parsers.ovn_southbound_rows import SbGlobal
from parsers.ovsdb_facts import OvsdbDatabase
from parsers.pods import Pod

ZONE = "k8s.ovn.org/zone-name"
CLUSTER = "global"
FRESH = 60  # seconds before the copy: what is younger may still be on its way into the database (J)
LASTING = timedelta(minutes=10)  # age from which on a pod is taken to stay (J)
STARTING = timedelta(minutes=5)  # in which ovnkube writes everything anew after it has started (J)
_OWN_POD = "ovnkube-node-"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

Kind = TypeVar("Kind", bound=OvsdbDatabase)


@dataclass(frozen=True, slots=True)
class Copy(Generic[Kind]):
    """A database as it was copied, `after` this moment or then; `started` is when its must-gather began.

    Both are None where nothing tells. new: the whole database was made while the archive was collected, or just before:
    when its rows came tells nothing then. filling: so were the containers that fill it.
    """

    fact: Kind
    after: datetime | None
    started: datetime | None = None
    new: bool = False
    filling: bool = False

    @property
    def limits(self) -> str | None:
        """Why what it does not hold proves nothing; None for a sound copy."""
        if not self.fact.complete:
            return "is damaged or cut"
        if self.filling:
            return "was made anew while the archive was collected"
        return "holds replaced texts" if self.fact.edited else None

    def lasting(self, moment: datetime | None) -> bool:
        """Whether what began at this moment is old enough to have lasted while the archive was collected.

        Pods of jobs and installers, of which there are many during a rollout, come and go within minutes.
        """
        return self.started is None or (moment is not None and moment <= self.started - LASTING)

    def held(self, moment: datetime | None) -> bool:
        """Whether what happened at this moment must be in it."""
        return self.after is not None and moment is not None and moment <= self.after - timedelta(seconds=FRESH)


@dataclass(frozen=True, slots=True)
class Zone:
    """One control plane of OVN: that of a node, or of the whole cluster (`interconnect` False), with its databases."""

    name: str
    interconnect: bool
    nodes: tuple[str, ...] = ()
    northbound: Copy[NorthboundDatabase] | None = None
    southbound: Copy[SouthboundDatabase] | None = None

    @property
    def node(self) -> str | None:
        """The node whose own zone it is."""
        return (self.nodes[0] if len(self.nodes) == 1 else self.name) if self.interconnect else None

    @property
    def label(self) -> str:
        """What to call its databases: `of worker-0`, `of the cluster`."""
        return f"of {self.name}" if self.interconnect else "of the cluster"

    def unsound(self, *, southbound: bool = False) -> str | None:
        """Why one of its databases cannot prove that something is missing, in words; None where it can."""
        which, copy = ("southbound", self.southbound) if southbound else ("northbound", self.northbound)
        name = f"the {which} database {self.label}"
        if copy is None:
            return f"{name} was not collected"
        return f"{name} {copy.limits}" if copy.limits else None


@dataclass(frozen=True, slots=True)
class OvnDatabases(Group):
    """The zones of which some database was collected, in the order of names."""

    items: tuple[Zone, ...]
    _by_node: dict[str, Zone] = field(default_factory=dict, repr=False)

    def __iter__(self) -> Iterator[Zone]:
        return iter(self.items)

    def of(self, node: str) -> Zone | None:
        """The zone of a node; None where its databases were not collected."""
        return self._by_node.get(node)


@join
def ovn_databases(
    northbound: tuple[NorthboundDatabase, ...] | None,
    southbound: tuple[SouthboundDatabase, ...] | None,
    pods: PodsByName,
    nodes: NodesByName,
    ages: Ages,
) -> OvnDatabases:
    if not northbound and not southbound:
        raise NotCollectedError("not collected: OVN northbound database or OVN southbound database")
    zones = _Zones(pods, nodes)
    north = _best(northbound or (), zones, ages)
    south = _best(southbound or (), zones, ages)
    found = tuple(
        Zone(name, name != CLUSTER, zones.nodes(name), north.get(name), south.get(name))
        for name in sorted({*north, *south})
    )
    by_node = {node: zone for zone in sorted(found, key=lambda one: one.interconnect) for node in zone.nodes}
    return OvnDatabases(found, by_node)


class _Zones:
    """Whose zone a database is, and which nodes a zone has."""

    def __init__(self, pods: PodsByName, nodes: NodesByName) -> None:
        self._pods, self._nodes = pods, nodes
        self._members: dict[str, list[str]] = {}
        for name, node in sorted(nodes.items()):
            self._members.setdefault(node.annotations.get(ZONE, CLUSTER), []).append(name)

    def of(self, database: OvsdbDatabase) -> str:
        """The zone that the database names itself, or the node of the ovnkube-node pod that its file is named for."""
        if database.host:
            return database.host
        pod = database.origin.pod or ""
        if not pod.startswith(_OWN_POD):
            return CLUSTER
        known = self._pods.get((database.origin.namespace or "", pod))
        return (known.node if known else None) or pod

    def began_after(self, database: OvsdbDatabase, moment: datetime) -> bool:
        """Whether a container of the pod that a database was copied from is younger than this."""
        pod = self._pods.get((database.origin.namespace or "", database.origin.pod or ""))
        return pod is not None and any(one.started_at is None or one.started_at >= moment for one in pod.containers)

    def nodes(self, zone: str) -> tuple[str, ...]:
        """The nodes that say they are of this zone; of a zone that none names, the node of its name."""
        if zone == CLUSTER:
            return tuple(self._members.get(CLUSTER, ()))
        return tuple(self._members.get(zone, ())) or (zone,)


def _best(databases: Iterable[Kind], zones: _Zones, ages: Ages) -> dict[str, Copy[Kind]]:
    """Of each zone the copy that is sound and knows most: masters and several collections have copies of their own."""
    found: dict[str, Kind] = {}
    for one in databases:
        zone = zones.of(one)
        if zone not in found or _worth(one) > _worth(found[zone]):
            found[zone] = one
    return {zone: _copy(one, zones, ages) for zone, one in found.items()}


def _worth(one: OvsdbDatabase) -> tuple[bool, bool, bool, datetime, int]:
    raft = one.raft
    alive = raft is None or not (raft.left or raft.joining)
    return one.complete, not one.edited, alive, one.newest or _NEVER, raft.index if raft else one.records


def _copy(one: Kind, zones: _Zones, ages: Ages) -> Copy[Kind]:
    """A must-gather copies the databases after it began; when a file that lies elsewhere was copied nothing tells."""
    started = ages.of(one.origin.image_dir) if one.origin.namespace else None
    known = [moment for moment in (started, one.newest) if moment]
    first: tuple[NbGlobal | SbGlobal, ...] = (*one.rows(NbGlobal), *one.rows(SbGlobal))
    came = made(first[0]) if first else None
    new = came is not None and started is not None and came >= started - timedelta(seconds=FRESH)
    filling = new and came is not None and zones.began_after(one, came - STARTING)
    return Copy(one, max(known, default=None), started, new, filling)


def is_linux(node: Node | None) -> bool:
    """Whether OVN-Kubernetes runs on the node itself: not on Windows, nor behind the hybrid overlay."""
    return node is None or (
        node.labels.get("kubernetes.io/os", "linux") == "linux"
        and "k8s.ovn.org/hybrid-overlay-node-subnet" not in node.annotations
    )


def since(pod: Pod) -> datetime | None:
    """When the pod was put on its node."""
    return pod.start_time or pod.created


def pieces(*groups: Iterable[Evidence], most: int = 8) -> tuple[Evidence, ...]:
    """The first pieces of evidence, each once."""
    return tuple(dict.fromkeys(one for group in groups for one in group))[:most]


def named(names: Iterable[str], most: int = 4) -> str:
    """`a, b, c and 5 more`."""
    found = list(names)
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more
