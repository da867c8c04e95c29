"""What an area of the comparison is: how it is read out of the store, and what has to be read for it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from analyzer.diff.model import Facet
from analyzer.rule import NotCollectedError, closure, needs
from analyzer.store import Store
from parsers.base import Evidence, Fact, first_line


@dataclass(frozen=True, slots=True)
class Area:
    """One area: its name and title, the facts and joins that it needs, and how the store becomes a facet.

    `read` may raise NotCollectedError: the archive tells nothing of the area then.
    """

    name: str
    title: str
    wanted: tuple[type[Any], ...]
    read: Callable[[Store], Facet] = field(repr=False)

    @property
    def kinds(self) -> set[type[Fact]]:
        """The kinds of facts that have to be read for it."""
        facts = {kind for kind in self.wanted if issubclass(kind, Fact)}
        return facts | closure(needs(*(kind for kind in self.wanted if not issubclass(kind, Fact))))


def facet_of(area: Area, store: Store, notes: list[str]) -> Facet:
    """What the archive tells of the area. An area that fails is a note; the others stay."""
    try:
        return area.read(store)
    except NotCollectedError as absent:
        return Facet(area.name, area.title, missing=str(absent))
    except Exception as error:  # noqa: BLE001 - a mistake in one area must not cost the others
        notes.append(f"the area {area.name} could not be read: {type(error).__name__}: {first_line(error)}")
        return Facet(area.name, area.title, missing="it could not be read, which is a bug in gatherscope")


def spot(evidence: Evidence | Iterable[Evidence] | None) -> str:
    """`path:line` of the first piece of evidence; empty without any."""
    one = evidence if isinstance(evidence, Evidence) else next(iter(evidence or ()), None)
    return f"{one.path}:{one.first_line}" if one else ""
