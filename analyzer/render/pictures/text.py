"""Text in pictures: how wide it is at most, shortened to the room that it has, and names without what all share."""

import re
from collections.abc import Iterable
from functools import lru_cache
from unicodedata import east_asian_width

from analyzer.render.visible import visible

# Widths in parts of the letter size, after DejaVu Sans, the widest of the common sans-serif fonts.
_NARROW, _DIGIT, _LOWER, _UPPER, _WIDE = 0.4, 0.64, 0.62, 0.76, 1.0
_SLIM = frozenset("iIjlt.,:;|!'()[]/ -f")
_BROAD = frozenset("MWmw@%…→")
_NUMBERS = re.compile(r"([0-9]+)")
LONGEST = 160  # characters of a text that shows when the pointer rests on something


@lru_cache(maxsize=4096)
def _part(char: str) -> float:
    if char in _SLIM:
        return _NARROW
    if char in _BROAD or east_asian_width(char) in "WF" or not char.isascii():
        return _WIDE
    if char.isdigit():
        return _DIGIT
    return _UPPER if char.isupper() else _LOWER


def width(text: str, size: int) -> float:
    """How many pixels a text takes, rather too many than too few."""
    return size * sum(map(_part, text))


def fitted(text: str, room: float, size: int) -> str:
    """The text made visible, without its middle where it is wider than `room`."""
    text = visible(text, LONGEST * 4).replace("\t", " ")
    if width(text, size) <= room:
        return text
    kept = len(text) - 1
    while kept > 0 and width(short := _shortened(text, kept), size) > room:
        kept = min(kept - 1, int(kept * room / width(short, size)) + 1)
    return _shortened(text, kept)


def _shortened(text: str, kept: int) -> str:
    end = kept // 3
    return f"{text[: kept - end]}…{text[len(text) - end :]}"


def spoken(text: str) -> str:
    """The text for a tooltip: visible, bounded, in one line."""
    return visible(text, LONGEST)


def written(text: str) -> str:
    """A sentence beside a picture: visible and bounded."""
    return visible(text, 4 * LONGEST)


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """By what names are sorted as people count: `worker-2` before `worker-10`."""
    parts = _NUMBERS.split(name[:LONGEST])
    return (*((len(one.lstrip("0")) if at % 2 else 0, one) for at, one in enumerate(parts)), (0, name))


def short_names(nodes: Iterable[str]) -> dict[str, str]:
    """The nodes by name without the domain that all of them share: `worker-0` for `worker-0.ocp.example.com`."""
    names = list(dict.fromkeys(nodes))
    domains = {one.partition(".")[2] for one in names}
    if len(names) > 1 and len(domains) == 1 and domains != {""} and not any(one[:1].isdigit() for one in names):
        return {one: one.partition(".")[0] for one in names}
    return {one: one for one in names}


def few_in(names: Iterable[str], room: float, size: int) -> str:
    """As many of the first names as there is room for, three at most."""
    found = list(names)
    texts = [few(found, limit) for limit in (3, 2)]
    return next((text for text in texts if width(text, size) <= room), few(found, 1))


def few(names: Iterable[str], limit: int = 3) -> str:
    """The first names and how many more there are: `a, b, c and 4 more`."""
    found = [visible(one, 80) for one in names]
    more = f" and {len(found) - limit:,} more" if len(found) > limit else ""
    return ", ".join(found[:limit]) + more
