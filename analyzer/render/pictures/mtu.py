"""The MTU of every step from the uplink of a node to its pods, with the place where packets no longer fit."""

from collections import defaultdict
from collections.abc import Iterable

from analyzer.render.pictures.shapes import MARGIN, SMALL, WIDTH, Box, Line, Mark, Picture, Shape, label, legend
from analyzer.render.pictures.text import few, few_in, natural, short_names, spoken, written
from analyzer.render.words import plural
from analyzer.states import MtuStep, NodeMtu

ROWS = 10  # chains that are drawn
PARTS = {
    "uplink": "uplink",
    "bridge": "bridge",
    "tunnel": "inside the tunnel",
    "cluster": "cluster network",
    "management": "management port",
    "pods": "pods' interfaces",
    "routes": "routes to pods",
}
_NAMES, _HEAD, _BOX, _GAP = 210, 30, 44, 26  # width of the nodes' names; heights
_BETWEEN, _WIDEST = 26, 130  # pixels between two steps; width of a step


def mtu(found: Iterable[NodeMtu]) -> Picture | None:
    """The picture; None where nothing was collected. Nodes with the same chain are drawn once."""
    states = list(found)
    if not states:
        return None
    names = short_names(one.node for one in states)
    chains = alike(states)
    parts = [part for part in PARTS if any(step.part == part for one in states for step in one.steps)]
    step = min(_WIDEST + _BETWEEN, (WIDTH - 2 * MARGIN - _NAMES + _BETWEEN) // len(parts))
    at = {part: MARGIN + _NAMES + step * place for place, part in enumerate(parts)}
    shapes: list[Shape] = [label(at[part], 20, PARTS[part], step - 6, "dim", size=SMALL) for part in parts]
    y = _HEAD
    for nodes in chains[:ROWS]:
        drawn, y = _row(nodes, names, at, step - _BETWEEN, y)
        shapes += drawn
    if len(chains) > ROWS:
        left = sum(map(len, chains[ROWS:]))
        shapes.append(
            label(MARGIN, y + 8, f"and {plural(left, 'more node')} with other values", WIDTH - 2 * MARGIN, "dim")
        )
        y += 26
    looks = {looks_of(step) for one in states for step in one.steps}
    key = [("bad", "packets do not fit: they are lost"), ("weak", "differs, or leaves too little free")]
    key += [("plain", "not collected")]
    shown = [pair for pair in key if pair[0] in looks]
    shapes += legend(y + 8, shown)
    y += 30 if shown else 0
    return Picture(
        "mtu", "The MTU from the uplinks to the pods", _description(states), y, tuple(shapes), _words(chains)
    )


def alike(states: Iterable[NodeMtu]) -> list[list[NodeMtu]]:
    """Nodes with the same chain together, those with a fault first, then the most frequent."""
    found: dict[object, list[NodeMtu]] = defaultdict(list)
    for one in states:
        found[one.network_type, one.header, one.steps].append(one)
    return sorted(found.values(), key=lambda nodes: (worst(nodes[0]), -len(nodes), natural(nodes[0].node)))


def worst(one: NodeMtu) -> int:
    """0 where packets are lost, 1 where something differs, 2 else."""
    return min((0 if step.loses else 1 for step in one.steps if step.fault), default=2)


def looks_of(step: MtuStep) -> str:
    """How a step is drawn."""
    if step.fault:
        return "bad" if step.loses else "weak"
    return "good" if step.mtu else "plain"


def _row(nodes: list[NodeMtu], names: dict[str, str], at: dict[str, int], wide: int, y: int) -> tuple[list[Shape], int]:
    one = nodes[0]
    middle = y + _BOX // 2
    own = [names[each.node] for each in nodes]
    shapes: list[Shape] = [
        label(MARGIN, middle - 4, own[0] if len(own) == 1 else plural(len(own), "node"), _NAMES - 16, strong=True),
        label(
            MARGIN,
            middle + 13,
            few_in(own, _NAMES - 16, SMALL) if len(own) > 1 else one.network_type or "",
            _NAMES - 16,
            "dim",
            size=SMALL,
        ),
    ]
    before = None
    for step in one.steps:
        x, looks = at[step.part], looks_of(step)
        if before is not None:
            shapes.append(Line(before, middle, x, middle, looks if step.fault else "plain"))
        shapes.append(
            Box(
                x,
                y,
                wide,
                _BOX,
                looks if step.mtu else "dim",
                spoken(f"{step.name or PARTS[step.part]}: {step.fault or _value(step)}"),
            )
        )
        if step.fault and before is not None:
            shapes.append(Mark((before + x) // 2, middle, looks, spoken(step.fault)))
        shapes.append(
            label(x + wide // 2, y + (19 if step.name else 27), _value(step), wide - 8, anchor="middle", strong=True)
        )
        if step.name:
            shapes.append(label(x + wide // 2, y + 35, step.name, wide - 8, "dim", anchor="middle", size=SMALL))
        before = x + wide
    y += _BOX
    for step in one.steps:
        if step.fault:
            y += 18
            shapes.append(label(MARGIN + _NAMES, y, step.fault, WIDTH - 2 * MARGIN - _NAMES, looks_of(step)))
    return shapes, y + _GAP


def _value(step: MtuStep) -> str:
    if not step.mtu:
        return "?"
    return ", ".join(map(str, step.mtu[:3])) + ("…" if len(step.mtu) > 3 else "")


def _description(states: list[NodeMtu]) -> str:
    lost, other = (sum(worst(one) == rank for one in states) for rank in (0, 1))
    parts = [f"packets of pods do not fit on {plural(lost, 'node')}"] if lost else []
    parts += [f"a step differs or leaves too little free on {plural(other, 'node')}"] if other else []
    text = f"{plural(len(states), 'node')}: {', '.join(parts) or 'no step is too small, as far as they are known'}."
    return f"{text} A change of the MTU is under way." if any(one.changing for one in states) else text


def _words(chains: list[list[NodeMtu]]) -> tuple[str, ...]:
    found = []
    for nodes in chains[: 2 * ROWS]:
        steps = ", ".join(f"{PARTS[one.part]} {_value(one)}" for one in nodes[0].steps)
        faults = "".join(f"; {one.fault}" for one in nodes[0].steps if one.fault)
        found.append(written(f"{few((one.node for one in nodes), 4)}: {steps}{faults}"))
    return tuple(found)
