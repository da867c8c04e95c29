"""Rows of the OVN southbound database: who is in the network, and what is bound where (ovn-org/ovn ovn-sb.ovsschema).

Names of columns are those of the schema, ovn-sb(5) explains them. Logical flows are counted only: `database.counts`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from parsers.ovsdb_facts import Row
from parsers.ovsdb_schema import Uuid


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SbGlobal(Row):
    """The database as a whole. options: name (of the zone), northd_internal_version."""

    TABLE: ClassVar[str] = "SB_Global"

    nb_cfg: int = 0
    nb_cfg_timestamp: int = 0
    ipsec: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chassis(Row):
    """A node; `name` is its system-id. other_config: is-remote, is-interconn, ovn-bridge-mappings."""

    TABLE: ClassVar[str] = "Chassis"

    name: str = ""
    hostname: str = ""
    encaps: tuple[Uuid, ...] = ()
    nb_cfg: int = 0
    transport_zones: tuple[str, ...] = ()
    other_config: Mapping[str, str] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChassisPrivate(Row):
    """How far a chassis has come: `nb_cfg` reached at `nb_cfg_timestamp`, milliseconds since 1970."""

    TABLE: ClassVar[str] = "Chassis_Private"

    name: str = ""
    chassis: Uuid | None = None
    nb_cfg: int = 0
    nb_cfg_timestamp: int = 0
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Encap(Row):
    """How a chassis is reached by tunnels; type: geneve, vxlan, stt."""

    TABLE: ClassVar[str] = "Encap"

    type: str = ""
    ip: str = ""
    chassis_name: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DatapathBinding(Row):
    """A switch or router; external_ids: name, logical-switch or logical-router with its northbound UUID."""

    TABLE: ClassVar[str] = "Datapath_Binding"

    tunnel_key: int = 0
    type: str | None = None
    nb_uuid: Uuid | None = None
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PortBinding(Row):
    """Where a logical port is; type: empty for pods, else patch, localnet, remote, router, chassisredirect."""

    TABLE: ClassVar[str] = "Port_Binding"

    logical_port: str = ""
    type: str = ""
    datapath: Uuid | None = None
    chassis: Uuid | None = None
    requested_chassis: Uuid | None = None
    additional_chassis: tuple[Uuid, ...] = ()
    requested_additional_chassis: tuple[Uuid, ...] = ()
    up: bool | None = None
    mac: tuple[str, ...] = ()
    nat_addresses: tuple[str, ...] = ()
    tag: int | None = None
    tunnel_key: int = 0
    options: Mapping[str, str] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MacBinding(Row):
    """A neighbour's MAC address as a router learned it; timestamp in milliseconds since 1970."""

    TABLE: ClassVar[str] = "MAC_Binding"

    logical_port: str = ""
    ip: str = ""
    mac: str = ""
    timestamp: int = 0
    datapath: Uuid | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SbBfd(Row):
    """A BFD session that OVN runs itself; times in milliseconds, status: down, init, up or admin_down."""

    TABLE: ClassVar[str] = "BFD"

    logical_port: str = ""
    dst_ip: str = ""
    status: str = ""
    chassis_name: str = ""
    min_tx: int = 0
    min_rx: int = 0
    detect_mult: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ServiceMonitor(Row):
    """A backend that OVN checks itself; status: offline, online or error."""

    TABLE: ClassVar[str] = "Service_Monitor"

    ip: str = ""
    port: int = 0
    protocol: str | None = None
    logical_port: str = ""
    status: str | None = None


ROWS: tuple[type[Row], ...] = (
    SbGlobal,
    Chassis,
    ChassisPrivate,
    Encap,
    DatapathBinding,
    PortBinding,
    MacBinding,
    SbBfd,
    ServiceMonitor,
)
