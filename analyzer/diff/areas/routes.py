"""The routes of every node: where to, through what."""

from collections import Counter

from analyzer.diff.area import Area, spot
from analyzer.diff.masks import bare
from analyzer.diff.model import Facet, Item, Value
from analyzer.node.network import NodeNetwork, NodeNetworks
from analyzer.store import Store
from parsers.host_route_facts import HostRoute, RouteType

_HIDDEN = frozenset({"local"})  # the kernel's own table of addresses


def _read(store: Store) -> Facet:
    hosts: NodeNetworks = store.joined(NodeNetworks)
    scopes: dict[str, str | None] = {
        host.label: None if host.routes else f"no routes of {host.label}" for host in hosts
    }
    items: list[Item] = []
    for host in hosts:
        shown = [one for one in host.routes if one.table not in _HIDDEN and not one.lookup]
        counts = Counter(_name(host, one) for one in shown)
        items += [_item(host, one, several=counts[_name(host, one)] > 1) for one in shown]
    return Facet("routes", ROUTES.title, tuple(items), scopes=scopes, unit="no routes of {}")


def _name(host: NodeNetwork, one: HostRoute) -> str:
    kind = "" if one.type is RouteType.UNICAST else f"{one.type} "
    table = "" if one.table == "main" else f" (table {one.table})"
    return f"{host.label} {kind}{one.destination}{table}"


def _item(host: NodeNetwork, one: HostRoute, *, several: bool) -> Item:
    name = _name(host, one)
    metric, device = f"metric {one.metric or 0}", ", ".join(one.devices)
    values: dict[str, Value] = {
        "via": ", ".join(one.gateways) or "the link",
        "device": device or None,
        "metric": one.metric,
        "MTU": one.mtu,
    }
    return Item(
        key=f"{name} {metric} dev {device}",
        values=values,
        scopes=(host.label,),
        place=spot(one.evidence),
        label=f"{name} {metric}" if several else name,
        text=f"via {values['via']}" + (f" dev {device}" if device else ""),
        aliases=(f"{name} {metric}", f"{name} dev {device}", name),
        hints=(bare(f"{name} {metric} dev {device}"), bare(name)),
    )


ROUTES = Area("routes", "routes of the nodes", (NodeNetworks,), _read)
