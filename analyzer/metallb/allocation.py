"""The addresses that are given out: of which pool, to which services, and how far that is known.

Sources: metallb/metallb internal/allocator/allocator.go and stats.go (releases 0.9 to 0.16). A must-gather holds the
services of few namespaces, so what was collected is a lower bound: a pool that is full by it is full.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

from analyzer.metallb.chain import Chain
from analyzer.metallb.chains import Chains
from analyzer.metallb.pools import Pool, Pools
from analyzer.rule import join
from parsers.base import Evidence
from parsers.kubernetes import unique
from parsers.metrics import MetricSample
from parsers.services import Service, ServicesListed
from parsers.vocabulary import is_address

IN_USE, TOTAL = "allocator_addresses_in_use_total", "allocator_addresses_total"
VERSIONS = {4: "IPv4", 6: "IPv6"}


@dataclass(frozen=True, slots=True)
class Counted:
    """What MetalLB's metrics say of a pool: its addresses in use, of how many."""

    in_use: int
    total: int
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """An address of a pool that is given out: to these services, or, as a running configuration shows, to others."""

    address: str
    services: tuple[Service, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def version(self) -> int:
        """4 or 6."""
        return 6 if ":" in self.address else 4


@dataclass(frozen=True, slots=True)
class Allocations:
    """What is given out by pool and address, and how many of each family.

    `whole`: the services of all namespaces were collected.
    """

    taken: Mapping[str, Mapping[str, Taken]] = field(default_factory=dict)
    numbers: Mapping[tuple[str, int], int] = field(default_factory=dict)
    metrics: Mapping[str, Counted] = field(default_factory=dict)
    whole: bool = False

    def of(self, pool: Pool, version: int | None = None) -> tuple[Taken, ...]:
        """The addresses of a pool that are given out, of one family where one is named."""
        found = self.taken.get(pool.name, {}).values()
        return tuple(one for one in found if version in {None, one.version})

    def full(self, pool: Pool, version: int) -> bool:
        """Whether every address of a family is given out."""
        return self.numbers.get((pool.name, version), 0) >= pool.usable(version)

    def users(self, pool: Pool, address: str) -> tuple[Service, ...]:
        """The collected services that have an address of the pool."""
        found = self.taken.get(pool.name, {}).get(address)
        return found.services if found else ()

    def any_of(self, pools: Iterable[Pool]) -> bool | None:
        """Whether an address of these pools is given out; None when that was not collected."""
        kept = list(pools)
        counted = [self.metrics[one.name] for one in kept if one.name in self.metrics]
        if any(self.of(one) for one in kept) or any(one.in_use for one in counted):
            return True
        return False if self.whole or len(counted) == len(kept) else None


@join
def allocations(
    services: tuple[Service, ...] | None,
    pools: Pools,
    chains: Chains | None,
    lists: tuple[ServicesListed, ...] | None,
    samples: tuple[MetricSample, ...] | None,
) -> Allocations:
    owners: dict[str, list[Service]] = {}
    for service in unique(services or ()):
        for address in service.ingress_ips:
            if is_address(address):
                owners.setdefault(str(ip_address(address)), []).append(service)
    taken: dict[str, dict[str, Taken]] = {}
    for address, users in owners.items():
        if pool := pools.of(address):
            lines = tuple(line for one in users for line in one.where("ingress_ips"))
            taken.setdefault(pool.name, {})[address] = Taken(address, tuple(users), lines)
    for pool, announced in _announced(chains or ()):
        taken.setdefault(pool.name, {}).setdefault(announced.address, announced)
    numbers = Counter((name, one.version) for name, held in taken.items() for one in held.values())
    return Allocations(taken, numbers, _counted(samples or ()), any(one.everywhere for one in lists or ()))


def _announced(chains: Iterable[Chain]) -> Iterator[tuple[Pool, Taken]]:
    """The host prefixes that are announced although no collected service has their address."""
    for chain in chains:
        host = chain.service is None and (chain.prefix or "").endswith(("/32", "/128"))
        if host and chain.pool and chain.address and is_address(chain.address):
            lines = tuple(line for one in chain.nodes for line in one.evidence[:1])[:1]
            yield chain.pool, Taken(str(ip_address(chain.address)), (), lines)


def _counted(samples: Iterable[MetricSample]) -> dict[str, Counted]:
    found: dict[str, dict[str, MetricSample]] = {}
    for one in samples:
        if one.name in {IN_USE, TOTAL} and one.labels.get("pool") and 0 <= one.value < float("inf"):
            found.setdefault(one.labels["pool"], {})[one.name] = one  # of several scrapes the last one counts
    return {
        pool: Counted(int(both[IN_USE].value), int(both[TOTAL].value), (both[IN_USE].evidence, both[TOTAL].evidence))
        for pool, both in found.items()
        if len(both) == 2
    }
