"""What stands in a configuration of FRR: the models of `show running-config` and frr.conf.

Every part knows its line (`evidence`) and the lines of its single statements (`marks`, by field name).
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from pydantic import Field, field_serializer

from parsers.base import OriginFact
from parsers.part import Part
from parsers.vocabulary import Family


class ConfigKind(StrEnum):
    """Whether FRR runs this configuration or would read it at its start."""

    RUNNING = "running"
    STARTUP = "startup"


class Action(StrEnum):
    """What an entry of a prefix-list or route-map does with what it matches."""

    PERMIT = "permit"
    DENY = "deny"


class RemoteAs(StrEnum):
    """What `remote-as` may say in place of a number."""

    INTERNAL = "internal"
    EXTERNAL = "external"
    AUTO = "auto"


class Statement(Part):
    """A statement that is kept as it is written; `context` is the block that it stands in, "" for none."""

    text: str
    context: str = ""


class NetworkStatement(Part):
    """`network P`: a prefix that this router originates; `route_map` sets its attributes and may deny it."""

    family: Family
    prefix: str
    route_map: str | None = None
    backdoor: bool = False


class ListenRange(Part):
    """`bgp listen range P peer-group G`: peers that may connect without a neighbor statement."""

    prefix: str
    peer_group: str


class FamilyConfig(Part):
    """A neighbor in one address family. `activate` is resolved: own, the peer group's or the router's default."""

    activate: bool = False
    route_map_in: str | None = None
    route_map_out: str | None = None
    prefix_list_in: str | None = None
    prefix_list_out: str | None = None
    distribute_list_in: str | None = None
    distribute_list_out: str | None = None
    filter_list_in: str | None = None
    filter_list_out: str | None = None
    unsuppress_map: str | None = None
    advertise_map: str | None = None
    default_originate: bool = False
    default_originate_map: str | None = None
    next_hop_self: bool = False
    maximum_prefix: int | None = None
    maximum_prefix_out: int | None = None
    statements: tuple[Statement, ...] = ()


class NeighborConfig(Part):
    """A neighbor, with what it inherits from its peer group. Timers are seconds, BFD timers milliseconds.

    `bfd_timers` is detect multiplier, receive and transmit interval of `neighbor X bfd 3 300 300`.
    """

    peer: str
    interface: bool = False
    peer_group: str | None = None
    remote_as: int | RemoteAs | None = None
    local_as: int | None = None
    description: str | None = None
    shutdown: bool = False
    shutdown_message: str | None = None
    ebgp_multihop: int | None = None
    ttl_security: int | None = None
    disable_connected_check: bool = False
    bfd: bool = False
    bfd_profile: str | None = None
    bfd_timers: tuple[int, int, int] | None = None
    bfd_strict: bool = False
    password: bool = False
    update_source: str | None = None
    port: int | None = None
    keepalive: int | None = None
    hold_time: int | None = None
    connect_time: int | None = None
    passive: bool = False
    families: Mapping[Family, FamilyConfig] = Field(default_factory=dict)
    statements: tuple[Statement, ...] = ()


class BgpRouter(Part):
    """A `router bgp` block. What FRR does where nothing is written (by version and profile) is filled in.

    Peer groups stand apart: `neighbors` are those with which a session is wanted.
    """

    local_as: int | None = None
    vrf: str = "default"
    router_id: str | None = None
    no_ebgp_requires_policy: bool = False
    ebgp_requires_policy: bool = True
    default_ipv4_unicast: bool = True
    default_ipv6_unicast: bool = False
    network_import_check: bool = True
    log_neighbor_changes: bool = False
    shutdown: bool = False
    keepalive: int | None = None
    hold_time: int | None = None
    neighbors: tuple[NeighborConfig, ...] = ()
    peer_groups: tuple[NeighborConfig, ...] = ()
    networks: tuple[NetworkStatement, ...] = ()
    listen_ranges: tuple[ListenRange, ...] = ()
    statements: tuple[Statement, ...] = ()


class BfdProfile(Part):
    """A profile of the `bfd` block. None is not written: FRR takes 3, 300 ms, 300 ms, echo 50 ms, TTL 254."""

    name: str
    detect_multiplier: int | None = None
    receive_interval: int | None = None
    transmit_interval: int | None = None
    echo_mode: bool | None = None
    echo_interval: int | None = None
    echo_receive_interval: int | None = None
    passive_mode: bool | None = None
    minimum_ttl: int | None = None
    shutdown: bool | None = None


class PrefixListEntry(Part):
    """One entry; `prefix` may be `any`. Without a written number `seq` is the one that FRR gives."""

    family: Family
    name: str
    seq: int
    action: Action
    prefix: str
    ge: int | None = None
    le: int | None = None


class RouteMapMatch(Part):
    """One `match`: kind `ip address prefix-list` and argument, its name."""

    kind: str
    argument: str


class RouteMapEntry(Part):
    """One entry; `on_match` is the number to go on with, 0 for the next entry."""

    name: str
    action: Action
    seq: int
    matches: tuple[RouteMapMatch, ...] = ()
    sets: tuple[str, ...] = ()
    call: str | None = None
    on_match: int | None = None


class StaticRoute(Part):
    """`ip route P …`; `via` is the rest as it is written."""

    family: Family
    prefix: str
    via: str
    vrf: str = "default"


class Block(Part):
    """An `interface` or `vrf` block with its statements as they are written."""

    name: str
    statements: tuple[str, ...] = ()


class RunningConfig(OriginFact):
    """A configuration as a whole. `statements` holds what no field is for; `complete` says that the `end` was there."""

    kind: ConfigKind
    version: str | None = None
    hostname: str | None = None
    defaults: str | None = None
    complete: bool = False
    log: tuple[Statement, ...] = ()
    debug: tuple[Statement, ...] = ()
    routers: tuple[BgpRouter, ...] = ()
    bfd_profiles: tuple[BfdProfile, ...] = ()
    prefix_lists: tuple[PrefixListEntry, ...] = ()
    route_maps: tuple[RouteMapEntry, ...] = ()
    static_routes: tuple[StaticRoute, ...] = ()
    interfaces: tuple[Block, ...] = ()
    vrfs: tuple[Block, ...] = ()
    nht_resolve_via_default: frozenset[Family] = frozenset()
    statements: tuple[Statement, ...] = ()

    @field_serializer("nht_resolve_via_default")
    def _sorted(self, families: Iterable[Family]) -> list[str]:
        return sorted(families)

    def prefix_list(self, name: str, family: Family) -> tuple[PrefixListEntry, ...]:
        """The entries of a prefix-list in their order. IPv4 and IPv6 lists of one name are two lists."""
        found = [one for one in self.prefix_lists if one.name == name and one.family is family]
        return tuple(sorted(found, key=lambda one: one.seq))

    def route_map(self, name: str) -> tuple[RouteMapEntry, ...]:
        """The entries of a route-map in their order."""
        return tuple(sorted((one for one in self.route_maps if one.name == name), key=lambda one: one.seq))
