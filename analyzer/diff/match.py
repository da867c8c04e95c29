"""Which thing of one archive is which of the other: by key, else by what is left of it, else as one of its kind."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from analyzer.diff.masks import masked
from analyzer.diff.model import Item

Name = Callable[[Item], str | None]


@dataclass(slots=True)
class Matched:
    """Pairs of items, and the items that only one archive has, each in the order of its archive."""

    pairs: list[tuple[Item, Item]] = field(default_factory=list)
    old: list[Item] = field(default_factory=list)
    new: list[Item] = field(default_factory=list)

    def pair(self, name: Name, *, several: bool = False, hidden: bool = False) -> None:
        """Pair what is alone with its name in both archives; with `several` as many as there are, in their order.

        hidden: only where the key of one of the two is masked.
        """
        old, new = _grouped(self.old, name), _grouped(self.new, name)
        taken: set[int] = set()
        for shared, mine in old.items():
            other = new.get(shared, [])
            if several or len(mine) == len(other) == 1:
                pairs = [one for one in zip(mine, other, strict=False) if not hidden or _hidden(*one)]
                self.pairs += pairs
                taken.update(id(one) for pair in pairs for one in pair)
        self.old = [one for one in self.old if id(one) not in taken]
        self.new = [one for one in self.new if id(one) not in taken]


def match(old: Iterable[Item], new: Iterable[Item]) -> Matched:
    """The items of two archives. A masked key is the last resort: its number may stand for another address there."""
    found = Matched(old=list(old), new=list(new))
    found.pair(lambda one: None if masked(one.key) else one.key, several=True)
    for name in _names(found, "aliases"):
        found.pair(name)
    for name in _names(found, "hints"):
        found.pair(name, hidden=True)
    found.pair(lambda one: one.key)
    for name in _names(found, "kin"):
        found.pair(name, several=True)
    return found


def _names(found: Matched, field_name: str) -> Iterator[Name]:
    """The first, second, … of the further names of every item."""
    depth = max((len(getattr(one, field_name)) for one in (*found.old, *found.new)), default=0)
    for at in range(depth):
        yield partial(_nth, field_name, at)


def _nth(field_name: str, at: int, one: Item) -> str | None:
    names: tuple[str, ...] = getattr(one, field_name)
    return names[at] if at < len(names) else None


def _hidden(old: Item, new: Item) -> bool:
    return masked(old.key) or masked(new.key)


def _grouped(items: Iterable[Item], name: Name) -> dict[str, list[Item]]:
    groups: dict[str, list[Item]] = {}
    for one in items:
        if (found := name(one)) is not None:
            groups.setdefault(found, []).append(one)
    return groups
