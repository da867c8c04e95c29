"""YAML with the lines of every key and item, from libyaml's events: no object is ever constructed, tags are ignored.

Plain scalars mean what YAML 1.1 and PyYAML's SafeLoader make of them, except that times, octal, binary, sexagesimal
and underscored numbers stay text, and that keys are always text: this is what Kubernetes objects intend.
"""

import re
from collections.abc import Callable
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from parsers.spans import DEPTH_LIMIT, MalformedError, Span, Spans

ALIAS_LIMIT = 100_000  # values that the aliases of a document may stand for together

_Loader: Callable[[str], Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,40})")
_FLOAT = re.compile(r"[-+]?(?:[0-9]{1,40}\.[0-9]{0,40}|\.[0-9]{1,40})(?:[eE][-+][0-9]{1,3})?")
_NUMERIC = frozenset("0123456789-+.")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"), False),
}
# libyaml counts these as ends of lines, a text does not: they would shift the line numbers.
_OTHER_BREAKS = re.compile("[\r\x85\u2028\u2029]")


def plain_scalar(text: str) -> Any:
    """The value of an unquoted scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMERIC:
        if _INTEGER.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


class _Node:
    """A collection being filled: its value, the lines of its parts, the key that waits for its value."""

    __slots__ = ("anchor", "first", "flow", "key", "key_line", "mapping", "spans", "value", "weight")

    def __init__(self, event: CollectionStartEvent, line: int, weight: int) -> None:
        self.mapping = type(event) is MappingStartEvent
        self.flow = bool(event.flow_style)
        self.value: Any = {} if self.mapping else []
        self.spans: dict[str | int, Span] = {}
        self.key: str | None = None
        self.key_line = 0
        self.first = line
        self.anchor: str | None = event.anchor
        self.weight = weight

    def add(self, value: Any, first: int, last: int) -> None:
        if not self.mapping:
            self.spans[len(self.value)] = (first, last)
            self.value.append(value)
        elif self.key is None:
            if not isinstance(value, str):
                raise MalformedError(first, "a key that is no text")
            self.key, self.key_line = value, first
        else:
            self.value[self.key] = value
            self.spans[self.key] = (self.key_line, last)
            self.key = None


class _Reader:
    """One document: `weight` counts its values, those behind aliases too."""

    def __init__(self, first_line: int) -> None:
        self.first_line = first_line
        self.spans: Spans = {}
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.aliased = 0

    def document(self, next_event: Callable[[], Any]) -> tuple[Any, Span]:  # noqa: C901, PLR0912 - the hot loop
        """The value of the one document and its lines."""
        offset, stack, weight, documents, last = self.first_line, [_Node(_ROOT, 0, 0)], 0, 0, self.first_line
        node = stack[0]
        event: Any
        while (event := next_event()) is not None:
            kind = type(event)
            if kind is ScalarEvent:
                weight += 1
                mark = event.start_mark.line
                first = last = mark + offset
                value = event.value
                if node.mapping and node.key is None:
                    node.key, node.key_line = value, first
                    continue
                if not event.implicit[0] or " " in value:  # of plain ones only a text with blanks can be folded
                    last = _last_line(event) + offset
                if event.implicit[0]:
                    value = plain_scalar(value)
                if event.anchor:
                    self.anchors[event.anchor] = (value, 1)
                node.add(value, first, last)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                weight += 1
                node = _Node(event, event.start_mark.line + offset, weight)
                stack.append(node)
                if len(stack) > DEPTH_LIMIT:
                    raise MalformedError(node.first, "nested too deep")
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                done, node = stack.pop(), stack[-1]
                last = event.end_mark.line + offset if done.flow else max(last, done.first)
                self.spans[id(done.value)] = done.spans
                if done.anchor:
                    self.anchors[done.anchor] = (done.value, weight - done.weight + 1)
                node.add(done.value, done.first, last)
            elif kind is AliasEvent:
                last = event.start_mark.line + offset
                value, size = self._alias(event.anchor, last)
                weight += size
                node.add(value, last, last)
            elif kind is DocumentStartEvent:
                documents += 1
                if documents > 1:
                    raise MalformedError(event.start_mark.line + offset, "a second document")
        if not stack[0].value:
            return None, (offset, offset)
        return stack[0].value[0], stack[0].spans[0]

    def _alias(self, anchor: str, line: int) -> tuple[Any, int]:
        if anchor not in self.anchors:
            raise MalformedError(line, "an alias without its anchor")
        value, size = self.anchors[anchor]
        self.aliased += size
        if self.aliased > ALIAS_LIMIT:
            raise MalformedError(line, "aliases stand for too many values")
        return value, size


_ROOT = CollectionStartEvent(None, None, True)  # the list that the document's value is put into


def _last_line(event: Any) -> int:
    end = event.end_mark
    # A block scalar ends at the start of the line behind it.
    behind = end.column == 0 and end.line > event.start_mark.line
    return int(end.line) - 1 if behind else int(end.line)


def read_yaml(content: str, first_line: int = 1) -> tuple[Any, Spans, Span]:
    """The value of one document, the lines of its parts, its own lines. MalformedError on anything else."""
    if _OTHER_BREAKS.search(content):
        content = _OTHER_BREAKS.sub(" ", content)
    reader = _Reader(first_line)
    try:
        value, span = reader.document(_Loader(content).get_event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # An end that comes too early is noticed behind the last line.
        line = min(int(mark.line) if mark else 0, content.rstrip("\n").count("\n"))
        raise MalformedError(first_line + line, f"not YAML: {error.problem}") from None
    except yaml.reader.ReaderError as error:
        before = content.encode("utf-8", "replace")[: error.position]
        raise MalformedError(first_line + before.count(b"\n"), f"not YAML: {error.reason}") from None
    return value, reader.spans, span
