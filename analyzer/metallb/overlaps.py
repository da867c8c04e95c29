"""What is wrong with the addresses of pools: unreadable, reversed, or also somebody else's.

Sources: metallb/metallb internal/config/config.go (addressPoolFromCR, ParseCIDR, cidrsOverlap); ovn-org/ovn-kubernetes
go-controller/pkg/util/node_annotations.go (l3-gateway-config).
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.masks import masked
from analyzer.metallb.pools import Pool, Range, read_range
from parsers.base import Evidence
from parsers.network_config import NetworkConfig
from parsers.nodes import Node
from parsers.vocabulary import is_address

GATEWAYS = "k8s.ovn.org/l3-gateway-config"


@dataclass(frozen=True, slots=True)
class Held:
    """An address or network that is somebody's: whose in words, and the line that says so."""

    range: Range
    whose: str
    evidence: tuple[Evidence, ...]


def unusable(pool: Pool) -> Iterator[tuple[str, str]]:
    """What MetalLB does not take: the text that is wrong (empty for none at all), and why."""
    if not pool.ranges:
        yield "", "it has no addresses"
    for one in pool.ranges:
        if masked(one.written):
            continue
        if one.first is None or not ("-" in one.written or "/" in one.written):
            yield one.written, f"{one.written} is no range: MetalLB takes a prefix or `first-last`"
        elif one.last is not None and one.first.version != one.last.version:
            yield one.written, f"{one.written} begins in one address family and ends in the other"
        elif one.reversed:
            yield one.written, f"{one.written} starts behind its end"


def overlapping(pools: Iterable[Pool]) -> Iterator[tuple[Pool, Range, Pool, Range]]:
    """Ranges of pools that hold the same address, each with the widest one before it."""
    found = [
        (one.first.version, int(one.first), -int(one.last), pool.name, pool, one)
        for pool in pools
        for one in pool.ranges
        if one.first is not None and one.last is not None and one.size
    ]
    found.sort(key=lambda each: each[:4])
    widest: tuple[Pool, Range] | None = None
    for *_, pool, one in found:
        if widest is not None and one.overlaps(widest[1]):
            if not _same(pool, widest[0]):
                yield (*widest, pool, one)
            if not _ends_behind(one, widest[1]):
                continue
        widest = (pool, one)


def _ends_behind(one: Range, other: Range) -> bool:
    return one.last is not None and other.last is not None and int(one.last) > int(other.last)


def _same(pool: Pool, other: Pool) -> bool:
    """Whether both are one pool that was collected twice."""
    both = pool.resource, other.resource
    return pool is not other and len({(type(one), one.namespace, one.name) for one in both}) == 1


def of_nodes(nodes: Iterable[Node]) -> Iterator[Held]:
    """The addresses of the nodes, among them those of virtual IPs, and their gateways."""
    for node in nodes:
        own = dict.fromkeys(node.internal_ips, "internal_ips")
        own |= {one.partition("/")[0]: "host_networks" for one in node.host_networks}
        for address, field in own.items():
            if is_address(address):
                yield Held(read_range(address), f"an address of node {node.name}", node.where(field))
        for address in _gateways(node):
            yield Held(read_range(address), f"the gateway of node {node.name}", node.where(GATEWAYS))


def _gateways(node: Node) -> Iterator[str]:
    try:
        found = json.loads(node.annotations.get(GATEWAYS, "{}"))
    except (ValueError, RecursionError):  # what OVN-Kubernetes writes there is not promised to anyone
        return
    default = found.get("default") if isinstance(found, dict) else None
    hops = default.get("next-hops") or [default.get("next-hop")] if isinstance(default, dict) else []
    yield from (one for one in hops if isinstance(one, str) and is_address(one))


def of_networks(networks: Iterable[NetworkConfig]) -> Iterator[Held]:
    """The networks of pods and of services."""
    for one in networks:
        for written in one.cluster_networks:
            yield Held(read_range(written), f"the pods' network {written}", one.where("cluster_networks"))
        for written in one.service_networks:
            yield Held(read_range(written), f"the services' network {written}", one.where("service_networks"))


def taken(pools: Iterable[Pool], held: Iterable[Held]) -> Iterator[tuple[Pool, Range, Held]]:
    """Where a pool holds what is somebody's, each address once."""
    ranges = [(pool, one) for pool in pools for one in pool.ranges if one.size]
    seen: set[tuple[str, str, str]] = set()
    for each in held:
        for pool, one in ranges:
            key = (pool.name, one.written, str(each.range.first) + each.whose.partition(" of node ")[0])
            if one.overlaps(each.range) and key not in seen:
                seen.add(key)
                yield pool, one, each
