"""The pods that must have a logical port, each with the port that the databases of its node hold."""

from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.instances import Group, NodesByName, PodsByName
from analyzer.ovn.chassis import OvnChassis, ZoneChassis
from analyzer.ovn.databases import Copy, OvnDatabases, Zone, is_linux
from analyzer.ovn.ports import LogicalPort, LogicalPorts
from analyzer.rule import NotCollectedError, join
from parsers.kubernetes import unique
from parsers.network_config import NetworkConfig
from parsers.nodes import Node
from parsers.ovn_databases import NorthboundDatabase
from parsers.pods import ContainerState, Pod, PodPhase
from parsers.vocabulary import network


@dataclass(frozen=True, slots=True)
class PodPort:
    """A pod with its node, the zone of the node and its database, and its port there: None where the zone has none."""

    pod: Pod
    host: str
    node: Node | None
    zone: Zone
    copy: Copy[NorthboundDatabase]
    port: LogicalPort | None


@dataclass(frozen=True, slots=True)
class PodPorts(Group):
    """The pods of the nodes whose northbound database is sound; of the other nodes the reason."""

    items: tuple[PodPort, ...]
    unknown: tuple[tuple[str, str], ...] = ()

    def __len__(self) -> int:
        return len(self.items) + len(self.unknown)


@dataclass(frozen=True, slots=True)
class BoundPort:
    """A pod's port and the chassis that its node's southbound database knows."""

    pod: Pod
    host: str
    node: Node | None
    port: LogicalPort
    chassis: ZoneChassis


@dataclass(frozen=True, slots=True)
class BoundPorts(Group):
    """The ports of the pods of ready nodes whose databases are sound; of the other nodes the reason."""

    items: tuple[BoundPort, ...]
    unknown: tuple[tuple[str, str], ...] = ()

    def __len__(self) -> int:
        return len(self.items) + len(self.unknown)


@join
def pod_ports(  # noqa: PLR0913, PLR0917 - the databases are compared with all that says which pods need a port
    databases: OvnDatabases,
    ports: LogicalPorts,
    pods: tuple[Pod, ...],
    by_name: PodsByName,
    nodes: NodesByName,
    networks: tuple[NetworkConfig, ...] | None,
) -> PodPorts:
    if not pods:
        raise NotCollectedError("no pods were collected")
    found: list[PodPort] = []
    unknown: dict[str, str] = {}
    for pod in by_name.values():
        host = pod.node or ""
        if not wired(pod, nodes.get(host), networks):
            continue
        zone = databases.of(host)
        reason = zone.unsound() if zone else f"the northbound database of {host} was not collected"
        if zone is None or zone.northbound is None or reason:
            unknown[host] = reason or ""
        else:
            found.append(PodPort(pod, host, nodes.get(host), zone, zone.northbound, ports.of(pod, zone)))
    return PodPorts(tuple(found), tuple(sorted(unknown.items())))


@join
def bound_ports(ports: PodPorts, chassis: OvnChassis) -> BoundPorts:
    found: list[BoundPort] = []
    unknown = dict(ports.unknown)
    for one in ports.items:
        own = chassis.of(one.zone)
        if reason := _unknown(one, own):
            unknown[one.host] = reason
        elif one.port and own and not one.port.row.type and not one.port.row.parent_name:
            found.append(BoundPort(one.pod, one.host, one.node, one.port, own))
    return BoundPorts(tuple(found), tuple(sorted(unknown.items())))


def _unknown(one: PodPort, chassis: ZoneChassis | None) -> str | None:
    """Why nothing can be said of the bindings of a node."""
    if reason := one.zone.unsound(southbound=True):
        return reason
    if chassis is not None and not chassis.rows and chassis.just_made:
        return f"the southbound database {one.zone.label} was just made: no chassis had registered"
    if one.node is not None and one.node.ready is not True and "ready" in one.node.marks:
        return "the node is not ready: what ran there may be gone"
    return None


def wired(pod: Pod, node: Node | None, networks: Iterable[NetworkConfig] | None) -> bool:
    """Whether the pod must have a port of its own: it runs, with an address of the cluster network."""
    if pod.phase is not PodPhase.RUNNING or pod.host_network or pod.deleting or not pod.pod_ips or not pod.node:
        return False
    states = {one.state for one in pod.containers}
    return states != {ContainerState.TERMINATED} and is_linux(node) and of_cluster(pod, networks)


def of_cluster(pod: Pod, networks: Iterable[NetworkConfig] | None) -> bool:
    """False where the addresses of a pod are of another network, or of its node, for sure."""
    if pod.host_ip in pod.pod_ips:
        return False
    written = [text for one in unique(networks or ()) for text in one.cluster_networks]
    known = [found for text in written if (found := network(text))]
    ips = [found for ip in pod.pod_ips if (found := network(ip))]
    if not known or not ips or len(known) < len(written):
        return True
    return any(ip.network_address in one for ip in ips for one in known if ip.version == one.version)
