"""Interfaces, addresses and neighbors of the nodes, as far as outputs of the hosts were collected.

A path only hints at whose output it is: the hint counts where it is the name of a node, whole or up to the first dot.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address

from analyzer.instances import NodesByName
from analyzer.rule import join
from parsers.base import Evidence
from parsers.host_facts import HostFact
from parsers.host_link_facts import HostAddress, HostLink
from parsers.host_route_facts import HostNeighbor
from parsers.nodes import Node
from parsers.prefixes import contains
from parsers.vocabulary import Network, family_of, is_address, network

_GATEWAY = "k8s.ovn.org/l3-gateway-config"
_CIDRS = "k8s.ovn.org/host-cidrs"
# Interfaces that hold addresses of services on purpose: kube-proxy in mode IPVS binds them all to one of its own.
SERVICE_INTERFACES = ("kube-ipvs", "nodelocaldns")


@dataclass(slots=True)
class HostSide:
    """What one host shows of its network. `links` by name, empty where they were not collected."""

    node: str
    links: dict[str, HostLink] = field(default_factory=dict)
    addresses: list[HostAddress] = field(default_factory=list)
    neighbors: list[HostNeighbor] = field(default_factory=list)

    def carrying(self, address: str) -> HostAddress | None:
        """The address by which an interface is in the network of another one."""
        wide = (one for one in self.addresses if one.prefix_length not in {32, 128})
        return next((one for one in wide if contains(f"{one.address}/{one.prefix_length}", address)), None)


class HostSides(dict[str, HostSide]):
    """The hosts of which something was collected, by the name of the node."""


@join
def host_sides(
    links: tuple[HostLink, ...] | None,
    addresses: tuple[HostAddress, ...] | None,
    neighbors: tuple[HostNeighbor, ...] | None,
    nodes: NodesByName,
) -> HostSides:
    short = {name.partition(".")[0]: name for name in nodes}
    found = HostSides()

    def side(one: HostFact) -> HostSide | None:
        hint = one.node or ""
        name = hint if hint in nodes else short.get(hint.partition(".")[0])
        return found.setdefault(name, HostSide(name)) if name else None

    for link in links or ():
        if here := side(link):
            here.links[link.name] = link
    for address in addresses or ():
        if (here := side(address)) and address.prefix_length is not None:
            here.addresses.append(address)
    for neighbor in neighbors or ():
        if here := side(neighbor):
            here.neighbors.append(neighbor)
    return found


@dataclass(frozen=True, slots=True)
class Attached:
    """The networks that a node has an address in, as written and by their one spelling, and the lines."""

    written: tuple[str, ...]
    spelled: frozenset[str]
    evidence: tuple[Evidence, ...]


class Networks:
    """The networks of the nodes; asked for every address, so that each network is looked at once."""

    def __init__(self, nodes: NodesByName, sides: HostSides) -> None:
        self._nodes, self._sides = nodes, sides
        self._attached: dict[str, Attached | None] = {}
        self._all: dict[str, Network] = {}

    def of(self, node: str) -> Attached | None:
        """The networks of a node; None where not all of them are known."""
        if node not in self._attached:
            self._attached[node] = self._read(node)
        return self._attached[node]

    def knows(self, node: str, address: str) -> bool:
        """Whether the networks of a node in the family of an address are known: each of its own is in one of them."""
        here, host, version = self.of(node), self._nodes.get(node), ip_address(address).version
        known = [self._all[text] for text in here.spelled] if here else []
        own = [ip_address(one) for one in host.internal_ips if is_address(one)] if host else []
        return all(any(one in each for each in known) for one in own if one.version == version)

    def _read(self, node: str) -> Attached | None:
        side, host = self._sides.get(node), self._nodes.get(node)
        if side is not None and side.addresses:
            own = [one for one in side.addresses if one.scope != "host"]
            return self._made((f"{one.address}/{one.prefix_length}" for one in own), [one.evidence for one in own[:4]])
        if host is not None and _CIDRS in host.annotations and host.host_networks:
            return self._made(host.host_networks, host.where("host_networks"))
        return None

    def _made(self, written: Iterable[str], lines: Iterable[Evidence]) -> Attached:
        texts = tuple(written)
        found = {str(one): one for text in texts if (one := network(text)) and one.prefixlen < one.max_prefixlen}
        self._all |= found
        return Attached(texts, frozenset(found), tuple(lines))

    def holding(self, address: str) -> frozenset[str]:
        """Those of all the networks that were asked for which hold an address."""
        found = ip_address(address)
        return frozenset(text for text, one in self._all.items() if found.version == one.version and found in one)


def own_addresses(nodes: Iterable[Node], sides: HostSides) -> Iterator[tuple[str, str, str, Evidence]]:
    """The addresses that nodes have: the address, the node, on what, and the line."""
    for one in nodes:
        for address in one.internal_ips:
            yield address, one.name, "its own address", one.where("internal_ips")[0]
        for written in one.host_networks:
            yield written.partition("/")[0], one.name, "an address of its interfaces", one.where("host_networks")[0]
    for side in sides.values():
        for own in side.addresses:
            if not own.interface.startswith(SERVICE_INTERFACES) and family_of(own.address):
                yield own.address, side.node, f"an address of its interface {own.interface}", own.evidence


def macs(nodes: Iterable[Node], sides: HostSides) -> frozenset[str] | None:
    """The MAC addresses of all nodes; None where one of them is not known."""
    found: set[str] = set()
    for one in nodes:
        side = sides.get(one.name)
        own = {link.mac.lower() for link in side.links.values() if link.mac} if side else set()
        own |= _gateway_macs(one.annotations.get(_GATEWAY, ""))
        if not own:
            return None
        found |= own
    return frozenset(found)


def _gateway_macs(annotation: str) -> set[str]:
    try:
        value = json.loads(annotation or "{}")
    except (ValueError, RecursionError):
        return set()
    parts = value.values() if isinstance(value, dict) else ()
    written = [one.get("mac-address") for one in parts if isinstance(one, dict)]
    return {one.lower() for one in written if isinstance(one, str) and one}
