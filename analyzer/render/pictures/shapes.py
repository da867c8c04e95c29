"""What pictures are made of. Sizes are pixels from the upper left corner; a template writes each shape as SVG.

`looks` is one of good, weak, bad, plain and dim: it names the colour, and each has a form of its own as well (the
symbol in a mark, the dashes of a line), so that no picture needs its colours to be understood.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from analyzer.render.pictures.text import fitted, width

WIDTH = 1080  # of every picture: it fits into the page at 1280 pixels
MARGIN = 8
RADIUS = 8  # of a mark
SIZE, SMALL = 13, 11  # of letters
BOLD = 1.12  # by how much strong letters are wider


@dataclass(frozen=True, slots=True)
class Box:
    """A frame; `words` is what shows when the pointer rests on it."""

    kind: ClassVar[str] = "box"
    x: int
    y: int
    width: int
    height: int
    looks: str = "plain"
    words: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line from one point to another."""

    kind: ClassVar[str] = "line"
    x: int
    y: int
    x2: int
    y2: int
    looks: str = "plain"


@dataclass(frozen=True, slots=True)
class Mark:
    """A round sign with its middle at x and y; `letter` stands in it in place of the symbol of its looks."""

    kind: ClassVar[str] = "mark"
    x: int
    y: int
    looks: str
    words: str = ""
    letter: str = ""

    @property
    def form(self) -> str:
        """The first word of its looks, which decides its form."""
        return self.looks.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class Label:
    """A line of text whose baseline is at y. x: its begin, its middle or its end, by `anchor`."""

    kind: ClassVar[str] = "label"
    x: int
    y: int
    text: str
    looks: str = "plain"
    anchor: str = "start"
    size: int = SIZE
    strong: bool = False

    @property
    def classes(self) -> str:
        """The style of it, in words of the style sheet."""
        named = {"plain": "", "start": ""}
        size = "small" if self.size == SMALL else ""
        parts = (named.get(self.looks, self.looks), named.get(self.anchor, self.anchor), size)
        return " ".join(one for one in (*parts, "strong" if self.strong else "") if one)


Shape = Box | Line | Mark | Label


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with what it is called, what it shows in a sentence, and the same facts in words, a line each."""

    name: str
    title: str
    description: str
    height: int
    shapes: tuple[Shape, ...]
    words: tuple[str, ...]
    width: int = WIDTH


def label(  # noqa: PLR0913 - a text has that many sides
    x: int,
    y: int,
    text: str,
    room: int,
    looks: str = "plain",
    *,
    anchor: str = "start",
    size: int = SIZE,
    strong: bool = False,
) -> Label:
    """A text that is shortened in its middle until it is no wider than `room`."""
    return Label(x, y, fitted(text, room / BOLD if strong else room, size), looks, anchor, size, strong)


def legend(y: int, marks: Iterable[tuple[str, str]]) -> list[Shape]:
    """The meaning of the marks (their looks, or a letter) in one row."""
    found: list[Shape] = []
    x = MARGIN + RADIUS
    for looks, text in marks:
        found += [Mark(x, y, looks), Label(x + RADIUS + 5, y + 4, text, "dim", size=SMALL)]
        x += round(width(text, SMALL)) + 2 * RADIUS + 25
    return found


def bounds(one: Shape) -> tuple[float, float, float, float]:
    """The rectangle that a shape covers: left, top, right, bottom."""
    match one:
        case Box():
            return one.x, one.y, one.x + one.width, one.y + one.height
        case Line():
            return min(one.x, one.x2), min(one.y, one.y2), max(one.x, one.x2), max(one.y, one.y2)
        case Mark():
            return one.x - RADIUS, one.y - RADIUS, one.x + RADIUS, one.y + RADIUS
    wide = width(one.text, one.size) * (BOLD if one.strong else 1)
    left = one.x - {"start": 0.0, "middle": wide / 2, "end": wide}[one.anchor]
    return left, one.y - 0.8 * one.size, left + wide, one.y + 0.25 * one.size
