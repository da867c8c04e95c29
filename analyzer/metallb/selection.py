"""What an advertisement selects of the pools, nodes, peers and services that there are, and what it lacks.

Source: metallb/metallb internal/config/config.go (selectedNodes, selectedPools, setBGPAdvertisementsToPools): a name
that does not exist is passed over in silence, and so is a selector that selects nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from analyzer.metallb.advertisements import Advertisement
from analyzer.metallb.pools import Pool, Pools
from analyzer.metallb.selectors import inventory, names, words
from parsers.base import Evidence
from parsers.metallb_advertisements import BgpAdvertisement, L2Advertisement
from parsers.metallb_peers import BgpPeer
from parsers.nodes import Node

SHOWN = 4  # things that do exist, of which the labels or names are quoted


@dataclass(frozen=True, slots=True)
class Lack:
    """What an advertisement asks for and is not there; `whole` when nothing at all is left to it."""

    field: str
    text: str
    whole: bool
    evidence: tuple[Evidence, ...]


def resource_of(one: Advertisement) -> BgpAdvertisement | L2Advertisement | None:
    """Its resource, where that selects anything: an AddressPool announces itself."""
    return one.resource if isinstance(one.resource, (BgpAdvertisement, L2Advertisement)) else None


def lacking_pools(resource: BgpAdvertisement | L2Advertisement, chosen: list[Pool], pools: Pools) -> Iterator[Lack]:
    """Names of pools that do not exist, selectors that no pool's labels match."""
    known = names(one.name for one in pools)
    there = f"the pools are {known}" if known else "there is no pool"
    unknown = [name for name in resource.pools if pools.named(name) is None]
    lines = tuple(one.resource.evidence for one in pools.items[:SHOWN])
    if unknown:
        plural = "pool" if len(unknown) == 1 else "pools"
        text = f"names the {plural} {names(unknown)}, which {'does' if len(unknown) == 1 else 'do'} not exist; {there}"
        yield Lack("pools", text, not chosen, (*resource.where("pools"), *lines))
    elif resource.pool_selectors and not chosen:
        held = inventory(resource.pool_selectors, (one.labels for one in pools), "pool")
        text = f"selects pools with {words(resource.pool_selectors)}, which none has; {held}"
        shown = (line for one in pools.items[:SHOWN] for line in one.resource.where("labels"))
        yield Lack("pools", text, True, (*resource.where("pool_selectors"), *shown))


def lacking_nodes(resource: BgpAdvertisement | L2Advertisement, nodes: Mapping[str, Node]) -> Iterator[Lack]:
    """Node selectors that no node's labels match."""
    labels = [one.labels for one in nodes.values()]
    if resource.node_selectors and not any(each.matches(one) for each in resource.node_selectors for one in labels):
        held = inventory(resource.node_selectors, labels, "node")
        text = f"selects nodes with {words(resource.node_selectors)}, which none of {len(labels)} nodes has; {held}"
        lines = tuple(line for one in list(nodes.values())[:SHOWN] for line in one.where("labels"))
        yield Lack("nodes", text, True, (*resource.where("node_selectors"), *lines))


def lacking_peers(resource: BgpAdvertisement, peers: Iterable[BgpPeer]) -> Iterator[Lack]:
    """Names of BGPPeers that do not exist."""
    held = list(peers)
    known = {one.name for one in held}
    unknown = [name for name in resource.peers if name not in known]
    if unknown:
        there = f"the BGPPeers are {names(known)}" if known else "there is no BGPPeer"
        plural, do = ("BGPPeer", "does") if len(unknown) == 1 else ("BGPPeers", "do")
        text = f"names the {plural} {names(unknown)}, which {do} not exist; {there}"
        lines = tuple(one.evidence for one in held[:SHOWN])
        yield Lack("peers", text, len(unknown) == len(resource.peers), (*resource.where("peers"), *lines))
