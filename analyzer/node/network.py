"""The network of each node: what commands, sosreports, NMState and the databases of OVS tell of it, put together."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from analyzer.hosts import Host, HostNames, hosts_of, sosreport
from analyzer.instances import Group, NodesByName
from analyzer.node.links import by_name, of_records
from analyzer.node.switches import Switches
from analyzer.rule import NotCollectedError, join
from parsers.host_ethtool import EthtoolDriver, EthtoolLink
from parsers.host_facts import HostFact
from parsers.host_link_facts import HostAddress, HostLink
from parsers.host_route_facts import HostNeighbor, HostRoute, HostRule, RouteType
from parsers.host_sysctl import Sysctl
from parsers.nodes import Node
from parsers.ovs_facts import OvsRecord
from parsers.vocabulary import Family

Kind = TypeVar("Kind", bound=HostFact)

OLDER = 2  # sosreports of one node from which on there are older ones
MASTERS = frozenset({"ovs-system"})  # the kernel's name for every OVS bridge: tells no bridge
# What outputs call a bridge's own port: nothing without details, `tun` with a datapath outside of the kernel.
_BRIDGE_PORTS = frozenset({None, "openvswitch", "tun", "ovs-interface"})
# Interfaces that hold no frames of the cluster's uplink: ends of pods, tunnels, internal ports, OVS' own.
NOT_PHYSICAL = frozenset(
    {"veth", "openvswitch", "geneve", "vxlan", "tun", "dummy", "ovs-interface", "ovs-bridge", "loopback", "vrf"}
)


@dataclass(frozen=True, slots=True)
class NodeNetwork:
    """What is known of one host. `links` holds each name once; where a kind of output is missing, its field is empty.

    label: the node, or what its outputs are called where no node is known. switched: the ports of OVS bridges that are
    devices of the host, by bridge. encap_ips: the addresses that tunnels end at, as OVS has them.
    """

    label: str
    node: str | None
    resource: Node | None = None
    links: Mapping[str, HostLink] = field(default_factory=dict)
    every_link: tuple[HostLink, ...] = ()
    addresses: tuple[HostAddress, ...] = ()
    routes: tuple[HostRoute, ...] = ()
    rules: tuple[HostRule, ...] = ()
    neighbors: tuple[HostNeighbor, ...] = ()
    sysctls: Mapping[str, Sysctl] = field(default_factory=dict)
    cards: Mapping[str, EthtoolLink] = field(default_factory=dict)
    drivers: Mapping[str, EthtoolDriver] = field(default_factory=dict)
    switched: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    encap_ips: tuple[str, ...] = ()

    def setting(self, key: str) -> int | None:
        """The number of a kernel setting; None where it was not collected."""
        found = self.sysctls.get(key)
        return found.number if found else None

    def defaults(self, family: Family) -> list[HostRoute]:
        """The default routes of the main table, the one that is taken first."""
        found = [
            one
            for one in self.routes
            if one.default and one.family is family and one.table == "main" and one.type is RouteType.UNICAST
        ]
        return sorted((one for one in found if not one.lookup), key=lambda one: one.metric or 0)

    def table(self, family: Family) -> list[HostRoute]:
        """The rows of the main table of a family, lookups left out."""
        return [one for one in self.routes if one.family is family and one.table == "main" and not one.lookup]

    def holding(self, address: str) -> HostAddress | None:
        """The entry of an address that the host has itself."""
        return next((one for one in self.addresses if one.address == address), None)

    def below(self, name: str) -> tuple[HostLink, ...]:
        """The interfaces that carry the frames of one: ports of a bridge, members of a bond, parent of a VLAN."""
        own = self.links.get(name)
        ports = [one for one in self.switched.get(name, ()) if one != name]
        if not ports:
            ports = [one.name for one in self.links.values() if one.master == name]
        if not ports and own is not None and own.members:
            ports = [one for one in own.members if one != name]
        if not ports and own is not None:
            ports = self._parent(own) or self._same_mac(own)
        found = (self.links.get(one) for one in dict.fromkeys(ports))
        return tuple(one for one in found if one is not None and _carries(one))

    def _parent(self, own: HostLink) -> list[str]:
        if own.kind not in {None, "vlan", "macvlan", "ipvlan"} or own.lower is None or own.lower not in self.links:
            return []
        # Both ends of a veth pair name each other.
        return [] if self.links[own.lower].lower == own.name else [own.lower]

    def _same_mac(self, own: HostLink) -> list[str]:
        """The uplink of an OVS bridge: NetworkManager gives the bridge's port the MAC address of its device.

        Members of a bond have the address of their bond and of its VLANs, too: these lie above them, not below.
        """
        if own.kind not in _BRIDGE_PORTS or own.master is not None or own.lower is not None:
            return []
        same = (one for one in self.links.values() if own.mac and one.mac == own.mac and one.name != own.name)
        return [one.name for one in same if one.master in MASTERS]

    def under(self, name: str) -> tuple[HostLink, ...]:
        """Every interface below one, the nearest first."""
        found: dict[str, HostLink] = {}
        waiting = [name]
        while waiting:
            for one in self.below(waiting.pop(0)):
                if one.name not in found and one.name != name:
                    found[one.name] = one
                    waiting.append(one.name)
        return tuple(found.values())


def _carries(link: HostLink) -> bool:
    """Whether it may lead out of the host; the end of a veth pair whose other end is elsewhere may, too."""
    outside = link.kind == "veth" and (link.lower or "").startswith("if")
    return link.kind not in NOT_PHYSICAL or outside


class NodeNetworks(Group):
    """The nodes of which some output was collected, in the order of labels."""

    items: tuple[NodeNetwork, ...]

    def __iter__(self) -> Iterator[NodeNetwork]:
        return iter(self.items)


@join
def node_networks(  # noqa: PLR0913, PLR0917 - every kind of output of a host is one parameter
    links: tuple[HostLink, ...] | None,
    addresses: tuple[HostAddress, ...] | None,
    routes: tuple[HostRoute, ...] | None,
    rules: tuple[HostRule, ...] | None,
    neighbors: tuple[HostNeighbor, ...] | None,
    sysctls: tuple[Sysctl, ...] | None,
    cards: tuple[EthtoolLink, ...] | None,
    drivers: tuple[EthtoolDriver, ...] | None,
    records: tuple[OvsRecord, ...] | None,
    switches: Switches,
    names: HostNames,
    nodes: NodesByName,
) -> NodeNetworks:
    links = (*(links or ()), *of_records(records or ()))
    hosts = hosts_of(names, nodes, links, addresses, routes, rules, neighbors, sysctls, cards, drivers)
    # A folder whose name is no node's, among nodes that are known, is a router's or nobody knows whose.
    own = [one for one in hosts if one.node is not None or not nodes or not _hinted(one)]
    found = tuple(_network(one, switches) for each in own for one in _apart(each))
    if not found:
        raise NotCollectedError(
            "no output of a node's network (ip, ifconfig, sysctl, ethtool, sosreport, NodeNetworkState) in this archive"
        )
    return NodeNetworks(found)


def _hinted(host: Host) -> bool:
    return any(fact.node is not None for facts in host.facts.values() for fact in facts)


def _apart(host: Host) -> Iterator[Host]:
    """Files of no known node in one folder: one host, unless they contradict each other."""
    if host.node is not None or not _contradictory(host.of(HostLink), host.of(HostRoute)):
        yield host
        return
    by_file: dict[str, dict[type[HostFact], list[HostFact]]] = {}
    for kind, facts in host.facts.items():
        for fact in facts:
            by_file.setdefault(fact.evidence.path, {}).setdefault(kind, []).append(fact)
    for path, kinds in sorted(by_file.items()):
        name = path.rpartition("/")[2]
        yield Host(name, None, None, {kind: tuple(facts) for kind, facts in kinds.items()})


def _contradictory(links: Iterable[HostLink], routes: Iterable[HostRoute]) -> bool:
    """Whether two files show one interface with two MAC addresses, or two sets of default routes."""
    macs: dict[str, tuple[str, str]] = {}
    for one in links:
        if one.mac:
            mac, path = macs.setdefault(one.name, (one.mac, one.evidence.path))
            if mac != one.mac and path != one.evidence.path:
                return True
    by_file: dict[str, set[str]] = {}
    for route in routes:
        if route.default and route.family is Family.IPV4 and not route.lookup and route.table == "main":
            by_file.setdefault(route.evidence.path, set()).update(route.gateways)
    return len({frozenset(one) for one in by_file.values()}) > 1


def _newest(host: Host) -> Host:
    """The host without what older sosreports of it say: its network may have been another one then."""
    days = {day for facts in host.facts.values() for fact in facts if (day := sosreport(fact))}
    if len(days) < OLDER:
        return host
    last = max(days)
    kept = {kind: tuple(one for one in facts if sosreport(one) in {None, last}) for kind, facts in host.facts.items()}
    return replace(host, facts=kept)


def _network(each: Host, switches: Switches) -> NodeNetwork:
    every, host = each.of(HostLink), _newest(each)
    switch = switches.of(host.node, host.label)
    return NodeNetwork(
        host.label,
        host.node,
        host.resource,
        by_name(host.of(HostLink)),
        every,
        _once(host.of(HostAddress), lambda one: (one.interface, one.address)),
        _once(host.of(HostRoute), _route),
        host.of(HostRule),
        _once(host.of(HostNeighbor), lambda one: (one.device, one.address)),
        {one.key: one for one in host.of(Sysctl)},
        {one.interface: one for one in host.of(EthtoolLink) if one.interface},
        {one.interface: one for one in host.of(EthtoolDriver) if one.interface},
        switch.ports if switch else {},
        switch.encap_ips if switch else (),
    )


def _once(facts: Iterable[Kind], key: Callable[[Kind], Hashable]) -> tuple[Kind, ...]:
    """The first fact of each key: several commands print the same."""
    found: dict[Hashable, Kind] = {}
    for one in facts:
        found.setdefault(key(one), one)
    return tuple(found.values())


def _route(one: HostRoute) -> Hashable:
    hops = tuple((hop.gateway, hop.device) for hop in one.nexthops)
    return one.family, one.type, one.destination, hops, one.metric or 0, one.table, one.lookup
