"""Which inputs were there and which were not: the other half of every verdict."""

from analyzer.model import Coverage
from analyzer.store import Store
from parsers.base import Fact, Parser

NOT_NEEDED = "not needed: the same facts are in"


def coverage_of(store: Store, kinds: set[type[Fact]]) -> tuple[Coverage, ...]:
    """One row per input that the chosen rules could use, whether it was there or not."""
    rows: dict[str, list[Parser]] = {}
    for one in sorted(Parser.registry.values(), key=lambda each: each.title):
        if kinds.intersection(one.kinds):
            rows.setdefault(one.title, []).append(one)
    result = []
    for title, parsers in rows.items():
        members = sorted({path for one in parsers for path in store.members.get(one.name, [])})
        if members:
            result.append(Coverage(title, present=True, members=tuple(members)))
        else:
            result.append(_missing(title, parsers, store))
    return tuple(result)


def _missing(title: str, parsers: list[Parser], store: Store) -> Coverage:
    kinds = {kind for one in parsers for kind in one.kinds}
    others = [one for one in Parser.registry.values() if one.name in store.members and kinds <= set(one.kinds)]
    if others and any(store.facts(kind) for kind in kinds):
        # What an engineer may have saved by hand stands in the collectors' own file too.
        return Coverage(title, present=False, missing_reason=f"{NOT_NEEDED} {others[0].title}")
    collect = next((one.collect for one in parsers if one.collect), None)
    return Coverage(title, present=False, missing_reason=_reason(parsers), how_to_collect=collect)


def _reason(parsers: list[Parser]) -> str:
    patterns = [pattern for one in parsers for pattern in one.patterns]
    if not patterns:
        return "no must-gather holds it, and no saved file in the archive looks like it"
    more = f" (or {len(patterns) - 1} other places)" if len(patterns) > 1 else ""
    return f"no member {patterns[0]}{more}"
