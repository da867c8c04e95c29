"""The address pools: what MetalLB may hand out, and which pool an address belongs to.

Sources: metallb/metallb internal/config/config.go (ParseCIDR: a prefix or `first-last`), speaker/main.go (poolFor).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from analyzer.instances import Group
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.kubernetes import unique
from parsers.metallb_pools import AddressPool, IpAddressPool
from parsers.vocabulary import Address, is_address

BUGGY = (0, 255)  # last octets of IPv4 addresses that a pool with avoidBuggyIPs hands out to nobody


@dataclass(frozen=True, slots=True)
class Range:
    """A prefix or range of a pool: `written`, and its first and last address; both None when it cannot be read."""

    written: str
    first: Address | None = None
    last: Address | None = None

    @property
    def reversed(self) -> bool:
        """Whether it starts behind its end: MetalLB takes no such pool."""
        if self.first is None or self.last is None:
            return False
        return self.first.version == self.last.version and int(self.first) > int(self.last)

    @property
    def size(self) -> int:
        """How many addresses it has."""
        if self.first is None or self.last is None or self.first.version != self.last.version:
            return 0
        return max(0, int(self.last) - int(self.first) + 1)

    def __contains__(self, address: Address) -> bool:
        if self.first is None or self.last is None or self.first.version != address.version:
            return False
        return int(self.first) <= int(address) <= int(self.last)

    def overlaps(self, other: "Range") -> bool:
        """Whether both hold the same address."""
        if self.first is None or self.last is None or other.first is None or other.last is None:
            return False
        same = self.first.version == other.first.version
        return same and int(self.first) <= int(other.last) and int(other.first) <= int(self.last)


def read_range(written: str) -> Range:
    """A range as a pool writes it; one that is masked or wrong has no addresses."""
    first, dash, last = (part.strip() for part in written.partition("-"))
    try:
        if dash and is_address(first):
            return Range(written, ip_address(first), ip_address(last))
        net = ip_network(written.strip(), strict=False)
    except ValueError:
        return Range(written)
    return Range(written, net[0], net[-1])


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool: its resource, and the ranges that it writes."""

    resource: IpAddressPool | AddressPool
    ranges: tuple[Range, ...]

    @property
    def name(self) -> str:
        """The name of its resource."""
        return self.resource.name

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels by which an advertisement may select it; an AddressPool is not selected."""
        return self.resource.labels if isinstance(self.resource, IpAddressPool) else {}

    @property
    def readable(self) -> bool:
        """Whether every range could be read; addresses that were masked cannot."""
        return all(one.first is not None for one in self.ranges)

    @property
    def avoids_buggy(self) -> bool:
        """Whether addresses that end in .0 and .255 are left out."""
        return isinstance(self.resource, IpAddressPool) and self.resource.avoid_buggy_ips

    def __contains__(self, written: str) -> bool:
        return is_address(written) and any(ip_address(written) in one for one in self.ranges)

    def usable(self, version: int) -> int:
        """How many addresses of a family it can hand out."""
        found = [one for one in self.ranges if one.first is not None and one.first.version == version]
        return sum(one.size - (_buggy(one) if self.avoids_buggy and version == 4 else 0) for one in found)

    def where(self) -> tuple[Evidence, ...]:
        """The lines of its addresses."""
        return self.resource.where("addresses")


def _buggy(one: Range) -> int:
    """How many addresses of an IPv4 range end in 0 or 255."""
    if not one.size or one.first is None or one.last is None:
        return 0
    return sum(_up_to(int(one.last), octet) - _up_to(int(one.first) - 1, octet) for octet in BUGGY)


def _up_to(number: int, octet: int) -> int:
    """How many numbers from 0 to this one end in this octet."""
    return (number - octet) // 256 + 1 if number >= octet else 0


class Pools(Group):
    """Every pool, in the order of names."""

    items: tuple[Pool, ...]

    def __iter__(self) -> Iterator[Pool]:
        return iter(self.items)

    def of(self, address: str) -> Pool | None:
        """The pool that holds an address: MetalLB lets no two of them overlap."""
        return next((one for one in self.items if address in one), None)

    def named(self, name: str) -> Pool | None:
        """The pool of this name."""
        return next((one for one in self.items if one.name == name), None)


@join
def pools(found: tuple[IpAddressPool, ...] | None, old: tuple[AddressPool, ...] | None) -> Pools:
    if found is None and old is None:
        raise NotCollectedError("not collected: IPAddressPool resources")
    resources: Iterable[IpAddressPool | AddressPool] = (*unique(found or ()), *unique(old or ()))
    made = [Pool(one, tuple(read_range(text) for text in one.addresses)) for one in resources]
    return Pools(tuple(sorted(made, key=lambda one: one.name)))
