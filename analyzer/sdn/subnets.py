"""Which node has which part of the pods' network, from the HostSubnets; without them from the nodes alone.

A HostSubnet bears the name of its node, and `host` repeats it (openshift/sdn pkg/network/master/subnets.go). A node of
3.x may be registered with its short name and listed with its whole one, or the other way round. must-gather holds no
HostSubnets before 4.13: the addresses of the nodes say then where their tunnels end.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from ipaddress import IPv4Network

from analyzer.instances import Ages, NodesByName
from analyzer.ovn.databases import is_linux
from analyzer.rule import join
from analyzer.sdn.network import SdnNetwork
from parsers.base import Evidence
from parsers.nodes import Node
from parsers.prefixes import contains
from parsers.sdn_facts import HostSubnet
from parsers.vocabulary import Family, address, family_of
from parsers.vocabulary import network as parsed

NO_SUBNETS = "none was collected, as by must-gather before 4.13 (oc get hostsubnet); only the logs were searched"
NEW = timedelta(minutes=5)  # in which a node that joins may still be set up by the others (J)


@dataclass(frozen=True, slots=True)
class Remote:
    """A node as the others must know it. addresses: those at which its tunnels may end.

    subnet, host_subnet (its name): None where no HostSubnet of it was collected.
    """

    name: str
    addresses: tuple[str, ...]
    subnet: str | None
    host_subnet: str | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Overlap:
    """A HostSubnet whose addresses all lie in another one's."""

    one: HostSubnet
    prefix: IPv4Network
    other: HostSubnet
    wide: IPv4Network


@dataclass(frozen=True, slots=True)
class SdnSubnets:
    """The HostSubnets, each once, and the nodes.

    of_node: the HostSubnet of a node by the node's name; node_of: the reverse. overlaps, outside: what is wrong with
    them by themselves. remotes: the nodes that all others must have flows for. addresses: those of all nodes and
    HostSubnets, whatever their state.
    """

    subnets: tuple[HostSubnet, ...] = ()
    nodes: Mapping[str, Node] = field(default_factory=dict)
    of_node: Mapping[str, HostSubnet] = field(default_factory=dict)
    node_of: Mapping[str, Node] = field(default_factory=dict)
    overlaps: tuple[Overlap, ...] = ()
    outside: tuple[HostSubnet, ...] = ()
    ages: Ages = field(default_factory=lambda: Ages(()))
    remotes: tuple[Remote, ...] = ()
    addresses: frozenset[str] = frozenset()

    @property
    def whole(self) -> bool:
        """Whether a node without one has none: those of most nodes are there, it was no single one that was saved."""
        return bool(self.of_node) and 2 * len(self.of_node) >= len(self.nodes)

    @property
    def faulty(self) -> frozenset[str]:
        """The names of HostSubnets that are wrong by themselves, which is told of by itself."""
        both = {one.name for pair in self.overlaps for one in (pair.one, pair.other)}
        return frozenset(both | {one.name for one in self.outside})

    def __len__(self) -> int:
        return len(self.subnets)

    def new(self, node: Node) -> bool:
        """Whether the node came so shortly before the collection that it may still be set up."""
        collected = self.ages.of(node.image_dir)
        return collected is not None and node.created is not None and node.created > collected - NEW

    def others(self, own: str | None, own_subnet: HostSubnet | None) -> list[Remote]:
        """The nodes that one must have flows for."""
        name = own_subnet.name if own_subnet else None
        return [one for one in self.remotes if one.name != own and (name is None or one.host_subnet != name)]


def _remotes(found: SdnSubnets) -> Iterator[Remote]:
    """Those that are ready and no newcomers."""
    faulty = found.faulty
    for one in found.subnets:
        if one.name not in faulty and one.host_ip and _lasting(found, one):
            node = found.node_of.get(one.name)
            # Where the HostSubnet and its node contradict each other, that is told of by itself.
            ips = dict.fromkeys((address(one.host_ip), *(_four(node) if node else ())))
            name = node.name if node else one.name
            yield Remote(name, tuple(ips), one.subnet, one.name, one.where("host_ip", "subnet"))
    if found.whole:
        return
    for name, node in sorted(found.nodes.items()):
        ips4 = _four(node)
        if ips4 and name not in found.of_node and _settled(found, node):
            yield Remote(name, ips4, None, None, node.where("internal_ips"))


def _lasting(found: SdnSubnets, one: HostSubnet) -> bool:
    """Whether its host is a node that is there to stay, or no node at all."""
    node = found.node_of.get(one.name)
    if one.deleting:
        return False
    return one.external or not found.nodes or (node is not None and _settled(found, node))


