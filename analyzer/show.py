"""Tables of the facts behind the findings: `gatherscope show WHAT ARCHIVE`. Each module of analyzer.shows adds one."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from analyzer.registry import load_rules
from analyzer.rule import Need, Rule, closure, needs
from analyzer.store import Store
from parsers.base import Evidence, Fact


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, rows of plain texts, and a remark for what the rows do not say."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Show:
    """One table: its name, a line of help, what it needs, and how its rows and its JSON come out of the store.

    Without needs it is about everything that the rules read. in_report: a report holds its first rows too.
    """

    name: str
    help: str
    needs: tuple[Need, ...]
    rows: Callable[[Store], Table] = field(repr=False)
    data: Callable[[Store], Any] = field(repr=False)
    in_report: bool = False

    registry: ClassVar[dict[str, "Show"]] = {}

    @property
    def kinds(self) -> set[type[Fact]]:
        """The kinds of facts that have to be read for it."""
        return closure(self.needs) if self.needs else every_kind()


def every_kind() -> set[type[Fact]]:
    """Every kind of fact that some rule needs."""
    load_rules()
    return closure(tuple(need for one in Rule.registry.values() for need in one.needs))


def place(evidence: Evidence) -> str:
    """Where to look: path and line."""
    return f"{evidence.path}:{evidence.first_line}"


def text(value: object, missing: str = "-") -> str:
    """A cell: what is not known is a dash."""
    return missing if value is None or value == "" else str(value)


def register(  # noqa: PLR0913 - what a table is
    name: str,
    help_text: str,
    wanted: Iterable[type[Any]],
    rows: Callable[[Store], Table],
    data: Callable[[Store], Any],
    *,
    in_report: bool = False,
) -> None:
    """Add a table under its name."""
    if name in Show.registry:
        raise ValueError(f"two tables named {name}")
    Show.registry[name] = Show(name, help_text, needs(*wanted), rows, data, in_report)


def shows() -> Mapping[str, Show]:
    """Every table by its name, sorted."""
    import analyzer.shows  # noqa: PLC0415 - the tables import this module

    for info in sorted(pkgutil.iter_modules(analyzer.shows.__path__), key=lambda one: one.name):
        importlib.import_module(f"analyzer.shows.{info.name}")
    return dict(sorted(Show.registry.items()))
