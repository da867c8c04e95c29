"""A whole database as one fact, and its rows as typed values that are made when a rule asks for them.

    for port in northbound.rows(LogicalSwitchPort):
        if not port.up:
            yield Finding(..., evidence=port.where("up"))

A database of a large cluster holds hundreds of thousands of rows, most of which no rule looks at: a model for each
would cost more than reading the file. A kind of row names its table and, as fields, the columns it wants; only those
are kept. A column that the schema of a release does not have holds the field's default: `has` tells that from a value.
"""

import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, ClassVar, TypeVar

from pydantic import Field

from parsers.base import Evidence, OriginFact
from parsers.ovsdb_replay import Replay, Wanted
from parsers.ovsdb_rows import StoredRow
from parsers.ovsdb_schema import Column, Uuid, Value
from parsers.part import Part

_WORDS: Mapping[type, str] = {str: "string", int: "integer", float: "real", bool: "boolean", Uuid: "uuid"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands."""

    path: str
    row: StoredRow


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """A row of a database; a subclass names its table and its columns."""

    TABLE: ClassVar[str] = ""

    uuid: Uuid
    place: Place = field(repr=False)

    @property
    def evidence(self) -> Evidence:
        """The row as it was inserted."""
        return self.place.row.evidence(self.place.path)

    def where(self, *columns: str) -> tuple[Evidence, ...]:
        """Where the values of these columns were last written, in the order of the lines."""
        return self.place.row.where(self.place.path, *columns)


AnyRow = TypeVar("AnyRow", bound=Row)


_COLUMNS: dict[type[Row], dict[str, tuple[str, tuple[str, ...]]]] = {}


def columns_of(kind: type[Row]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The columns that a kind of row wants: shape (one, optional, set, map) and types of its elements."""
    if kind not in _COLUMNS:
        hints = typing.get_type_hints(kind)
        base = {one.name for one in fields(Row)}
        _COLUMNS[kind] = {one.name: _shape(hints[one.name]) for one in fields(kind) if one.name not in base}
    return _COLUMNS[kind]


def _shape(hint: Any) -> tuple[str, tuple[str, ...]]:
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        return "set", (_WORDS[parts[0]],)
    if origin in {UnionType, typing.Union}:
        return "optional", tuple(_WORDS[part] for part in parts if part is not NoneType)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return "map", tuple(_WORDS[part] for part in parts)
    return "one", (_WORDS[hint],)


def wanted(kinds: Iterable[type[Row]]) -> Wanted:
    """What these kinds of rows want, by table."""
    return {kind.TABLE: tuple(columns_of(kind)) for kind in kinds}


def misfits(kinds: Iterable[type[Row]], schema: Mapping[str, Mapping[str, Column]]) -> list[str]:
    """The columns that this schema has with values of another type than wanted."""
    return [
        f"{kind.TABLE}.{name}"
        for kind in kinds
        for name, (shape, words) in columns_of(kind).items()
        if (column := schema.get(kind.TABLE, {}).get(name)) and not _fits(column, shape, words)
    ]


def _fits(column: Column, shape: str, words: tuple[str, ...]) -> bool:
    given = (column.key,) if column.value is None else (column.key, column.value)
    return given == words and (column.shape == shape or (shape != "map" and column.shape != "map"))


class Database:
    """The tables behind a fact."""

    def __init__(self, path: str, replay: Replay, unfit: Iterable[str] = ()) -> None:
        self._path = path
        self._replay = replay
        self._unfit = frozenset(unfit)
        self._rows: dict[type[Row], dict[str, Any]] = {}

    def has(self, table: str, column: str | None = None) -> bool:
        """Whether the file can hold the table or column at all."""
        columns = self._replay.schema.tables.get(table) if self._replay.schema else None
        if columns is None or column is None:
            return columns is not None
        found = columns.get(column)
        return found is not None and not found.ephemeral and f"{table}.{column}" not in self._unfit

    def rows(self, kind: type[AnyRow]) -> dict[str, AnyRow]:
        """The rows of a kind by UUID, in the order of the file."""
        if kind not in self._rows:
            table = self._replay.tables.get(kind.TABLE)
            shapes = {name: shape for name, (shape, _) in columns_of(kind).items() if self.has(kind.TABLE, name)}
            stored = table.rows.values() if table else ()
            self._rows[kind] = {one.uuid: self._typed(kind, one, shapes) for one in stored}
        return self._rows[kind]

    def _typed(self, kind: type[AnyRow], row: StoredRow, shapes: Mapping[str, str]) -> AnyRow:
        values = {name: _fitted(value, shapes[name]) for name, value in row.values.items() if name in shapes}
        there = {name: value for name, value in values.items() if value is not None}  # else the field's default
        return kind(uuid=row.uuid, place=Place(self._path, row), **there)


def _fitted(value: Value, shape: str) -> Any:
    """The value in its wanted shape: some releases allow one value where others allow several."""
    if shape == "set":
        return value if isinstance(value, tuple) else () if value is None else (value,)
    if isinstance(value, tuple):
        return value[0] if value else None
    return value


class RaftState(Part):
    """What a clustered file says of its cluster. The line is that of the newest list of servers.

    servers: addresses by server id. commit_index: None where the file does not tell. uncommitted: entries at the end of
    the log that do not count yet. joining: not yet a member. left: not a member any more. election_timer: milliseconds.
    """

    cluster_id: str | None
    server_id: str
    local_address: str
    servers: Mapping[str, str]
    term: int
    index: int
    commit_index: int | None
    uncommitted: int = 0
    election_timer: int | None = None
    joining: bool = False
    left: bool = False


class OvsdbDatabase(OriginFact):
    """A database file. The evidence is its first line.

    origin: its pod, where the name of the file tells it. complete: rows that are not there were not there when it was
    copied; False after damage, and where the file ends before its first transaction. cut: it ends within its last
    record (mark `cut`), as copies of a live database do: what it holds was true shortly before. edited: texts in it
    were replaced. counts: rows by table. newest: the time of the newest transaction, UTC. host: the node as the
    database itself names it (the zone in interconnect mode, the host of Open vSwitch). raft: of a clustered database.
    """

    name: str
    schema_version: str
    clustered: bool
    records: int
    complete: bool = True
    cut: bool = False
    edited: bool = False
    counts: Mapping[str, int]
    newest: datetime | None = None
    host: str | None = None
    raft: RaftState | None = None
    database: Database = Field(exclude=True, repr=False)

    def rows(self, kind: type[AnyRow]) -> tuple[AnyRow, ...]:
        """All rows of a kind, in the order of the file."""
        return tuple(self.database.rows(kind).values())

    def row(self, kind: type[AnyRow], uuid: str | None) -> AnyRow | None:
        """The row that a reference names; None where there is none."""
        return self.database.rows(kind).get(uuid) if uuid else None

    def has(self, kind: type[Row], column: str | None = None) -> bool:
        """Whether this database can tell: its schema has the table, and the column, and writes it to the file."""
        return self.database.has(kind.TABLE, column)
