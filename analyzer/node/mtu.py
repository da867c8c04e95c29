"""The MTU of every step from the uplink of a node to its pods, and what the cluster wants it to be.

A value is right or wrong relative to the uplink that carries the tunnels, never by itself. Sources of the numbers:
openshift/cluster-network-operator pkg/network/ovn_kubernetes.go (getOVNEncapOverhead: 100, 46 more with IPsec) and
openshift_sdn.go (50); ovn-org/ovn-kubernetes go-controller/pkg/types/const.go (a Geneve header takes 58, with IPv6 78)
and pkg/node/default_node_network_controller.go (validateVTEPInterfaceMTU).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from analyzer.instances import Group, NodesByName
from analyzer.node.network import NodeNetwork, NodeNetworks
from analyzer.node.switches import Switches
from analyzer.ovn.databases import is_linux
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.host_link_facts import HostLink
from parsers.host_route_facts import HostRoute
from parsers.kubernetes import unique
from parsers.mtu_probe import ProbedMtu
from parsers.network_config import MtuMigration, NetworkConfig, NetworkOperatorConfig
from parsers.ovsdb_switch_rows import Interface
from parsers.prefixes import contains
from parsers.sdn_facts import ClusterNetwork, ConfigPlace, NodeConfig
from parsers.vocabulary import Family, family_of

OVN, SDN = "OVNKubernetes", "OpenShiftSDN"
VXLAN = 50  # bytes that OpenShift SDN's tunnel adds
GENEVE, GENEVE6 = 58, 78  # bytes without which ovnkube does not start, with IPv4 alone and with IPv6
RESERVED, IPSEC = 100, 46  # bytes that the network operator leaves for the tunnel, and for encryption
MANAGEMENT = {OVN: "ovn-k8s-mp0", SDN: "tun0"}
TUNNELS = ("genev_sys_", "vxlan_sys_")
BRIDGE = "br-ex"
_ENCAP_IPS = "k8s.ovn.org/node-encap-ips"
_INNER = ("lo", "docker", "cni", "virbr", *TUNNELS, *MANAGEMENT.values())  # interfaces that lead to no other node
_PLUGINS = "openshift-ovs-"
_FROM_POD = frozenset({"veth"})


@dataclass(frozen=True, slots=True)
class ClusterMtu:
    """The MTU of the pods' network as the cluster has it; None where its objects were not collected.

    evidence: where the MTU is written. needed: what must fit around a packet for the tunnel to work at all;
    reserved: what the network operator leaves for it. configured: the configurations of nodes of OpenShift SDN.
    """

    network_type: str | None = None
    mtu: int | None = None
    evidence: tuple[Evidence, ...] = ()
    migration: MtuMigration | None = None
    ipsec: bool = False
    no_overlay: bool = False
    ipv6: bool = False
    nodes: int = 0
    configured: tuple[NodeConfig, ...] = ()
    cluster_networks: tuple[str, ...] = ()
    service_networks: tuple[str, ...] = ()
    probed: ProbedMtu | None = None

    @property
    def needed(self) -> int:
        """Bytes that the header of the tunnel takes."""
        if self.no_overlay:
            return 0
        return VXLAN if self.network_type == SDN else GENEVE6 if self.ipv6 else GENEVE

    @property
    def reserved(self) -> int:
        """Bytes that the network operator keeps free below the uplink's MTU."""
        if self.no_overlay or self.network_type == SDN:
            return self.needed
        return RESERVED + (IPSEC if self.ipsec else 0)


@join
def cluster_mtu(  # noqa: PLR0913, PLR0917 - each source is one parameter, none of them is sure to be there
    configs: tuple[NetworkConfig, ...] | None,
    operators: tuple[NetworkOperatorConfig, ...] | None,
    probes: tuple[ProbedMtu, ...] | None,
    clusters: tuple[ClusterNetwork, ...] | None,
    configured: tuple[NodeConfig, ...] | None,
    nodes: NodesByName,
) -> ClusterMtu:
    config = next(iter(unique(configs or ())), None)
    operator = next(iter(unique(operators or ())), None)
    cluster = next((one for one in unique(clusters or ()) if one.cidrs and not one.from_table), None)
    maps = [one for one in configured or () if one.place is ConfigPlace.CONFIG_MAP and one.group is None]
    told = (config, operator, cluster, *maps)
    source = next((one for one in told if one is not None and one.mtu is not None), None)
    networks = config.cluster_networks if config else tuple(one.cidr for one in cluster.cidrs) if cluster else ()
    plugins = [one.plugin or "" for one in (*(configured or ()), *((cluster,) if cluster else ()))]
    sdn = SDN if any(_PLUGINS in one for one in plugins) else None
    return ClusterMtu(
        network_type=(config.network_type if config else None) or (operator.network_type if operator else None) or sdn,
        mtu=source.mtu if source else None,
        evidence=source.where("mtu") if source else (),
        migration=(config.migration if config else None) or (operator.migration if operator else None),
        ipsec=operator is not None and operator.ipsec == "Full",
        no_overlay=operator is not None and operator.transport == "NoOverlay",
        ipv6=any(family_of(one) is Family.IPV6 for one in networks),
        nodes=len(nodes),
        configured=tuple(configured or ()),
        cluster_networks=networks,
        service_networks=_services(config, cluster),
        probed=next(iter(unique(probes or ())), None),
    )


def _services(config: NetworkConfig | None, cluster: ClusterNetwork | None) -> tuple[str, ...]:
    if config:
        return config.service_networks
    return (cluster.service_network,) if cluster and cluster.service_network else ()


