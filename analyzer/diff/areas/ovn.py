"""Rows of the OVN databases: switches, routers, logical ports, load balancers, chassis, and what has no name.

With interconnect every node has databases of its own, and most of what they hold is the same in all: a row is one thing
that several databases hold.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from analyzer.diff.area import Area, spot
from analyzer.diff.areas.ovn_unnamed import unnamed
from analyzer.diff.model import BAD, WELL, Facet, Item, Value
from analyzer.diff.stable import StableNames
from analyzer.ovn.databases import OvnDatabases
from analyzer.store import Store
from parsers.ovn_northbound_rows import LoadBalancer, LogicalRouter, LogicalSwitch, LogicalSwitchPort
from parsers.ovn_southbound_rows import Chassis, Encap
from parsers.ovsdb_facts import OvsdbDatabase, Row


@dataclass(slots=True)
class _Held:
    """A row by its name: of the first database that holds it, and the rows of all of those that do.

    cut: whether one of these is damaged or cut; what it says of the row may have been overtaken by what is missing.
    """

    row: Row
    database: OvsdbDatabase
    scopes: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    cut: bool = False


Describe = Callable[[str, _Held, StableNames], Item]
_JUDGED = frozenset({"up", "addresses without backends"})


def scopes_of(zones: Iterable[object]) -> dict[str, str | None]:
    """The databases of all zones, each with the reason why it proves nothing."""
    return {scope: limits for scope, _, limits in databases(zones)}


def databases(zones: Iterable[object]) -> Iterator[tuple[str, OvsdbDatabase, str | None]]:
    """Every database: what to call it, the fact, and why what it lacks proves nothing."""
    for zone in zones:
        for which, copy in (("northbound", zone.northbound), ("southbound", zone.southbound)):  # type: ignore[attr-defined]
            if copy:
                name = f"the {which} database {zone.label}"  # type: ignore[attr-defined]
                yield name, copy.fact, f"{name} {copy.limits}" if copy.limits else None


def cut(database: OvsdbDatabase) -> bool:
    """Whether what a database says of a row may have been overtaken by what is missing of it.

    must-gather-clean replaces texts within a tar.gz without writing the sizes anew: each member loses its end.
    """
    return not database.complete or (database.edited and "!" in database.evidence.path)


def _read(store: Store) -> Facet:
    zones: OvnDatabases = store.joined(OvnDatabases)
    names: StableNames = store.joined(StableNames)
    named = (item for kind, told in _TOLD.items() for item in _items(zones, names, kind, told))
    items = (*named, *unnamed(databases(zones), cut))
    return Facet("ovn", OVN.title, items, scopes=scopes_of(zones), judged=_JUDGED)


def _items(zones: OvnDatabases, names: StableNames, kind: type[Row], told: Describe) -> Iterator[Item]:
    held: dict[str, _Held] = {}
    for scope, database, _ in databases(zones):
        if database.has(kind):
            for row in database.rows(kind):
                # A zone knows the ports of others as remote ones: the row of its own zone tells more.
                one = held.setdefault(_name(row), _Held(row, database))
                if scope not in one.scopes:
                    one.scopes.append(scope)
                one.rows.append(row)
                one.cut |= cut(database)
                if getattr(one.row, "type", None) == "remote" != getattr(row, "type", None):
                    one.row, one.database = row, database
    for name, one in held.items():
        yield told(name, one, names)


def _name(row: Row) -> str:
    name: str = getattr(row, "hostname", "") or getattr(row, "name", "")
    return name or row.uuid


def _item(kind: str, name: str, one: _Held, values: dict[str, Value], **more: object) -> Item:
    return Item(f"{kind} {name}", {} if one.cut else values, tuple(one.scopes), spot(one.row.evidence), **more)  # type: ignore[arg-type]


def _switch(name: str, one: _Held, _: StableNames) -> Item:
    assert isinstance(one.row, LogicalSwitch)
    values: dict[str, Value] = {"subnet": one.row.other_config.get("subnet")}
    return _item("switch", name, one, values)


def _router(name: str, one: _Held, _: StableNames) -> Item:
    assert isinstance(one.row, LogicalRouter)
    values: dict[str, Value] = {
        "enabled": one.row.enabled,
        "chassis": one.row.options.get("chassis"),
    }
    return _item("router", name, one, values)


def _port(name: str, one: _Held, names: StableNames) -> Item:
    row = one.row
    assert isinstance(row, LogicalSwitchPort)
    of_pod = row.external_ids.get("pod") == "true"
    owner = names.of_ports.get(name)
    values: dict[str, Value] = {"enabled": row.enabled, "tag": row.tag}
    if row.type != "remote":  # the view of another zone, which is not the port's own
        values |= {"type": row.type or None, "up": row.up}
    return _item(
        *("port", name, one, values),
        text="port of a pod" if of_pod else f"port, type {row.type or 'none'}",
        health=BAD if of_pod and row.up is False else WELL,
        kin=(f"port {owner}",) if owner else (),
        incarnation=(name, "") if owner else None,
        marks={"up": spot(row.where("up"))},
    )


def _balancer(name: str, one: _Held, _: StableNames) -> Item:
    row = one.row
    assert isinstance(row, LoadBalancer)
    every = [each.vips for each in one.rows if isinstance(each, LoadBalancer)]
    without = _shared(([vip for vip, backends in vips.items() if not backends] for vips in every), len(every))
    values: dict[str, Value] = {"addresses": _shared(every, len(every)), "addresses without backends": without}
    owner = row.external_ids.get("k8s.ovn.org/owner")
    return _item(
        *("load balancer", name, one, values),
        text=f"of {owner}" if owner else "",
        health=BAD if without else WELL,
        marks={"addresses": spot(row.where("vips"))},
    )


def _shared(found: Iterable[Iterable[str]], total: int) -> tuple[str, ...]:
    """The texts of several databases; of one that not all of them hold, how many do."""
    counts = Counter(text for each in found for text in each)
    return tuple(text if count == total else f"{text} in {count} of {total}" for text, count in sorted(counts.items()))


def _chassis(name: str, one: _Held, _: StableNames) -> Item:
    row = one.row
    assert isinstance(row, Chassis)
    ends = [end for uuid in row.encaps if (end := one.database.row(Encap, uuid))]
    values: dict[str, Value] = {
        "system id": row.name,
        "tunnels end at": tuple(sorted({f"{end.type} {end.ip}" for end in ends})),
        "bridge mappings": row.other_config.get("ovn-bridge-mappings"),
    }
    return _item("chassis", name, one, values)


_TOLD: dict[type[Row], Describe] = {
    LogicalSwitch: _switch,
    LogicalRouter: _router,
    LogicalSwitchPort: _port,
    LoadBalancer: _balancer,
    Chassis: _chassis,
}

OVN = Area("ovn", "OVN rows", (OvnDatabases, StableNames), _read)
