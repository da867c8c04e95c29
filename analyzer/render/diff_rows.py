"""The differences of an area as rows that page and terminal share: what changed alike stands in one row."""

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from analyzer.diff.model import (
    Change,
    Difference,
    Direction,
    Entry,
    Replaced,
    Section,
    SectionStatus,
    Side,
    Skipped,
    Value,
)
from analyzer.render.words import plural

NOTHING = "-"
_DIGEST = re.compile(r"(sha256:[0-9a-f]{12})[0-9a-f]{52}")  # of an image: twelve digits tell it from any other
APART = 12  # replaced things up to which each is a row
NAMES = 6  # names that a value tells before it counts the rest
_TOLD = {Direction.WORSE: "worse", Direction.BETTER: "better", Direction.NEITHER: "changed"}
_TONE = {"worse": "error", "better": "info"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a word for what happened, the things that it happened to, what was and what is.

    tone: a severity, for the colour of the word. why: what else there is to say. Places are `path:line`.
    """

    word: str
    tone: str
    things: tuple[str, ...]
    field: str
    old: str
    new: str
    severity: str | None = None
    why: str | None = None
    old_places: tuple[str, ...] = ()
    new_places: tuple[str, ...] = ()


def rows(section: Section) -> list[Row]:
    """The rows of a section, what got worse first. Of findings, those that appeared."""
    worse = [one for one in section.changed if one.direction is Direction.WORSE]
    rest = [one for one in section.changed if one.direction is not Direction.WORSE]
    apart = section.name in {"findings", "diagnoses"}
    entries = [*_entries("appeared", section.appeared, apart), *_entries("gone", section.gone, apart)]
    changed = list(_changes(worse))
    first = [*entries, *changed] if apart else [*changed, *entries]
    return [*first, *_changes(rest), *_replaced(section.replaced)]


def _entries(word: str, entries: Iterable[Entry], apart: bool) -> Iterator[Row]:
    """Things of which the same is to be said stand together; of findings those of one rule."""
    found: dict[Hashable, list[Entry]] = {}
    for one in entries:
        rule = one.key.partition(" ")[0] if apart else ""
        key = (rule, one.text, one.why, one.health, one.severity)
        found.setdefault(key, []).append(one)
    for same in found.values():
        one = same[0]
        text, places = one.text or "there", one.evidence
        bad = "error" if one.health > 0 and not one.severity and word == "appeared" else "plain"
        yield Row(
            word,
            bad,
            tuple(each.key for each in same),
            "",
            old=text if word == "gone" else NOTHING,
            new=text if word == "appeared" else NOTHING,
            severity=one.severity.value if one.severity else None,
            why=one.why,
            old_places=places if word == "gone" else (),
            new_places=places if word == "appeared" else (),
        )


def _changes(changes: Iterable[Change]) -> Iterator[Row]:
    found: dict[Hashable, list[Change]] = {}
    for one in changes:
        found.setdefault((one.field, one.old, one.new, one.direction), []).append(one)
    for same in found.values():
        one = same[0]
        word = _TOLD[one.direction]
        old, new = told(one.old, one.new)
        things = tuple(each.key for each in same)
        places = one.old_evidence, one.new_evidence
        yield Row(word, _TONE.get(word, "plain"), things, one.field, old, new, None, None, *places)


def _replaced(replaced: Sequence[Replaced]) -> Iterator[Row]:
    """One by one, and counted by their owners where there are many."""
    found: dict[Hashable, list[Replaced]] = {}
    for one in replaced:
        found.setdefault(one if len(replaced) <= APART else one.owner, []).append(one)
    for same in found.values():
        one = same[0]
        if len(same) > 1:
            yield Row("replaced", "plain", (one.owner,), "", f"{len(same):,} of them", "others in their places")
        else:
            yield Row(
                "replaced", "plain", (one.key,), "", one.old, one.new, None, None, one.old_evidence, one.new_evidence
            )


def told(old: Value, new: Value) -> tuple[str, str]:
    """Both values as texts; of two lists what only one of them has, and how much they share."""
    if isinstance(old, tuple) and isinstance(new, tuple) and set(old) & set(new):
        lost, come = (tuple(one for one in mine if one not in other) for mine, other in ((old, new), (new, old)))
        shared = plural(len(set(old) & set(new)), "other")
        before, after = (f"{value(one)} and {shared}" if one else shared for one in (lost, come))
        return before, after
    return value(old), value(new)


def value(one: Value) -> str:
    """A value as a text."""
    if one is None or one in {"", ()}:
        return "none"
    if isinstance(one, bool):
        return "yes" if one else "no"
    if isinstance(one, tuple):
        more = f" and {len(one) - NAMES:,} more" if len(one) > NAMES else ""
        return ", ".join(map(value, one[:NAMES])) + more
    return _DIGEST.sub(r"\1…", str(one))


@dataclass(frozen=True, slots=True)
class Uncompared:
    """What could not be compared for one reason: how much, and the first of it."""

    reason: str
    count: int
    things: tuple[str, ...]


def uncompared(section: Section) -> list[Uncompared]:
    """What could not be compared, by reason, the most frequent first."""
    found: dict[str, list[Skipped]] = {}
    for one in section.skipped:
        found.setdefault(one.reason, []).append(one)
    groups = [
        Uncompared(
            reason,
            sum(one.count for one in same),
            tuple(dict.fromkeys(f"{one.key}: {one.field}" if one.field else one.key for one in same if one.key)),
        )
        for reason, same in found.items()
    ]
    return sorted(groups, key=lambda one: (-one.count, one.reason))


def counted(section: Section) -> str:
    """`1 appeared, 2 gone, 3 changed, 4 replaced`."""
    counts = {
        "appeared": len(section.appeared),
        "gone": len(section.gone),
        "changed": len(section.changed),
        "replaced": len(section.replaced),
    }
    return ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)


def quiet(found: Difference, status: SectionStatus) -> list[Section]:
    """The sections that ended so and have nothing else to say."""
    return [one for one in found.sections if one.status is status and not one.skipped]


def describe(side: Side) -> str:
    """An archive in a line."""
    cluster = side.cluster
    count = len(cluster.nodes)
    parts = [
        f"OpenShift {cluster.version or 'of unknown version'}",
        f"collected {cluster.collected_at or 'at an unknown time'}",
        plural(count, "node") if count else "nodes unknown",
        plural(sum(side.counts.values()), "finding"),
        "" if side.archive.complete else "INCOMPLETE",
        "masked" if side.masked else "",
    ]
    return ", ".join(part for part in parts if part)
