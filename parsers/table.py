"""Column tables of FRR, read with TextFSM templates, each row with the lines that it was read from.

Two conventions hold for the templates in templates/textfsm: the value `UNREAD` takes a line that no rule knows, by a
last rule in every state that records it, so that nothing is dropped in silence; and a rule without action names lines
that are known and hold no row.
"""

import functools
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import textfsm

from parsers.base import Evidence, Text

UNREAD = "UNREAD"
_HERE = Path(__file__).resolve().parent
_FOLDERS = (_HERE.parent / "templates", _HERE.parent / "analyzer" / "_templates")  # a checkout; an installed wheel


@dataclass(frozen=True, slots=True)
class Row:
    """One recorded row: its values by name ("" where the row has none), its first and last line.

    `unread` holds the line that no rule of the template knows; the other values are then what stood before it.
    """

    values: Mapping[str, str]
    first_line: int
    last_line: int
    unread: str = ""

    def quote(self, text: Text, note: str | None = None) -> Evidence:
        """The lines of this row."""
        return text.quote(self.first_line, self.last_line, note)


def template_path(name: str) -> Path:
    """The file `name` (such as `textfsm/bgp_table.textfsm`) among the templates. Raises FileNotFoundError."""
    for folder in _FOLDERS:
        if (found := folder / name).is_file():
            return found
    raise FileNotFoundError(f"no template {name} in {' or '.join(map(str, _FOLDERS))}")


@functools.cache
def _template(name: str) -> str:
    return template_path(f"textfsm/{name}.textfsm").read_text(encoding="utf-8")


def rows(name: str, text: Text) -> Iterator[Row]:
    """The rows of a text by the template `textfsm/<name>.textfsm`, in the order of the lines.

    A row that the end of the text cuts off arrives as unread: its last line is the first that is missing something.
    """
    machine = textfsm.TextFSM(io.StringIO(_template(name)))
    started: int | None = None
    for number, line in text.numbered():
        # A vertical tab or U+2028 would make two lines of one; TextFSM skips an empty text, and so do the templates.
        results = machine.ParseText(" ".join(line.splitlines()), eof=False)
        if results:
            values = {key: str(value) for key, value in zip(machine.header, results[-1], strict=True)}
            unread = values.pop(UNREAD, "")
            yield Row(values, started or number, number, unread)
            results.clear()
        started = None if not _pending(machine) else started or number
    if started is not None:
        values = {value.name: str(value.value or "") for value in machine.values if value.name != UNREAD}
        yield Row(values, started, text.last_line, text[-1])


def _pending(machine: textfsm.TextFSM) -> bool:
    # Values that are filled down outlive their row; any other one belongs to a row that is not complete yet.
    return any(value.value and "Filldown" not in value.OptionNames() for value in machine.values)
