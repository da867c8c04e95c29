"""Tables on standard output: folded into the width of a terminal, whole and plain for a pipe."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from analyzer.render import visible


def print_table(console: Console, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print the rows; nothing in them is markup, and no control character of them reaches the terminal."""
    shown = [[visible(cell) for cell in row] for row in rows]
    if console.is_terminal:
        _framed(console, columns, shown)
    else:
        _plain(console, columns, shown)


def _framed(console: Console, columns: Sequence[str], rows: list[list[str]]) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)


def _plain(console: Console, columns: Sequence[str], rows: list[list[str]]) -> None:
    lines = [list(columns), *rows]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = [cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True)]
        console.file.write("  ".join(cells).rstrip() + "\n")
