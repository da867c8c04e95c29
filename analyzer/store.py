"""The facts of one analysis, and the joins over them. Absent is not empty."""

from typing import Any

from analyzer.rule import Join, Need, NotCollectedError
from parsers.base import Fact, ParseFailure, Parser


class Store:
    """Facts by kind. A kind is present once a member that can hold it was read, even if it held none."""

    def __init__(self) -> None:
        self._facts: dict[type[Fact], list[Fact]] = {}
        self._joined: dict[type[Any], Any] = {}
        self._absent: dict[type[Any], str] = {}
        self.members: dict[str, list[str]] = {}  # parser name -> member paths
        self.failures: list[ParseFailure] = []

    def read(self, parser: Parser, path: str, *, answered: bool = True) -> None:
        """Note that a member was given to a parser: its kinds are present from now on, if it could be read at all."""
        self.members.setdefault(parser.name, []).append(path)
        for kind in parser.kinds if answered else ():
            self._facts.setdefault(kind, [])

    def add(self, fact: Fact) -> None:
        """Keep one fact."""
        if isinstance(fact, ParseFailure):
            self.failures.append(fact)
        else:
            self._facts.setdefault(type(fact), []).append(fact)

    def supply(self, value: object) -> None:
        """Give a join its value, in place of what would be derived."""
        self._joined[type(value)] = value

    def facts(self, kind: type[Fact]) -> tuple[Any, ...] | None:
        """The facts of a kind in the order of the archive; None when nothing that could hold them was collected."""
        found = self._facts.get(kind)
        return None if found is None else tuple(found)

    def arguments(self, needs: tuple[Need, ...]) -> dict[str, Any]:
        """The values for these needs. Raises NotCollectedError for a required one that is absent."""
        return {need.name: self._value(need) for need in needs}

    def _value(self, need: Need) -> Any:
        if need.facts:
            found = self.facts(need.kind)
            if found is None and not need.optional:
                raise NotCollectedError(missing(need.kind))
            return found
        try:
            return self.joined(need.kind)
        except NotCollectedError:
            if need.optional:
                return None
            raise

    def joined(self, kind: type[Any]) -> Any:
        """The result of a join, computed at the first call. Raises NotCollectedError when its facts are absent."""
        if kind in self._absent:
            raise NotCollectedError(self._absent[kind])
        if kind not in self._joined:
            one = Join.registry[kind]
            try:
                self._joined[kind] = one.function(**self.arguments(one.needs))
            except NotCollectedError as absent:
                self._absent[kind] = str(absent)
                raise
        return self._joined[kind]


def missing(kind: type[Fact]) -> str:
    """What to say when facts of a kind are absent: the inputs that would hold them."""
    titles = sorted({one.title for one in Parser.registry.values() if kind in one.kinds})
    return f"not collected: {' or '.join(titles) or kind.__name__}"
