"""The tunnels between nodes: a matrix of few nodes; of many, a bar for each one that lacks some."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from analyzer.render.pictures.shapes import (
    MARGIN,
    SMALL,
    WIDTH,
    Box,
    Label,
    Line,
    Mark,
    Picture,
    Shape,
    label,
    legend,
)
from analyzer.render.pictures.text import few, natural, short_names, spoken, written
from analyzer.render.words import plural
from analyzer.states import TunnelState

FEW, ROWS = 16, 12  # nodes that a matrix shows; rows of nodes with a fault where there are more
_NAMES, _CELL, _ROW, _BAR = 230, 28, 30, 300  # widths of names, of a cell and of a bar; height of a row
_TITLE = "Tunnels between the nodes"
_KEY = [
    ("good", "there"),
    ("weak", "leads to another address"),
    ("bad", "missing"),
    ("plain", "not collected, or not to be judged"),
]


def tunnels(found: Iterable[TunnelState], nodes: Iterable[str] = ()) -> Picture | None:
    """The picture; None where nothing was collected. nodes: those of the cluster, as far as they are known."""
    states = list(found)
    if not states:
        return None
    known = {one.node for one in states}
    every = sorted({*known, *nodes, *(name for one in states for name in (*one.missing, *one.moved))}, key=natural)
    sound = all(looks_of(one) == "good" for one in states)
    if sound:
        return _whole(states, every)
    return _matrix(states, every) if len(every) <= FEW else _bars(states, every)


def looks_of(one: TunnelState) -> str:
    """How the row of a node is drawn."""
    if one.reason is not None:
        return "plain"
    return "bad" if one.missing_total else "weak" if one.moved or one.stale else "good"


def _whole(states: list[TunnelState], every: Sequence[str]) -> Picture:
    """All is well: one box, with an arc that leads from it to itself."""
    names = short_names(every)
    count = sum(one.required for one in states)
    left, top, wide = MARGIN, 12, 420
    shapes: list[Shape] = [
        Box(left, top, wide, 56, "good", spoken(few(every, 10))),
        label(left + 12, top + 23, plural(len(states), "node"), wide - 24, strong=True),
        label(left + 12, top + 42, few((names[one.node] for one in states), 4), wide - 24, "dim", size=SMALL),
        Line(left + wide, top + 16, left + wide + 60, top + 16, "good"),
        Line(left + wide + 60, top + 16, left + wide + 60, top + 40, "good"),
        Line(left + wide + 60, top + 40, left + wide, top + 40, "good"),
        Mark(left + wide + 60, top + 28, "good"),
        label(left + wide + 80, top + 32, f"{plural(count, 'tunnel')}, none is missing", WIDTH - left - wide - 90),
    ]
    return Picture("tunnels", _TITLE, _description(states, every), 80, tuple(shapes), ())


def _matrix(states: list[TunnelState], every: Sequence[str]) -> Picture:
    names, by_node = short_names(every), {one.node: one for one in states}
    shapes: list[Shape] = [label(MARGIN, 20, "from \\ to", _NAMES, "dim", size=SMALL)]
    text_at = MARGIN + _NAMES + _CELL * len(every) + 14
    for at in range(len(every)):
        x = MARGIN + _NAMES + _CELL * at + _CELL // 2
        shapes.append(Label(x, 20, str(at + 1), "dim", "middle", SMALL))
    for at, node in enumerate(every):
        middle = 30 + _ROW * at + _ROW // 2
        shapes.append(label(MARGIN, middle + 4, f"{at + 1}  {names[node]}", _NAMES - 8, strong=True))
        one = by_node.get(node)
        shapes += _cells(one, node, every, middle)
        text = _remark(one, names) if one else "not collected"
        room = WIDTH - MARGIN - text_at
        shapes.append(label(text_at, middle + 4, text, room, looks_of(one) if one else "dim", size=SMALL))
    bottom = 30 + _ROW * len(every) + 18
    drawn = {one.looks for one in shapes if isinstance(one, Mark)}
    shapes += legend(bottom, [pair for pair in _KEY if pair[0] in drawn])
    return Picture("tunnels", _TITLE, _description(states, every), bottom + 16, tuple(shapes), _words(states))


def _cells(one: TunnelState | None, node: str, every: Sequence[str], middle: int) -> list[Shape]:
    found: list[Shape] = []
    for at, other in enumerate(every):
        x = MARGIN + _NAMES + _CELL * at + _CELL // 2
        if other == node:
            found.append(Label(x, middle + 4, "-", "dim", "middle"))
            continue
        looks = "good"
        if one is None or one.reason is not None:
            looks = "plain"
        elif other in one.missing:
            looks = "bad"
        elif other in one.moved:
            looks = "weak"
        found.append(Mark(x, middle, looks, spoken(f"{node} to {other}")))
    return found


def _bars(states: list[TunnelState], every: Sequence[str]) -> Picture:
    names = short_names(every)
    odd = sorted((one for one in states if looks_of(one) != "good"), key=_rank)
    shapes: list[Shape] = []
    y = 12
    for one in odd[:ROWS]:
        shapes += _bar(one, names, y)
        y += _ROW
    if len(odd) > ROWS:
        count = Counter(looks_of(one) for one in odd[ROWS:])
        words = {"bad": "that lack tunnels", "weak": "with a tunnel to a wrong address", "plain": "not judged"}
        for looks, text in words.items():
            if count[looks]:
                shapes.append(Mark(MARGIN + 8, y + 12, looks))
                shapes.append(label(MARGIN + 24, y + 16, f"{plural(count[looks], 'more node')} {text}", WIDTH - 60))
                y += _ROW
    if good := len(states) - len(odd):
        shapes.append(Mark(MARGIN + 8, y + 12, "good"))
        text = f"{plural(good, 'node')} with a tunnel to each of the others"
        shapes.append(label(MARGIN + 24, y + 16, text, WIDTH - 60))
        y += _ROW
    lacked = Counter(name for one in states for name in one.missing)
    if lacked and (most := max(lacked.values())) > 1:
        worst = sorted((name for name, times in lacked.items() if times == most), key=natural)
        text = f"missing most often: the tunnel to {few((names[one] for one in worst), 3)}, on {most:,} nodes"
        shapes.append(label(MARGIN + 24, y + 16, text, WIDTH - 60, "bad"))
        y += _ROW
    return Picture("tunnels", _TITLE, _description(states, every), y + 12, tuple(shapes), _words(states))


def _rank(one: TunnelState) -> tuple[int, int, tuple[tuple[int, str], ...]]:
    return ("bad", "weak", "plain").index(looks_of(one)), -one.missing_total, natural(one.node)


def _bar(one: TunnelState, names: Mapping[str, str], y: int) -> list[Shape]:
    """How many of the tunnels of a node are there: the whole length is all of them."""
    x, looks = MARGIN + _NAMES + 24, looks_of(one)
    shapes: list[Shape] = [
        Mark(MARGIN + 8, y + 12, looks),
        label(MARGIN + 24, y + 16, names.get(one.node, one.node), _NAMES - 10, strong=True),
        Box(x, y + 4, _BAR, 16, looks),
    ]
    if one.reason is None and (there := _BAR * (one.required - one.missing_total) // max(one.required, 1)):
        shapes.append(Box(x, y + 4, there, 16, "good"))
    shapes.append(label(x + _BAR + 12, y + 16, _remark(one, names), WIDTH - MARGIN - x - _BAR - 12, looks, size=SMALL))
    return shapes


def _remark(one: TunnelState, names: Mapping[str, str]) -> str:
    if one.reason is not None:
        return one.reason
    parts = [f"{one.required - one.missing_total:,} of {one.required:,}"]
    if one.missing_total:
        left = one.missing_total - len(one.missing)
        shown = [*(names.get(name, name) for name in one.missing), *("" for _ in range(left))]
        parts.append(f"none to {few(shown, 2)}")
    if one.moved:
        parts.append(f"to another address of {few((names.get(name, name) for name in one.moved), 1)}")
    if one.stale:
        parts.append(f"to no node: {few(one.stale, 1)}")
    return "; ".join(parts)


def _description(states: list[TunnelState], every: Sequence[str]) -> str:
    count = Counter(looks_of(one) for one in states)
    words = {
        "bad": ("lacks a tunnel to another node", "lack a tunnel to another node"),
        "weak": ("has a tunnel to a wrong address", "have a tunnel to a wrong address"),
        "plain": ("could not be judged", "could not be judged"),
    }
    parts = [f"{count[looks]:,} {text[count[looks] > 1]}" for looks, text in words.items() if count[looks]]
    missed = len(every) - len(states)
    text = f"{plural(len(states), 'node')}: {', '.join(parts) if parts else 'each has a tunnel to all the others'}."
    return f"{text} The tunnels of {plural(missed, 'node')} were not collected." if missed > 0 else text


def _words(states: list[TunnelState]) -> tuple[str, ...]:
    names = {name: name for one in states for name in (one.node, *one.missing, *one.moved)}
    odd = sorted((one for one in states if looks_of(one) != "good"), key=_rank)
    return tuple(written(f"{one.node}: {_remark(one, names)}") for one in odd[: 3 * ROWS])
