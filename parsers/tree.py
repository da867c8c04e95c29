"""YAML and JSON as plain values that know their lines."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from parsers.base import Evidence, Text
from parsers.json_reader import read_json
from parsers.spans import Span, Spans
from parsers.yaml_reader import read_yaml


@dataclass(frozen=True, slots=True)
class Tree:
    """A plain value (dict, list, str, int, float, bool, None), the text that it was read from and its lines there."""

    value: Any
    text: Text
    spans: Spans = field(repr=False)
    span: Span

    def _steps(self, path: tuple[str | int, ...]) -> list[tuple[Any, Span]]:
        found: list[tuple[Any, Span]] = [(self.value, self.span)]
        for step in path:
            value = found[-1][0]
            lines = self.spans.get(id(value))
            if lines is None or step not in lines:
                break
            found.append((value[step], lines[step]))
        return found

    def get(self, *path: str | int, default: Any = None) -> Any:
        """The value at the path; `default` where the path does not exist or holds null."""
        value = self.value
        for step in path:
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
                value = value[step]
            else:
                return default
        return default if value is None else value

    def has(self, *path: str | int) -> bool:
        """Whether the path exists, be it with null."""
        return len(self._steps(path)) > len(path)

    def evidence(self, *path: str | int, note: str | None = None) -> Evidence:
        """The lines from the key at the path to the end of its value; the first line of what exists of the path."""
        found = self._steps(path)
        first, last = found[-1][1]
        return self.text.quote(first, last if len(found) > len(path) else first, note)

    def sub(self, *path: str | int) -> "Tree":
        """The tree below the path, with the same text; a tree of None where the path does not exist."""
        found = self._steps(path)
        value, span = found[-1]
        if len(found) <= len(path):
            return Tree(None, self.text, {}, (span[0], span[0]))
        return Tree(value, self.text, self.spans, span)

    def items(self, *path: str | int) -> Iterator["Tree"]:
        """The items of the list at the path; nothing where there is no list."""
        below = self.sub(*path)
        if isinstance(below.value, list):
            for index in range(len(below.value)):
                yield below.sub(index)


def parse_json(text: Text) -> Tree:
    """One JSON document. MalformedError, a ValueError, names the line of bad JSON."""
    value, spans, span = read_json(text)
    return Tree(value, text, spans, span)


def parse_yaml(text: Text) -> Tree:
    """One YAML document; an empty one is None. MalformedError, a ValueError, names the line of bad YAML."""
    value, spans, span = read_yaml("\n".join(text.lines), text.first_line)
    return Tree(value, text, spans, span)
