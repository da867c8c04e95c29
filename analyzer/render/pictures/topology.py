"""Who talks to whom: nodes at the left, their peers at the right, a line for every session.

Nodes whose sessions are all in the same state are one box in large clusters; beyond a few boxes the rest is one more.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analyzer.model import PeerState
from analyzer.render.overview import cell, column
from analyzer.render.pictures.shapes import (
    MARGIN,
    SIZE,
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
from analyzer.render.pictures.text import few, few_in, natural, short_names, spoken, width
from analyzer.render.words import plural

ALONE, GROUPS, PEERS = 8, 9, 8  # nodes up to which each has a box of its own; boxes at the left and at the right
WORST = ("bad", "weak", "plain", "good")
_LEFT, _RIGHT, _GAP, _ROW, _HEAD = 360, 300, 14, 20, 28  # widths of the boxes, between them, and heights in them
_TOP = 32  # where the boxes begin
_END = 12  # pixels between two lines that end at one peer
_REST = "\0rest"

States = Mapping[str, PeerState]


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes that are drawn as one, and what each of their sessions is by peer."""

    nodes: tuple[str, ...]
    sessions: tuple[tuple[str, PeerState], ...]

    @property
    def worst(self) -> int:
        """0 where one of the sessions is bad."""
        return min(WORST.index(cell(one).looks) for _, one in self.sessions)

    @property
    def well(self) -> bool:
        """Whether all of its sessions are as they should be."""
        return WORST[self.worst] == "good"


@dataclass(frozen=True, slots=True)
class Row:
    """Sessions of one box that are in the same state: one port, from which a line leads to each of the peers."""

    looks: str
    text: str
    peers: tuple[str, ...]


def topology(found: Iterable[PeerState]) -> Picture | None:
    """The picture; None without any session."""
    states = list(found)
    if not states:
        return None
    groups = grouped(states)
    peers = _peers(states)
    names = short_names(one.node for one in states)
    if len(groups) > GROUPS:
        groups = [*(one for one in groups if not one.well), *_together(one for one in groups if one.well)]
    shown, rest = groups[:GROUPS], groups[GROUPS:]
    if len(rest) == 1:
        shown, rest = groups, []
    boxes = [(_title(one.nodes, names), rows(one, peers), one.nodes) for one in shown]
    boxes += [(plural(len(one.nodes), "more node"), rows(one, peers), one.nodes) for one in _together(rest)]
    return _drawn(states, boxes, peers, names)


def grouped(states: Iterable[PeerState]) -> list[Group]:
    """The nodes, those in the same state together where there are many; what is not well comes first."""
    nodes: dict[str, dict[str, PeerState]] = defaultdict(dict)
    for one in states:
        nodes[one.node][column(one)] = one
    alike: dict[object, list[str]] = defaultdict(list)
    for node, own in sorted(nodes.items(), key=lambda pair: natural(pair[0])):
        alike[node if len(nodes) <= ALONE else tuple(sorted((peer, _text(one)) for peer, one in own.items()))].append(
            node
        )
    found = [
        Group(tuple(names), tuple((peer, nodes[name][peer]) for name in names for peer in sorted(nodes[name])))
        for names in alike.values()
    ]
    return sorted(found, key=lambda one: (one.worst, natural(one.nodes[0])))


def _together(groups: Iterable[Group]) -> list[Group]:
    """The groups as one; none of none."""
    found = list(groups)
    nodes = tuple(node for one in found for node in one.nodes)
    return [Group(nodes, tuple(pair for one in found for pair in one.sessions))] if found else []


def _peers(states: Iterable[PeerState]) -> dict[str, str]:
    """The box of every peer: its own, or that of the rest. Peers with sessions that are not well have their own."""
    bad: Counter[str] = Counter()
    for one in states:
        bad[column(one)] += cell(one).looks != "good"
    ordered = sorted(bad, key=lambda peer: (-bad[peer], natural(peer)))
    own = ordered if len(ordered) <= PEERS + 1 else ordered[:PEERS]
    return {peer: peer if peer in own else _REST for peer in sorted(bad)}


def _text(one: PeerState) -> str:
    """The state of a session in a few words, without what differs from node to node."""
    word = cell(one).state
    return f"{word}, BFD {one.bfd}" if one.bfd else word


def rows(one: Group, peers: Mapping[str, str]) -> list[Row]:
    """The sessions of a box by their state, the worst first."""
    states: dict[str, list[PeerState]] = defaultdict(list)
    for peer, state in one.sessions:
        states[peers[peer]].append(state)
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for box, held in states.items():
        told = {_text(each) for each in held}
        worst = min(WORST.index(cell(each).looks) for each in held)
        text = told.pop() if len(told) == 1 else _mixed(held)
        found[worst, text].append(box)
    return [Row(WORST[worst], text, tuple(boxes)) for (worst, text), boxes in sorted(found.items())]


