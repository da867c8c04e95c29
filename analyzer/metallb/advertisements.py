"""The advertisements: which pool is announced how, by which nodes, to whom.

Source: metallb/metallb internal/config/config.go (setBGPAdvertisementsToPools, setL2AdvertisementsToPools,
selectedNodes) and speaker/bgp_controller.go (bgpAdsForService), releases 0.13 to 0.15.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from analyzer.instances import Group
from analyzer.metallb.pools import Pool
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.kubernetes import LabelSelector, unique
from parsers.metallb_advertisements import BgpAdvertisement, L2Advertisement
from parsers.metallb_pools import AddressPool, PoolProtocol
from parsers.services import Service
from parsers.vocabulary import Family, family_of, network


class Protocol(StrEnum):
    """How an address is announced."""

    BGP = "bgp"
    LAYER2 = "layer2"


Resource = BgpAdvertisement | L2Advertisement | AddressPool


@dataclass(frozen=True, slots=True)
class Advertisement:
    """An announcement of pools: a resource of its own, or an AddressPool that holds its own announcement."""

    resource: Resource
    protocol: Protocol
    lengths: tuple[int, ...] = (32,)
    lengths_v6: tuple[int, ...] = (128,)

    @property
    def kind(self) -> str:
        """The kind of its resource."""
        if isinstance(self.resource, AddressPool):
            return "AddressPool"
        return "BGPAdvertisement" if isinstance(self.resource, BgpAdvertisement) else "L2Advertisement"

    @property
    def name(self) -> str:
        """The name of its resource."""
        return self.resource.name

    @property
    def peers(self) -> tuple[str, ...]:
        """The names of the BGPPeers that it is for; none for all."""
        return self.resource.peers if isinstance(self.resource, BgpAdvertisement) else ()

    @property
    def interfaces(self) -> tuple[str, ...]:
        """The interfaces that it is announced on; none for all."""
        return self.resource.interfaces if isinstance(self.resource, L2Advertisement) else ()

    @property
    def node_selectors(self) -> tuple[LabelSelector, ...]:
        """The nodes that announce; none for all."""
        return () if isinstance(self.resource, AddressPool) else self.resource.node_selectors

    @property
    def service_selectors(self) -> tuple[LabelSelector, ...]:
        """The services that are announced; none for all."""
        return () if isinstance(self.resource, AddressPool) else self.resource.service_selectors

    def selects_pool(self, pool: Pool) -> bool:
        """Whether it is about this pool."""
        one = self.resource
        if isinstance(one, AddressPool):
            return one is pool.resource
        if isinstance(pool.resource, AddressPool):
            return False
        everything = not one.pools and not one.pool_selectors
        return everything or pool.name in one.pools or matches(one.pool_selectors, pool.labels)

    def selects_node(self, labels: Mapping[str, str] | None) -> bool | None:
        """Whether a node with these labels announces; None when its labels are not known and it matters."""
        if not self.node_selectors:
            return True
        return None if labels is None else matches(self.node_selectors, labels)

    def selects_service(self, service: Service | None) -> bool | None:
        """Whether it is about this service; None when the service was not collected and it matters."""
        if not self.service_selectors:
            return True
        return None if service is None else matches(self.service_selectors, service.labels)

    def selects_peer(self, names: Iterable[str]) -> bool:
        """Whether it is for a peer of one of these names."""
        return not self.peers or bool(set(self.peers).intersection(names))

    def prefixes(self, address: str) -> tuple[str, ...]:
        """What is announced for an address: the address cut to the aggregation lengths."""
        family = family_of(address)
        lengths = self.lengths if family is Family.IPV4 else self.lengths_v6 if family else ()
        return _cut(address, tuple(lengths))

    def where(self, *names: str) -> tuple[Evidence, ...]:
        """The lines of these fields of its resource, else of its name."""
        return self.resource.where(*names)


@lru_cache(maxsize=4096)  # every node asks for the same addresses
def _cut(address: str, lengths: tuple[int, ...]) -> tuple[str, ...]:
    found = (network(f"{address}/{length}") for length in lengths)
    return tuple(dict.fromkeys(str(one) for one in found if one))


def matches(selectors: Iterable[LabelSelector], labels: Mapping[str, str]) -> bool:
    """Whether one of the selectors selects these labels."""
    return any(one.matches(labels) for one in selectors)


class Advertisements(Group):
    """Every advertisement, of both protocols."""

    items: tuple[Advertisement, ...]

    def __iter__(self) -> Iterator[Advertisement]:
        return iter(self.items)

    def of(self, pool: Pool) -> tuple[Advertisement, ...]:
        """The advertisements that select a pool."""
        return tuple(one for one in self.items if one.selects_pool(pool))


@join
def advertisements(
    bgp: tuple[BgpAdvertisement, ...] | None,
    layer2: tuple[L2Advertisement, ...] | None,
    old: tuple[AddressPool, ...] | None,
) -> Advertisements:
    if bgp is None and layer2 is None and not old:
        raise NotCollectedError("not collected: BGPAdvertisement or L2Advertisement resources")
    made = [
        *(_of_bgp(one) for one in unique(bgp or ())),
        *(Advertisement(one, Protocol.LAYER2) for one in unique(layer2 or ())),
        *(_of_pool(one) for one in unique(old or ())),
    ]
    return Advertisements(tuple(sorted(made, key=lambda one: (one.protocol, one.kind, one.name))))


def _of_bgp(one: BgpAdvertisement) -> Advertisement:
    return Advertisement(one, Protocol.BGP, (one.aggregation_length,), (one.aggregation_length_v6,))


def _of_pool(one: AddressPool) -> Advertisement:
    if one.protocol is PoolProtocol.LAYER2:
        return Advertisement(one, Protocol.LAYER2)
    # Without a bgpAdvertisement of its own an AddressPool announces every address by itself.
    return Advertisement(one, Protocol.BGP, one.aggregation_lengths or (32,), one.aggregation_lengths_v6 or (128,))
