"""`gatherscope show ovn`: the OVN databases, whose they are, what they hold, and how sound the copies are."""

from typing import Any

from analyzer.ovn.databases import OvnDatabases, Zone
from analyzer.show import Table, place, register, text
from analyzer.store import Store
from parsers.ovn_northbound_rows import LogicalRouter, LogicalSwitch
from parsers.ovn_southbound_rows import Chassis
from parsers.ovsdb_facts import OvsdbDatabase

_COLUMNS = (
    *("ZONE", "DATABASE", "SCHEMA", "SWITCHES", "ROUTERS", "PORTS", "LOAD BALANCERS", "CHASSIS"),
    *("BINDINGS", "NEWEST", "STATE"),
)
_COUNTED = (
    *("Logical_Switch", "Logical_Router", "Logical_Switch_Port", "Load_Balancer"),
    *("Chassis", "Port_Binding"),
)


def _databases(store: Store) -> list[tuple[Zone, OvsdbDatabase]]:
    zones: OvnDatabases = store.joined(OvnDatabases)
    return [(zone, copy.fact) for zone in zones for copy in (zone.northbound, zone.southbound) if copy]


def _data(store: Store) -> list[dict[str, Any]]:
    return [_entry(zone, one) for zone, one in _databases(store)]


def _entry(zone: Zone, one: OvsdbDatabase) -> dict[str, Any]:
    return {
        "zone": zone.name,
        "node": zone.node,
        "interconnect": zone.interconnect,
        "database": one.name,
        "schema_version": one.schema_version,
        "clustered": one.clustered,
        "counts": dict(one.counts),
        **_names(one),
        "newest": one.newest.strftime("%Y-%m-%dT%H:%M:%SZ") if one.newest else None,
        "complete": one.complete,
        "cut": one.cut,
        "edited": one.edited,
        "evidence": place(one.evidence),
    }


def _names(one: OvsdbDatabase) -> dict[str, list[str]]:
    """The names of switches and routers, the hosts of chassis, of the database that has them."""
    if one.has(Chassis):
        return {"chassis": sorted(row.hostname or row.name for row in one.rows(Chassis))}
    switches, routers = one.rows(LogicalSwitch), one.rows(LogicalRouter)
    return {"switches": sorted(row.name for row in switches), "routers": sorted(row.name for row in routers)}


def _table(store: Store) -> Table:
    return Table(_COLUMNS, tuple(_row(zone, one) for zone, one in _databases(store)))


def _row(zone: Zone, one: OvsdbDatabase) -> tuple[str, ...]:
    counts = [text(one.counts.get(table)) for table in _COUNTED]
    newest = one.newest.strftime("%Y-%m-%d %H:%M:%S") if one.newest else None
    return (zone.name, one.name.removeprefix("OVN_"), one.schema_version, *counts, text(newest), _state(one))


def _state(one: OvsdbDatabase) -> str:
    parts = ["complete" if one.complete else "incomplete"]
    parts += ["last record cut"] if one.cut else []
    parts += ["edited"] if one.edited else []
    return ", ".join(parts)


register("ovn", "OVN databases: whose they are and what they hold", (OvnDatabases,), _table, _data, in_report=True)
