"""Rows of the OVN northbound database: what ovn-kubernetes wants the network to be (ovn-org/ovn ovn-nb.ovsschema).

Names of columns are those of the schema, ovn-nb(5) explains them. Columns that came later than OpenShift 4.8 hold their
defaults in older files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from parsers.ovsdb_facts import Row
from parsers.ovsdb_schema import Uuid


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NbGlobal(Row):
    """The database as a whole. Each `…_cfg` is a sequence number; the timestamps are milliseconds since 1970."""

    TABLE: ClassVar[str] = "NB_Global"

    name: str = ""
    nb_cfg: int = 0
    nb_cfg_timestamp: int = 0
    sb_cfg: int = 0
    sb_cfg_timestamp: int = 0
    hv_cfg: int = 0
    hv_cfg_timestamp: int = 0
    ipsec: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogicalSwitch(Row):
    """A switch: of a node's pods, `join`, `ext_<node>`, `transit_switch`. other_config: subnet, exclude_ips."""

    TABLE: ClassVar[str] = "Logical_Switch"

    name: str = ""
    ports: tuple[Uuid, ...] = ()
    acls: tuple[Uuid, ...] = ()
    load_balancer: tuple[Uuid, ...] = ()
    load_balancer_group: tuple[Uuid, ...] = ()
    other_config: Mapping[str, str] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogicalSwitchPort(Row):
    """A port of a switch; of a pod `<namespace>_<pod>`, with the external ids `pod` and `namespace`."""

    TABLE: ClassVar[str] = "Logical_Switch_Port"

    name: str = ""
    type: str = ""
    addresses: tuple[str, ...] = ()
    dynamic_addresses: str | None = None
    port_security: tuple[str, ...] = ()
    peer: str | None = None
    up: bool | None = None
    enabled: bool | None = None
    tag: int | None = None
    tag_request: int | None = None
    parent_name: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogicalRouter(Row):
    """A router: `ovn_cluster_router`, `GR_<node>`."""

    TABLE: ClassVar[str] = "Logical_Router"

    name: str = ""
    enabled: bool | None = None
    ports: tuple[Uuid, ...] = ()
    static_routes: tuple[Uuid, ...] = ()
    policies: tuple[Uuid, ...] = ()
    nat: tuple[Uuid, ...] = ()
    load_balancer: tuple[Uuid, ...] = ()
    load_balancer_group: tuple[Uuid, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogicalRouterPort(Row):
    """A port of a router. options: gateway_mtu, gateway_mtu_bypass."""

    TABLE: ClassVar[str] = "Logical_Router_Port"

    name: str = ""
    mac: str = ""
    networks: tuple[str, ...] = ()
    peer: str | None = None
    enabled: bool | None = None
    gateway_chassis: tuple[Uuid, ...] = ()
    ha_chassis_group: Uuid | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GatewayChassis(Row):
    """A chassis that may serve a router's port."""

    TABLE: ClassVar[str] = "Gateway_Chassis"

    name: str = ""
    chassis_name: str = ""
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogicalRouterStaticRoute(Row):
    """A static route."""

    TABLE: ClassVar[str] = "Logical_Router_Static_Route"

    ip_prefix: str = ""
    nexthop: str = ""
    output_port: str | None = None
    policy: str | None = None
    route_table: str = ""
    bfd: Uuid | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogicalRouterPolicy(Row):
    """A routing policy: EgressIP and egress services use them."""

    TABLE: ClassVar[str] = "Logical_Router_Policy"

    priority: int = 0
    match: str = ""
    action: str = ""
    nexthop: str | None = None
    nexthops: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nat(Row):
    """A translation of addresses; type: snat, dnat or dnat_and_snat."""

    TABLE: ClassVar[str] = "NAT"

    type: str = ""
    external_ip: str = ""
    external_mac: str | None = None
    external_port_range: str = ""
    logical_ip: str = ""
    logical_port: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoadBalancer(Row):
    """A load balancer; vips: `address:port` to backends, comma-separated. external_ids: k8s.ovn.org/owner."""

    TABLE: ClassVar[str] = "Load_Balancer"

    name: str = ""
    protocol: str | None = None
    vips: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoadBalancerGroup(Row):
    """Load balancers that many switches and routers share (OpenShift 4.11 and later)."""

    TABLE: ClassVar[str] = "Load_Balancer_Group"

    name: str = ""
    load_balancer: tuple[Uuid, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChassisTemplateVar(Row):
    """What the variables in load balancer templates mean on one chassis (OpenShift 4.13 and later)."""

    TABLE: ClassVar[str] = "Chassis_Template_Var"

    chassis: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PortGroup(Row):
    """Ports to which the same access rules apply: those of a namespace or a network policy."""

    TABLE: ClassVar[str] = "Port_Group"

    name: str = ""
    ports: tuple[Uuid, ...] = ()
    acls: tuple[Uuid, ...] = ()
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Acl(Row):
    """An access rule; direction: from-lport or to-lport, action: allow, allow-related, allow-stateless, drop."""

    TABLE: ClassVar[str] = "ACL"

    name: str | None = None
    priority: int = 0
    direction: str = ""
    match: str = ""
    action: str = ""
    tier: int = 0
    log: bool = False
    severity: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AddressSet(Row):
    """Addresses that access rules name as `$<name>`."""

    TABLE: ClassVar[str] = "Address_Set"

    name: str = ""
    addresses: tuple[str, ...] = ()
    external_ids: Mapping[str, str] = field(default_factory=dict)


ROWS: tuple[type[Row], ...] = (
    NbGlobal,
    LogicalSwitch,
    LogicalSwitchPort,
    LogicalRouter,
    LogicalRouterPort,
    GatewayChassis,
    LogicalRouterStaticRoute,
    LogicalRouterPolicy,
    Nat,
    LoadBalancer,
    LoadBalancerGroup,
    ChassisTemplateVar,
    PortGroup,
    Acl,
    AddressSet,
)
