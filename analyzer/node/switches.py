"""What Open vSwitch of each node says about the node's own network: the devices of its bridges, the ends of tunnels."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from analyzer.hosts import HostNames
from analyzer.instances import NodesByName, PodsByName
from analyzer.rule import join
from parsers.ovn_databases import SwitchDatabase
from parsers.ovs_facts import OvsInterface, OvsRecord
from parsers.ovsdb_schema import Uuid
from parsers.ovsdb_switch_rows import Bridge, Interface, OpenVSwitch, Port

_DEVICES = frozenset({"", "system"})  # types of interfaces that are devices of the host
_ENCAP = "ovn-encap-ip"


@dataclass(slots=True)
class Switch:
    """The switch of one host. ports: the devices of the host in each bridge. requested: MTUs that OVS is to set."""

    ports: dict[str, tuple[str, ...]] = field(default_factory=dict)
    encap_ips: tuple[str, ...] = ()
    requested: dict[str, Interface] = field(default_factory=dict)
    database: SwitchDatabase | None = None


class Switches:
    """The switches by node, or by what their outputs are called where no node is known."""

    def __init__(self, found: Mapping[str, Switch]) -> None:
        self._found = found

    def of(self, node: str | None, label: str) -> Switch | None:
        """The switch of a node; None where nothing of it was collected."""
        return self._found.get(node or label)


@join
def switches(  # noqa: PLR0913, PLR0917 - three sources of one thing, and whose they are
    interfaces: tuple[OvsInterface, ...] | None,
    records: tuple[OvsRecord, ...] | None,
    databases: tuple[SwitchDatabase, ...] | None,
    names: HostNames,
    nodes: NodesByName,
    pods: PodsByName,
) -> Switches:
    found: dict[str, Switch] = {}
    for one in interfaces or ():
        if one.type in _DEVICES and one.name != one.bridge:
            switch = found.setdefault(names.label(one), Switch())
            switch.ports[one.bridge] = (*switch.ports.get(one.bridge, ()), one.name)
    for record in records or ():
        ids = record.columns.get("external_ids")
        if record.table == "open_vswitch" and isinstance(ids, Mapping) and ids.get(_ENCAP):
            found.setdefault(names.label(record), Switch()).encap_ips = _addresses(ids[_ENCAP])
    for database in databases or ():
        pod = pods.get((database.origin.namespace or "", database.origin.pod or ""))
        if host := (pod.node if pod else None) or _named(database.host, nodes):
            _add(found.setdefault(host, Switch()), database)
    return Switches(found)


def _named(host: str | None, nodes: NodesByName) -> str | None:
    """The node that a database calls its host; without collected nodes the name is believed."""
    if host is None or host in nodes or not nodes:
        return host
    same = [name for name in nodes if name.partition(".")[0] == host.partition(".")[0]]
    return same[0] if len(same) == 1 else None


def _addresses(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())


def _add(switch: Switch, database: SwitchDatabase) -> None:
    """What a database tells; it knows more than an output of `ovs-vsctl show`."""
    ports = {one.uuid: one for one in database.rows(Port)}
    rows = {one.uuid: one for one in database.rows(Interface)}
    switch.database = database
    for bridge in database.rows(Bridge):
        devices = tuple(_devices(bridge, ports, rows))
        switch.ports[bridge.name] = devices or switch.ports.get(bridge.name, ())
    switch.requested |= {one.name: one for one in rows.values() if one.mtu_request is not None}
    for one in database.rows(OpenVSwitch):
        switch.encap_ips = _addresses(one.external_ids.get(_ENCAP, "")) or switch.encap_ips


def _devices(bridge: Bridge, ports: Mapping[Uuid, Port], rows: Mapping[Uuid, Interface]) -> Iterator[str]:
    own: Iterable[Port] = (ports[one] for one in bridge.ports if one in ports)
    for port in own:
        for one in port.interfaces:
            if one in rows and rows[one].type in _DEVICES and rows[one].name != bridge.name:
                yield rows[one].name
