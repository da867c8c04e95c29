"""The schema that every OVSDB file carries, and the values of its columns in plain Python.

The notation of types and values is RFC 7047 (section 3.2 and 5.1; openvswitch/ovs lib/ovsdb-types.c, lib/ovsdb-data.c).
A set becomes a tuple, a map a dict, a column of at most one value that value or None, a UUID a `Uuid`. A column that a
row does not name holds its default.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_UNLIMITED = math.inf


class Uuid(str):
    """A reference to a row, or the row's own name: not to be taken for a text."""

    __slots__ = ()


class Members(dict[Any, None]):
    """A set while transactions change it, one after another: thousands of times for thousands of members."""

    __slots__ = ()


Atom = str | int | float | bool
Value = Atom | tuple[Atom, ...] | dict[Atom, Atom] | None

_ZERO = Uuid("00000000-0000-0000-0000-000000000000")
_DEFAULTS: Mapping[str, Atom] = {"string": "", "integer": 0, "real": 0.0, "boolean": False, "uuid": _ZERO}


def _uuid(value: Any) -> Uuid:
    match value:
        case ["uuid", str(text)] if len(text) == 36:
            return Uuid(text)
    raise ValueError(f"no UUID: {value!r:.60}")


_KINDS: Mapping[str, frozenset[type]] = {
    "string": frozenset([str]),
    "integer": frozenset([int]),
    "real": frozenset([float, int]),
    "boolean": frozenset([bool]),
}


def _atom(word: str) -> Callable[[Any], Any]:
    """A function that reads one value of this type."""
    if word == "uuid":
        return _uuid
    kinds = _KINDS[word]

    def read(value: Any) -> Any:
        if type(value) in kinds:
            return value
        raise ValueError(f"no {word}: {value!r:.60}")

    return read


def _members(word: str) -> Callable[[list[Any]], list[Any]]:
    """A function that reads many values of this type; those that need no change are looked at all at once."""
    kinds = _KINDS.get(word)
    if kinds is None:
        return lambda values: [_uuid(one) for one in values]

    def read(values: list[Any]) -> list[Any]:
        if kinds.issuperset(map(type, values)):
            return values
        raise ValueError(f"no {word}: {values!r:.60}")

    return read


def _elements(value: Any, kind: str) -> list[Any]:
    """What a set or a map holds; a set of one is written as its element."""
    if isinstance(value, list) and len(value) == 2 and value[0] == kind:
        if isinstance(value[1], list):
            return value[1]
        raise ValueError(f"no {kind}: {value!r:.60}")
    if kind == "set":
        return [value]
    raise ValueError(f"no {kind}: {value!r:.60}")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the types of its keys and, in a map, its values (string, integer, real, boolean, uuid), its sizes."""

    key: str
    value: str | None = None
    minimum: float = 1
    maximum: float = 1
    ephemeral: bool = False  # never written to the file: link states, statistics, connection states

    @property
    def shape(self) -> str:
        """`map`, `set`, `optional` or `one`."""
        if self.value is not None:
            return "map"
        if self.maximum > 1:
            return "set"
        return "one" if self.minimum else "optional"

    @property
    def default(self) -> Value:
        """What a row holds that does not name the column."""
        match self.shape:
            case "map":
                return {}
            case "set":
                return (_DEFAULTS[self.key],) if self.minimum else ()
            case "optional":
                return None
        return _DEFAULTS[self.key]

    def reader(self) -> Callable[[Any], Value]:
        """A function from a value of the file to plain Python; it raises ValueError for what is not of this type."""
        if self.value is not None:
            key, value = _atom(self.key), _atom(self.value)
            return lambda found: {key(name): value(content) for name, content in _elements(found, "map")}
        members = _members(self.key)
        if self.maximum > 1:
            return lambda found: tuple(members(_elements(found, "set")))
        if self.minimum:
            return _atom(self.key)
        return lambda found: _optional(members(_elements(found, "set")))

    def merged(self, old: Value, change: Value) -> Value:
        """The value after a transaction that holds differences (lib/ovsdb-data.c, ovsdb_datum_apply_diff_in_place).

        Of a set it names what came or went; of a map what came, changed, or (unchanged) went; else the new value.
        `old` is used up; a set comes back as Members, for `settled`.
        """
        if self.maximum <= 1:
            return change
        if self.value is None:
            members = old if isinstance(old, Members) else Members.fromkeys(old)  # type: ignore[arg-type]  # a tuple
            for one in change:  # type: ignore[union-attr]  # the same
                if one in members:
                    del members[one]
                else:
                    members[one] = None
            return members  # type: ignore[return-value]  # until it is settled
        merged: dict[Atom, Atom] = old  # type: ignore[assignment]  # a map
        for name, value in change.items():  # type: ignore[union-attr]  # the same
            if name in merged and merged[name] == value:
                del merged[name]
            else:
                merged[name] = value
        return merged


def settled(value: Value) -> Value:
    """A value as rows give it, once nothing changes it any more."""
    return tuple(value) if isinstance(value, Members) else value


def _optional(found: list[Any]) -> Value:
    if len(found) > 1:
        raise ValueError(f"{len(found)} values where at most one may be")
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Schema:
    """A database's name, its version and, by table, its columns."""

    name: str
    version: str
    tables: Mapping[str, Mapping[str, Column]] = field(repr=False)


def read_schema(tree: Any) -> Schema:
    """The schema as the file holds it. Raises ValueError where it is none."""
    match tree:
        case {"name": str(name), "tables": dict(tables)}:
            version = tree.get("version", "")
            return Schema(
                name, version if isinstance(version, str) else "", {at: _table(at, tables[at]) for at in tables}
            )
    raise ValueError("no database schema: it names no tables")


def _table(name: str, tree: Any) -> dict[str, Column]:
    match tree:
        case {"columns": dict(columns)}:
            return {at: _column(f"{name}.{at}", column) for at, column in columns.items()}
    raise ValueError(f"no database schema: table {name:.60} has no columns")


def _column(name: str, tree: Any) -> Column:
    match tree:
        case {"type": str(key)}:
            column = Column(key, ephemeral=tree.get("ephemeral") is True)
        case {"type": {"key": key_type, **more}}:
            value = _base(more["value"]) if "value" in more else None
            least, most = more.get("min", 1), more.get("max", 1)
            most = _UNLIMITED if most == "unlimited" else most
            if type(least) is not int or not isinstance(most, (int, float)):
                raise ValueError(f"no database schema: the sizes of {name:.80}")
            column = Column(_base(key_type), value, least, most, tree.get("ephemeral") is True)
        case _:
            raise ValueError(f"no database schema: {name:.80} has no type")
    if column.key not in _DEFAULTS or (column.value is not None and column.value not in _DEFAULTS):
        raise ValueError(f"no database schema: {name:.80} is of an unknown type")
    return column


def _base(tree: Any) -> str:
    match tree:
        case str(name) | {"type": str(name)}:
            return name
    return ""