@dataclass(frozen=True, slots=True)
class MtuChain:
    """The steps of one node. carrier: the interface that the tunnels leave by; under: those that carry its frames.

    overlay: the MTU of the pods that the node was set up for, from the cluster's objects or else from the management
    port. requested: what OVS is to set on interfaces. routes: those to networks of pods and services that set an MTU.
    """

    host: NodeNetwork
    network_type: str | None
    carrier: HostLink | None = None
    under: tuple[HostLink, ...] = ()
    management: HostLink | None = None
    tunnel: HostLink | None = None
    pods: tuple[HostLink, ...] = ()
    routes: tuple[HostRoute, ...] = ()
    requested: Mapping[str, Interface] = field(default_factory=dict)
    overlay: int | None = None
    overlay_evidence: tuple[Evidence, ...] = ()

    @property
    def node(self) -> str | None:
        """The Kubernetes node, None when nothing names it."""
        return self.host.node

    @property
    def uplink(self) -> HostLink | None:
        """The narrowest interface on the way out; None where no MTU of it is known."""
        known = [one for one in (self.carrier, *self.under) if one is not None and one.mtu is not None]
        return min(known, key=lambda one: one.mtu or 0, default=None)

    @property
    def uplink_mtu(self) -> int | None:
        """Its MTU."""
        return self.uplink.mtu if self.uplink else None


class MtuChains(Group):
    """The chain of every node whose links were collected."""

    items: tuple[MtuChain, ...]

    def __iter__(self) -> Iterator[MtuChain]:
        return iter(self.items)


@join
def mtu_chains(networks: NodeNetworks, cluster: ClusterMtu, switches: Switches) -> MtuChains:
    own = [
        one for one in networks if any(link.mtu is not None for link in one.links.values()) and is_linux(one.resource)
    ]
    if not own:
        raise NotCollectedError(
            "no MTU of an interface was collected: no output of ip or ifconfig, no NodeNetworkState"
        )
    return MtuChains(tuple(_chain(one, cluster, switches) for one in own))


def network_type_of(host: NodeNetwork, cluster: ClusterMtu) -> str | None:
    """The network plugin by the cluster's object, else by the interfaces that it makes."""
    if cluster.network_type:
        return cluster.network_type
    return next((kind for kind, name in MANAGEMENT.items() if name in host.links), None)


def _chain(host: NodeNetwork, cluster: ClusterMtu, switches: Switches) -> MtuChain:
    kind = network_type_of(host, cluster)
    carrier = carrier_of(host)
    switch = switches.of(host.node, host.label)
    management = host.links.get(MANAGEMENT.get(kind or "", ""))
    overlay, lines = cluster.mtu, cluster.evidence
    own = _configured(host, cluster)
    if own is not None:
        overlay, lines = own.mtu, own.where("mtu")
    if overlay is None and management is not None:
        overlay, lines = management.mtu, management.where("mtu")
    return MtuChain(
        host,
        kind,
        carrier,
        host.under(carrier.name) if carrier else (),
        management,
        next((one for one in host.links.values() if one.name.startswith(TUNNELS)), None),
        tuple(one for one in host.links.values() if _of_pod(one)),
        tuple(_limited(host.routes, (*cluster.cluster_networks, *cluster.service_networks))),
        switch.requested if switch else {},
        overlay,
        lines,
    )


def _configured(host: NodeNetwork, cluster: ClusterMtu) -> NodeConfig | None:
    """The configuration of OpenShift 3 of this node: by its name, or the only one where the node has none."""
    files = [one for one in cluster.configured if one.place is ConfigPlace.FILE and one.mtu is not None]
    short = host.label.partition(".")[0]
    named = [one for one in files if short in {(name or "").partition(".")[0] for name in (one.node, one.node_name)}]
    if named:
        return named[-1]
    return files[0] if len(files) == 1 and host.node is None and files[0].node is None else None


def _of_pod(link: HostLink) -> bool:
    """Whether it is the host's end of a pod's interface: a veth whose other end is in another namespace."""
    inner = (link.lower or "").startswith("if") and link.master == "ovs-system"
    return link.mtu is not None and inner and link.kind in {None, *_FROM_POD}


def _limited(routes: Iterable[HostRoute], networks: tuple[str, ...]) -> Iterator[HostRoute]:
    for one in routes:
        if one.mtu is not None and any(contains(network, one.destination) for network in networks):
            yield one


def encap_addresses(host: NodeNetwork) -> tuple[str, ...]:
    """The addresses that tunnels to this node end at: as OVS has them, as the node says, else its own address."""
    if host.encap_ips:
        return host.encap_ips
    if host.resource is None:
        return ()
    try:
        written = json.loads(host.resource.annotations.get(_ENCAP_IPS, "[]"))
    except (ValueError, RecursionError):
        written = []
    named = tuple(one for one in written if isinstance(one, str)) if isinstance(written, list) else ()
    return named or host.resource.internal_ips


def carrier_of(host: NodeNetwork) -> HostLink | None:
    """The interface with the address that tunnels end at; else `br-ex`, that of the default route, the only one."""
    for one in encap_addresses(host):
        if (own := host.holding(one)) and (link := host.links.get(own.interface)):
            return link
    if (bridge := host.links.get(BRIDGE)) and bridge.mtu is not None:
        return bridge
    for family in (Family.IPV4, Family.IPV6):
        for route in host.defaults(family):
            if device := next((host.links[one] for one in route.devices if one in host.links), None):
                return device
    outer = {one.interface for one in host.addresses if one.scope == "global" and not one.interface.startswith(_INNER)}
    return host.links.get(outer.pop()) if len(outer) == 1 else None
