"""One area of two archives: what appeared, is gone, differs, was replaced, and what cannot be compared."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from analyzer.diff.masks import addressed, bare, masked
from analyzer.diff.match import match
from analyzer.diff.model import (
    EVERYTHING,
    UNKNOWN,
    Change,
    Direction,
    Entry,
    Facet,
    Item,
    Replaced,
    Section,
    Side,
    Skipped,
    Value,
)
from analyzer.diff.names import member

OLD, NEW = "old", "new"
NAMES = {OLD: "OLD", NEW: "NEW"}  # as the command line calls them
MASKED = "masked in {}: cannot be compared"


def compare(old: Facet, new: Facet, sides: tuple[Side, Side]) -> Section:
    """The section of an area. What one archive does not tell of is not comparable, never gone."""
    if old.missing is not None or new.missing is not None:
        return _untold(old, new)
    work = Comparison(old, new, sides)
    found = match(old.items, new.items)
    for one, other in found.pairs:
        if work.apart(one, other):
            found.old.append(one)
            found.new.append(other)
        else:
            work.pair(one, other)
    work.alone(found.old, found.new)
    return work.section()


def _untold(old: Facet, new: Facet) -> Section:
    """The section of an area that at least one archive tells nothing of."""
    reasons = {OLD: old.missing, NEW: new.missing}
    told = [f"{NAMES[side]}: {reason}" for side, reason in reasons.items() if reason is not None]
    if len(told) == 2:
        told = [str(old.missing)] if old.missing == new.missing else told
        return Section(old.name, old.title, reason="; ".join(told))
    side, has = (NEW, new) if new.missing is None else (OLD, old)
    counts = {OLD: None, NEW: None, side: len(has.items)}
    skipped = (Skipped(told[0], side=side, count=len(has.items)),) if has.items else ()
    return Section(old.name, old.title, counts[OLD], counts[NEW], told[0], skipped=skipped)


@dataclass(frozen=True, slots=True)
class View:
    """One archive seen from the other."""

    name: str
    facet: Facet
    side: Side

    def silent(self, scope: str, other: Side) -> str | None:
        """Why it proves nothing that something of this scope is not in it; None where it does."""
        if not self.facet.proven and not self.side.archive.complete:
            return f"{NAMES[self.name]} is incomplete"
        scopes = self.facet.scopes
        if scopes is None or EVERYTHING in scopes or (scope in other.nodes and self.side.lacks_node(scope)):
            return None
        if scope not in scopes:
            return f"{self.facet.unit.format(scope)} in {NAMES[self.name]}"
        return f"{reason} in {NAMES[self.name]}" if (reason := scopes[scope]) is not None else None

    def unread(self, one: Item, other: Side) -> bool:
        """Whether the file that would hold a thing of the other archive could not be read wholly."""
        return bool(self.side.unread) and member(one.place.rpartition(":")[0], other.pods) in self.side.unread


@dataclass(frozen=True, slots=True)
class Both:
    """One thing in both archives: what to call it, and which way it went."""

    name: str
    old: Item
    new: Item
    way: Direction


class Comparison:
    """The work on one area."""

    def __init__(self, old: Facet, new: Facet, sides: tuple[Side, Side]) -> None:
        self.old, self.new = View(OLD, old, sides[0]), View(NEW, new, sides[1])
        self.entries: dict[str, list[Entry]] = {OLD: [], NEW: []}
        self.changed: list[Change] = []
        self.fields: dict[str, int] = {}  # the order in which the items have them: what matters most comes first
        self.replaced: list[Replaced] = []
        self.skipped: list[Skipped] = []

    def apart(self, old: Item, new: Item) -> bool:
        """Whether two things that share a further name are two: each is collected where the other would be, too."""
        if old.key == new.key or set(old.scopes) & set(new.scopes) or old.kin or new.kin:
            return False
        return any(not self.new.silent(one, self.old.side) for one in old.scopes) and any(
            not self.old.silent(one, self.new.side) for one in new.scopes
        )

    def pair(self, old: Item, new: Item) -> None:
        """The differences of one thing."""
        name = (old if len(old.values) > len(new.values) else new).shown
        same = _same(old.incarnation, new.incarnation)
        if not same and old.incarnation and new.incarnation:
            names = _told_apart(old.incarnation, new.incarnation)
            owner = (new.kin[-1] if new.kin else name).partition(" on ")[0]
            self.replaced.append(Replaced(name, *names, owner, old.where(""), new.where("")))
        both = Both(name, old, new, direction(old.health, new.health))
        self._holders(both)
        for field in {**old.values, **new.values}:
            self.fields.setdefault(field, len(self.fields))
            self._value(field, both)
        for field, count in new.counters.items():
            before = old.counters.get(field)
            if same and before is not None and count > before:
                self._change(field, both, before, count, Direction.WORSE)

    def _value(self, field: str, both: Both) -> None:
        old, new = both.old, both.new
        if (which := _veiled(field, old, new)) is not None:
            self.skipped.append(Skipped(MASKED.format(which), both.name, field))
            return
        if (field in old.values) is not (field in new.values) and not (old.whole and new.whole):
            reason = f"not known in {NAMES[NEW if field in old.values else OLD]}"
            self.skipped.append(Skipped(reason, both.name, field))
            return
        before, after = old.values.get(field), new.values.get(field)
        if before == after or _as_set(before) == _as_set(after):
            return
        if (which := hidden(before, after)) is not None:
            self.skipped.append(Skipped(MASKED.format(which), both.name, field))
        else:
            judged = self.new.facet.judged
            self._change(
                field, both, before, after, both.way if judged is None or field in judged else Direction.NEITHER
            )

    def _change(self, field: str, both: Both, before: Value, after: Value, way: Direction) -> None:
        places = both.old.where(field), both.new.where(field)
        self.changed.append(Change(both.name, field, before, after, way, *places))

    def _holders(self, both: Both) -> None:
        """Which scopes hold it, of those that both archives tell of."""
        old, new = both.old, both.new
        if old.scopes == new.scopes or old.key != new.key:
            return
        before = [one for one in old.scopes if one in new.scopes or not self.new.silent(one, self.old.side)]
        after = [one for one in new.scopes if one in old.scopes or not self.old.silent(one, self.new.side)]
        if set(before) != set(after):
            way = Direction.WORSE if set(before) - set(after) else Direction.NEITHER
            self._change("held by", both, tuple(before), tuple(after), way)

    def alone(self, old: Iterable[Item], new: Iterable[Item]) -> None:
        """The things that one archive has and the other has not, as far as the other would show them."""
        old, new = list(old), list(new)
        risky = {OLD: _hidden_scopes(new), NEW: _hidden_scopes(old)}
        for items, own, other in ((old, self.old, self.new), (new, self.new, self.old)):
            for one in items:
                hidden = other.side.veiled or one.scopes in risky[own.name]
                if masked(one.key) or (hidden and addressed(one.key)):
                    which = own if masked(one.key) else other
                    reason = MASKED.format(NAMES[which.name])
                    self._skip(one, own, reason)
                else:
                    self._only(one, own, other)

    def _only(self, one: Item, own: View, other: View) -> None:
        reasons = [other.silent(scope, own.side) for scope in one.scopes or ("",)]
        if other.unread(one, own.side):
            self._skip(one, own, f"its file could not be read wholly in {NAMES[other.name]}")
            return
        if all(reasons):
            self._skip(one, own, str(reasons[0]))
            return
        gone = next((scope for scope in one.scopes if scope in own.side.nodes and other.side.lacks_node(scope)), None)
        why = None
        if gone is not None:
            why = "its node is gone" if own.name == OLD else "its node is new"
        self.entries[own.name].append(Entry(one.shown, one.text, one.health, why=why, evidence=one.where("")))

    def _skip(self, one: Item, own: View, reason: str) -> None:
        self.skipped.append(Skipped(reason, one.shown, side=own.name, evidence=one.where("")))

    def section(self) -> Section:
        """What was found, the worst first."""
        facet = self.old.facet
        return Section(
            facet.name,
            facet.title,
            len(facet.items),
            len(self.new.facet.items),
            appeared=tuple(sorted(self.entries[NEW], key=lambda one: (-one.health, one.key))),
            gone=tuple(sorted(self.entries[OLD], key=lambda one: (one.health, one.key))),
            changed=ordered(self.changed, self.fields),
            replaced=tuple(sorted(self.replaced, key=lambda one: one.key)),
            skipped=tuple(self.skipped),
        )


_ORDER = {Direction.WORSE: 0, Direction.NEITHER: 1, Direction.BETTER: 2}


def ordered(changes: Iterable[Change], fields: Mapping[str, int] | None = None) -> tuple[Change, ...]:
    """What got worse first, then by field and key, so that what changed alike stands together."""
    places = fields or {}
    return tuple(
        sorted(changes, key=lambda one: (_ORDER[one.direction], places.get(one.field, len(places)), one.field, one.key))
    )


def direction(before: int, after: int) -> Direction:
    """Which way a health went."""
    if before == after or UNKNOWN in {before, after}:
        return Direction.NEITHER
    return Direction.WORSE if after > before else Direction.BETTER


def _same(old: tuple[str, str] | None, new: tuple[str, str] | None) -> bool:
    """Whether two are one: by the uid where both have one, since the name may hold that of a masked node."""
    if old is None or new is None or old == new:
        return True
    return bool(old[1]) and old[1] == new[1]


def _told_apart(old: tuple[str, str], new: tuple[str, str]) -> tuple[str, str]:
    """The names of two incarnations, with what else differs where the names do not."""
    if old[0] != new[0]:
        return old[0], new[0]
    return f"{old[0]} (uid {old[1]})", f"{new[0]} (uid {new[1]})"


def _hidden_scopes(items: Iterable[Item]) -> set[tuple[str, ...]]:
    return {one.scopes for one in items if masked(one.key)}


def _veiled(name: str, old: Item, new: Item) -> str | None:
    """Where a field is named for an address that the other archive names otherwise, the archive with the mask."""
    if name in old.values and name in new.values:
        return None
    which = [NAMES[side] for side, one in ((OLD, old), (NEW, new)) if any(map(masked, one.values))]
    return " and ".join(which) if which and addressed(name) else None


def hidden(before: Value, after: Value) -> str | None:
    """In which archive a value is masked, where as much of the two as can be seen agrees; None otherwise."""
    texts = [sorted(bare(one) for one in _texts(value)) for value in (before, after)]
    which = [NAMES[side] for side, value in ((OLD, before), (NEW, after)) if any(map(masked, _texts(value)))]
    return " and ".join(which) if which and texts[0] == texts[1] else None


def _texts(value: Value) -> Iterator[str]:
    yield from value if isinstance(value, tuple) else (str(value),)


def _as_set(value: Value) -> object:
    return frozenset(value) if isinstance(value, tuple) else value