def _mixed(held: list[PeerState]) -> str:
    """Sessions in different states: `3 of 5 up, 1 of them without BFD`."""
    count = Counter(cell(one).looks for one in held)
    weak = f", {count['weak']:,} of them without BFD" if count["weak"] else ""
    return f"{count['good'] + count['weak']:,} of {len(held):,} up{weak}"


def _title(nodes: tuple[str, ...], names: Mapping[str, str]) -> str:
    if len(nodes) == 1:
        return names[nodes[0]]
    count = f"{plural(len(nodes), 'node')}: "
    return f"{count}{few_in((names[one] for one in nodes), _LEFT - 20 - width(count, SIZE), SIZE)}"


Boxes = list[tuple[str, list[Row], tuple[str, ...]]]


def _drawn(states: list[PeerState], boxes: Boxes, peers: Mapping[str, str], names: Mapping[str, str]) -> Picture:
    right = list(dict.fromkeys(sorted(peers.values(), key=lambda one: (one == _REST, natural(one)))))
    ends = Counter(peer for _, found, _ in boxes for row in found for peer in row.peers)
    heights = [_HEAD + _ROW * len(found) + 6 for _, found, _ in boxes]
    tall = [max(62, _END * (ends[one] + 1)) for one in right]
    full = max(_stacked(heights), _stacked(tall))
    shapes: list[Shape] = [
        label(MARGIN, 20, plural(len(names), "node"), _LEFT, "dim"),
        label(WIDTH - MARGIN - _RIGHT, 20, plural(len(peers), "peer"), _RIGHT, "dim"),
    ]
    targets: dict[str, list[int]] = {}
    over: list[Shape] = []
    y = _TOP + (full - _stacked(tall)) // 2
    for one, height in zip(right, tall, strict=True):
        over += _peer(one, y, height, states, peers)
        targets[one] = [y + round(height * (at + 1) / (ends[one] + 1)) for at in range(ends[one])]
        y += height + _GAP
    y = _TOP + (full - _stacked(heights)) // 2
    for (title, found, nodes), height in zip(boxes, heights, strict=True):
        over += [Box(MARGIN, y, _LEFT, height, words=spoken(few(nodes, 8)))]
        over += [label(MARGIN + 10, y + 19, title, _LEFT - 20, strong=True)]
        for at, row in enumerate(found):
            lines, ports = _row(row, title, y + _HEAD + _ROW * at + 8, targets)
            shapes += lines
            over += ports
        y += height + _GAP
    looks = Counter(cell(one).looks for one in states)
    key = [("good", "up"), ("weak", "up, BFD is not"), ("bad", "not up"), ("plain", "not collected")]
    bottom = _TOP + full + 24
    shapes += [*over, *legend(bottom, [pair for pair in key if looks[pair[0]]])]
    text = _description(states, looks, len(names), len(peers))
    title = "Nodes, their peers and the sessions between them"
    return Picture("topology", title, text, bottom + 16, tuple(shapes), ())


def _stacked(heights: list[int]) -> int:
    return sum(heights) + _GAP * (len(heights) - 1)


def _row(row: Row, title: str, y: int, targets: dict[str, list[int]]) -> tuple[list[Line], list[Shape]]:
    """The lines of one port, each to the next free end at its peer, and what is drawn over them."""
    x = MARGIN + _LEFT
    lines = [Line(x, y, WIDTH - MARGIN - _RIGHT, targets[peer].pop(0), row.looks) for peer in row.peers]
    text = label(x - 16, y + 4, row.text, _LEFT - 40, "dim", anchor="end", size=SMALL)
    return lines, [text, Mark(x, y, row.looks, spoken(f"{title}: {row.text}"))]


def _peer(name: str, y: int, height: int, states: list[PeerState], peers: Mapping[str, str]) -> list[Shape]:
    x, room = WIDTH - MARGIN - _RIGHT, _RIGHT - 24
    own = [one for one in states if peers[column(one)] == name]
    up = sum(cell(one).looks in {"good", "weak"} for one in own)
    title = name if name != _REST else plural(len({column(one) for one in own}), "more peer")
    known = dict.fromkeys(
        part for one in own for part in (one.name, f"AS {one.remote_as}" if one.remote_as is not None else None) if part
    )
    middle = y + height // 2
    return [
        Box(x, y, _RIGHT, height, words=spoken(f"{title}: {few(known, 8)}")),
        label(x + 16, middle - 12, title, room, strong=True),
        label(x + 16, middle + 5, few(known, 3) or "name not known", room, "dim", size=SMALL),
        Label(x + 16, middle + 21, f"{up:,} of {plural(len(own), 'session')} up", "dim", size=SMALL),
    ]


def _description(states: list[PeerState], looks: Counter[str], nodes: int, peers: int) -> str:
    text = f"{plural(nodes, 'node')}, {plural(peers, 'peer')}, {plural(len(states), 'session')}"
    words = {"bad": "not up", "weak": "up without BFD", "plain": "not collected"}
    parts = [f"{looks[one]:,} {word}" for one, word in words.items() if looks[one]]
    return f"{text}: {', '.join(parts)}." if parts else f"{text}: all are up."
