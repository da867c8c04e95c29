"""Rows of the OVN databases that have no name of their own: ACLs, translations, routes and policies of routers.

What they say is their identity, together with the router, switch or port group that they belong to: of one that says
something else now, the rest of it tells which it was.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from analyzer.diff.area import spot
from analyzer.diff.masks import bare
from analyzer.diff.model import Item, Value
from parsers.ovn_northbound_rows import (
    Acl,
    LogicalRouter,
    LogicalRouterPolicy,
    LogicalRouterStaticRoute,
    LogicalSwitch,
    Nat,
    PortGroup,
)
from parsers.ovsdb_facts import OvsdbDatabase, Row

Database = tuple[str, OvsdbDatabase, str | None]  # what to call it, the fact, and why what it lacks proves nothing


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says. name: of what does not change; rest: further words of its identity; label: what to call it."""

    name: str
    rest: str
    values: dict[str, Value]
    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of row: which rows refer to it, by which column, and what it says."""

    kind: type[Row]
    owners: tuple[tuple[type[Row], str], ...]
    said: Callable[[str, Row], Said]


@dataclass(slots=True)
class _Held:
    """A row by what it says, and the databases that hold it."""

    said: Said
    row: Row
    scopes: list[str] = field(default_factory=list)
    cut: bool = False


def unnamed(found: Iterable[Database], cut: Callable[[OvsdbDatabase], bool]) -> Iterator[Item]:
    """The rows of these databases as items; of a `cut` one no values."""
    databases = list(found)
    together: dict[tuple[str, ...], tuple[str, ...]] = {}  # most rows are held by the same databases
    for table in TABLES:
        for key, one in _held(databases, table, cut).items():
            scopes = tuple(one.scopes)
            yield Item(
                key=key,
                values={} if one.cut else one.said.values,
                scopes=together.setdefault(scopes, scopes),
                place=spot(one.row.evidence),
                label=one.said.label or one.said.name,
                text=one.said.text,
                aliases=(f"{one.said.name} {one.said.rest}", one.said.name),
                hints=(bare(key), bare(one.said.name)),
            )


def _held(databases: Iterable[Database], table: Table, cut: Callable[[OvsdbDatabase], bool]) -> dict[str, _Held]:
    held: dict[str, _Held] = {}
    for scope, database, _ in databases:
        if not database.has(table.kind):
            continue
        owners = _owners(database, table)
        for row in database.rows(table.kind):
            if row.uuid not in owners:  # a row that nothing refers to has no effect, and OVSDB removes it
                continue
            said = table.said(owners[row.uuid], row)
            key = f"{said.name} {said.rest} {' '.join(map(str, said.values.values()))}"
            one = held.setdefault(key, _Held(said, row))
            one.cut |= cut(database)
            if scope not in one.scopes:
                one.scopes.append(scope)
    return held


def _owners(database: OvsdbDatabase, table: Table) -> dict[str, str]:
    """The name of what refers to each row, by the row's uuid."""
    found: dict[str, str] = {}
    for kind, column in table.owners:
        for row in database.rows(kind):
            found.update(dict.fromkeys(getattr(row, column), getattr(row, "name", "")))
    return found


def _acl(owner: str, row: Row) -> Said:
    assert isinstance(row, Acl)
    name = f"ACL {row.name or f'of {owner}'}"
    place = f"{row.direction} priority {row.priority}" + (f" tier {row.tier}" if row.tier else "")
    return Said(
        name=f"ACL {row.name or ''} of {owner} {place}",
        rest=row.match,
        values={"action": row.action, "match": row.match},
        text=f"{row.action}, {place}: {row.match}",
        label=name if row.name else f"{name} {place}",
    )


def _nat(owner: str, row: Row) -> Said:
    assert isinstance(row, Nat)
    inside = row.type == "snat"
    return Said(
        name=f"NAT of {owner} {row.type} {row.logical_ip if inside else row.external_ip}",
        rest=row.external_port_range,
        values={"outside": row.external_ip, "inside": row.logical_ip, "port": row.logical_port or None},
        text=f"{row.logical_ip} is {row.external_ip} outside",
    )


def _route(owner: str, row: Row) -> Said:
    assert isinstance(row, LogicalRouterStaticRoute)
    more = "".join(f" ({one})" for one in (row.policy, row.route_table) if one)
    return Said(
        name=f"route of {owner} {row.ip_prefix}{more}",
        rest=row.nexthop,
        values={"via": row.nexthop, "port": row.output_port or None},
        text=f"via {row.nexthop}",
    )


def _policy(owner: str, row: Row) -> Said:
    assert isinstance(row, LogicalRouterPolicy)
    hops = row.nexthops or ((row.nexthop,) if row.nexthop else ())
    return Said(
        name=f"policy of {owner} priority {row.priority}",
        rest=row.match,
        values={"match": row.match, "action": row.action, "via": tuple(sorted(hops))},
        text=f"{row.action}: {row.match}",
        label=f"policy of {owner} priority {row.priority} {row.match}",
    )


TABLES: tuple[Table, ...] = (
    Table(Acl, ((PortGroup, "acls"), (LogicalSwitch, "acls")), _acl),
    Table(LogicalRouterPolicy, ((LogicalRouter, "policies"),), _policy),
    Table(LogicalRouterStaticRoute, ((LogicalRouter, "static_routes"),), _route),
    Table(Nat, ((LogicalRouter, "nat"),), _nat),
)
