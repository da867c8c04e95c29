"""What the resources ask for on each node: the neighbors of BGPPeers and FRRConfigurations, and what runs for each.

Sources: metallb/metallb speaker/bgp_controller.go (syncPeers), metallb/frr-k8s internal/controller (nodeSelector).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.frr import Session, Sessions, selects
from analyzer.instances import FrrInstances, Group, Instance
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.frr_config_facts import NeighborConfig
from parsers.frrk8s_configurations import FrrConfiguration, FrrNeighbor, FrrRouter
from parsers.kubernetes import unique
from parsers.metallb_peers import BgpPeer


@dataclass(frozen=True, slots=True)
class Intent:
    """A neighbor that one resource asks for on one node.

    `session` is what the node shows of it, None when it shows nothing; `startup` is its part of frr.conf. `owner` is
    the resource: a BGPPeer, or the FRRConfiguration that holds the neighbor and its router.
    """

    instance: Instance
    peer: str
    vrf: str
    wish: BgpPeer | FrrNeighbor
    owner: BgpPeer | FrrConfiguration
    router: FrrRouter | None = None
    session: Session | None = None
    startup: NeighborConfig | None = None

    @property
    def node(self) -> str | None:
        """The Kubernetes node."""
        return self.instance.node

    @property
    def label(self) -> str:
        """The peer as a person knows it: its address and the resource's name."""
        return f"{self.peer} ({self.owner.name})"

    @property
    def resource(self) -> str:
        """The resource as a person names it."""
        return f"{'BGPPeer' if isinstance(self.owner, BgpPeer) else 'FRRConfiguration'} {self.owner.name}"

    @property
    def config(self) -> NeighborConfig | None:
        """The neighbor in the running configuration."""
        return self.session.config if self.session else None

    @property
    def judgeable(self) -> bool:
        """Whether the running configuration was collected whole, so that what it lacks is not there."""
        config = self.instance.config
        return config is not None and config.complete and not self.instance.bgpd_dead

    def where(self, *names: str) -> tuple[Evidence, ...]:
        """The lines of these fields of the resource."""
        return self.wish.where(*names)


class Intents(Group):
    """Every neighbor that is asked for, in the order of nodes and peers."""

    items: tuple[Intent, ...]

    def __iter__(self) -> Iterator[Intent]:
        return iter(self.items)

    def on(self, instance: Instance | None) -> tuple[Intent, ...]:
        """What is asked for on one node."""
        return tuple(one for one in self.items if one.instance is instance)


@join
def intents(
    instances: FrrInstances,
    sessions: Sessions,
    peers: tuple[BgpPeer, ...] | None,
    configurations: tuple[FrrConfiguration, ...] | None,
) -> Intents:
    if peers is None and configurations is None:
        raise NotCollectedError("not collected: BGPPeer or FRRConfiguration resources")
    shown = {(id(one.instance), one.vrf, name): one for one in sessions for name in _names(one)}
    found = [
        intent
        for one in instances
        for intent in (*_of_peers(one, peers or ()), *_of_configurations(one, configurations or ()))
    ]
    found = [_met(intent, shown.get((id(intent.instance), intent.vrf, intent.peer))) for intent in found]
    return Intents(tuple(sorted(found, key=lambda one: (one.node or one.instance.label, one.vrf, one.peer))))


def _names(session: Session) -> set[str]:
    block = session.block
    return {session.peer, *((block.address, block.interface) if block else ())} - {None}


def _of_peers(one: Instance, peers: Iterable[BgpPeer]) -> Iterator[Intent]:
    for peer in unique(peers):
        name = peer.address or peer.interface
        if name and selects(peer, one):
            yield Intent(one, name, peer.vrf or "default", peer, peer)


def _of_configurations(one: Instance, configurations: Iterable[FrrConfiguration]) -> Iterator[Intent]:
    labels = one.host.labels if one.host else None
    for owner in unique(configurations):
        if labels is not None and not owner.node_selector.matches(labels):
            continue
        for router in owner.routers:
            for neighbor in router.neighbors:
                name = neighbor.address or neighbor.interface
                if name:
                    yield Intent(one, name, router.vrf or "default", neighbor, owner, router)


def _met(intent: Intent, session: Session | None) -> Intent:
    routers = intent.instance.startup.routers if intent.instance.startup else ()
    startup = next(
        (
            neighbor
            for router in routers
            for neighbor in router.neighbors
            if router.vrf == intent.vrf and neighbor.peer == intent.peer
        ),
        None,
    )
    return Intent(intent.instance, intent.peer, intent.vrf, intent.wish, intent.owner, intent.router, session, startup)
