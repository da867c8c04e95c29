"""JSON (RFC 8259) with the lines of every key and item."""

import json
import re
from bisect import bisect_right
from typing import Any

from parsers.base import Text
from parsers.spans import DEPTH_LIMIT, MalformedError, Span, Spans

_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,399})(\.\d+)?([eE][-+]?\d+)?")
_WORDS = {"t": ("true", True), "f": ("false", False), "n": ("null", None)}


class JsonReader:
    """Recursive descent over one text; `spans` fills while values are read."""

    def __init__(self, text: Text) -> None:
        self.content = "\n".join(text.lines)
        self.first_line = text.first_line
        self.starts = [0]
        for line in text.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.spans: Spans = {}

    def line(self, position: int) -> int:
        return min(bisect_right(self.starts, position), max(1, len(self.starts) - 1)) - 1 + self.first_line

    def malformed(self, position: int, reason: str) -> MalformedError:
        return MalformedError(self.line(position), f"not JSON: {reason}")

    def skip(self, position: int) -> int:
        match = _SPACE.match(self.content, position)
        assert match is not None
        return match.end()

    def string(self, position: int) -> tuple[str, int]:
        match = _STRING.match(self.content, position)
        if match is None:
            raise self.malformed(position, "a string without an end")
        if "\\" not in match[0]:
            return match[0][1:-1], match.end()
        try:
            return str(json.loads(match[0], strict=False)), match.end()
        except json.JSONDecodeError as error:
            raise self.malformed(position + error.pos, error.msg) from None

    def value(self, position: int, depth: int) -> tuple[Any, int]:
        """The value that begins here and the position after it."""
        character = self.content[position : position + 1]
        if depth > DEPTH_LIMIT:
            raise self.malformed(position, "nested too deep")
        if character == '"':
            return self.string(position)
        if character and character in "{[":
            return self.collection(position, depth)
        if character in _WORDS and self.content.startswith(_WORDS[character][0], position):
            return _WORDS[character][1], position + len(_WORDS[character][0])
        if match := _NUMBER.match(self.content, position):
            return json.loads(match[0]), match.end()
        raise self.malformed(position, "ends too early" if not character else f"unexpected {character!r}")

    def collection(self, start: int, depth: int) -> tuple[Any, int]:
        """A mapping or a list; the lines of a member go from its key to the end of its value."""
        mapping = self.content[start] == "{"
        close = "}" if mapping else "]"
        result: dict[Any, Any] = {}
        spans: dict[str | int, Span] = {}
        position = self.skip(start + 1)
        while self.content[position : position + 1] != close or result:
            begin = position
            key: Any = len(result)
            if mapping:
                key, position = self.key(position)
            result[key], end = self.value(position, depth + 1)
            spans[key] = (self.line(begin), self.line(end - 1))
            position = self.skip(end)
            if self.content[position : position + 1] == close:
                break
            if self.content[position : position + 1] != ",":
                raise self.malformed(position, f"expected ',' or {close!r}")
            position = self.skip(position + 1)
        value = result if mapping else list(result.values())
        self.spans[id(value)] = spans
        return value, position + 1

    def key(self, position: int) -> tuple[str, int]:
        if self.content[position : position + 1] != '"':
            raise self.malformed(position, "expected a key in quotes")
        key, position = self.string(position)
        position = self.skip(position)
        if self.content[position : position + 1] != ":":
            raise self.malformed(position, "expected ':'")
        return key, self.skip(position + 1)


def read_json(text: Text) -> tuple[Any, Spans, Span]:
    """The value of one document, the lines of its parts, its own lines. MalformedError on anything else."""
    reader = JsonReader(text)
    start = reader.skip(0)
    value, end = reader.value(start, 0)
    rest = reader.skip(end)
    if rest < len(reader.content):
        raise reader.malformed(rest, "text after the end of the document")
    return value, reader.spans, (reader.line(start), reader.line(end - 1))
