"""Rows as an OVSDB file leaves them: their values, and the records in which these are written."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from json import JSONDecodeError, JSONDecoder

from parsers.base import EXCERPT_CHARACTERS, Evidence
from parsers.ovsdb_json import shown
from parsers.ovsdb_schema import Uuid, Value

_ROW = re.compile(r'"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})":\{')
_NAMES = ("name", "logical_port", "hostname", "ip")  # columns by which people know a row
_ONE_VALUE = 200  # characters of a value that is quoted beside others
_MANY_COLUMNS = 64
_DECODER = JSONDecoder()


class Source:
    """The text of one record, kept for the rows that it wrote; `line` is its number in the file."""

    __slots__ = ("_offsets", "line", "text")

    def __init__(self, line: int, text: str) -> None:
        self.line = line
        self.text = text
        self._offsets: dict[str, int] | None = None

    def quoted(self, uuid: str, columns: Iterable[str]) -> str:
        """The record where it is short, otherwise what it says of the row, and of these columns first."""
        # A record may be a whole database: it is not copied for each of its rows.
        line = self.text[: EXCERPT_CHARACTERS + 3].rstrip("\r\n")
        if len(line) <= EXCERPT_CHARACTERS:
            return shown(line)
        start = self._offset(uuid)
        if start is None:
            return shown(f"{line[: EXCERPT_CHARACTERS - 1]}…")
        body = start + len(uuid) + 3
        end = _end(self.text, body)
        if end - start <= EXCERPT_CHARACTERS - 2:
            return f"…{shown(self.text[start:end])}…"
        parts = [self.text[start : body + 1], *self._values(body, columns)]
        return f"{shown('…'.join(['', *parts]))}…"

    def around(self, focus: str) -> str:
        """The record where it is short, otherwise the part of it around a text."""
        line = self.text.rstrip("\r\n")
        if len(line) <= EXCERPT_CHARACTERS:
            return shown(line)
        at = max(0, line.find(focus))
        part = line[at : at + EXCERPT_CHARACTERS - 2]
        return f"{'…' if at else ''}{shown(part)}{'…' if at + len(part) < len(line) else ''}"

    def _offset(self, uuid: str) -> int | None:
        if self._offsets is None:
            self._offsets = {found[1]: found.start() for found in _ROW.finditer(self.text)}
        return self._offsets.get(uuid)

    def _values(self, body: int, columns: Iterable[str]) -> Iterator[str]:
        """The wanted columns of the row whose brace stands at `body`, shortened, as long as they fit."""
        spans = dict(_columns(self.text, body))
        left = EXCERPT_CHARACTERS - 60
        for name in dict.fromkeys([*columns, *_NAMES, *spans]):
            if name in spans and left > 0:
                first, last = spans[name]
                size = min(last - first, _ONE_VALUE, left)
                left -= size
                yield self.text[first : first + size]


def _columns(text: str, body: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """The columns of a row with the places of their text: name and value."""
    at = body + 1
    for _ in range(_MANY_COLUMNS):
        try:
            name, colon = _DECODER.raw_decode(text, at)
            _, end = _DECODER.raw_decode(text, colon + 1)
        except (JSONDecodeError, RecursionError):
            return
        yield name, (at, end)
        if text[end : end + 1] != ",":
            return
        at = end + 1


def _end(text: str, body: int) -> int:
    """Where the row ends whose brace stands at `body`."""
    spans = [last for _, (_, last) in _columns(text, body)]
    return (spans[-1] if spans else body) + 1


@dataclass(slots=True)
class StoredRow:
    """A row: its name, the values of the columns that it names, where it was inserted and where changed since."""

    uuid: Uuid
    values: dict[str, Value]
    source: Source
    changed: dict[str, Source] = field(default_factory=dict)

    def evidence(self, path: str, *columns: str) -> Evidence:
        """Where these columns were last written, or the row was inserted: the newest of these places."""
        sources = [self.changed.get(name, self.source) for name in columns] or [self.source]
        newest = max(sources, key=lambda one: one.line)
        return Evidence(path, newest.line, newest.line, (newest.quoted(self.uuid, columns),))

    def where(self, path: str, *columns: str) -> tuple[Evidence, ...]:
        """Each place at which one of these columns was last written, in the order of the lines."""
        by_line: dict[int, tuple[Source, list[str]]] = {}
        for name in columns:
            source = self.changed.get(name, self.source)
            by_line.setdefault(source.line, (source, []))[1].append(name)
        if not by_line:
            return (self.evidence(path),)
        return tuple(
            Evidence(path, line, line, (source.quoted(self.uuid, names),))
            for line, (source, names) in sorted(by_line.items())
        )


@dataclass(slots=True)
class Table:
    """The rows of one table: with their values where it is wanted, else only their names."""

    rows: dict[str, StoredRow] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.rows) or len(self.names)


Tables = Mapping[str, Table]
