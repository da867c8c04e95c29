"""Facts as plain values, for the pairs in fixtures/parsers."""

import re

from parsers.base import Fact, Parser, SourceFile, run


def lines_of(evidence):
    first, last = evidence.first_line, evidence.last_line
    return str(first) if first == last else f"{first}-{last}"


def plain(fact: Fact) -> dict:
    values = fact.model_dump(mode="json", exclude={"evidence", "marks", "origin"}, exclude_defaults=True)
    return {
        "fact": type(fact).__name__,
        "lines": lines_of(fact.evidence),
        **values,
        **({"marks": {name: lines_of(mark) for name, mark in fact.marks.items()}} if fact.marks else {}),
    }


def path_for(one: Parser, case: str) -> str:
    """A path that the parser's first pattern matches; a parser known by content alone gets a loose file."""
    if not one.patterns:
        return f"saved/{case}.txt"
    return re.sub(r"\{(\w+)\}", lambda part: f"a-{part[1]}", one.patterns[0]).replace("*", "x")


def read(name: str, data: bytes, case: str = "case", path: str | None = None) -> list[Fact]:
    one = Parser.registry[name]
    params = {part: f"a-{part}" for pattern in one.patterns[:1] for part in re.findall(r"\{(\w+)\}", pattern)}
    return list(run(one, SourceFile(path or path_for(one, case), [data], params)))
