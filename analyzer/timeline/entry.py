"""An entry of the timeline, and the registry of the functions that make them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from analyzer.model import Lane
from analyzer.model import TimelineEntry as Entry
from analyzer.rule import Need, needs_of

__all__ = ["Entry", "Lane", "Source", "dated", "source"]

_YEARS = (0, -1)  # the year of the collection, or the one before


Tell = Callable[..., Iterator[Entry]]


@dataclass(frozen=True, slots=True)
class Source:
    """A function that makes entries of facts and joins."""

    name: str
    needs: tuple[Need, ...]
    function: Tell = field(repr=False)

    registry: ClassVar[dict[str, "Source"]] = {}


def source(function: Tell) -> Tell:
    """Register a source under the name of its module."""
    name = function.__module__.rpartition(".")[2]
    Source.registry[name] = Source(name, needs_of(function), function)
    return function


def dated(moment: str | None, before: datetime | None) -> datetime | None:
    """The time of `MM-DD HH:MM:SS` in the newest year in which it does not lie after the collection.

    A day of grace is given: clocks differ, and logs are copied after the collection began. None for what is no time,
    or where nothing tells when the collection was.
    """
    if moment is None or before is None:
        return None
    for back in _YEARS:
        try:
            at = datetime.strptime(f"{before.year + back}-{moment[:14]}", "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        except ValueError:  # 29 February, or no time at all
            continue
        if at <= before + timedelta(days=1):
            return at
    return None
