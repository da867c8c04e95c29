"""The join of the chains: one for every address of every LoadBalancer service, and for what else is announced."""

from collections.abc import Iterator

from analyzer.frr import Session, Sessions
from analyzer.instances import Group
from analyzer.metallb.advertisements import Advertisements
from analyzer.metallb.chain import Chain, World
from analyzer.metallb.endpoints import EndpointsIndex
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
    world = World(
        pools=pools,
        advertisements=advertisements,
        endpoints=endpoints,
        speakers=speakers.items if speakers else (),
        views=_views(speakers, sessions, intents),
        peers_collected=peers is not None,
        owners=owners,
        platform=next((one.platform for one in unique(platforms or ())), None),
        classes=frozenset(one.load_balancer_class for one in unique(installed or ()) if one.load_balancer_class),
    )
    found = [chain for service in unique(services or ()) for chain in chains_of(service, world)]
    found.sort(key=lambda one: (one.subject, one.address or "", one.protocol or ""))
    rest = sorted(uncollected(world, found), key=lambda one: one.subject)
    if not found and not rest:
        raise NotCollectedError("no LoadBalancer service was collected and no running configuration announces anything")
    return Chains((*found, *rest))


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
