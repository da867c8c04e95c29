"""The smaller blocks of a configuration: `bfd`, `route-map`, and those of which only the statements are kept.

A block takes the statements that stand in it. `words` are the first words of those that belong to it even where they
are not indented; `leave` answers an `exit`: whether the block goes on.
"""

import re
from collections.abc import Iterator
from typing import Any, Protocol

from parsers.base import Evidence
from parsers.frr_config_facts import Action, BfdProfile, RouteMapEntry, RouteMapMatch, Statement
from parsers.frr_config_grammar import PROFILE, PROFILE_WORDS, Values
from parsers.frr_config_lines import Line

ROUTE_MAP = re.compile(r"route-map (?P<name>\S+) (?P<action>permit|deny) (?P<seq>\d{1,5})")


class BlockBuilder(Protocol):
    """Takes the statements of one block. `take` raises ValueError for one whose grammar is broken."""

    words: frozenset[str]

    def take(self, line: Line) -> None: ...

    def leave(self) -> bool: ...


class PlainBlock:
    """An interface, a vrf, or a block of a daemon that is not read: its statements as they are written."""

    words: frozenset[str] = frozenset()

    def __init__(self, line: Line) -> None:
        self.evidence = line.evidence
        self.name = line.text.partition(" ")[2]
        self.context = line.text
        self.statements: list[Statement] = []

    def take(self, line: Line) -> None:
        """Keep the statement."""
        self.statements.append(Statement(evidence=line.evidence, text=line.text, context=self.context))

    def leave(self) -> bool:
        """`exit` ends the block."""
        return False


class BfdBlock:
    """`bfd`: its profiles; sessions that are configured by hand (`peer …`) are kept as they are written."""

    words = frozenset({"profile", "peer"}) | PROFILE_WORDS

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self._profiles: dict[str, tuple[Evidence, Values]] = {}
        self._profile: Values | None = None
        self._context = "bfd"

    def take(self, line: Line) -> None:
        """Read or keep one statement."""
        words = line.text.removeprefix("no ")
        word, _, rest = words.partition(" ")
        if words == line.text and word in {"profile", "peer"} and rest:
            self._context = f"bfd / {line.text}"
            found = self._profiles.setdefault(rest, (line.evidence, Values())) if word == "profile" else None
            self._profile = found[1] if found else None
            if found:
                return
        elif self._profile is not None and word in PROFILE_WORDS:
            negated = words != line.text
            if not self._profile.apply(PROFILE, words, line.evidence, negated=negated) and not negated:
                raise ValueError(f"statement of a BFD profile of another form than FRR's: {line.text[:60]!r}")
            return
        self.statements.append(Statement(evidence=line.evidence, text=line.text, context=self._context))

    def leave(self) -> bool:
        """`exit` ends the profile or peer first."""
        inside = self._context != "bfd"
        self._profile, self._context = None, "bfd"
        return inside

    def profiles(self) -> Iterator[BfdProfile]:
        """The profiles in the order of the lines."""
        for name, (evidence, values) in self._profiles.items():
            yield BfdProfile(evidence=evidence, marks=values.marks, name=name, **values.arguments())


class RouteMapBlock:
    """One entry of a route-map."""

    words = frozenset({"match", "set", "call", "on-match", "continue"})

    def __init__(self, line: Line, opened: re.Match[str]) -> None:
        self._first, self._last = line, line
        self._opened = opened
        self._values: dict[str, Any] = {}
        self._marks: dict[str, Evidence] = {}
        self._matches: list[RouteMapMatch] = []
        self._sets: list[str] = []

    def take(self, line: Line) -> None:
        """Read one clause."""
        word, _, rest = line.text.partition(" ")
        if word == "match":
            self._matches.append(_match(rest, line.evidence))
        elif word == "set" and rest:
            self._sets.append(rest)
        elif word == "call" and rest:
            self._values["call"] = rest
        elif going_on := re.fullmatch(r"(?:on-match (?:next|goto (?=\d))|continue ?)(\d{1,5})?", line.text):
            self._values["on_match"] = int(going_on[1] or 0)
        elif word not in {"description", "no"}:
            raise ValueError(f"not a clause of a route-map: {line.text[:60]!r}")
        self._marks[word] = line.evidence
        self._last = line

    def leave(self) -> bool:
        """`exit` ends the entry."""
        return False

    def build(self) -> RouteMapEntry:
        """The entry with the lines from its first to its last clause."""
        first, last = self._first, self._last
        joined = first.number == last.number
        return RouteMapEntry(
            evidence=first.evidence if joined else first.source.quote(first.number, last.number),
            marks=self._marks,
            name=self._opened["name"],
            action=Action(self._opened["action"]),
            seq=int(self._opened["seq"]),
            matches=tuple(self._matches),
            sets=tuple(self._sets),
            **self._values,
        )


def _match(words: str, evidence: Evidence) -> RouteMapMatch:
    kind, _, argument = words.partition(" ")
    if kind in {"ip", "ipv6", "evpn", "mac"}:
        kind, _, argument = words.rpartition(" ")
    if not kind or not argument:
        raise ValueError(f"match of another form than FRR's: {words[:60]!r}")
    return RouteMapMatch(evidence=evidence, kind=kind, argument=argument)
