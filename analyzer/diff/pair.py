"""Reads the two archives, each in a process of its own where that is possible."""

import os
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool

from analyzer.archive import ArchiveError
from analyzer.diff.model import Side
from analyzer.diff.side import read_side
from analyzer.output import STANDARD_OUTPUT
from analyzer.run import Progress
from analyzer.workers import Workers

KILLED = "the process that read it died: it was killed, or the machine ran out of memory"


def read_both(old: str, new: str, progress: Progress | None = None, jobs: int | None = None) -> tuple[Side, Side]:
    """Both sides. ArchiveError when one of them cannot be read, naming it.

    In two processes at once; one after the other, each in its own process, where one of them died, and in this process
    where there is one core, where an archive comes from standard input, and where no process can be started.
    """
    jobs = min(2, jobs or os.cpu_count() or 1)
    if jobs < 2 or STANDARD_OUTPUT in {old, new}:
        return _here("OLD", old, progress), _here("NEW", new, progress)
    try:
        return _elsewhere((old, new), jobs)
    except BrokenProcessPool:
        # Two at once may have been too much for the memory; what kills a process alone must not kill this one.
        try:
            return _elsewhere((old, new), 1)
        except BrokenProcessPool as error:
            raise ArchiveError(f"{old} and {new} cannot be compared: {KILLED}") from error
    except OSError:
        return _here("OLD", old, progress), _here("NEW", new, progress)


def _here(name: str, given: str, progress: Progress | None) -> Side:
    try:
        return read_side([given], progress)
    except ArchiveError as error:
        raise ArchiveError(f"{name}: {error}") from error


def _elsewhere(inputs: Sequence[str], jobs: int) -> tuple[Side, Side]:
    with Workers(jobs, preload=__name__) as workers:
        futures = [workers.submit(_here, name, one, None) for name, one in zip(("OLD", "NEW"), inputs, strict=True)]
        old, new = (one.result() for one in futures)
    return old, new
