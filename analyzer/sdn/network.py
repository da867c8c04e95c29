"""The networks of OpenShift SDN as the cluster's objects tell them, and whether the cluster has it at all.

The object of the operator names the networks from 4.1 on, ClusterNetwork `default` in all releases, the configuration
of the nodes the plugin in 3.x (openshift/sdn pkg/network/common/common.go, ParseClusterNetwork).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.node.mtu import SDN
from analyzer.ovs.roles import SDN_BRIDGE
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.kubernetes import unique
from parsers.network_config import NetworkConfig
from parsers.ovs_facts import OfPort, OvsInterface
from parsers.sdn_facts import ClusterNetwork, HostSubnet, NodeConfig
from parsers.sdn_log import SdnLogWindow
from parsers.sdn_setup import SdnSetup
from parsers.vocabulary import Family, family_of

VXLAN_PORT = 4789
BASE_PORTS = {"vxlan0": 1, "tun0": 2}  # of br0, with the numbers that its flows are written for
_PLUGINS = "openshift-ovs-"


@dataclass(frozen=True, slots=True)
class SdnNetwork:
    """The networks of pods and of services. They are empty where no object of the cluster was collected."""

    pods: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    vxlan_port: int = VXLAN_PORT
    pods_evidence: tuple[Evidence, ...] = ()
    services_evidence: tuple[Evidence, ...] = ()


@join
def sdn_network(  # noqa: PLR0913, PLR0917 - whatever shows that the cluster has this network
    configs: tuple[NetworkConfig, ...] | None,
    clusters: tuple[ClusterNetwork, ...] | None,
    subnets: tuple[HostSubnet, ...] | None,
    nodes: tuple[NodeConfig, ...] | None,
    interfaces: tuple[OvsInterface, ...] | None,
    ports: tuple[OfPort, ...] | None,
    logs: tuple[SdnLogWindow, ...] | None,
    setups: tuple[SdnSetup, ...] | None,
) -> SdnNetwork:
    config = next(iter(reversed(unique(configs or ()))), None)
    if config and config.network_type not in {SDN, None}:
        raise NotCollectedError(f"the network of the cluster is {config.network_type}")
    cluster = _default(clusters or ())
    known = config is not None and config.network_type == SDN
    shown = known or cluster or subnets or logs or setups or _shown(nodes, interfaces, ports)
    if not shown:
        raise NotCollectedError("nothing of OpenShift SDN was collected: no object, no br0 of a node, no log")
    return _network(config, cluster)


def _default(clusters: Iterable[ClusterNetwork]) -> ClusterNetwork | None:
    """The object `default`; as YAML where there is one, for a table leaves much out."""
    own = [one for one in clusters if one.name == "default" and one.cidrs]
    return min(reversed(own), key=lambda one: one.from_table, default=None)


def _shown(
    nodes: tuple[NodeConfig, ...] | None,
    interfaces: tuple[OvsInterface, ...] | None,
    ports: tuple[OfPort, ...] | None,
) -> bool:
    """Whether a node shows that it has this network."""
    names = {(one.bridge, one.name) for one in interfaces or ()} | {(one.bridge, one.name) for one in ports or ()}
    return any(_PLUGINS in (one.plugin or "") for one in nodes or ()) or any(
        bridge in {SDN_BRIDGE, None} and name in BASE_PORTS for bridge, name in names
    )


def _network(config: NetworkConfig | None, cluster: ClusterNetwork | None) -> SdnNetwork:
    pods: tuple[str, ...] = tuple(one.cidr for one in cluster.cidrs) if cluster else ()
    services: tuple[str, ...] = (cluster.service_network,) if cluster and cluster.service_network else ()
    pods_evidence = cluster.where("cidrs") if cluster and pods else ()
    services_evidence = cluster.where("service_network") if cluster and services else ()
    if config and config.cluster_networks:
        pods, pods_evidence = config.cluster_networks, config.where("cluster_networks")
    if config and config.service_networks:
        services, services_evidence = config.service_networks, config.where("service_networks")
    return SdnNetwork(
        tuple(one for one in pods if family_of(one) is not Family.IPV6),
        tuple(one for one in services if family_of(one) is not Family.IPV6),
        (cluster.vxlan_port if cluster else None) or VXLAN_PORT,
        pods_evidence,
        services_evidence,
    )
