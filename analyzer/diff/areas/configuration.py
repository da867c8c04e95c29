"""The resources that set up MetalLB, frr-k8s and the network of the cluster."""

from analyzer.diff.area import Area
from analyzer.diff.model import Facet, Item
from analyzer.diff.resources import resources
from analyzer.rule import NotCollectedError
from analyzer.store import Store
from parsers.frrk8s_configurations import FrrConfiguration
from parsers.kubernetes import KubernetesFact
from parsers.metallb_advertisements import BgpAdvertisement, L2Advertisement
from parsers.metallb_bfd_profiles import BfdProfile
from parsers.metallb_instance import MetallbInstance
from parsers.metallb_peers import BgpPeer
from parsers.metallb_pools import AddressPool, Community, IpAddressPool
from parsers.network_config import NetworkConfig, NetworkOperatorConfig
from parsers.sdn_facts import ClusterNetwork, HostSubnet, NetNamespace

KINDS: tuple[type[KubernetesFact], ...] = (
    *(BgpPeer, IpAddressPool, AddressPool, BgpAdvertisement, L2Advertisement, BfdProfile, Community),
    *(MetallbInstance, FrrConfiguration, NetworkConfig, NetworkOperatorConfig),
    *(ClusterNetwork, HostSubnet, NetNamespace),
)


def of_kinds(store: Store, area: Area, kinds: tuple[type[KubernetesFact], ...]) -> Facet:
    """The objects of these kinds; of a kind that no member could hold nothing is said."""
    scopes: dict[str, str | None] = {}
    items: list[Item] = []
    for kind in kinds:
        found = store.facts(kind)
        if found is not None:
            scopes[kind.__name__] = None
            items += resources(found, kind.__name__)
    if not scopes:
        raise NotCollectedError(f"not collected: any {', '.join(kind.__name__ for kind in kinds)}")
    return Facet(
        area.name, area.title, tuple(items), scopes=scopes, unit="no {} resources were collected", proven=False
    )


def _read(store: Store) -> Facet:
    return of_kinds(store, CONFIGURATION, KINDS)


CONFIGURATION = Area("configuration", "configuration of MetalLB, FRR and the network", KINDS, _read)
