"""The way of a service's address from its pool to the routers, with the link that is broken.

Services that are not announced are drawn, those with the same break once; where all are, one or two of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analyzer.metallb.advertisements import Protocol
from analyzer.metallb.chain import Reach
from analyzer.metallb.path import Step
from analyzer.model import NodeVerdict, ServiceVerdict
from analyzer.render.pictures.shapes import MARGIN, SMALL, WIDTH, Box, Line, Mark, Picture, Shape, label, legend
from analyzer.render.pictures.text import few, natural, short_names, written
from analyzer.render.words import plural

SHOWN, HEALTHY, NODES = 5, 1, 4  # ways with a break; ways without one where none has; rows of nodes of one way
_BGP = ("address", "pool", "advertisement", "node", "endpoints", "configuration", "routes", "session")
_LAYER2 = ("address", "pool", "advertisement", "node", "endpoints", "answers")
_COLUMN = {  # the links of the chain by the column that they stand in
    Step.PEER: "configuration",
    Step.NETWORK: "routes",
    Step.POLICY: "routes",
    Step.TABLE: "routes",
    Step.FAMILY: "session",
}
UNKNOWN = "not known"
_SHARED = 3  # columns that all nodes have in common
_TITLES = {
    "address": "address",
    "pool": "pool",
    "advertisement": "advertisement",
    "node": "node",
    "endpoints": "endpoints",
    "configuration": "peers configured",
    "routes": "prefix and policy",
    "session": "sessions",
    "answers": "answers ARP, NDP",
}
_BETWEEN, _BOX, _LINE = 24, 36, 16  # pixels between two boxes; heights
_ORDER = (Reach.LOST, Reach.PARTLY, Reach.UNKNOWN, Reach.LEFT_OUT, Reach.ANNOUNCED)
_LOOKS = {
    Reach.LOST: "bad",
    Reach.PARTLY: "weak",
    Reach.UNKNOWN: "plain",
    Reach.LEFT_OUT: "dim",
    Reach.ANNOUNCED: "good",
}


@dataclass(frozen=True, slots=True)
class Way:
    """One row of boxes behind the shared ones: nodes that are alike. step: the column of what does not hold."""

    nodes: tuple[str, ...]
    looks: str
    step: str | None
    reason: str | None


def paths(found: Iterable[ServiceVerdict]) -> Picture | None:
    """The picture; None without any service."""
    every = list(found)
    alike = broken(every)
    shown = alike[:SHOWN]
    if not shown:
        known = [one for one in every if one.nodes]
        shown = [[one] for one in sorted(known, key=lambda one: one.service is None)[:HEALTHY]]
    if not shown:
        return None
    names = short_names(node.node for same in shown for node in same[0].nodes)
    shapes: list[Shape] = []
    y = 0
    for same in shown:
        drawn, y = _service(same, names, y)
        shapes += drawn
    if left := sum(map(len, alike[SHOWN:])):
        text = f"and {left:,} more with other breaks: see the table"
        shapes.append(label(MARGIN, y + 14, text, WIDTH - 2 * MARGIN, "dim"))
        y += 28
    drawn_looks = {one.looks for one in shapes if isinstance(one, Mark)}
    key = [
        ("good", "holds"),
        ("bad", "broken here"),
        ("weak", "broken for some peers"),
        ("plain", "not known"),
        ("dim", "left out on purpose"),
    ]
    shapes += legend(y + 14, [pair for pair in key if pair[0] in drawn_looks])
    words = tuple(written(f"{_name(same[0])}: {same[0].verdict}") for same in shown)
    return Picture("paths", "The way of service addresses", _description(every), y + 32, tuple(shapes), words)


def broken(found: Iterable[ServiceVerdict]) -> list[list[ServiceVerdict]]:
    """The services that are not announced, or in part, those with the same break together; the worst first."""
    alike: dict[object, list[ServiceVerdict]] = defaultdict(list)
    for one in found:
        if one.reach in {Reach.LOST, Reach.PARTLY}:
            alike[one.reach, one.pool, one.protocol, one.step, one.verdict].append(one)
    return sorted(alike.values(), key=lambda same: (same[0].reach != Reach.LOST, -len(same), _name(same[0])))


def ways(one: ServiceVerdict) -> list[Way]:
    """The nodes of a service, those that are alike together, those with a break first."""
    columns = _columns(one)
    rows: dict[tuple[int, str | None, str | None], list[NodeVerdict]] = defaultdict(list)
    for node in one.nodes:
        rank = _ORDER.index(Reach(node.reach))
        column = _column(node.step, columns)
        rows[rank, "node" if column in columns[:_SHARED] else column, node.reason].append(node)
    ordered = sorted(
        rows.items(), key=lambda item: (item[0][0], item[0][1] or "", -len(item[1]), natural(item[1][0].node))
    )
    return [
        Way(tuple(each.node for each in nodes), _LOOKS[_ORDER[rank]], step, reason)
        for (rank, step, reason), nodes in ordered
    ]


def _common(one: ServiceVerdict, columns: tuple[str, ...]) -> str | None:
    """The link that is broken for all nodes alike, before any of them comes in."""
    named = _column(one.step, columns)
    same = [each.step == one.step for each in one.nodes]
    return named if not any(same) or (all(same) and named in columns[:_SHARED]) else None


def _columns(one: ServiceVerdict) -> tuple[str, ...]:
    return _LAYER2 if one.protocol == Protocol.LAYER2 else _BGP


def _column(step: str | None, columns: tuple[str, ...]) -> str | None:
    if step is None:
        return None
    named = _COLUMN.get(Step(step), step)
    return named if named in columns else columns[-1]


def _name(one: ServiceVerdict) -> str:
    return f"{one.service or 'service not collected'} {one.address or ''}".strip()


def _service(same: list[ServiceVerdict], names: Mapping[str, str], y: int) -> tuple[list[Shape], int]:
    one = same[0]
    columns = _columns(one)
    wide = (WIDTH - 2 * MARGIN - _BETWEEN * (len(columns) - 1)) // len(columns)
    at = {name: MARGIN + place * (wide + _BETWEEN) for place, name in enumerate(columns)}
    more = f" and {len(same) - 1:,} more with the same break" if len(same) > 1 else ""
    shapes: list[Shape] = [label(MARGIN, y + 20, f"{_name(one)}{more}", WIDTH - 2 * MARGIN, strong=True)]
    shapes += [label(at[name], y + 40, _TITLES[name], wide + _BETWEEN - 4, "dim", size=SMALL) for name in columns]
    y += 48
    common = _common(one, columns)
    early = common if common in columns[:_SHARED] else None
    shapes += _boxes(columns[:_SHARED], _values(one), early, "bad", one.unseen, at, wide, y, lead=0)
    rows = ways(one) if early is None else []
    if common and early is None:
        rows = [Way(tuple(each.node for each in one.nodes), "bad", common, None)]
    start = y
    for way in rows[:NODES] or [Way((), "dim", None, None)]:
        looks = way.looks
        values = {"node": _nodes(way, names)}
        reached = early is None and bool(way.nodes or common)
        lead = _BETWEEN if y == start else _BETWEEN // 2
        shapes += _boxes(
            columns[_SHARED:], values, way.step, looks, one.unseen, at, wide, y, lead=lead, reached=reached
        )
        if y != start:
            x = at[columns[_SHARED]] - _BETWEEN // 2
            shapes.append(Line(x, start + _BOX // 2, x, y + _BOX // 2, "dim" if early else "good"))
        y += _BOX
        if way.reason:
            y += _LINE
            x = at[columns[_SHARED]]
            shapes.append(label(x, y, way.reason, WIDTH - MARGIN - x, looks, size=SMALL))
        y += 12
    if len(rows) > NODES:
        left = sum(len(way.nodes) for way in rows[NODES:])
        x = at[columns[_SHARED]]
        shapes.append(label(x, y + 6, f"and {plural(left, 'more node')}", WIDTH - MARGIN - x, "dim", size=SMALL))
        y += 20
    if common is not None:
        shapes.append(label(MARGIN, y + 4, one.verdict, WIDTH - 2 * MARGIN, "bad"))
        y += 14
    return shapes, y + 14


def _values(one: ServiceVerdict) -> dict[str, str]:
    return {
        "address": one.address or "none",
        "pool": one.pool or UNKNOWN,
        "advertisement": few(one.advertisements, 2) or UNKNOWN,
    }


def _nodes(way: Way, names: Mapping[str, str]) -> str:
    if not way.nodes:
        return ""
    return names[way.nodes[0]] if len(way.nodes) == 1 else plural(len(way.nodes), "node")


def _boxes(  # noqa: PLR0913, PLR0917 - one row of boxes of a way
    columns: tuple[str, ...],
    values: dict[str, str],
    step: str | None,
    looks: str,
    unseen: tuple[str, ...],
    at: dict[str, int],
    wide: int,
    y: int,
    *,
    lead: int,
    reached: bool = True,
) -> list[Shape]:
    """The boxes up to the link that does not hold, which is marked, and those that nothing reaches behind it."""
    shapes: list[Shape] = []
    for place, name in enumerate(columns):
        here = reached and name == step
        own = looks if here else "good" if reached else "dim"
        if own == "good" and name in unseen:
            own = "plain"
        if length := _BETWEEN if place else lead:
            shapes.append(Line(at[name] - length, y + _BOX // 2, at[name], y + _BOX // 2, own))
        shapes.append(Box(at[name], y, wide, _BOX, own))
        middle = y + _BOX // 2
        if name in values:
            text = values[name] if values[name] != UNKNOWN else "none" if here else UNKNOWN if reached else ""
            shapes.append(label(at[name] + 6, middle + 4, text, wide - (26 if reached else 12), size=SMALL))
        if reached:
            x = at[name] + wide - 12 if name in values else at[name] + wide // 2
            shapes.append(Mark(x, middle, own, _TITLES[name]))
        reached = reached and (not here or looks == "weak")
    return shapes


def _description(every: list[ServiceVerdict]) -> str:
    count = {reach: sum(one.reach == reach for one in every) for reach in _ORDER}
    words = {
        Reach.LOST: "not announced",
        Reach.PARTLY: "announced in part",
        Reach.UNKNOWN: "not known",
        Reach.ANNOUNCED: "announced",
    }
    parts = [f"{count[reach]:,} {text}" for reach, text in words.items() if count[reach]]
    return f"{len(every):,} {'address' if len(every) == 1 else 'addresses'} of services: {', '.join(parts)}."
