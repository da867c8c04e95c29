"""No advertisement is about a pool of addresses."""

from collections.abc import Iterable, Iterator

from analyzer.metallb.advertisements import Advertisements
from analyzer.metallb.allocation import Allocations, Taken
from analyzer.metallb.chain import Chain, Reach
from analyzer.metallb.chains import Chains
from analyzer.metallb.installation import gathered
from analyzer.metallb.layer2 import Layer2Owners
from analyzer.metallb.pools import Pool, Pools, read_range
from analyzer.metallb.selectors import names, words
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.frrk8s_configurations import FrrConfiguration
from parsers.kubernetes import unique
from parsers.metallb_pools import AddressPool

OF_METALLB = "metallb-"  # the FRRConfiguration that MetalLB itself writes for a node: of what it announced last
QUOTED = 4  # advertisements of others, or services, that are quoted


@rule(Severity.ERROR, area="metallb")
def pool_not_advertised(  # noqa: PLR0913, PLR0917 - each may say that the addresses are announced after all
    pools: Pools,
    advertisements: Advertisements | None,
    allocations: Allocations,
    chains: Chains | None,
    owners: Layer2Owners,
    configurations: tuple[FrrConfiguration, ...] | None,
) -> Iterator[Finding | Gap]:
    """No advertisement is about a pool of addresses.

    ## Why it matters
    Services get addresses of the pool, but no node announces them: since MetalLB is configured by resources, a pool
    without a BGPAdvertisement or L2Advertisement stays silent.

    ## What to do
    Create an advertisement for the pool, or correct the names or labels by which one is to select it.
    """
    for pool in pools:
        if isinstance(pool.resource, AddressPool) or (advertisements and advertisements.of(pool)):
            continue
        if advertisements is None and not gathered(pool.resource):
            yield Gap(f"pool {pool.name}", "no advertisement was collected")
            continue
        used = allocations.of(pool)
        if _elsewhere(pool, configurations or ()) or _announced(used, chains, owners):
            continue
        yield _finding(pool, used, advertisements, allocations.any_of((pool,)))


def _elsewhere(pool: Pool, configurations: Iterable[FrrConfiguration]) -> bool:
    """Whether an FRRConfiguration announces addresses of the pool without MetalLB."""
    foreign = (one for one in unique(configurations) if not one.name.startswith(OF_METALLB))
    prefixes = (prefix for one in foreign for router in one.routers for prefix in router.prefixes)
    return any(read_range(prefix).overlaps(one) for prefix in prefixes for one in pool.ranges)


def _announced(used: Iterable[Taken], chains: Chains | None, owners: Layer2Owners) -> bool:
    """Whether a running configuration, or a node in layer 2, announces an address of the pool all the same."""
    addresses = {one.address for one in used}
    return any(owners.of(one) for one in addresses) or any(
        one.address in addresses and _reaches(one) for one in chains or ()
    )


def _reaches(chain: Chain) -> bool:
    return any(one.reach in {Reach.ANNOUNCED, Reach.PARTLY} for one in chain.nodes)


def _finding(pool: Pool, used: tuple[Taken, ...], advertisements: Advertisements | None, given: bool | None) -> Finding:
    users = [f"{service.namespace}/{service.name}" for one in used for service in one.services]
    text = f"no BGPAdvertisement and no L2Advertisement selects pool {pool.name}"
    severity, whose = Severity.WARNING, "; whether services have addresses of it was not collected"
    if given:
        severity = Severity.ERROR
        whose = f", from which {names(users)} got addresses" if users else ", of which addresses are in use"
    elif given is False:
        severity, whose = Severity.INFO, "; no service has an address of it"
    lines = (*pool.resource.where("labels"), *(line for one in used[:QUOTED] for line in one.evidence[:1]))
    return Finding(
        f"pool {pool.name}",
        f"{text}{whose}{_others(advertisements)}",
        (*lines, *_where(advertisements)),
        severity=severity,
    )


def _others(advertisements: Advertisements | None) -> str:
    """What the advertisements that there are select."""
    if advertisements is None:
        return "; there is no advertisement at all"
    told = []
    for one in advertisements.items[:QUOTED]:
        resource = one.resource
        if isinstance(resource, AddressPool):
            continue
        chosen = [*([names(resource.pools)] if resource.pools else [])]
        chosen += [f"pools with {words(resource.pool_selectors)}"] if resource.pool_selectors else []
        told.append(f"{one.kind} {one.name} is for {' or '.join(chosen)}")
    more = len(advertisements.items) - QUOTED
    return "".join(f"; {each}" for each in told) + (f" (and {more} more)" if more > 0 else "")


def _where(advertisements: Advertisements | None) -> Iterator[Evidence]:
    for one in advertisements.items[:QUOTED] if advertisements else ():
        yield from one.where("pools", "pool_selectors")
