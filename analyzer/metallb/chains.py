"""The join of the chains: one for every address of every LoadBalancer service, and for what else is announced."""

from collections.abc import Iterable, Iterator

from analyzer.frr import Session, Sessions
from analyzer.instances import Group
from analyzer.metallb.advertisements import Advertisements
from analyzer.metallb.chain import Chain, World
from analyzer.metallb.endpoints import EndpointsIndex
from analyzer.metallb.installation import gathered
from analyzer.metallb.intents import Intent, Intents
from analyzer.metallb.layer2 import Layer2Owners
from analyzer.metallb.path import NodeView
from analyzer.metallb.pools import Pools
from analyzer.metallb.speakers import Speakers
from analyzer.metallb.walk import chains_of, uncollected
from analyzer.rule import NotCollectedError, join
from parsers.infrastructure import Infrastructure
from parsers.kubernetes import unique
from parsers.metallb_instance import MetallbInstance
from parsers.metallb_peers import BgpPeer
from parsers.services import Service


class Chains(Group):
    """Every chain: the services in the order of their names, then the prefixes that no collected service explains."""

    items: tuple[Chain, ...]

    def __iter__(self) -> Iterator[Chain]:
        return iter(self.items)


@join
def chains(  # noqa: PLR0913, PLR0917 - the chain goes through all of them
    services: tuple[Service, ...] | None,
    pools: Pools | None,
    advertisements: Advertisements | None,
    endpoints: EndpointsIndex,
    speakers: Speakers | None,
    sessions: Sessions | None,
    intents: Intents | None,
    peers: tuple[BgpPeer, ...] | None,
    owners: Layer2Owners,
    platforms: tuple[Infrastructure, ...] | None,
    installed: tuple[MetallbInstance, ...] | None,
) -> Chains:
    if pools is None and advertisements is None and speakers is None:
        raise NotCollectedError("no resource of MetalLB, no speaker and no FRR output in this archive")
    views = _views(speakers, sessions, intents)
    if advertisements is None:
        advertisements = _none_there(pools, views, services or (), owners)
    world = World(
        pools=pools,
        advertisements=advertisements,
        endpoints=endpoints,
        speakers=speakers.items if speakers else (),
        views=views,
        peers_collected=peers is not None,
        owners=owners,
        platform=next((one.platform for one in unique(platforms or ())), None),
        shrunk=_shrunk(pools, views),
        classes=frozenset(one.load_balancer_class for one in unique(installed or ()) if one.load_balancer_class),
    )
    found = [chain for service in unique(services or ()) for chain in chains_of(service, world)]
    found.sort(key=lambda one: (one.subject, one.address or "", one.protocol or ""))
    rest = sorted(uncollected(world, found), key=lambda one: one.subject)
    if not found and not rest:
        raise NotCollectedError("no LoadBalancer service was collected and no running configuration announces anything")
    return Chains((*found, *rest))


def _none_there(
    pools: Pools | None, views: dict[str, NodeView], services: Iterable[Service], owners: Layer2Owners
) -> Advertisements | None:
    """No advertisement is an answer where the gather that holds the pools asked for them and none is announced."""
    if pools is None or not any(gathered(one.resource) for one in pools):
        return None
    if any(pools.of(prefix.rpartition("/")[0]) for one in views.values() for prefix in one.networks.exact):
        return None
    if any(one.networks.wide for one in views.values()):
        return None
    return None if any(owners.of(ip) for one in services for ip in one.ingress_ips) else Advertisements(())


def _shrunk(pools: Pools | None, views: dict[str, NodeView]) -> bool:
    """Whether a node announces an address that no pool holds: MetalLB goes by other pools than the collected ones."""
    prefixes = dict.fromkeys(prefix for one in views.values() for prefix in one.networks.exact)
    return pools is not None and any(pools.of(prefix.rpartition("/")[0]) is None for prefix in prefixes)


def _views(speakers: Speakers | None, sessions: Sessions | None, intents: Intents | None) -> dict[str, NodeView]:
    shown: dict[int, list[Session]] = {}
    for session in sessions or ():
        shown.setdefault(id(session.instance), []).append(session)
    asked: dict[int, list[Intent]] = {}
    for intent in intents or ():
        if isinstance(intent.owner, BgpPeer):  # what MetalLB has frr-k8s configure comes from the same BGPPeers
            asked.setdefault(id(intent.instance), []).append(intent)
    return {
        one.node: NodeView(one.instance, shown.get(id(one.instance), ()), asked.get(id(one.instance), ()))
        for one in speakers or ()
        if one.instance is not None
    }
