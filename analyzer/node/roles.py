"""What the interfaces of a node are for: uplinks, members of bonds, ways to BGP peers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from analyzer.frr import Session, Sessions
from analyzer.instances import Group
from analyzer.node.mtu import carrier_of
from analyzer.node.network import NodeNetwork, NodeNetworks
from analyzer.ovn.databases import is_linux
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.host_link_facts import HostAddress, HostLink
from parsers.host_route_facts import HostRoute
from parsers.prefixes import contains, length
from parsers.vocabulary import Family, address, family_of, is_address

# Interfaces that only a node of an OpenShift cluster has; `br-ex` may be anybody's.
_OWN = ("br-ex", "br-int", "ovn-k8s-mp0", "tun0")
PLAIN_RULES = frozenset({0, 32766, 32767})  # priorities of the rules that every host has


@dataclass(frozen=True, slots=True)
class Way:
    """How a host reaches an address of its own networks. The interfaces are those with an address in its network."""

    target: str
    candidates: tuple[HostAddress, ...]

    @property
    def interfaces(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(dict.fromkeys(one.interface for one in self.candidates))


@dataclass(frozen=True, slots=True)
class NodeRoles:
    """A node of the cluster and the BGP sessions that its FRR has."""

    host: NodeNetwork
    sessions: tuple[Session, ...]
    carrier: HostLink | None

    @property
    def node(self) -> str | None:
        """The Kubernetes node, None when nothing names it."""
        return self.host.node

    def way(self, target: str) -> Way | None:
        """The interfaces in whose network an address lies; None where it lies in none, or that is not known."""
        if not is_address(target):
            return None
        wide = [one for one in self.host.addresses if one.prefix_length not in {None, 32, 128} and one.scope != "host"]
        found = tuple(one for one in wide if contains(f"{one.address}/{one.prefix_length}", target))
        return Way(address(target), found) if found else None

    def best(self, target: str) -> HostRoute | None:
        """The route of the main table that an address takes; None where there is none."""
        family = family_of(target)
        rows = self.host.table(family) if family else []
        fitting = [one for one in rows if contains(one.destination, target)]
        return max(fitting, key=lambda one: (length(one.destination) or 0, -(one.metric or 0)), default=None)

    def families(self, *, ipv6: bool) -> tuple[Family, ...]:
        """The families that the node itself uses; IPv4 where nothing tells."""
        ips = self.host.resource.internal_ips if self.host.resource else ()
        found = {family_of(one) for one in ips}
        if not found - {None}:
            return (Family.IPV4, Family.IPV6) if ipv6 else (Family.IPV4,)
        return tuple(one for one in Family if one in found)

    def used(self) -> dict[str, str]:
        """The interfaces that traffic of the cluster needs, by name, with what they are for."""
        found: dict[str, str] = {}
        tops = [(self.carrier.name, "the way of the tunnels")] if self.carrier else []
        for family in Family:
            tops += [(name, "the default route") for one in self.host.defaults(family)[:1] for name in one.devices]
        for session in self.sessions:
            way = self.way(session.peer)
            if way and len(way.interfaces) == 1:
                tops.append((way.interfaces[0], f"the way to BGP peer {session.peer}"))
        for name, why in tops:
            found.setdefault(name, why)
            for one in self.host.under(name):
                found.setdefault(one.name, f"{name}, {why}")
        return found

    @property
    def policy_routing(self) -> bool:
        """Whether rules send some traffic through other tables."""
        return any(one.priority not in PLAIN_RULES for one in self.host.rules)


class Roles(Group):
    """The nodes of the cluster of which outputs were collected."""

    items: tuple[NodeRoles, ...]

    def __iter__(self) -> Iterator[NodeRoles]:
        return iter(self.items)


@join
def roles(networks: NodeNetworks, sessions: Sessions | None) -> Roles:
    by_node: dict[str | None, list[Session]] = {}
    for one in sessions or ():
        by_node.setdefault(one.node, []).append(one)
    own = [one for one in networks if _of_cluster(one) and is_linux(one.resource)]
    if not own:
        raise NotCollectedError("no output of a node's network that is a node of the cluster for sure")
    return Roles(
        tuple(NodeRoles(one, tuple(by_node.get(one.node, ()) if one.node else ()), carrier_of(one)) for one in own)
    )


def _of_cluster(host: NodeNetwork) -> bool:
    devices = {device for route in host.routes for device in route.devices}
    return host.resource is not None or any(one in host.links or one in devices for one in _OWN)


def peers_of(role: NodeRoles) -> Mapping[str, Session]:
    """The sessions by their peer's address; unnumbered ones left out."""
    return {address(one.peer): one for one in role.sessions if is_address(one.peer)}


def lines(*groups: Iterable[Evidence], most: int = 8) -> tuple[Evidence, ...]:
    """The first pieces of evidence, each once."""
    return tuple(dict.fromkeys(one for group in groups for one in group))[:most]
