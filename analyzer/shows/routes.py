"""`gatherscope show routes`: the routes of every node, those of the main table first."""

from collections.abc import Iterator
from typing import Any

from analyzer.node.network import NodeNetwork, NodeNetworks
from analyzer.show import Table, place, register, text
from analyzer.store import Store
from parsers.host_route_facts import HostRoute, RouteType

_HIDDEN = frozenset({"local"})  # the kernel's own table of addresses


def _rows(store: Store) -> Iterator[tuple[NodeNetwork, HostRoute]]:
    for host in store.joined(NodeNetworks):
        for one in sorted(host.routes, key=lambda route: route.table != "main"):
            if one.table not in _HIDDEN and not one.lookup:
                yield host, one


def _data(store: Store) -> list[dict[str, Any]]:
    return [
        {
            "node": host.node,
            "label": host.label,
            "family": one.family,
            "destination": one.destination,
            "type": one.type,
            "gateways": list(one.gateways),
            "devices": list(one.devices),
            "metric": one.metric,
            "mtu": one.mtu,
            "source": one.source,
            "protocol": one.protocol,
            "table": one.table,
            "evidence": place(one.evidence),
        }
        for host, one in _rows(store)
    ]


def _table(store: Store) -> Table:
    columns = ("NODE", "DESTINATION", "GATEWAY", "DEVICE", "METRIC", "MTU", "PROTOCOL", "TABLE")
    rows = tuple(
        (
            host.label,
            one.destination if one.type is RouteType.UNICAST else f"{one.type} {one.destination}",
            text(", ".join(one.gateways)),
            text(", ".join(one.devices)),
            text(one.metric),
            text(one.mtu),
            text(one.protocol),
            one.table,
        )
        for host, one in _rows(store)
    )
    silent = [host.label for host in store.joined(NodeNetworks) if not host.routes]
    return Table(columns, rows, f"No routes were collected from: {', '.join(silent)}" if silent else None)


register("routes", "the routes of every node", (NodeNetworks,), _table, _data, in_report=True)
