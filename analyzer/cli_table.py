"""Tables on standard output: folded into the width of a terminal, whole and plain for a pipe."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from analyzer.render import visible

GAP = 2  # columns between two cells
NARROWEST = 4  # columns of a column and its gap, below which nothing can be read anyway
WHOLE = 1_000_000  # characters of a cell: a pipe gets all of what a parser keeps
PROSE = 10  # columns down to which the last column breaks its words before a name or an address is broken
WORD = 24  # columns of a word that is not broken: an address with its port, not a path


class Output(Console):
    """Standard output. A closed pipe is left to the command line, which ends as shells expect it."""

    def on_broken_pipe(self) -> None:
        """Let it through; rich itself would end with 1, the code of findings."""
        raise BrokenPipeError


def print_table(console: Console, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print the rows; nothing in them is markup, and no control character of them reaches the terminal."""
    shown = [[visible(cell, WHOLE) for cell in row] for row in rows]
    if console.is_terminal:
        _framed(console, columns, shown)
    else:
        _plain(console, columns, shown)


def _framed(console: Console, columns: Sequence[str], rows: list[list[str]]) -> None:
    widths = _fitted([list(columns), *rows], console.width)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False, header_style="bold")
    for name, width in zip(columns, widths, strict=True):
        table.add_column(Text(name), overflow="fold", width=width)
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)


def _fitted(lines: list[list[str]], room: int) -> list[int]:
    """Widths of the columns: the widest gives way first, and no word is broken before all have given what they can.

    Then the last column, which holds prose, breaks its words; names and addresses in the others only after it.
    """
    cells = list(zip(*lines, strict=True))
    widths = [min(room, max(map(cell_len, column))) for column in cells]
    words = [max(cell_len(word) for cell in column for word in [*cell.split(), ""]) for column in cells]
    while sum(widths) + GAP * (len(widths) - 1) > max(room, NARROWEST * len(widths)):
        spare = [width > min(word, WORD) for width, word in zip(widths, words, strict=True)]
        prose = [False] * (len(widths) - 1) + [widths[-1] > PROSE]
        at = max(range(len(widths)), key=lambda at: (spare[at], prose[at], widths[at]))
        widths[at] -= 1
    return widths


def _plain(console: Console, columns: Sequence[str], rows: list[list[str]]) -> None:
    lines = [list(columns), *rows]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = [cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True)]
        console.file.write("  ".join(cells).rstrip() + "\n")
