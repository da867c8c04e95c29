"""Rows of a node's `conf.db`: how Open vSwitch is set up (openvswitch/ovs vswitchd/vswitch.ovsschema).

What Open vSwitch measures is never written to the file (ephemeral columns): `link_state`, `admin_state`, `mtu`,
`mac_in_use`, `statistics` of an interface, `is_connected` and `status` of controllers and managers. Those stand in the
output of `ovs-vsctl list` only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from parsers.ovsdb_facts import Row
from parsers.ovsdb_schema import Uuid


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenVSwitch(Row):
    """The node's switch. external_ids: system-id, hostname, ovn-encap-ip, ovn-remote, ovn-bridge-mappings."""

    TABLE: ClassVar[str] = "Open_vSwitch"

    bridges: tuple[Uuid, ...] = ()
    manager_options: tuple[Uuid, ...] = ()
    next_cfg: int = 0
    cur_cfg: int = 0
    ovs_version: str | None = None
    db_version: str | None = None
    system_type: str | None = None
    system_version: str | None = None
    dpdk_initialized: bool = False
    other_config: Mapping[str, str] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bridge(Row):
    """A bridge; fail_mode: secure or standalone."""

    TABLE: ClassVar[str] = "Bridge"

    name: str = ""
    datapath_type: str = ""
    fail_mode: str | None = None
    ports: tuple[Uuid, ...] = ()
    controller: tuple[Uuid, ...] = ()
    protocols: tuple[str, ...] = ()
    other_config: Mapping[str, str] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Port(Row):
    """A port of a bridge; with several interfaces a bond."""

    TABLE: ClassVar[str] = "Port"

    name: str = ""
    interfaces: tuple[Uuid, ...] = ()
    tag: int | None = None
    trunks: tuple[int, ...] = ()
    vlan_mode: str | None = None
    bond_mode: str | None = None
    lacp: str | None = None
    other_config: Mapping[str, str] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Interface(Row):
    """An interface. external_ids: iface-id, ovn-installed, sandbox. ofport -1: it could not be added; `error` why."""

    TABLE: ClassVar[str] = "Interface"

    name: str = ""
    type: str = ""
    mac: str | None = None
    ofport: int | None = None
    mtu_request: int | None = None
    error: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    other_config: Mapping[str, str] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Controller(Row):
    """An OpenFlow controller that a bridge connects to; times in milliseconds."""

    TABLE: ClassVar[str] = "Controller"

    target: str = ""
    connection_mode: str | None = None
    inactivity_probe: int | None = None
    max_backoff: int | None = None
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Manager(Row):
    """A client of the database server; times in milliseconds."""

    TABLE: ClassVar[str] = "Manager"

    target: str = ""
    connection_mode: str | None = None
    inactivity_probe: int | None = None
    external_ids: Mapping[str, str] = field(default_factory=dict)


ROWS: tuple[type[Row], ...] = (OpenVSwitch, Bridge, Port, Interface, Controller, Manager)
