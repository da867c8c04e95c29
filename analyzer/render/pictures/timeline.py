"""What happened when: a lane for every node, marks for single moments, bars for bursts, bands for the collections.

Times are laid out to scale, except that long stretches without any entry are cut out, which is marked. What several
entries of one kind would draw at one place is one mark with their number.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from analyzer.model import Lane, TimelineEntry
from analyzer.render.pictures.axis import Axis, axis_of
from analyzer.render.pictures.marks import LETTERS, Place, placed
from analyzer.render.pictures.shapes import (
    MARGIN,
    RADIUS,
    SMALL,
    WIDTH,
    Box,
    Label,
    Line,
    Mark,
    Picture,
    Shape,
    bounds,
    label,
    legend,
)
from analyzer.render.pictures.text import natural, short_names, spoken, written
from analyzer.render.words import plural, when

LANES, MARKS = 14, 420  # lanes of nodes; marks of the whole picture
_ROOM = 44  # pixels at the right for the mark of the last moment and its number
_NAMES, _HEAD, _SUB = 190, 18, 19  # width of the names; heights of the head and of a row of marks
_CLUSTER = "cluster"


def timeline(entries: Iterable[TimelineEntry]) -> Picture | None:
    """The picture; None where nothing happened but the collection."""
    told = [one for one in entries if one.lane is not Lane.COLLECTION]
    bands = [one for one in entries if one.lane is Lane.COLLECTION]
    if not told:
        return None
    axis = axis_of([*told, *bands], MARGIN + _NAMES, WIDTH - MARGIN - _ROOM)
    lanes = _lanes(told)
    shapes: list[Shape] = []
    y, left = _HEAD, MARKS
    names = short_names(one.node for one in told if one.node)
    rows: list[Shape] = []
    for name, own in lanes:
        places = placed(own, axis, left)
        left -= len(places)
        height = _SUB * (1 + max((one.row for one in places), default=0)) + 8
        rows.append(Line(MARGIN, y + height, WIDTH - MARGIN, y + height, "dim"))
        rows.append(label(MARGIN, y + 17, names.get(name, name), _NAMES - 14, strong=True))
        hidden = len(own) - sum(one.count for one in places)
        if hidden > 0 and height > _SUB + 8:
            rows.append(label(MARGIN, y + 32, f"{hidden:,} not drawn", _NAMES - 14, "dim", size=SMALL))
        rows += [shape for one in places for shape in _mark(one, y + 13 + _SUB * one.row)]
        y += height
    shapes += _bands(bands, axis, y)
    shapes += _cuts(axis, y)
    shapes += rows
    times = _times(axis, y)
    shapes += times
    y = round(max((bounds(one)[3] for one in times), default=y)) + 8
    drawn, y = _legend(told, y)
    return Picture("timeline", "What happened when", _description(told, names), y, (*shapes, *drawn), _words(told))


def _lanes(told: list[TimelineEntry]) -> list[tuple[str, list[TimelineEntry]]]:
    """The lanes with their entries: the cluster first, then the nodes with most faults, the others together."""
    nodes: dict[str, list[TimelineEntry]] = defaultdict(list)
    cluster = [one for one in told if one.node is None]
    for one in told:
        if one.node is not None:
            nodes[one.node].append(one)
    ordered = sorted(nodes, key=lambda name: (-sum(one.bad for one in nodes[name]), natural(name)))
    own = set(ordered)
    if len(ordered) > LANES + 1:
        own = {name for name in ordered[:LANES] if any(one.bad for one in nodes[name])}
    others = [one for name in ordered if name not in own for one in nodes[name]]
    found = [(name, nodes[name]) for name in sorted(own, key=natural)]
    if others:
        what = plural(len(ordered) - len(own), "other node" if own else "node")
        found.append((what, sorted(others, key=lambda one: one.at)))
    return [*([(_CLUSTER, cluster)] if cluster else []), *found]


def _mark(one: Place, y: int) -> list[Shape]:
    first = one.entries[0]
    often = f"{one.count:,} entries, the first: " if len(one.entries) > 1 else ""
    times = f"{first.count:,} times: " if first.count > 1 else ""
    words = spoken(f"{often}{when(first)} {times}{first.text}")
    looks = "bad" if one.bad else "plain"
    sure = (
        " about"
        if any(each.about for each in one.entries)
        else " guessed"
        if any(each.guessed for each in one.entries)
        else ""
    )
    shapes: list[Shape] = []
    if one.end > one.x:
        shapes.append(Box(one.x, y - 4, one.end - one.x, 8, looks, words))
    shapes.append(Mark(one.x, y, f"{looks} letter{sure}", words, LETTERS[first.lane]))
    if one.times > 1:
        shapes.append(Label(max(one.end, one.x + RADIUS) + 3, y + 4, _short(one.times), "dim", size=SMALL))
    return shapes


def _short(count: int) -> str:
    for unit in ("", "k", "M"):
        if count < 1000:
            return f"{count}{unit}"
        count //= 1000
    return "many"


def _bands(bands: Sequence[TimelineEntry], axis: Axis, bottom: int) -> list[Shape]:
    """Every collection from its begin to its end."""
    found: list[Box] = []
    begin: datetime | None = None
    for one in sorted(bands, key=lambda each: each.at):
        if begin is None:
            begin = one.at
        elif one.text.endswith("ends"):
            found.append(_band(axis.x(begin), axis.x(one.at), bottom))
            begin = None
    if begin is not None:
        found.append(_band(axis.x(begin), axis.x(begin), bottom))
    names = [
        Label(min(one.x + one.width // 2, WIDTH - MARGIN - 32), 12, "collection", "dim", "middle", SMALL)
        for one in found[-1:]
    ]
    return [*found, *names]


def _band(left: int, right: int, bottom: int) -> Box:
    return Box(left - 2, 18, right - left + 4, bottom - 18, "band", "the collection")


def _cuts(axis: Axis, bottom: int) -> list[Shape]:
    return [Line(at + off, 18, at + off, bottom, "cut") for at, _ in axis.cuts for off in (-2, 2)]


def _times(axis: Axis, y: int) -> list[Shape]:
    """The times under the lanes, and how much was cut out between them, in rows so that none meets another."""
    found: list[Shape] = []
    taken = [0, 0, 0]
    for x, text in axis.labels():
        half = 4 + len(text) * SMALL * 0.64 / 2
        at = min(max(x, round(MARGIN + half)), round(WIDTH - MARGIN - half))
        row = next((row for row, end in enumerate(taken) if at - half >= end), None)
        if row is not None:
            taken[row] = round(at + half)
            found.append(Line(x, y, x, y + 4, "plain"))
            found.append(Label(at, y + 16 + 16 * row, text, "dim", "middle", SMALL))
    return found


def _legend(told: list[TimelineEntry], y: int) -> tuple[list[Shape], int]:
    lanes = [lane for lane in Lane if any(one.lane is lane for one in told)]
    found: list[Shape] = []
    x, y = MARGIN + RADIUS, y + 12
    items = [("plain letter", LETTERS[lane], lane.value) for lane in lanes]
    if any(one.bad for one in told):
        items.append(("bad letter", "", "a fault or a loss"))
    if any(one.about for one in told):
        items.append(("plain letter about", "", "about this time"))
    if any(one.guessed for one in told):
        items.append(("plain letter guessed", "", "the year is inferred"))
    for looks, letter, text in items:
        row = legend(0, [("", text)])[1]
        assert isinstance(row, Label)
        wide = round(len(text) * SMALL * 0.64) + 2 * RADIUS + 22
        if x + wide > WIDTH - MARGIN:
            x, y = MARGIN + RADIUS, y + 22
        found += [Mark(x, y, looks, "", letter or "·"), Label(x + RADIUS + 5, y + 4, text, "dim", size=SMALL)]
        x += wide
    return found, y + 16


def _description(told: list[TimelineEntry], names: dict[str, str]) -> str:
    bad = sum(one.count for one in told if one.bad)
    moments = sum(one.count for one in told)
    first, last = min(one.at for one in told), max(one.until or one.at for one in told)
    nodes = f" on {plural(len(names), 'node')}" if names else ""
    return (
        f"{plural(moments, 'moment')}{nodes} from {first:%Y-%m-%d %H:%M:%S} to {last:%Y-%m-%d %H:%M:%S} UTC,"
        f" {f'{bad:,} of them faults or losses' if bad else 'no fault or loss among them'}."
    )


def _words(told: list[TimelineEntry]) -> tuple[str, ...]:
    """What is in every lane, by kind: the entries themselves stand in a table beside the picture."""
    found = []
    for name, own in _lanes(told):
        kinds = Counter(one.lane for one in own)
        faults = sum(one.bad for one in own)
        parts = ", ".join(f"{kinds[lane]:,} {lane.value}" for lane in Lane if kinds[lane])
        found.append(written(f"{name}: {parts}; {plural(faults, 'fault')}"))
    return tuple(found)
