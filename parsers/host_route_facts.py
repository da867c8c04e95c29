"""Routes, policy rules and neighbors of a host, whichever command or document shows them."""

from enum import StrEnum

from parsers.host_facts import HostFact
from parsers.part import Part
from parsers.vocabulary import Family


class RouteType(StrEnum):
    """Types of a route (iproute2 ip/rtm_map.c, rtnl_rtntype_n2a)."""

    UNICAST = "unicast"
    LOCAL = "local"
    BROADCAST = "broadcast"
    ANYCAST = "anycast"
    MULTICAST = "multicast"
    BLACKHOLE = "blackhole"
    UNREACHABLE = "unreachable"
    PROHIBIT = "prohibit"
    THROW = "throw"
    NAT = "nat"
    XRESOLVE = "xresolve"


class NextHop(Part):
    """Where a route leads: a gateway, a device, or both. flags: such as `onlink`, `linkdown`, `dead`."""

    gateway: str | None = None
    device: str | None = None
    weight: int | None = None
    flags: tuple[str, ...] = ()


class HostRoute(HostFact):
    """One route. destination: a prefix, `0.0.0.0/0` or `::/0` for the default route.

    table: as written, `main` where nothing is. lookup: not a row of a table but the kernel's answer to `ip route get`.
    mtu: the limit that the route itself sets, in bytes. source: the address that the host sends from.
    """

    family: Family
    type: RouteType = RouteType.UNICAST
    destination: str
    nexthops: tuple[NextHop, ...] = ()
    source: str | None = None
    metric: int | None = None
    mtu: int | None = None
    protocol: str | None = None
    scope: str | None = None
    table: str = "main"
    lookup: bool = False

    @property
    def default(self) -> bool:
        """Whether it takes what no other route takes."""
        return self.destination in {"0.0.0.0/0", "::/0"}

    @property
    def gateways(self) -> tuple[str, ...]:
        """The gateways, none for a network on the link."""
        return tuple(one.gateway for one in self.nexthops if one.gateway)

    @property
    def devices(self) -> tuple[str, ...]:
        """The interfaces that it leads out of, each once."""
        return tuple(dict.fromkeys(one.device for one in self.nexthops if one.device))


class HostRule(HostFact):
    """One rule of policy routing: what it selects and the table (or action such as `unreachable`) that it leads to."""

    priority: int
    text: str
    source: str | None = None
    destination: str | None = None
    firewall_mark: str | None = None
    in_interface: str | None = None
    out_interface: str | None = None
    inverted: bool = False
    table: str | None = None
    action: str | None = None


class NeighborState(StrEnum):
    """States of a neighbor entry (iproute2 ip/ipneigh.c, print_neigh_state)."""

    INCOMPLETE = "INCOMPLETE"
    REACHABLE = "REACHABLE"
    STALE = "STALE"
    DELAY = "DELAY"
    PROBE = "PROBE"
    FAILED = "FAILED"
    NO_ARP = "NOARP"
    PERMANENT = "PERMANENT"
    NONE = "NONE"


class HostNeighbor(HostFact):
    """One entry of the neighbor table (ARP, ND). `state` None where `arp` prints an address without a state.

    unused: seconds since the host last wanted to send anything there, as `ip -s` tells it.
    """

    address: str
    device: str | None = None
    mac: str | None = None
    state: NeighborState | None = None
    router: bool = False
    unused: int | None = None
