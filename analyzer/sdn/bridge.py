"""The switch br0 of each node: its ports with their numbers and the flows that carry packets of pods.

Sources: openshift/sdn pkg/network/node/ovscontroller.go (SetupOVS, AddHostSubnetRules, setupPodFlows; tables 10 to 120
since 3.3), openshift/openshift-sdn plugins/osdn/ovs/controller.go (tables 0 to 9, up to 3.2) and pkg/ovssubnet (table
0 alone, 3.0). OpenFlow 1.0 prints `load:0xc0000215->NXM_NX_TUN_IPV4_DST[]` where 1.3 prints `set_field:…->tun_dst`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from analyzer.hosts import Host, HostNames, hosts_of
from analyzer.instances import Group, NodesByName
from analyzer.ovs.roles import SDN_BRIDGE
from analyzer.ovs.switches import Switch, Switches
from analyzer.rule import NotCollectedError, join
from analyzer.sdn.network import SdnNetwork
from parsers.base import Evidence
from parsers.ovs_facts import DatapathPort, FlowCount, FlowDump, OfFlow, OfPort, OfPorts
from parsers.vocabulary import address

NOTE_TABLE = 253  # the last flow of a setup: the version of the flows
_NUMBERED = frozenset({10, 20, 40, 50, 70, 90})  # tables since 3.3
_ASIDE = frozenset({25, 27, 60, 80, 100, 101})  # tables whose flows name addresses, too, and bring no packets there
_SET = re.compile(r"set_field:(?P<ip>[^,\s]+)->tun_dst|load:(?P<hex>0x[0-9a-f]{1,8})->NXM_NX_TUN_IPV4_DST\[\]")
_TO_TUN = re.compile(r'output:(?:2|"?tun0"?)(?:,|$)')
POD_FIELDS = ("arp_spa", "nw_src", "arp_tpa", "nw_dst")


@dataclass(frozen=True, slots=True)
class Tunnel:
    """A flow into the tunnel: `arp` or `ip`, the pods that it is for, the node that it leads to."""

    protocol: str
    subnet: str
    to: str
    flow: OfFlow


@dataclass(frozen=True, slots=True)
class Flows:
    """One dump of the flows of br0.

    tables: how many flows each holds. sources: the nodes whose packets are let in, with their flows. tunnels: the flows
    to other nodes; by_end and by_subnet by their protocol and the node or subnet. pods: by address and field the flow
    that names it. gateway: the address of tun0. by_source: whether any flow asks where a packet comes from.
    """

    dump: FlowDump
    tables: Mapping[int, int]
    sources: Mapping[str, OfFlow] = field(default_factory=dict)
    tunnels: tuple[Tunnel, ...] = ()
    by_end: Mapping[tuple[str, str], tuple[Tunnel, ...]] = field(default_factory=dict, repr=False)
    by_subnet: Mapping[tuple[str, str], tuple[Tunnel, ...]] = field(default_factory=dict, repr=False)
    pods: Mapping[str, Mapping[str, OfFlow]] = field(default_factory=dict)
    gateway: str | None = None
    by_source: bool = False

    @property
    def numbered(self) -> bool:
        """Whether these are the flows of 3.3 or later."""
        return bool(_NUMBERED & set(self.tables))

    @property
    def filtered(self) -> bool:
        """Whether packets of tunnels are let in by their source, as since 3.1."""
        return self.numbered or self.by_source

    @property
    def resolving(self) -> bool:
        """Whether pods have flows for ARP of their own, as since 3.3, whatever the numbers of the tables."""
        return self.numbered or any("arp_spa" in own for ip, own in self.pods.items() if ip != self.gateway)

    @property
    def half(self) -> bool:
        """Whether the setup of these flows came to no end."""
        return not self.dump.total or (self.numbered and NOTE_TABLE not in self.tables)

    @property
    def unsound(self) -> str | None:
        """Why a flow that is not among these may yet be there."""
        if self.dump.cut:
            return "its dump of flows is cut off"
        return "its dump holds more flows than are read" if self.dump.left_out else None


@dataclass(frozen=True, slots=True)
class SdnBridge:
    """The switch of one node, as far as it was collected. switch: None where only flows or OpenFlow ports are known.

    numbers: the OpenFlow ports of br0 by number; None where no whole list of them was collected.
    """

    host: Host
    switch: Switch | None
    flows: Flows | None
    numbers: Mapping[int, OfPort] | None = None
    listing: OfPorts | None = None
    datapath: Mapping[int, DatapathPort] = field(default_factory=dict)

    @property
    def node(self) -> str | None:
        """The Kubernetes node."""
        return self.host.node

    @property
    def label(self) -> str:
        """The node, or what its files are called."""
        return self.host.label

    @property
    def image_dir(self) -> str:
        """The gather that its flows are from, or its ports."""
        if self.flows:
            return self.flows.dump.origin.image_dir
        if self.switch and self.switch.configuration:
            return self.switch.configuration.image_dir
        return self.listing.origin.image_dir if self.listing else ""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Where its ports are shown."""
        bridge = self.switch.bridge(SDN_BRIDGE) if self.switch else None
        if bridge and self.switch and self.switch.whole:
            return (bridge.evidence,)
        return (self.listing.evidence,) if self.listing else ()

    @property
    def devices(self) -> tuple[str, ...] | None:
        """The names of its ports that work; None where no whole list was collected."""
        if self.switch and self.switch.whole and self.switch.bridge(SDN_BRIDGE):
            return tuple(one.name for one in self.switch.on(SDN_BRIDGE) if not one.error)
        return tuple(one.name for one in self.numbers.values()) if self.numbers is not None else None


