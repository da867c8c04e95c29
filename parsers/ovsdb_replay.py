"""Transactions of an OVSDB file, replayed: what its tables hold at the end.

A transaction maps tables to rows and rows to columns, or to null where the row is deleted; `_date` is its time,
`_comment` its cause, and with `_is_diff` (Open vSwitch 2.17 and later) the columns of rows that are there already hold
differences (openvswitch/ovs ovsdb/file.c, ovsdb_file_txn_from_json).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from parsers.ovsdb_json import Content
from parsers.ovsdb_rows import Source, StoredRow, Table
from parsers.ovsdb_schema import Column, Schema, Uuid, Value, read_schema, settled
from parsers.secrets import mask

FAULTS = 20  # faults of one file that are told one by one
_LATEST = 253_402_300_799_000  # milliseconds: the end of the year 9999
Wanted = Mapping[str, Iterable[str]]  # by table the columns to be kept
Fault = Callable[[Content, str], None]  # called with a record and what is wrong there


class Replay:
    """Tables that transactions are applied to. `wanted` None: every column of every table."""

    def __init__(self, wanted: Wanted | None, fault: Fault) -> None:
        self.schema: Schema | None = None
        self.schema_source: Source | None = None
        self.tables: dict[str, Table] = {}
        self.transactions = 0
        self.newest: datetime | None = None
        self.newest_source: Source | None = None
        self.unwanted: frozenset[str] = frozenset()
        self._wanted = wanted
        self.tell = fault
        self._columns: dict[str, dict[str, Column]] = {}
        self._readers: dict[str, dict[str, Callable[[Any], Value]]] = {}

    def begin(self, tree: Any, content: Content, *, keep: bool = False) -> None:
        """Take a schema. What was there before it goes, unless a conversion keeps it (clustered, Open vSwitch 3.1)."""
        self.schema = read_schema(tree)
        self.schema_source = Source(content.line, content.text)
        self._columns = {name: self._chosen(name, columns) for name, columns in self.schema.tables.items()}
        self._readers = {
            name: {at: column.reader() for at, column in columns.items()} for name, columns in self._columns.items()
        }
        self.unwanted = frozenset(name for name, columns in self._columns.items() if not columns)
        old = self.tables if keep else {}
        self.tables = {name: old.get(name, Table()) for name in self.schema.tables}
        for name, table in self.tables.items():
            for row in table.rows.values():
                row.values = {at: value for at, value in row.values.items() if at in self._columns[name]}

    def _chosen(self, table: str, columns: Mapping[str, Column]) -> dict[str, Column]:
        names = columns if self._wanted is None else self._wanted.get(table, ())
        return {name: columns[name] for name in names if name in columns}

    def apply(self, tree: Any, content: Content) -> None:
        """Apply one transaction. What is wrong in a row costs that value, and is told."""
        if self.schema is None or not isinstance(tree, dict):
            self.tell(content, "no transaction" if self.schema else "a transaction before any schema")
            return
        self.transactions += 1
        differences = tree.get("_is_diff") is True
        source = Source(content.line, content.text)
        for name, rows in tree.items():
            table = self.tables.get(name)
            if table is not None and isinstance(rows, dict):
                if self._columns[name]:
                    self._change(name, rows, source, content, differences=differences)
                else:
                    _count(table, [(uuid, row is None) for uuid, row in rows.items()])
                    _count(table, content.cut.get(name, ()))
            elif not name.startswith("_"):
                self.tell(content, f"no table is named {name!r:.60}" if table is None else f"no rows of {name}")
        self._date(tree.get("_date"), source)

    def _date(self, value: Any, source: Source) -> None:
        if type(value) is int and 0 < value <= _LATEST:
            moment = datetime.fromtimestamp(value / 1000, UTC)
            if self.newest is None or moment >= self.newest:
                self.newest, self.newest_source = moment, source

    def _change(self, name: str, rows: Any, source: Source, content: Content, *, differences: bool) -> None:
        kept = self.tables[name].rows
        for uuid, row in rows.items():
            if row is None:
                kept.pop(uuid, None)
            elif not isinstance(row, dict):
                self.tell(content, f"no row of {name}: {row!r:.60}")
            else:
                values = self._values(name, row, content)
                if uuid not in kept:
                    kept[uuid] = StoredRow(Uuid(uuid), values, source)
                else:
                    self._modify(name, kept[uuid], values, source, differences=differences)

    def _modify(
        self, name: str, row: StoredRow, values: dict[str, Value], source: Source, *, differences: bool
    ) -> None:
        for at, value in values.items():
            column = self._columns[name][at]
            row.values[at] = column.merged(row.values.get(at, column.default), value) if differences else value
            row.changed[at] = source

    def _values(self, name: str, row: dict[str, Any], content: Content) -> dict[str, Value]:
        readers, values = self._readers[name], {}
        for at, value in row.items():
            if reader := readers.get(at):
                try:
                    values[at] = reader(value)
                except (ValueError, TypeError) as error:
                    self.tell(content, f"{name}.{at}: {error}")
        return {at: _masked(value) for at, value in values.items()} if content.hinted else values

    def settle(self) -> None:
        """Bring the values into their final form, when all transactions are applied."""
        for table in self.tables.values():
            for row in table.rows.values():
                for at in row.changed.keys() & row.values.keys():
                    row.values[at] = settled(row.values[at])

    def counts(self) -> dict[str, int]:
        """How many rows each table holds; tables without rows are told too."""
        return {name: len(table) for name, table in sorted(self.tables.items())}


def _count(table: Table, rows: Iterable[tuple[str, bool]]) -> None:
    for uuid, deleted in rows:
        if deleted:
            table.names.discard(uuid)
        else:
            table.names.add(uuid)


def _masked(value: Value) -> Value:
    match value:
        case Uuid():
            return value
        case str():
            return mask(value)
        case tuple():
            return tuple([_masked(one) for one in value])  # type: ignore[misc]  # an atom stays an atom
        case dict():
            return {name: _masked(one) for name, one in value.items()}  # type: ignore[misc]
    return value
