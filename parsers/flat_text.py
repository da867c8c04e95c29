"""Outputs whose line breaks cannot be trusted: mail wraps a table's rows, web pages flatten a table onto one line.

Such an output is read as a sequence of tokens over all its lines; every stretch of it still knows where it stands.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Self

from parsers.base import Evidence, Text

# Marks that documentation puts behind a row to explain it below: `1`, `(1)`, `<1>`, `<.>`, a digit in a circle.
CALLOUT = re.compile(r"(?:\d|\(\d+\)|<[\d.]+>|[\u2460-\u2473\u2776-\u277f])")
_LINE = re.compile(r"\S(?:[^\n]*\S)?")  # the words of one line
_DUMP = re.compile(r"^###### ?show ")


def in_dump(text: Text) -> bool:
    """Whether the file is a `dump_frr`, whose own parser reads all its sections."""
    return any(_DUMP.match(line) for line in text)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the joined text; `match` is None where no token was recognised."""

    start: int
    end: int
    match: re.Match[str] | None = None


@dataclass(frozen=True, slots=True)
class FlatText:
    """The lines of a text joined by newlines, and the position at which each begins."""

    text: Text
    joined: str
    starts: tuple[int, ...]

    @classmethod
    def of(cls, text: Text) -> Self:
        """The text as one string."""
        lengths = (len(line) + 1 for line in text.lines)
        return cls(text, "\n".join(text.lines), tuple(accumulate(lengths, initial=0)))

    def line(self, position: int) -> int:
        """The number of the line at a position."""
        return self.text.first_line + max(0, bisect_right(self.starts, position) - 1)

    def quote(self, start: int, end: int) -> Evidence:
        """The lines from one position to another; in a very long line the words at `start` stay visible."""
        focus = self.joined[start:end].split("\n", 1)[0]
        return self.text.quote(self.line(start), self.line(max(start, end - 1)), focus=focus)

    def scan(self, token: re.Pattern[str]) -> Iterator[Span]:
        """The tokens in their order and, line by line and trimmed, what lies between them."""
        at = 0
        for match in token.finditer(self.joined):
            yield from self._between(at, match.start())
            yield Span(match.start(), match.end(), match)
            at = match.end()
        yield from self._between(at, len(self.joined))

    def _between(self, start: int, end: int) -> Iterator[Span]:
        for piece in _LINE.finditer(self.joined, start, end):
            yield Span(piece.start(), piece.end())
