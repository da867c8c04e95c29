"""The Kubernetes objects of a file, each read on its own.

`oc adm inspect` and `oc get -o yaml` write one object or a list. Of a list every item is parsed on its own, so that a
torn item costs that item alone: inspect processes that run at the same time may write one file, which leaves
duplicated tails and runs of NUL (openshift/oc pkg/cli/admin/inspect, releases from 4.16), and archives are cut.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from parsers.base import ParseFailure, SourceFile, Text, failure
from parsers.spans import MalformedError, Span, Spans
from parsers.tree import Tree, parse_json
from parsers.yaml_reader import read_yaml

_MARKER = re.compile(r"---(?:\s|$)|\.\.\.\s*$")
_LIST_KEY = re.compile(r"(?:apiVersion|items|kind|metadata):(?:\s|$)")


def without(*keys: str) -> re.Pattern[str]:
    """Keys whose blocks are not parsed: what no rule reads is most of a pod. Lists directly in lists are left alone."""
    names = "|".join(map(re.escape, keys))
    # Behind the dash of a list item a key stands two columns further right, and so does what belongs to it.
    return re.compile(
        rf"^(?P<indent> *)(?P<dash>- )?(?:{names}):\n"
        r"(?(dash)(?:(?P=indent)  (?: |- ).*\n|\n)*|(?:(?P=indent)(?: |- ).*\n|\n)*)",
        re.MULTILINE,
    )


def _blank(match: re.Match[str]) -> str:
    return (f"{match['indent']}-" if match["dash"] else "") + "\n" * match[0].count("\n")


@dataclass(frozen=True, slots=True)
class Reading:
    """How much of a YAML file is parsed: `keep` decides on the text of an object, `drop` is made by `without`."""

    keep: Callable[[str], bool] | None = None
    drop: re.Pattern[str] | None = None

    def parse(self, chunk: Text) -> tuple[Any, Spans, Span] | None:
        """The value of a chunk and its lines; None for what is not kept."""
        content = "\n".join(chunk.lines) + "\n"
        if self.keep and not self.keep(content):
            return None
        return read_yaml(self.drop.sub(_blank, content) if self.drop else content, chunk.first_line)


EVERYTHING = Reading()


def objects(source: SourceFile, parser_name: str, reading: Reading = EVERYTHING) -> Iterator[Tree | ParseFailure]:
    """Every Kubernetes object of a file: a single one, several documents, or the items of lists; YAML or JSON.

    What cannot be read is a failure at its line; the other objects are kept.
    """
    text = source.text()
    first = next((line.lstrip() for line in text.lines if line.strip()), "")
    for piece in _json_objects(text) if first.startswith("{") else _yaml_objects(text, reading):
        if isinstance(piece, MalformedError):
            yield failure(text.quote(piece.line), parser_name, piece.reason)
        elif isinstance(piece.value, dict):
            source.at(text, piece.span[0])
            yield piece
        else:
            yield failure(text.quote(piece.span[0]), parser_name, "not a Kubernetes object")


def _json_objects(text: Text) -> Iterator[Tree | MalformedError]:
    try:
        whole = parse_json(text)
    except MalformedError as error:
        yield error
        return
    if isinstance(whole.get("items"), list) and str(whole.get("kind", default="List")).endswith("List"):
        yield from whole.items("items")
    else:
        yield whole


def _yaml_objects(text: Text, reading: Reading) -> Iterator[Tree | MalformedError]:
    for document in _documents(text):
        if any(line.startswith("items:") and line.rstrip() == "items:" for line in document.lines):
            yield from _list_items(document, text, reading)
        elif any(line.strip() for line in document.lines):
            yield from _single(document, text, reading)


def _documents(text: Text) -> Iterator[Text]:
    start = text.first_line
    for number, line in text.numbered():
        if line[:3] in {"---", "..."} and _MARKER.match(line):
            yield text.part(start, number - 1)
            start = number + 1
    yield text.part(start, text.last_line)


def _single(document: Text, text: Text, reading: Reading) -> Iterator[Tree | MalformedError]:
    if document.torn:
        yield MalformedError(document.last_line, "cut off: the rest of the object is missing")
        return
    try:
        found = reading.parse(document)
    except MalformedError as error:
        yield error
        return
    if found is None or found[0] is None:  # not wanted, or comments alone
        return
    tree = Tree(found[0], text, *found[1:])
    if tree.get("items") != [] or not str(tree.get("kind")).endswith("List"):
        yield tree


def _list_items(document: Text, text: Text, reading: Reading) -> Iterator[Tree | MalformedError]:
    chunks = list(_chunks(document))
    # Keys are sorted: `kind` stands behind the items. A list in which it stands nowhere was cut inside its last item.
    whole = any(chunk.lines[0].startswith("kind:") for chunk, is_item in chunks if not is_item)
    torn = {chunk.first_line for (chunk, _), (after, is_item) in pairwise(chunks) if not is_item and _foreign(after)}
    if not whole:
        torn.add(max((chunk.first_line for chunk, is_item in chunks if is_item), default=0))
    for chunk, is_item in chunks:
        if not is_item:
            yield from _not_of_a_list(chunk)
        elif chunk.first_line not in torn:
            yield from _item(chunk, text, reading)
    if not whole:
        yield MalformedError(document.last_line, "the list ends without its kind: cut off in its last item")


def _foreign(chunk: Text) -> bool:
    return not _LIST_KEY.match(chunk.lines[0])


def _chunks(document: Text) -> Iterator[tuple[Text, bool]]:
    """The items of a list and its own keys, told apart by their columns; whatever else is in the chunk before it."""
    dash = ""  # how the lines begin that begin an item, once the first one is seen
    start, is_item, in_items = document.first_line, False, False
    for number, line in document.numbered():
        if in_items and not dash and line.lstrip(" ").startswith("-"):
            dash = line[: line.index("-") + 1]
        begins_item = bool(dash) and line.startswith(dash)
        if begins_item or (line and line[0] not in " #-"):
            if number > start:
                yield document.part(start, number - 1), is_item
            start, is_item = number, begins_item
            in_items = in_items or line.startswith("items:")
    yield document.part(start, document.last_line), is_item


def _not_of_a_list(chunk: Text) -> Iterator[MalformedError]:
    """Complaints about a chunk that should be one of the list's own keys."""
    if not any(line.strip() and not line.startswith("#") for line in chunk.lines):
        return
    if _foreign(chunk):
        yield MalformedError(chunk.first_line, "no part of a list: torn, the item before it is lost too")
        return
    try:
        EVERYTHING.parse(chunk)
    except MalformedError as error:
        yield error


def _item(chunk: Text, text: Text, reading: Reading) -> Iterator[Tree | MalformedError]:
    try:
        found = reading.parse(chunk)
    except MalformedError as error:
        yield error
        return
    if found and not isinstance(found[0], list):  # a torn line that begins with a dash
        yield MalformedError(chunk.first_line, "no item of a list: torn")
    elif found:
        value, spans, _ = found
        yield Tree(value[0], text, spans, spans[id(value)][0])
