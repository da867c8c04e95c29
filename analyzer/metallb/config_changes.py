"""Which resource froze a configuration: the one that the error names, else those made since the last success."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.instances import NodesByName
from analyzer.metallb.config_health import ConfigTrouble, TroubleKind
from analyzer.rule import join
from parsers.base import Evidence
from parsers.frrk8s_configurations import FrrConfiguration
from parsers.kubernetes import KubernetesFact, unique
from parsers.metallb_advertisements import BgpAdvertisement, L2Advertisement
from parsers.metallb_bfd_profiles import BfdProfile
from parsers.metallb_peers import BgpPeer
from parsers.metallb_pools import AddressPool, Community, IpAddressPool
from parsers.vocabulary import address, is_address

_WORD = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:-]{0,252}")
_KINDS: dict[type[KubernetesFact], str] = {
    BgpPeer: "BGPPeer",
    BgpAdvertisement: "BGPAdvertisement",
    L2Advertisement: "L2Advertisement",
    BfdProfile: "BFDProfile",
    IpAddressPool: "IPAddressPool",
    AddressPool: "AddressPool",
    Community: "Community",
    FrrConfiguration: "FRRConfiguration",
}
_QUOTED = re.compile(r'"([^"\s]{1,253})"')
# Words of the messages themselves: a resource of such a name is meant only where it stands in quotes.
_COMMON = frozenset(
    {"advertisement", "address", "bfd", "bgp", "cidr", "community", "config", "default", "error", "failed", "invalid"}
    | {"ip", "line", "neighbor", "node", "peer", "peers", "pool", "prefix", "profile", "router", "secret", "vrf"}
)
SHOWN = 3  # resources that a finding names


@dataclass(frozen=True, slots=True)
class Change:
    """A resource that may have frozen a configuration, and how it is known."""

    resource: str
    how: str
    evidence: Evidence


class ConfigChanges:
    """The resources from which configurations are made."""

    def __init__(self, resources: Iterable[KubernetesFact], nodes: NodesByName) -> None:
        self._resources = tuple(resources)
        self._nodes = nodes
        self._by_name: dict[str, list[KubernetesFact]] = {}
        for one in self._resources:
            for name in dict.fromkeys(_names(one)):
                self._by_name.setdefault(name, []).append(one)

    def behind(self, trouble: ConfigTrouble) -> tuple[Change, ...]:
        """The resources that the error names; without one, those made between the last success and the failure."""
        words = dict.fromkeys(_words(trouble.error or ""))
        meant = {
            id(one): one for word in words for one in self._by_name.get(word, ()) if self._may_concern(one, trouble)
        }
        if meant:
            return tuple(Change(label(one), "the error names it", one.evidence) for one in list(meant.values())[:SHOWN])
        made = [one for one in self._resources if self._may_concern(one, trouble) and _made_between(one, trouble)]
        made.sort(key=lambda one: (one.created is not None, one.created or 0), reverse=True)
        return tuple(
            Change(label(one), f"made at {one.created:%Y-%m-%d %H:%M:%S}, after the last success", one.evidence)
            for one in made[:SHOWN]
        )

    def configurations(self, node: str | None) -> tuple[FrrConfiguration, ...]:
        """Every FRRConfiguration that selects a node; of a node without known labels all of them."""
        found = (one for one in self._resources if isinstance(one, FrrConfiguration))
        return tuple(one for one in found if self._selects(one, node))

    def _selects(self, one: FrrConfiguration, node: str | None) -> bool:
        host = self._nodes.get(node or "")
        return host is None or one.node_selector.matches(host.labels)

    def _may_concern(self, one: KubernetesFact, trouble: ConfigTrouble) -> bool:
        """Whether a resource is one of those that are loaded: MetalLB's own, or those of frr-k8s for this node."""
        if isinstance(one, FrrConfiguration):
            return trouble.kind is not TroubleKind.STALE and self._selects(one, trouble.node)
        return trouble.kind is not TroubleKind.CONVERSION


def label(one: KubernetesFact) -> str:
    """The resource as a person names it."""
    return f"{_KINDS[type(one)]} {one.name}"


def _made_between(one: KubernetesFact, trouble: ConfigTrouble) -> bool:
    if one.created is None or trouble.loaded is None or trouble.time is None:
        return False
    return trouble.loaded < one.created <= trouble.time


def _words(text: str) -> Iterator[str]:
    yield from (match[1] for match in _QUOTED.finditer(text))
    for match in _WORD.finditer(text):
        word = match[0].rstrip(".:-_")
        if word.lower() not in _COMMON:
            yield address(word) if is_address(word) else word


def _names(one: KubernetesFact) -> Iterator[str]:
    """The resource's name and the addresses of its peers, by which a line of FRR's configuration names them."""
    yield one.name
    if isinstance(one, BgpPeer) and one.address:
        yield one.address
    if isinstance(one, FrrConfiguration):
        yield from (each.address for router in one.routers for each in router.neighbors if each.address)


@join
def config_changes(  # noqa: PLR0913, PLR0917 - one parameter for each kind of resource
    peers: tuple[BgpPeer, ...] | None,
    advertisements: tuple[BgpAdvertisement, ...] | None,
    l2_advertisements: tuple[L2Advertisement, ...] | None,
    profiles: tuple[BfdProfile, ...] | None,
    pools: tuple[IpAddressPool, ...] | None,
    old_pools: tuple[AddressPool, ...] | None,
    communities: tuple[Community, ...] | None,
    configurations: tuple[FrrConfiguration, ...] | None,
    nodes: NodesByName,
) -> ConfigChanges:
    kinds = (peers, advertisements, l2_advertisements, profiles, pools, old_pools, communities, configurations)
    return ConfigChanges([one for each in kinds for one in unique(each or ())], nodes)