class SdnBridges(Group):
    """Those of all nodes with OpenShift SDN of which something was collected."""

    items: tuple[SdnBridge, ...]

    def __iter__(self) -> Iterator[SdnBridge]:
        return iter(self.items)


@join
def sdn_bridges(  # noqa: PLR0913, PLR0917 - each source is one parameter, none of them is sure to be there
    network: SdnNetwork,  # noqa: ARG001 - br0 of another network is none of ours
    switches: Switches | None,
    dumps: tuple[FlowDump, ...] | None,
    counts: tuple[FlowCount, ...] | None,
    flows: tuple[OfFlow, ...] | None,
    listings: tuple[OfPorts, ...] | None,
    ports: tuple[OfPort, ...] | None,
    datapath: tuple[DatapathPort, ...] | None,
    names: HostNames,
    nodes: NodesByName,
) -> SdnBridges:
    known = {one.label: one for one in switches or () if one.bridge(SDN_BRIDGE) and one.of_cluster}
    hosts = {one.label: one for one in hosts_of(names, nodes, dumps, counts, flows, listings, ports, datapath)}
    found = []
    for label in sorted({*known, *hosts}):
        host = hosts.get(label) or known[label].host
        one = _bridge(host, known.get(label))
        if (host.node or not nodes) and (one.switch or one.flows or one.numbers is not None):
            found.append(one)
    if not found:
        raise NotCollectedError("not collected: br0 of a node (ovs-vsctl show, ovs-ofctl dump-flows, dump-ports-desc)")
    return SdnBridges(tuple(found))


def _bridge(host: Host, switch: Switch | None) -> SdnBridge:
    own = [one for one in host.of(OfPorts) if one.bridge == SDN_BRIDGE]
    listing = own[-1] if own else None
    numbers = None
    if listing is not None:
        same = [one for one in host.of(OfPort) if one.bridge == listing.bridge and _same_file(one, listing)]
        numbers = {one.number: one for one in same} if same else None
    datapath = {one.number: one for one in host.of(DatapathPort) if one.bridge == SDN_BRIDGE and one.number is not None}
    return SdnBridge(host, switch, _flows(host), numbers, listing if numbers else None, datapath)


def _same_file(one: OfPort | OfFlow | FlowCount, other: OfPorts | FlowDump) -> bool:
    return one.evidence.path == other.evidence.path and one.bridge == other.bridge


def _flows(host: Host) -> Flows | None:
    """The flows of the last dump of br0."""
    dumps = [one for one in host.of(FlowDump) if one.bridge == SDN_BRIDGE]
    if not dumps:
        return None
    dump = dumps[-1]
    every = [one for one in host.of(OfFlow) if _same_file(one, dump)]
    tunnels = tuple(_tunnels(every))
    pods: dict[str, dict[str, OfFlow]] = {}
    for name, ip, flow in _of_pods(every):
        pods.setdefault(ip, {}).setdefault(name, flow)
    return Flows(
        dump,
        {one.table: one.count for one in host.of(FlowCount) if _same_file(one, dump)},
        {address(one.match["tun_src"]): one for one in every if one.match.get("tun_src", "0.0.0.0") != "0.0.0.0"},  # noqa: S104 - a match, nothing is bound
        tunnels,
        _grouped(((one.protocol, one.to), one) for one in tunnels),
        _grouped(((one.protocol, one.subnet), one) for one in tunnels),
        pods,
        _gateway(every),
        any("tun_src" in one.match for one in every),
    )


def _grouped(pairs: Iterable[tuple[tuple[str, str], Tunnel]]) -> dict[tuple[str, str], tuple[Tunnel, ...]]:
    found: dict[tuple[str, str], list[Tunnel]] = {}
    for key, one in pairs:
        found.setdefault(key, []).append(one)
    return {key: tuple(each) for key, each in found.items()}


def _tunnels(flows: Iterable[OfFlow]) -> Iterator[Tunnel]:
    for one in flows:
        subnet = one.match.get("arp_tpa") or one.match.get("nw_dst")
        to = _SET.search(one.actions)
        protocol = next((name for name in ("arp", "ip") if name in one.match), None)
        if subnet and to and protocol and one.table not in _ASIDE:
            yield Tunnel(protocol, subnet, address(to["ip"]) if to["ip"] else str(IPv4Address(int(to["hex"], 16))), one)


def _of_pods(flows: Iterable[OfFlow]) -> Iterator[tuple[str, str, OfFlow]]:
    """Field, address and flow: of all flows that name one address and no network."""
    for one in flows:
        if one.table not in _ASIDE:
            for name in POD_FIELDS:
                if (value := one.match.get(name)) and "/" not in value:
                    yield name, address(value), one


def _gateway(flows: Iterable[OfFlow]) -> str | None:
    for one in flows:
        value = one.match.get("nw_dst")
        if (
            value
            and "/" not in value
            and "reg0" not in one.match
            and _TO_TUN.match(one.actions)
            and "tp_dst" not in one.match
        ):
            return address(value)
    return None
