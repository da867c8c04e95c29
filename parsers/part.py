"""Facts within a fact: the containers of a pod, the neighbors of a configuration. Each knows its own lines."""

from typing import Any

from pydantic import SerializerFunctionWrapHandler, model_serializer

from parsers.base import Evidence, Fact


def lines_of(evidence: Evidence) -> str:
    """Line numbers as people write them: `12` or `12-15`."""
    first, last = evidence.first_line, evidence.last_line
    return str(first) if first == last else f"{first}-{last}"


class Part(Fact):
    """A part of a fact. Written out, its places are line numbers: the whole holds the path."""

    @model_serializer(mode="wrap")
    def _written(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        values = {key: value for key, value in handler(self).items() if key not in {"evidence", "marks"}}
        marks = {name: lines_of(mark) for name, mark in self.marks.items()}
        return {"lines": lines_of(self.evidence), **values, **({"marks": marks} if marks else {})}
