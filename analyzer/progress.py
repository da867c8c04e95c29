"""A progress bar on standard error, only on a terminal, and only once the work has taken a moment."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)

PATIENCE = 0.5  # seconds of silence before the bar appears: short work leaves no flicker
INTERVAL = 0.1  # seconds between two updates: the callback stands in the reading loop and must cost nothing


class Shown:
    """The callback: how much is done, of how much (None when nobody can know, as on standard input)."""

    def __init__(self, bar: Progress | None, label: str) -> None:
        self._bar = bar
        self._label = label
        self._next = time.monotonic() + PATIENCE

    def __call__(self, done: int, total: int | None) -> None:
        if self._bar is None or (now := time.monotonic()) < self._next:
            return
        self._next = now + INTERVAL
        if not self._bar.tasks:
            self._bar.add_task(self._label, total=total)
            self._bar.start()
        self._bar.update(self._bar.tasks[0].id, completed=done, total=total)


@contextmanager
def shown(label: str, *, unit: str = "bytes") -> Iterator[Shown]:
    """A callback for the time of the work; the bar vanishes at the end. Without a terminal it does nothing."""
    if not sys.stderr.isatty():
        yield Shown(None, label)
        return
    counts: tuple[ProgressColumn, ...] = (MofNCompleteColumn(),)
    if unit == "bytes":
        counts = (DownloadColumn(), TransferSpeedColumn())
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), *counts, TimeElapsedColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    try:
        yield Shown(bar, label)
    finally:
        if bar.tasks:
            bar.stop()
