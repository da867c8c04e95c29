"""Every node of OpenShift SDN in one view: its place in the network, and how much of what it needs is there."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from analyzer.instances import Group
from analyzer.node.network import NodeNetwork, NodeNetworks
from analyzer.rule import NotCollectedError, join
from analyzer.sdn.attached import states
from analyzer.sdn.bridge import SdnBridge, SdnBridges
from analyzer.sdn.network import SdnNetwork
from analyzer.sdn.peers import complete
from analyzer.sdn.pods import SdnPods
from analyzer.sdn.routes import routes_of
from analyzer.sdn.subnets import SdnSubnets, own_of
from parsers.base import Evidence
from parsers.prefixes import contains
from parsers.vocabulary import network as parsed


@dataclass(frozen=True, slots=True)
class SdnNode:
    """One node. Counts are pairs: how many are as they should be, of how many; None where they are not known.

    source: where its address and subnet are from. ports: those of br0 that work. routes: the networks of the cluster,
    and whether they lead through tun0.
    """

    label: str
    node: str | None
    host_ip: str | None = None
    subnet: str | None = None
    source: str | None = None
    bridge: SdnBridge | None = None
    ports: tuple[str, ...] | None = None
    remotes: tuple[int, int] | None = None
    pods: tuple[int, int] | None = None
    routes: tuple[tuple[str, bool], ...] = ()
    evidence: tuple[Evidence, ...] = field(default=(), repr=False)


class SdnNodes(Group):
    """All of them, in the order of labels."""

    items: tuple[SdnNode, ...]

    def __iter__(self) -> Iterator[SdnNode]:
        return iter(self.items)


@join
def sdn_nodes(
    network: SdnNetwork,
    subnets: SdnSubnets,
    bridges: SdnBridges | None,
    networks: NodeNetworks | None,
    pods: SdnPods,
) -> SdnNodes:
    by_label = {one.label: one for one in bridges or ()}
    hosts = {one.label: one for one in networks or ()}
    nameless = {} if subnets.nodes else {one.name for one in subnets.subnets}
    labels = sorted(
        {*by_label, *(name for name in hosts if subnets.nodes or name in by_label), *subnets.nodes, *nameless}
    )
    if not labels:
        raise NotCollectedError("no node of OpenShift SDN was collected")
    return SdnNodes(tuple(_node(one, by_label.get(one), hosts.get(one), network, subnets, pods) for one in labels))


def _node(  # noqa: PLR0913, PLR0917 - all that is known of one node
    label: str,
    bridge: SdnBridge | None,
    host: NodeNetwork | None,
    network: SdnNetwork,
    subnets: SdnSubnets,
    pods: SdnPods,
) -> SdnNode:
    node = label if label in subnets.nodes else bridge.node if bridge else host.node if host else None
    flows = bridge.flows if bridge else None
    own = own_of(subnets, node, label, flows.gateway if flows else None)
    resource = subnets.nodes.get(node or "")
    ips = resource.internal_ips if resource else ()
    attached = states(bridge, pods.of(bridge)) if bridge and flows and pods.collected else None
    routes = routes_of(host) if host else None
    evidence = own.where("host_ip", "subnet") if own else resource.where("internal_ips") if resource else ()
    return SdnNode(
        label,
        node,
        (own.host_ip if own else None) or next(iter(ips), None),
        own.subnet if own else _derived(host, network),
        "HostSubnet" if own else "Node" if ips else None,
        bridge,
        bridge.devices if bridge else None,
        complete(flows, subnets.others(node, own)) if flows else None,
        (sum(not one.broken for one in attached), len(attached)) if attached is not None else None,
        tuple((cidr, routes.leads(cidr) is not None) for cidr in (*network.pods, *network.services))
        if routes and routes.whole
        else (),
        (*evidence, *(bridge.evidence if bridge else ()), *((flows.dump.evidence,) if flows else ())),
    )


def _derived(host: NodeNetwork | None, network: SdnNetwork) -> str | None:
    """The subnet that the address of tun0 lies in."""
    for one in host.addresses if host else ():
        if one.interface == "tun0" and one.prefix_length and any(contains(cidr, one.address) for cidr in network.pods):
            return str(parsed(f"{one.address}/{one.prefix_length}"))
    return None
