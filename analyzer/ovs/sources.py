"""The bridges and ports of a switch as each output tells them: whole configurations first, ports alone after.

`ovs-vsctl show`, the rows of `ovs-vsctl list` and `conf.db` hold the configuration. The ports of OpenFlow and of the
datapath are those that work: what is configured and could not be opened is not among them, and names are cut.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from analyzer.hosts import Host
from parsers.base import Evidence
from parsers.host_link_facts import HostLink
from parsers.ovn_databases import SwitchDatabase
from parsers.ovs_facts import (
    DatapathPort,
    FailMode,
    OvsBridge,
    OvsBridgeList,
    OvsInterface,
    OvsPort,
    OvsRecord,
    OvsShow,
)
from parsers.ovsdb_switch_rows import Bridge, Interface, Port

_TAG = re.compile(r"[0-9]{1,5}")
_COLLECTED = ("network_logs/", "sos_commands/")  # whole outputs, whatever OVS leaves out of them


@dataclass(frozen=True, slots=True)
class SwitchBridge:
    """A bridge. mode_known: whether the source tells fail modes at all; fail_mode None is standalone then."""

    name: str
    fail_mode: str | None
    datapath_type: str | None
    evidence: Evidence
    marks: Mapping[str, Evidence] = field(default_factory=dict, repr=False)
    mode_known: bool = True


@dataclass(frozen=True, slots=True)
class SwitchPort:
    """An interface of a port of a bridge; bridge is empty where the source does not tell it. ids: external_ids."""

    bridge: str
    port: str
    name: str
    type: str
    evidence: Evidence
    options: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None
    tag: int | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    link_state: str | None = None
    marks: Mapping[str, Evidence] = field(default_factory=dict, repr=False)

    def where(self, *names: str) -> tuple[Evidence, ...]:
        """The line of the interface and those of these values."""
        return tuple(dict.fromkeys((self.evidence, *(self.marks[name] for name in names if name in self.marks))))


@dataclass(frozen=True, slots=True)
class Configuration:
    """What one source tells. whole: what it does not hold was not there; otherwise `limits` says why not."""

    source: str
    evidence: Evidence
    bridges: tuple[SwitchBridge, ...]
    ports: tuple[SwitchPort, ...]
    whole: bool
    limits: str = ""
    image_dir: str = ""


def configurations(host: Host, databases: Iterable[SwitchDatabase]) -> Iterator[Configuration]:
    """Every source of this host, the best first."""
    yield from _shown(host)
    for one in databases:
        yield _of_database(one)
    yield from _of_records(host)
    yield from _of_datapath(host)
    yield from _of_network_state(host)
    for listed in host.of(OvsBridgeList):
        named = tuple(
            SwitchBridge(name, None, None, listed.marks.get(name, listed.evidence), mode_known=False)
            for name in listed.bridges
        )
        limits = "only the names of its bridges were collected"
        yield Configuration("ovs-vsctl list-br", listed.evidence, named, (), False, limits, listed.origin.image_dir)


def _inside(fact: OvsBridge | OvsPort | OvsInterface, show: OvsShow) -> bool:
    at = fact.evidence
    return at.path == show.evidence.path and show.evidence.first_line <= at.first_line <= show.evidence.last_line


def _shown(host: Host) -> Iterator[Configuration]:
    """The outputs of `ovs-vsctl show`, the last one first."""
    for show in reversed(host.of(OvsShow)):
        tags = {(one.bridge, one.port): one for one in host.of(OvsPort) if _inside(one, show)}
        bridges = tuple(
            SwitchBridge(one.bridge, one.fail_mode, one.datapath_type, one.evidence, one.marks)
            for one in host.of(OvsBridge)
            if _inside(one, show)
        )
        ports = tuple(_shown_port(one, tags) for one in host.of(OvsInterface) if _inside(one, show))
        path = show.evidence.path
        collected = any(part in path for part in _COLLECTED) or path.endswith("_ovs_dump")
        ends = show.uuid is not None and (collected or show.ovs_version is not None)
        own = {(one.bridge, one.name) for one in ports}
        # People shorten what they paste; each bridge has a port of its own name, in random order among the others.
        whole = ends and not show.cut and all((name, name) in own for name in show.bridges)
        missing = "it ends too early" if show.cut else "a bridge lacks its own port"
        missing = missing if ends else "it lacks its first or last line"
        limits = "" if whole else f"its output of ovs-vsctl show may be cut: {missing}"
        yield Configuration("ovs-vsctl show", show.evidence, bridges, ports, whole, limits, show.origin.image_dir)


def _shown_port(one: OvsInterface, ports: Mapping[tuple[str, str], OvsPort]) -> SwitchPort:
    port = ports.get((one.bridge, one.port))
    marks = {**(port.marks if port else {}), **one.marks}
    tag = port.tag if port else None
    return SwitchPort(one.bridge, one.port, one.name, one.type, one.evidence, one.options, one.error, tag, marks=marks)


def _of_database(one: SwitchDatabase) -> Configuration:
    bridges = tuple(
        SwitchBridge(row.name, row.fail_mode, row.datapath_type or None, row.evidence, _marks(row, "fail_mode"))
        for row in one.rows(Bridge)
    )
    held = [(bridge, port) for bridge in one.rows(Bridge) for uuid in bridge.ports if (port := one.row(Port, uuid))]
    ports = tuple(
        _stored(bridge, port, row)
        for bridge, port in held
        for uuid in port.interfaces
        if (row := one.row(Interface, uuid))
    )
    reason = "is damaged or cut" if not one.complete else "holds replaced texts" if one.edited else ""
    limits = f"its conf.db {reason}" if reason else ""
    return Configuration("conf.db", one.evidence, bridges, ports, not reason, limits, one.origin.image_dir)


def _stored(bridge: Bridge, port: Port, row: Interface) -> SwitchPort:
    marks = _marks(row, "error", "options", "external_ids")
    return SwitchPort(
        *(bridge.name, port.name, row.name, row.type or "system", row.evidence, row.options),
        *(row.error, port.tag, row.external_ids, None, marks),
    )


def _marks(row: Bridge | Interface, *columns: str) -> dict[str, Evidence]:
    return {name: row.where(name)[0] for name in columns if getattr(row, name)}


def _text(record: OvsRecord, column: str) -> str | None:
    value = record.columns.get(column)
    return value if isinstance(value, str) else None


def _map(record: OvsRecord, column: str) -> Mapping[str, str]:
    value = record.columns.get(column)
    return value if isinstance(value, Mapping) else {}


def _set(record: OvsRecord, column: str) -> tuple[str, ...]:
    value = record.columns.get(column, ())
    return value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()


def _of_records(host: Host) -> Iterator[Configuration]:
    """The rows of `ovs-vsctl list`; only the three tables together tell which port is on which bridge."""
    tables: dict[str, dict[str, OvsRecord]] = {}
    for row in host.of(OvsRecord):
        tables.setdefault(row.table, {})[row.uuid] = row
    bridges, ports, interfaces = (tables.get(name, {}) for name in ("bridge", "port", "interface"))
    if not bridges and not interfaces:
        return
    named = tuple(
        SwitchBridge(one.name or "", _mode(one), _text(one, "datapath_type"), one.evidence, one.marks)
        for one in bridges.values()
    )
    of_port = {uuid: one for one in ports.values() for uuid in _set(one, "interfaces")}
    of_bridge = {uuid: one.name or "" for one in bridges.values() for uuid in _set(one, "ports")}
    found = tuple(_record(one, of_port.get(uuid), of_bridge) for uuid, one in interfaces.items())
    whole = bool(bridges and ports and interfaces)
    limits = "" if whole else "not all of its tables bridge, port and interface were collected"
    first = next(iter((bridges or interfaces).values()))
    yield Configuration("ovs-vsctl list", first.evidence, named, found, whole, limits, first.origin.image_dir)


def _mode(one: OvsRecord) -> str | None:
    mode = _text(one, "fail_mode")
    return mode if mode in set(FailMode) else None


def _record(one: OvsRecord, port: OvsRecord | None, bridges: Mapping[str, str]) -> SwitchPort:
    tag = _text(port, "tag") if port else None
    return SwitchPort(
        bridge=bridges.get(port.uuid, "") if port else "",
        port=(port.name if port else one.name) or "",
        name=one.name or "",
        type=_text(one, "type") or "system",
        evidence=one.marks.get("name", one.evidence),
        options=_map(one, "options"),
        error=_text(one, "error"),
        tag=int(tag) if tag and _TAG.fullmatch(tag) else None,
        ids=_map(one, "external_ids"),
        link_state="down" if _text(one, "admin_state") == "down" else _text(one, "link_state"),
        marks=one.marks,
    )


def _of_datapath(host: Host) -> Iterator[Configuration]:
    """The ports of `ovs-appctl dpif/show`."""
    shown = [one for one in host.of(DatapathPort) if one.bridge]
    if not shown:
        return
    first = {one.bridge or "": one for one in reversed(shown)}
    bridges = tuple(
        SwitchBridge(name, None, None, one.evidence, mode_known=False) for name, one in sorted(first.items())
    )
    ports = tuple(
        SwitchPort(
            one.bridge or "", one.name, one.name, one.type, one.evidence, one.options, one.error, marks=one.marks
        )
        for one in shown
    )
    limits = "only the ports of its datapath were collected, not its configuration"
    yield Configuration("dpif/show", shown[0].evidence, bridges, ports, False, limits, shown[0].origin.image_dir)


def _of_network_state(host: Host) -> Iterator[Configuration]:
    """The OVS bridges that NetworkManager made, with their members; OVN's own are not among them."""
    bridges = [one for one in host.of(HostLink) if one.kind == "ovs-bridge"]
    if not bridges:
        return
    kinds = {one.name: one.kind or "" for one in host.of(HostLink) if one.kind != "ovs-bridge"}
    named = tuple(SwitchBridge(one.name, None, None, one.evidence, mode_known=False) for one in bridges)
    ports = tuple(
        SwitchPort(one.name, member, member, _kind(kinds.get(member), member), one.marks.get("members", one.evidence))
        for one in bridges
        for member in one.members
    )
    limits = "only what NetworkManager made of it was collected (NodeNetworkState)"
    yield Configuration(
        "NodeNetworkState", bridges[0].evidence, named, ports, False, limits, bridges[0].origin.image_dir
    )


def _kind(kind: str | None, name: str) -> str:
    """The type as Open vSwitch calls it."""
    if kind == "ovs-interface":
        return "internal"
    return "patch" if kind is None and name.startswith("patch-") else "system"
