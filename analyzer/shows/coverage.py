"""`gatherscope show coverage`: which inputs the rules read, and which of them the archive holds."""

from typing import Any

from analyzer.coverage import coverage_of
from analyzer.model import Coverage
from analyzer.show import Table, every_kind, register, text
from analyzer.store import Store


def _coverage_data(store: Store) -> list[dict[str, Any]]:
    return [
        {
            "input": one.input,
            "present": one.present,
            "members": list(one.members),
            "missing_reason": one.missing_reason,
            "how_to_collect": one.how_to_collect,
        }
        for one in coverage_of(store, every_kind())
    ]


def _coverage_table(store: Store) -> Table:
    rows = coverage_of(store, every_kind())
    return Table(("INPUT", "FOUND", "HOW TO COLLECT"), tuple(_coverage_row(one) for one in rows))


def _coverage_row(one: Coverage) -> tuple[str, str, str]:
    if one.present:
        count = len(one.members)
        return one.input, f"{count} files" if count > 1 else "1 file", ""
    return one.input, "missing" if one.how_to_collect else "not needed", one.how_to_collect or text(one.missing_reason)


register("coverage", "which inputs were there and which were not", (), _coverage_table, _coverage_data)
