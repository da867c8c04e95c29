"""The ranges of addresses of the cluster: of pods, services, nodes, and those that OVN-Kubernetes uses within.

Source: openshift/cluster-network-operator pkg/network/ovn_kubernetes.go (what is used where nothing is set).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from analyzer.instances import Group, NodesByName
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.kubernetes import unique
from parsers.network_settings import NetworkSettings, Place
from parsers.nodes import Node

# The ranges of the transit switch came with 4.14.
_JOIN = {"internalJoinSubnet": "the join subnet", "v4InternalSubnet": "the join subnet"}
_JOIN |= {"v6InternalSubnet": "the join subnet", "internalTransitSwitchSubnet": "the transit switch subnet"}
_JOIN |= {"internalMasqueradeSubnet": "the masquerade subnet"}
_DEFAULTS = (
    ("the join subnet", "100.64.0.0/16"),
    ("the join subnet", "fd98::/64"),
    ("the transit switch subnet", "100.88.0.0/16"),
    ("the transit switch subnet", "fd97::/64"),
)
DISTINCT = ("the pods' network", "the services' network")  # of which several must not overlap either
_TRANSIT = "k8s.ovn.org/node-transit-switch-port-ifaddr"


class Settings(Group):
    """The settings in each place, once."""

    items: tuple[NetworkSettings, ...]

    def at(self, place: Place) -> NetworkSettings | None:
        """The settings in this place."""
        return next((one for one in self.items if one.place is place), None)


@join
def settings_of(settings: tuple[NetworkSettings, ...]) -> Settings:
    cluster = [one for one in settings if one.name == "cluster"] or list(settings)
    places = (unique(one for one in cluster if one.place is place)[:1] for place in Place)
    found = tuple(one for each in places for one in each)
    if not found:
        raise NotCollectedError("the objects network.config and network.operator are not in this archive")
    return Settings(found)


@dataclass(frozen=True, slots=True)
class Range:
    """A range of addresses, what it is for, and where that is written."""

    what: str
    network: IPv4Network | IPv6Network
    evidence: tuple[Evidence, ...]


def ranges(settings: Settings, nodes: NodesByName, *, ovn: bool) -> Iterator[Range]:
    """The ranges of pods, services, OVN-Kubernetes and nodes."""
    base = settings.at(Place.IN_USE) or settings.at(Place.ASKED) or settings.at(Place.OPERATOR)
    told = settings.at(Place.OPERATOR)
    for field, what in zip(("cluster_networks", "service_networks"), DISTINCT, strict=True):
        owner = next((one for one in (base, told) if one and getattr(one, field)), None)
        for text in getattr(owner, field) if owner else ():
            if network := network_of(text.partition(" ")[0]):
                yield Range(what, network, owner.where(field) if owner else ())
    if ovn and told is not None:
        yield from _inner(told, transit=any(_TRANSIT in one.annotations for one in nodes.values()))
    seen: set[tuple[str, str]] = set()
    for node in nodes.values():
        for one in _machine(node):
            if (key := (str(one.network), one.what)) not in seen:
                seen.add(key)
                yield one


def _inner(told: NetworkSettings, *, transit: bool) -> Iterator[Range]:
    """What OVN-Kubernetes uses within: as it is set, or by default."""
    given: set[tuple[str, int]] = set()
    for one in told.inner:
        if network := network_of(one.network):
            given.add((_JOIN[one.name], network.version))
            yield Range(_JOIN[one.name], network, (one.evidence,))
    for what, text in _DEFAULTS:
        network = ip_network(text)
        if (what, network.version) not in given and (transit or "transit" not in what):
            yield Range(what, network, told.where("network_type"))


def _machine(node: Node) -> Iterator[Range]:
    """The network of a node's own address; the address alone where no prefix is told."""
    for address in node.internal_ips:
        prefixed = next((one for one in node.host_networks if one.partition("/")[0] == address), address)
        if network := network_of(prefixed):
            lines = node.where("internal_ips", *(("host_networks",) if prefixed != address else ()))
            yield Range("the nodes' network", network, lines)


def network_of(text: str) -> IPv4Network | IPv6Network | None:
    """The network that a text names; None for one that is masked."""
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None
