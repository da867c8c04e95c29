"""The way of a LoadBalancer address: service, pool, advertisement, node, endpoints, peer, configuration, session.

Where a link was not collected the chain goes on with what is known: the addresses in a running configuration tell what
is announced although the application's namespace is not in the archive.
"""

from dataclasses import dataclass
from enum import StrEnum

from analyzer.metallb.advertisements import Advertisement, Advertisements, Protocol
from analyzer.metallb.endpoints import Backends, EndpointsIndex
from analyzer.metallb.layer2 import Layer2Owners
from analyzer.metallb.path import Link, NodeView, PeerPath, State
from analyzer.metallb.pools import Pool, Pools
from analyzer.metallb.speakers import Speaker
from parsers.base import Evidence
from parsers.services import Service, TrafficPolicy


class Reach(StrEnum):
    """Whether a node, or the cluster, announces an address."""

    ANNOUNCED = "announced"
    PARTLY = "partly announced"
    LOST = "not announced"
    LEFT_OUT = "left out"
    UNKNOWN = "unknown"


_OF_LINK = {State.BROKEN: Reach.LOST, State.LEFT_OUT: Reach.LEFT_OUT, State.UNKNOWN: Reach.UNKNOWN}


@dataclass(frozen=True, slots=True)
class NodePath:
    """One node that may announce: a link before its peers, or the way to each peer."""

    node: str
    link: Link | None = None
    peers: tuple[PeerPath, ...] = ()
    speaker: Speaker | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def reach(self) -> Reach:
        """Whether the node announces the address, and to all of its peers."""
        if self.link is not None:
            return _OF_LINK[self.link.state]
        links = [one.link for one in self.peers]
        if all(link is None for link in links):
            return Reach.ANNOUNCED
        broken = any(link is not None and link.state is State.BROKEN for link in links)
        if any(link is None for link in links):
            return Reach.PARTLY if broken else Reach.ANNOUNCED
        return Reach.LOST if broken else Reach.UNKNOWN

    @property
    def links(self) -> tuple[Link, ...]:
        """What does not hold on this node."""
        return (self.link,) if self.link else tuple(one.link for one in self.peers if one.link)


@dataclass(frozen=True, slots=True)
class Chain:
    """One address of one service in one protocol; `link` is what breaks it before any node comes in.

    service: None for an address that is announced although no service that has it was collected.
    """

    subject: str
    service: Service | None
    address: str | None
    protocol: Protocol | None = None
    pool: Pool | None = None
    advertisements: tuple[Advertisement, ...] = ()
    backends: Backends | None = None
    link: Link | None = None
    nodes: tuple[NodePath, ...] = ()
    prefix: str | None = None

    @property
    def reach(self) -> Reach:
        """Whether the address is announced: by one node at least, and by no node only in part or not at all."""
        if self.link is not None:
            return _OF_LINK[self.link.state]
        found = {one.reach for one in self.nodes}
        if found & {Reach.ANNOUNCED, Reach.PARTLY}:
            return Reach.PARTLY if found & {Reach.PARTLY, Reach.LOST} else Reach.ANNOUNCED
        if Reach.UNKNOWN in found or not found:
            return Reach.UNKNOWN
        return Reach.LOST

    @property
    def local(self) -> bool:
        """Whether only nodes with an endpoint announce."""
        return self.service is not None and self.service.external_traffic_policy is TrafficPolicy.LOCAL

    def where_endpoints(self) -> tuple[Evidence, ...]:
        """The first objects that hold its endpoints, or the list that holds none."""
        return self.backends.evidence[:4] if self.backends else ()

    def of(self, node: str | None) -> NodePath | None:
        """The part of one node."""
        return next((one for one in self.nodes if one.node == node), None)


@dataclass(frozen=True, slots=True)
class World:
    """What the chains are made of; None where it was not collected."""

    pools: Pools | None
    advertisements: Advertisements | None
    endpoints: EndpointsIndex
    speakers: tuple[Speaker, ...]
    views: dict[str, NodeView]
    peers_collected: bool
    owners: Layer2Owners
    platform: str | None = None
    shrunk: bool = False  # an address that no pool holds is announced all the same
    classes: frozenset[str] = frozenset()  # load balancer classes that MetalLB is told to serve, as far as known
