"""`gatherscope show ovs`: the bridges of each node's Open vSwitch with their ports, tunnels, tags and errors."""

from typing import Any

from analyzer.ovs.sources import SwitchPort
from analyzer.ovs.switches import Switch, Switches
from analyzer.show import Table, place, register, text
from analyzer.store import Store


def _data(store: Store) -> list[dict[str, Any]]:
    return [_switch(one) for one in store.joined(Switches)]


def _switch(one: Switch) -> dict[str, Any]:
    return {
        "node": one.label,
        "network_type": one.kind,
        "source": one.configuration.source if one.configuration else None,
        "complete": one.whole,
        "bridges": [
            {
                "bridge": bridge.name,
                "fail_mode": bridge.fail_mode,
                "datapath_type": bridge.datapath_type,
                "evidence": place(bridge.evidence),
                "ports": [_port(port) for port in one.on(bridge.name)],
            }
            for bridge in sorted(one.bridges, key=lambda bridge: bridge.name)
        ],
        "ports_of_no_known_bridge": [_port(port) for port in one.on("")],
        "evidence": [place(each) for each in one.evidence],
    }


def _port(port: SwitchPort) -> dict[str, Any]:
    return {
        "port": port.port,
        "interface": port.name,
        "type": port.type,
        "tag": port.tag,
        "remote_ip": port.options.get("remote_ip"),
        "peer": port.options.get("peer"),
        "owner": port.ids.get("iface-id"),
        "error": port.error,
        "evidence": place(port.evidence),
    }


def _table(store: Store) -> Table:
    found: Switches = store.joined(Switches)
    rows = [row for one in found for row in _rows(one)]
    limited = [f"{one.label}: {one.limits}" for one in found if not one.whole]
    return Table(("NODE", "BRIDGE", "PORT", "TYPE", "TO", "TAG", "ERROR"), tuple(rows), "; ".join(limited) or None)


def _rows(one: Switch) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for bridge in sorted(one.bridges, key=lambda bridge: bridge.name):
        ports = sorted(one.on(bridge.name), key=lambda port: (port.name != bridge.name, port.name))
        rows += [_row(one.label, bridge.name, port) for port in ports] or [
            (one.label, bridge.name, *("-" for _ in range(5)))
        ]
    return rows + [_row(one.label, "-", port) for port in one.on("")]


def _row(node: str, bridge: str, port: SwitchPort) -> tuple[str, ...]:
    to = port.options.get("remote_ip") or port.options.get("peer") or port.ids.get("iface-id")
    return node, bridge, port.name, port.type, text(to), text(port.tag), text(port.error)


register("ovs", "bridges and ports of Open vSwitch by node", (Switches,), _table, _data, in_report=True)