def _settled(found: SdnSubnets, node: Node) -> bool:
    return node.ready is True and is_linux(node) and not node.deleting and not found.new(node)


def _four(node: Node) -> tuple[str, ...]:
    return tuple(address(one) for one in node.internal_ips if family_of(one) is not Family.IPV6)


@join
def sdn_subnets(
    network: SdnNetwork,
    subnets: tuple[HostSubnet, ...] | None,
    nodes: NodesByName,
    ages: Ages,
) -> SdnSubnets:
    own = tuple(_once(subnets or ()))
    of_node: dict[str, HostSubnet] = {}
    node_of: dict[str, Node] = {}
    matched = _Names(nodes)
    for one in own:
        node = matched.node(one)
        if node is not None and node.name not in of_node:
            of_node[node.name] = one
            node_of[one.name] = node
    inner = [one for one in own if one.subnet and not one.deleting and not one.external]
    outside = [one for one in inner if network.pods and _outside(one, network)]
    found = SdnSubnets(own, nodes, of_node, node_of, tuple(_overlaps(inner)), tuple(outside), ages)
    hosts = {address(one.host_ip) for one in own if one.host_ip}
    every = frozenset(hosts | {address(ip) for one in nodes.values() for ip in one.internal_ips})
    return replace(found, remotes=tuple(_remotes(found)), addresses=every)


def _outside(one: HostSubnet, network: SdnNetwork) -> bool:
    return all(contains(cidr, one.subnet or "") is False for cidr in network.pods)


def _overlaps(subnets: Iterable[HostSubnet]) -> Iterator[Overlap]:
    """Sorted by their first address, a network lies in the last wider one before it or in none."""
    ranges = [(prefix, one) for one in subnets if isinstance(prefix := parsed(one.subnet or ""), IPv4Network)]
    ranges.sort(key=lambda pair: (int(pair[0].network_address), pair[0].prefixlen, pair[1].name))
    widest: tuple[IPv4Network, HostSubnet] | None = None
    for prefix, one in ranges:
        if widest and prefix.subnet_of(widest[0]):
            yield Overlap(one, prefix, widest[1], widest[0])
        else:
            widest = prefix, one


def _once(subnets: Iterable[HostSubnet]) -> list[HostSubnet]:
    """Of each name one: as YAML rather than from a table, the last of several."""
    found: dict[str, HostSubnet] = {}
    for one in subnets:
        held = found.get(one.name)
        if held is None or held.from_table or not one.from_table:
            found[one.name] = one
    return [found[name] for name in sorted(found)]


class _Names:
    """The nodes by name, uid, host name, and by the short form of the name where only one has it."""

    def __init__(self, nodes: Mapping[str, Node]) -> None:
        self.nodes = nodes
        self.uids = {one.uid: one for one in nodes.values() if one.uid}
        self.hosts = {one.hostname: one for one in nodes.values() if one.hostname}
        short: dict[str, list[Node]] = {}
        for name, one in nodes.items():
            short.setdefault(name.partition(".")[0], []).append(one)
        self.short = {name: found[0] for name, found in short.items() if len(found) == 1}

    def node(self, one: HostSubnet) -> Node | None:
        """The node of a HostSubnet."""
        exact = self.nodes.get(one.name) or self.nodes.get(one.host) or self.uids.get(one.node_uid or "")
        return (
            exact or self.hosts.get(one.host) or (None if one.external else self.short.get(one.name.partition(".")[0]))
        )


def own_of(subnets: SdnSubnets, node: str | None, label: str, gateway: str | None) -> HostSubnet | None:
    """The HostSubnet of the host that an output is from: by its node, its name, or the address of its tun0."""
    if node in subnets.of_node:
        return subnets.of_node[node or ""]
    for one in subnets.subnets:
        if label.partition(".")[0] in {one.name.partition(".")[0], one.host.partition(".")[0]}:
            return one
    inside = (one for one in subnets.subnets if gateway and one.subnet and contains(one.subnet, gateway))
    return next(inside, None)


def adopted(subnets: SdnSubnets, one: HostSubnet) -> Node | None:
    """The node that has the address of a HostSubnet of another name, and no HostSubnet of its own."""
    if one.name in subnets.node_of or not one.host_ip or one.deleting or one.external:
        return None
    same = (node for name, node in subnets.nodes.items() if name not in subnets.of_node)
    return next((node for node in same if address(one.host_ip) in map(address, node.internal_ips)), None)
