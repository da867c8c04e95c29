"""Numbered, masked text and the evidence that is cut from it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from parsers.secrets import mask, mask_lines

LINE_LIMIT = 256 * 1024  # characters of one line that a parser sees; longer lines are cut, visibly
EXCERPT_LINES = 24
EXCERPT_CHARACTERS = 600
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where something is written: member path, first and last line (from 1), the quoted lines, an optional remark."""

    path: str
    first_line: int
    last_line: int
    excerpt: tuple[str, ...]
    note: str | None = None

    def noted(self, note: str) -> "Evidence":
        """The same place with a remark for the reader."""
        return replace(self, note=note)


def shorten(line: str, focus: str | None = None) -> str:
    """The line, or the part of a very long one around `focus`."""
    if len(line) <= EXCERPT_CHARACTERS:
        return line
    start = 0
    if focus and (at := line.find(focus)) >= 0:
        start = max(0, min(at - EXCERPT_CHARACTERS // 3, len(line) - EXCERPT_CHARACTERS))
    cut = line[start : start + EXCERPT_CHARACTERS]
    return ("…" if start else "") + cut + ("…" if start + EXCERPT_CHARACTERS < len(line) else "")


@dataclass(frozen=True, slots=True)
class Text(Sequence[str]):
    """Masked lines that know their numbers in the member. Indexing is by position, `quote` and `part` by number.

    torn: the archive ends in this member, what followed its last line is missing.
    """

    path: str
    lines: tuple[str, ...]
    first_line: int = 1
    torn: bool = field(default=False, kw_only=True)

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, index: Any) -> Any:
        return self.lines[index]

    @property
    def last_line(self) -> int:
        return self.first_line + len(self.lines) - 1

    def numbered(self) -> Iterator[tuple[int, str]]:
        """Pairs of line number and line."""
        return enumerate(self.lines, self.first_line)

    def part(self, first: int, last: int) -> "Text":
        """Lines `first` to `last` (numbers, both included) as a text of their own that keeps its numbers."""
        first, last = max(first, self.first_line), min(last, self.last_line)
        start = first - self.first_line
        torn = self.torn and last == self.last_line
        return Text(self.path, self.lines[start : start + max(0, last - first + 1)], first, torn=torn)

    def quote(self, first: int, last: int | None = None, note: str | None = None, focus: str | None = None) -> Evidence:
        """Evidence for the lines `first` to `last`; `focus` is a text that must stay visible in a very long line."""
        last = first if last is None else max(first, last)
        start = first - self.first_line
        quoted = self.lines[start : start + min(last - first + 1, EXCERPT_LINES)]
        return Evidence(self.path, first, last, tuple(shorten(line, focus) for line in quoted), note)

    def whole(self, note: str | None = None) -> Evidence:
        """Evidence for the text as a whole (its first lines are quoted); an empty text is one empty line."""
        if not self.lines:
            return Evidence(self.path, self.first_line, self.first_line, ("",), note)
        return self.quote(self.first_line, self.last_line, note)


def decode(data: bytes) -> str:
    """UTF-8 with or without mark, UTF-16 as Windows saves it; what is broken becomes U+FFFD, never an error."""
    if data[:2] in UTF_16:
        return data.decode("utf-16", "replace")
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


def bounded(line: str) -> str:
    """One line without its carriage return, cut visibly where it is longer than any real line."""
    line = line.rstrip("\r")
    if len(line) > LINE_LIMIT:
        return f"{line[:LINE_LIMIT]}… ({len(line) - LINE_LIMIT} more characters)"
    return line


def clean(line: str) -> str:
    """One line as parsers see it: bounded, and without a secret."""
    return mask(bounded(line))


def text_of(path: str, content: bytes | str) -> Text:
    """A text from a whole content; a final newline does not make an empty last line."""
    content = decode(content) if isinstance(content, bytes) else content
    lines = content.split("\n")
    if lines and not lines[-1].strip("\r"):
        lines.pop()
    return Text(path, tuple(mask_lines(content, [bounded(line) for line in lines])))
