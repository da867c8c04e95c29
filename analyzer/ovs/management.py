"""The management port of each node, through which the host and its own pods talk: in Open vSwitch and as a link.

It is `ovn-k8s-mp0` with the second address of the node's subnet (ovn-org/ovn-kubernetes go-controller/pkg/util/net.go
GetNodeManagementIfAddr), `tun0` on OpenShift SDN.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from itertools import chain

from analyzer.hosts import Host, HostNames, hosts_of
from analyzer.instances import Group, NodesByName
from analyzer.ovn.databases import is_linux
from analyzer.ovs.roles import NetworkKind, on_card
from analyzer.ovs.switches import Switch, Switches
from analyzer.rule import NotCollectedError, join
from analyzer.sdn.subnets import SdnSubnets
from parsers.base import Evidence
from parsers.host_link_facts import HostAddress, HostLink
from parsers.kubernetes import unique
from parsers.network_config import NetworkConfig
from parsers.nodes import Node
from parsers.ovs_facts import OfPortCounters
from parsers.sdn_facts import HostSubnet
from parsers.vocabulary import network as parsed

SUBNETS = (
    "k8s.ovn.org/node-subnets"  # `{"default":["10.128.0.0/23","fd01::/64"]}`, one text in place of the list before
)
_NAMES = {NetworkKind.OVN: "ovn-k8s-mp0", NetworkKind.SDN: "tun0"}
# What a listing of the host itself shows, unlike one of a pod: no pod has these.
_OF_HOST = {NetworkKind.OVN: {"ovs-system", "br-ex", "br-int"}, NetworkKind.SDN: {"ovs-system", "br0"}}


@dataclass(frozen=True, slots=True)
class Management:
    """The management port of a node. listing: a list of all links of the host, None where none was collected.

    counted: its counters, of each collection the last. listed: whether the addresses of the host are known. wanted: the
    addresses that it must have, where that is known; asked: where its subnets are written.
    """

    label: str
    node: str | None
    kind: NetworkKind
    name: str
    switch: Switch | None
    link: HostLink | None
    counted: tuple[HostLink, ...]
    listing: Evidence | None
    addresses: tuple[HostAddress, ...]
    listed: bool
    wanted: tuple[str, ...]
    resource: Node | None
    counters: OfPortCounters | None
    asked: tuple[Evidence, ...] = ()

    @property
    def bridge(self) -> str:
        """The bridge that it is a port of."""
        return "br0" if self.kind is NetworkKind.SDN else "br-int"


class ManagementPorts(Group):
    """The management ports of all hosts of which the switch or the links were collected."""

    items: tuple[Management, ...]

    def __iter__(self) -> Iterator[Management]:
        return iter(self.items)


@join
def management_ports(  # noqa: PLR0913, PLR0917 - each source is one parameter, none of them is sure to be there
    switches: Switches | None,
    links: tuple[HostLink, ...] | None,
    addresses: tuple[HostAddress, ...] | None,
    counters: tuple[OfPortCounters, ...] | None,
    networks: tuple[NetworkConfig, ...] | None,
    subnets: SdnSubnets | None,
    names: HostNames,
    nodes: NodesByName,
) -> ManagementPorts:
    hosts = {one.label: one for one in hosts_of(names, nodes, links, addresses, counters)}
    known = {one.label: one for one in switches or ()}
    faulty = subnets.faulty if subnets else frozenset()
    network = next(iter(reversed(unique(networks or ()))), None)
    told = NetworkKind(network.network_type) if network and network.network_type in set(NetworkKind) else None
    found = []
    for label in sorted({*hosts, *known}):
        switch, host = known.get(label), hosts.get(label)
        kind = switch.kind if switch else _kind(host, told)
        resource = nodes.get(label)
        node = switch.node if switch else host.node if host else None
        if kind and not on_card(resource) and is_linux(resource) and (node or not nodes):
            own = subnets.of_node.get(node or "") if subnets and kind is NetworkKind.SDN else None
            own = None if own and own.name in faulty else own
            found.append(_management(label, node, kind, switch, host or Host(label, node, resource), own))
    found = [one for one in found if one.switch or one.link or one.listing]
    if not found:
        raise NotCollectedError(
            "not collected: the links of a node (ip link, ifconfig) or its Open vSwitch (ovs-vsctl show)"
        )
    return ManagementPorts(tuple(found))


def _kind(host: Host | None, told: NetworkKind | None) -> NetworkKind | None:
    """The network that the links show, else that of the cluster."""
    names = {one.name for one in host.of(HostLink)} if host else set()
    if "ovn-k8s-mp0" in names:
        return NetworkKind.OVN
    return NetworkKind.SDN if {"tun0", "vxlan_sys_4789"} <= names else told


def _management(  # noqa: PLR0913, PLR0917 - all that is known of one node
    label: str, node: str | None, kind: NetworkKind, switch: Switch | None, host: Host, own: HostSubnet | None
) -> Management:
    port = switch.management if switch else None
    links = host.of(HostLink)
    # With hardware offload the port of the switch is a representor, `ovn-k8s-mp0_0`, of the link `ovn-k8s-mp0`.
    name = port.name.partition("_")[0] if port else _NAMES[kind]
    named = {one.name for one in links}
    loopback = next((one for one in links if one.name == "lo" and one.kind != "loopback"), None)
    listing = loopback.evidence if loopback and named & _OF_HOST[kind] else None
    addresses = host.of(HostAddress)
    return Management(
        label=label,
        node=node,
        kind=kind,
        name=name,
        switch=switch,
        link=next((one for one in reversed(links) if one.name == name), None),
        counted=tuple({one.origin.folder: one for one in links if one.name == name and one.counters}.values()),
        listing=listing,
        addresses=tuple({(one.address, one.prefix_length): one for one in addresses if one.interface == name}.values()),
        listed=any(one.interface == "lo" for one in addresses),
        wanted=_wanted(host.resource) if kind is NetworkKind.OVN else _first(own),
        asked=_asked(host.resource, own),
        resource=host.resource,
        counters=next((one for one in reversed(host.of(OfPortCounters)) if one.name == name[:15]), None),
    )


def _first(own: HostSubnet | None) -> tuple[str, ...]:
    """The first address of the node's subnet (openshift/sdn pkg/network/common, GenerateDefaultGateway)."""
    found = parsed(own.subnet or "") if own else None
    return (str(found[1]),) if found and found.num_addresses > 2 else ()


def _asked(node: Node | None, own: HostSubnet | None) -> tuple[Evidence, ...]:
    """Where the subnets of the node are written."""
    if own is not None:
        return own.where("subnet")
    return node.where(SUBNETS) if node is not None and SUBNETS in node.marks else ()


def _wanted(node: Node | None) -> tuple[str, ...]:
    """The second address of each subnet of the node; none where the annotation is missing or unreadable."""
    if node is None:
        return ()
    try:
        written = json.loads(node.annotations.get(SUBNETS, "{}"))
        subnets = written.get("default", ()) if isinstance(written, dict) else ()
        each = [subnets] if isinstance(subnets, str) else subnets
        return tuple(str(ip_network(one)[2]) for one in chain(each) if isinstance(one, str))
    except (ValueError, IndexError, TypeError, RecursionError):
        return ()
