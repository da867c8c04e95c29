"""An advertisement selects no node, no peer, no pool or no service."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from analyzer.instances import NodesByName, PodsByName
from analyzer.metallb.advertisements import Advertisement, Advertisements
from analyzer.metallb.allocation import Allocations
from analyzer.metallb.chains import Chains
from analyzer.metallb.installation import every_node, gathered
from analyzer.metallb.path import State, Step
from analyzer.metallb.pools import Pool, Pools
from analyzer.metallb.selection import Lack, lacking_nodes, lacking_peers, lacking_pools, resource_of
from analyzer.metallb.selectors import inventory, names, words
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.kubernetes import unique
from parsers.metallb_advertisements import BgpAdvertisement, L2Advertisement
from parsers.metallb_peers import BgpPeer
from parsers.nodes import Node
from parsers.services import Service

CROWD = 20  # services that no advertisement is for and that are told one by one
QUOTED = 4


@dataclass(frozen=True, slots=True)
class Known:
    """What advertisements select from; None for what was not collected."""

    advertisements: Advertisements
    pools: Pools | None
    nodes: Mapping[str, Node] | None
    peers: tuple[BgpPeer, ...] | None
    allocations: Allocations


@rule(Severity.ERROR, area="metallb")
def advertisement_selects_nothing(  # noqa: PLR0913, PLR0917 - an advertisement selects from all of them
    advertisements: Advertisements,
    pools: Pools | None,
    nodes: NodesByName,
    pods: PodsByName,
    peers: tuple[BgpPeer, ...] | None,
    allocations: Allocations | None,
    chains: Chains | None,
) -> Iterator[Finding | Gap]:
    """An advertisement selects no node, no peer, no pool or no service.

    ## Why it matters
    MetalLB passes over names that do not exist and selectors that match nothing without a word: the addresses of the
    pools are announced by no node, or to no router.

    ## What to do
    Correct the names or labels. A selector that no node, pool or service matches needs either the label there or
    another selector.
    """
    asked = any(gathered(one.resource) for one in advertisements)  # the gather asks for BGPPeers first: none was there
    everyone = tuple(unique(peers or ())) if peers is not None or asked else None
    known = Known(advertisements, pools, every_node(nodes, pods), everyone, allocations or Allocations())
    silent: set[str] = set()
    for one in advertisements:
        resource = resource_of(one)
        if resource is None:
            continue
        chosen = [pool for pool in pools if one.selects_pool(pool)] if pools else []
        lacks = list(_lacks(resource, chosen, known))
        for lack in lacks:
            text = f"{one.kind} {one.name} {lack.text}{_else(one, chosen, lack, known)}"
            yield Finding(
                f"{one.kind} {one.name}",
                text,
                lack.evidence[:8],
                severity=_severity(one, chosen, lack, known),
                key=lack.field,
            )
        if any(lack.whole for lack in lacks):
            continue
        found = _no_service(one, resource, chosen, known)
        if found:
            silent.add(f"{one.kind} {one.name}")
            yield found
        if gap := _gap(one, resource, known):
            yield gap
    yield from _unselected(chains, silent)


def _lacks(resource: BgpAdvertisement | L2Advertisement, chosen: list[Pool], known: Known) -> Iterator[Lack]:
    if known.pools is not None:
        yield from lacking_pools(resource, chosen, known.pools)
    if known.nodes is not None:
        yield from lacking_nodes(resource, known.nodes)
    if known.peers is not None and isinstance(resource, BgpAdvertisement):
        yield from lacking_peers(resource, known.peers)


def _gap(one: Advertisement, resource: BgpAdvertisement | L2Advertisement, known: Known) -> Gap | None:
    absent = []
    if known.pools is None and (resource.pools or resource.pool_selectors):
        absent.append("pools")
    if known.nodes is None and resource.node_selectors:
        absent.append("nodes")
    if known.peers is None and one.peers:
        absent.append("BGPPeers")
    return Gap(f"{one.kind} {one.name}", f"not collected: {', '.join(absent)} that it selects") if absent else None


def _severity(one: Advertisement, chosen: list[Pool], lack: Lack, known: Known) -> Severity | None:
    """Less where another advertisement does it, where some of it is left, or where there is nothing to announce."""
    if not lack.whole:
        return Severity.WARNING
    if lack.field == "pools":
        orphans = [pool for pool in known.pools or () if not known.advertisements.of(pool)]
        given = known.allocations.any_of(orphans) if orphans else False
    else:
        given = known.allocations.any_of(chosen) if chosen else None
        if given and all(_covered(pool, one, known) for pool in chosen):
            return Severity.WARNING
    if given is None:
        return Severity.WARNING
    return None if given else Severity.INFO


def _covered(pool: Pool, besides: Advertisement, known: Known) -> bool:
    """Whether another advertisement announces the pool."""
    return any(one is not besides and not _idle(one, pool, known) for one in known.advertisements.of(pool))


def _idle(one: Advertisement, pool: Pool, known: Known) -> bool:
    resource = resource_of(one)
    return resource is not None and any(lack.whole for lack in _lacks(resource, [pool], known))


def _else(one: Advertisement, chosen: list[Pool], lack: Lack, known: Known) -> str:
    """What that means for the pools."""
    if lack.field == "pools" or not lack.whole or not chosen:
        return ""
    which = f"pool {chosen[0].name}" if len(chosen) == 1 else f"the pools {names(pool.name for pool in chosen)}"
    if all(_covered(pool, one, known) for pool in chosen):
        return f"; {which} is announced by another advertisement" if len(chosen) == 1 else "; others announce its pools"
    users = [
        f"{each.namespace}/{each.name}"
        for pool in chosen
        for took in known.allocations.of(pool)
        for each in took.services
    ]
    whose = f" (addresses of {names(users)})" if users else ""
    return f": it announces nothing of {which}{whose}"


def _no_service(
    one: Advertisement, resource: BgpAdvertisement | L2Advertisement, chosen: list[Pool], known: Known
) -> Finding | None:
    """Service selectors that none of the services with an address of its pools matches."""
    taken = [took for pool in chosen for took in known.allocations.of(pool)]
    users = list({id(each): each for took in taken for each in took.services}.values())
    if not resource.service_selectors or any(one.selects_service(each) for each in users):
        return None
    if not users or not all(took.services for took in taken):  # others than the collected services may match
        return None
    missed = [each for each in users if not _selected(each, chosen, known)]
    if not missed and not known.allocations.whole:
        return None
    held = inventory(resource.service_selectors, (each.labels for each in users), "service")
    text = f"{one.kind} {one.name} selects services with {words(resource.service_selectors)}, which none of "
    text += f"{len(users)} services with addresses of its pools has; {held}"
    if missed:
        text += f"; no other advertisement is for {names(f'{each.namespace}/{each.name}' for each in missed)}"
    lines = [line for each in (missed or users)[:QUOTED] for line in each.where("labels", "ingress_ips")]
    return Finding(
        f"{one.kind} {one.name}",
        text,
        (*resource.where("service_selectors"), *lines)[:8],
        severity=None if missed else Severity.INFO,
        key="services",
    )


def _selected(service: Service, chosen: Iterable[Pool], known: Known) -> bool:
    return any(one.selects_service(service) for pool in chosen for one in known.advertisements.of(pool))


def _unselected(chains: Chains | None, silent: set[str]) -> Iterator[Finding]:
    """Services that no advertisement of their pool is for, although it is for others."""
    found = []
    for chain in chains or ():
        link = chain.link
        if link is None or link.step is not Step.ADVERTISEMENT or link.state is not State.BROKEN or not chain.service:
            continue
        if "service selector" in link.text and not any(f"{name}" in link.text for name in silent):
            text = f"{chain.subject} is not announced: {link.text}"
            found.append(Finding(chain.subject, text, link.evidence[:8], key=f"service {chain.address}"))
    if len(found) <= CROWD:
        yield from found
        return
    text = f"{len(found)} services are not announced, among them {names(one.subject for one in found)}: "
    text += "no advertisement of their pools is for them"
    lines = tuple(line for one in found[:QUOTED] for line in one.evidence[:2])
    yield Finding("services of type LoadBalancer", text, lines, key="services")
