"""A pool of addresses is invalid, or its addresses belong to somebody else."""

from collections.abc import Iterator

from analyzer.masks import masked
from analyzer.metallb.outcomes import Refusals, texts
from analyzer.metallb.overlaps import Held, of_networks, of_nodes, overlapping, taken, unusable
from analyzer.metallb.pools import Pool, Pools, Range
from analyzer.metallb.selectors import names
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.kubernetes import unique
from parsers.network_config import NetworkConfig
from parsers.nodes import Node

NODES = 20  # addresses of nodes in one pool that are told one by one
SAID = ("overlaps with already defined CIDR", "invalid CIDR", "is after the end IP", "pool has no prefixes defined")


@rule(Severity.ERROR, area="metallb")
def pool_invalid_or_overlapping(
    pools: Pools,
    nodes: tuple[Node, ...] | None,
    networks: tuple[NetworkConfig, ...] | None,
    refusals: Refusals,
) -> Iterator[Finding | Gap]:
    """A pool of addresses is invalid, or its addresses belong to somebody else.

    ## Why it matters
    One pool that MetalLB cannot take makes it keep its whole old configuration: new pools, peers and advertisements
    have no effect. An address that a node, a gateway, a pod or a service has too is reached by luck.

    ## What to do
    Correct the ranges so that no two pools share an address and none holds an address of a node, a virtual IP, the
    gateway, or the networks of pods and services. A layer 2 pool inside the nodes' own network is fine.
    """
    found = [*_wrong(pools), *_overlaps(pools), *_of_others(pools, nodes, networks)]
    yield from found
    if not any(one.key.startswith(("range", "pool")) for one in found):
        yield from _logged(refusals)
    for pool in pools:
        if any(masked(one.written) for one in pool.ranges):
            yield Gap(f"pool {pool.name}", "its addresses are masked")
    if nodes is None:
        yield Gap("pools", "the nodes were not collected: whether a pool holds an address of one is not known")


def _wrong(pools: Pools) -> Iterator[Finding]:
    for pool in pools:
        for written, why in unusable(pool):
            yield Finding(f"pool {pool.name}", f"pool {pool.name}: {why}", pool.where(), key=f"range {written}")


def _overlaps(pools: Pools) -> Iterator[Finding]:
    for pool, one, other, second in overlapping(pools):
        lines = (*pool.where(), *other.where())
        both = f"{one.written} and {second.written}"
        if pool is other:
            text = f"the ranges {both} of pool {pool.name} overlap"
        else:
            text = f"{second.written} of pool {other.name} overlaps {one.written} of pool {pool.name}"
        yield Finding(f"pool {other.name}", text, lines, key=f"pool {pool.name} {both}")


def _of_others(
    pools: Pools, nodes: tuple[Node, ...] | None, networks: tuple[NetworkConfig, ...] | None
) -> Iterator[Finding]:
    for held in of_networks(unique(networks or ())):
        found: dict[str, list[tuple[Pool, Range]]] = {}
        for pool, one, _ in taken(pools, [held]):
            found.setdefault(pool.name, []).append((pool, one))
        yield from (_of_network([one for _, one in same], same[0][0], held) for same in found.values())
    addresses: dict[str, list[tuple[Pool, Range, Held]]] = {}
    for each in taken(pools, of_nodes(unique(nodes or ()))):
        addresses.setdefault(each[0].name, []).append(each)
    for several in addresses.values():
        yield from (_of_node(*each) for each in several) if len(several) <= NODES else (_together(several),)


def _of_network(ranges: list[Range], pool: Pool, held: Held) -> Finding:
    verb = "overlap" if len(ranges) > 1 else "overlaps"
    text = f"{names(one.written for one in ranges)} of pool {pool.name} {verb} {held.whose}"
    return Finding(f"pool {pool.name}", text, (*pool.where(), *held.evidence), key=f"taken {held.whose}")


def _of_node(pool: Pool, one: Range, held: Held) -> Finding:
    text = f"pool {pool.name} ({one.written}) holds {held.range.written}, {held.whose}"
    lines = (*pool.where(), *held.evidence)
    return Finding(f"pool {pool.name}", text, lines, key=f"taken {held.range.written} {held.whose}")


def _together(same: list[tuple[Pool, Range, Held]]) -> Finding:
    pool, _, first = same[0]
    what = names(held.range.written for _, _, held in same)
    text = f"pool {pool.name} holds {len(same)} addresses of nodes, among them {what}: {first.whose} is the first"
    lines = (*pool.where(), *(line for _, _, held in same[:6] for line in held.evidence))
    return Finding(f"pool {pool.name}", text, lines, key="taken")


def _logged(refusals: Refusals) -> Iterator[Finding]:
    for text, same in texts(refusals.saying(*SAID)).items():
        who = names(one.whose for one in same)
        said = f"MetalLB does not take the pools: {text} (said by {who})"
        yield Finding("address pools", said, tuple(one.evidence for one in same[:4]), key=f"said {text[:200]}")
