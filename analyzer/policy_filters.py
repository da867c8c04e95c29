"""Route-maps and prefix-lists of FRR, walked as FRR walks them.

lib/routemap.c (route_map_apply_ext), lib/plist.c (prefix_list_apply_ext) and bgpd/bgp_routemap.c, the same in FRRouting
7.5 to 10.7. What depends on attributes of a route that a configuration does not show (communities, tags, access-lists)
is unknown, unless every outcome is the same.
"""

import functools
from dataclasses import dataclass, replace
from enum import StrEnum

from parsers.base import Evidence
from parsers.frr_config import Action, PrefixListEntry, RouteMapEntry, RouteMapMatch, RunningConfig
from parsers.prefixes import contains, length
from parsers.vocabulary import Family

BRANCHES = 32  # clauses of unknown outcome, and route-maps that call each other, that are followed
_QUOTED = 8  # places that a verdict names


class Answer(StrEnum):
    """Whether a prefix passes."""

    PERMIT = "permit"
    DENY = "deny"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, why in a few words, and the lines that decide. Nothing configured to decide has no lines."""

    answer: Answer
    reason: str
    evidence: tuple[Evidence, ...] = ()

    @property
    def permitted(self) -> bool:
        """Whether the prefix passes for certain."""
        return self.answer is Answer.PERMIT

    @property
    def denied(self) -> bool:
        """Whether the prefix is held back for certain."""
        return self.answer is Answer.DENY

    def under(self, *evidence: Evidence | None) -> "Verdict":
        """The same with the lines that lead to it in front."""
        places = dict.fromkeys([*(one for one in evidence if one is not None), *self.evidence])
        return replace(self, evidence=tuple(places)[:_QUOTED])


@dataclass(frozen=True, slots=True)
class Matched:
    """Whether something matches (None: unknown), and the lines that say so."""

    result: bool | None
    evidence: tuple[Evidence, ...] = ()


class _List:
    """A prefix-list, ready for many questions: most entries match exactly one prefix."""

    def __init__(self, entries: tuple[PrefixListEntry, ...]) -> None:
        self.exact: dict[str, PrefixListEntry] = {}
        self.ranges: list[PrefixListEntry] = []
        for entry in entries:
            if entry.prefix == "any" or entry.ge is not None or entry.le is not None:
                self.ranges.append(entry)
            else:
                self.exact.setdefault(entry.prefix, entry)

    def apply(self, prefix: str) -> tuple[Answer, PrefixListEntry | None]:
        """What the entry with the lowest number that matches says; no match is a deny."""
        best = self.exact.get(prefix)
        for entry in self.ranges:
            if best is not None and best.seq < entry.seq:
                break
            matched = _in_range(entry, prefix)
            if matched is None:
                return Answer.UNKNOWN, entry
            if matched:
                best = entry
                break
        return (Answer(best.action), best) if best else (Answer.DENY, None)


def _in_range(entry: PrefixListEntry, prefix: str) -> bool | None:
    # With `ge` alone there is no upper bound, with `le` alone the entry's own length is the lower one.
    size = length(prefix)
    shortest = max(entry.ge or 0, length(entry.prefix) or 0)
    if size is not None and not shortest <= size <= (entry.le if entry.le is not None else 128):
        return False
    return True if entry.prefix == "any" else contains(entry.prefix, prefix)


class Filters:
    """The lists and maps of one configuration, each looked up once."""

    def __init__(self, config: RunningConfig) -> None:
        self._config = config
        self._list = functools.cache(self._load_list)
        self._map = functools.cache(config.route_map)

    def _load_list(self, name: str, family: Family) -> _List | None:
        entries = self._config.prefix_list(name, family)
        return _List(entries) if entries else None

    def _declared(self, name: str, family: Family) -> bool:
        # A list that has a description and no entry exists and permits everything; one that does not exist denies.
        start = f"{'ip' if family is Family.IPV4 else 'ipv6'} prefix-list {name} description "
        return any(one.text.startswith(start) for one in self._config.statements)

    def permits(self, route_map: str | None, prefix_list: str | None, prefix: str, family: Family) -> Verdict:
        passed = Verdict(Answer.PERMIT, "no outbound filter")
        if prefix_list is not None:
            listed = self._listed(prefix_list, prefix, family)
            if listed.result is False:
                exists = self._list(prefix_list, family) is not None
                says = "does not permit it" if exists else "does not exist"
                return Verdict(Answer.DENY, f"prefix-list {prefix_list} {says}", listed.evidence)
            passed = Verdict(Answer.PERMIT, f"prefix-list {prefix_list} permits it", listed.evidence)
            if listed.result is None:
                passed = Verdict(Answer.UNKNOWN, f"prefix-list {prefix_list} may match it", listed.evidence)
        if route_map is None:
            return passed
        mapped = self._mapped(route_map, prefix, family, 0)
        return mapped if mapped.denied or passed.permitted else passed

    def _listed(self, name: str, prefix: str, family: Family, otherwise: Evidence | None = None) -> Matched:
        """What a prefix-list says; `otherwise` is the place to show where no entry decides."""
        entries = self._list(name, family)
        fallback = () if otherwise is None else (otherwise,)
        if entries is None:
            return Matched(self._declared(name, family), fallback)
        answer, entry = entries.apply(prefix)
        place = (entry.evidence,) if entry else fallback
        return Matched(None if answer is Answer.UNKNOWN else answer is Answer.PERMIT, place)

    def _mapped(self, name: str, prefix: str, family: Family, depth: int) -> Verdict:
        entries = self._map(name)
        if not entries:
            # route_map_apply of a name that is set and does not exist denies (map == NULL is RMAP_DENYMATCH).
            return Verdict(Answer.DENY, f"route-map {name} does not exist")
        return _Walk(self, name, entries, prefix, family, depth).result()

    def called(self, name: str, prefix: str, family: Family, depth: int) -> Verdict:
        """What `call` of a route-map says: one that does not exist is passed over, endless recursion denies."""
        if depth > BRANCHES:
            return Verdict(Answer.DENY, "route-maps call each other without end")
        if not self._map(name):
            return Verdict(Answer.PERMIT, f"route-map {name} does not exist")
        return self._mapped(name, prefix, family, depth)

    def matched(self, match: RouteMapMatch, prefix: str, family: Family) -> Matched:
        """One match clause. A clause on addresses of the other family does not match."""
        ip, _, kind = match.kind.partition(" ")
        if ip not in {"ip", "ipv6"} or not kind.startswith("address"):
            return Matched(None, (match.evidence,))
        of = Family.IPV4 if ip == "ip" else Family.IPV6
        if kind != "address prefix-list":  # an access-list: its entries are not read
            return Matched(None, (match.evidence,)) if of is family else Matched(result=False)
        if self._list(match.argument, of) is None:
            place = match.evidence.noted(f"{ip} prefix-list {match.argument} does not exist")
            return self._listed(match.argument, prefix, of, place)
        return self._listed(match.argument, prefix, of, match.evidence) if of is family else Matched(result=False)


@dataclass(slots=True)
class _Walk:
    """One prefix on its way through one route-map."""

    filters: Filters
    name: str
    entries: tuple[RouteMapEntry, ...]
    prefix: str
    family: Family
    depth: int
    branches: int = 0

    def result(self) -> Verdict:
        """The verdict."""
        return self._from(0, self._nothing(), ())

    def _from(self, at: int, ending: Verdict, passed: tuple[Evidence, ...]) -> Verdict:
        """The outcome from an entry on; `ending` is the verdict behind the last entry, `passed` what did not match."""
        while at < len(self.entries):
            entry = self.entries[at]
            matched = self._matches(entry)
            if matched.result is None:
                return self._either(at, entry, matched, passed)
            if matched.result:
                ending, going_on = self._taken(at, entry, matched)
                if going_on is None:
                    return ending
                at = going_on
                continue
            # An entry that does not match denies even what one with `on-match next` had permitted before.
            ending = self._nothing()
            passed = (*passed, entry.evidence, *matched.evidence)[: 2 * _QUOTED] if matched.evidence else passed
            at += 1
        return ending.under(*passed) if ending.denied else ending

    def _nothing(self) -> Verdict:
        return Verdict(Answer.DENY, f"no entry of route-map {self.name} permits it")

    def _either(self, at: int, entry: RouteMapEntry, matched: Matched, passed: tuple[Evidence, ...]) -> Verdict:
        reason = f"depends on what entry {entry.seq} of route-map {self.name} matches"
        unknown = Verdict(Answer.UNKNOWN, reason, (entry.evidence, *matched.evidence))
        self.branches += 1
        if self.branches > BRANCHES:
            return unknown
        taken, going_on = self._taken(at, entry, matched)
        if going_on is not None:
            taken = self._from(going_on, taken, passed)
        skipped = self._from(at + 1, self._nothing(), passed)
        return skipped if taken.answer is skipped.answer else unknown

    def _taken(self, at: int, entry: RouteMapEntry, matched: Matched) -> tuple[Verdict, int | None]:
        """The verdict of an entry that matches, and the position at which the walk goes on, None where it ends."""
        places = (entry.evidence, *matched.evidence)
        if entry.action is Action.DENY:
            return Verdict(Answer.DENY, f"entry {entry.seq} of route-map {self.name} denies it", places), None
        if entry.call is not None:
            called = self.filters.called(entry.call, self.prefix, self.family, self.depth + 1)
            if not called.permitted:
                return called.under(entry.evidence), None
        verdict = Verdict(Answer.PERMIT, f"entry {entry.seq} of route-map {self.name} permits it", places)
        if entry.on_match is None:
            return verdict, None
        behind = (index for index in range(at + 1, len(self.entries)) if self.entries[index].seq >= entry.on_match)
        return verdict, next(behind, len(self.entries))

    def _matches(self, entry: RouteMapEntry) -> Matched:
        """All clauses must match. What decides is the first that does not, else what is unknown."""
        found = [self.filters.matched(match, self.prefix, self.family) for match in entry.matches]
        for one in found:
            if one.result is False:
                return one
        unknown = [one for one in found if one.result is None]
        evidence = tuple(place for one in unknown or found for place in one.evidence)
        return Matched(None if unknown else True, evidence)
