"""Of which namespaces the objects of a kind were collected at all, so that absent never reads as empty.

`oc adm inspect` writes one list for each namespace that it visits, empty ones too (openshift/oc
pkg/cli/admin/inspect/namespace.go); `oc get -A -o yaml` writes one list for all of them. A single object says nothing
about its neighbors, and neither does a list that is cut or of which an item cannot be read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from parsers.base import Evidence, Fact, ParseFailure, SourceFile, Text
from parsers.kubernetes import Builder, read_objects
from parsers.objects import EVERYTHING, Reading
from parsers.tree import Tree
from parsers.values import text

# A list has `items`: as a key of its own in YAML, anywhere in JSON. A JSON text within JSON has escaped quotes.
_LIST = re.compile(rb"(?:\A|\n)items:|\A\s*\{(?s:.*?)\"items\"\s*:\s*\[")
_HEADED = re.compile(rb"\A(?:---\r?\n)?(?:apiVersion|items):")  # how the line numbers of a first document are known
_ITEMS = re.compile(r"\s*\"?items\"?\s*:")
_NAMESPACE = re.compile(r"^ {4,6}namespace: [\"']?([a-z0-9-]{1,63})[\"']?\s*$", re.MULTILINE)
_HEAD = 12  # more lines than stand above the items of a list


class Listed(Fact):
    """The namespaces of which the objects of a kind are all in the archive.

    `everywhere` is true for a list over two or more namespaces: it was made with `oc get -A`. A list that a selector
    made shorter looks the same. The evidence is the line of `items`, or the first line where none was parsed.
    """

    kind: str
    namespaces: tuple[str, ...]
    everywhere: bool = False
    image_dir: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """How the objects of a kind are read, and the fact that says of which namespaces they were collected."""

    parser_name: str
    kind: str
    build: Builder
    listed: type[Listed]
    reading: Reading = EVERYTHING

    def read(self, source: SourceFile) -> Iterator[Any]:
        """The facts of the objects, and behind them a fact of `listed` where the file is a whole list."""
        if not source.holds(_LIST):
            yield from read_objects(source, self.parser_name, {self.kind: self.build}, self.reading)
            return
        seen = _Seen(self, source)
        whole = True
        reading = Reading(seen.keep, self.reading.drop)
        for fact in read_objects(source, self.parser_name, {self.kind: seen.build}, reading):
            whole = whole and not isinstance(fact, ParseFailure)
            yield fact
        of_member = source.params.get("namespace")
        namespaces = (of_member,) if of_member else tuple(sorted(seen.namespaces))
        if whole and namespaces:
            yield self.listed(
                evidence=seen.place or source.cursor or Evidence(source.path, 1, 1, ("",)),
                kind=self.kind,
                namespaces=namespaces,
                everywhere=len(namespaces) > 1,
                image_dir=source.image_dir,
            )


class _Seen:
    """What passes by while a list is read: the namespaces of all its objects, also of those that are not kept."""

    def __init__(self, listing: Listing, source: SourceFile) -> None:
        self.namespaces: set[str] = set()
        self.place: Evidence | None = None
        self._kind = re.compile(rf"^ {{0,4}}(?:- )?kind: {listing.kind}$", re.MULTILINE)
        self._source, self._build, self._keep = source, listing.build, listing.reading.keep
        self._at_start = source.holds(_HEADED)

    def keep(self, item: str) -> bool:
        """Whether an object, or a list that is empty, is parsed."""
        if self._at_start:
            self._at_start = False
            self.place = _of_empty(item, self._source)
        if self._kind.search(item) and (found := _NAMESPACE.search(item)):
            self.namespaces.add(found[1])
        return self._keep is None or self._keep(item)

    def build(self, tree: Tree, source: SourceFile) -> Iterator[Any]:
        """The facts of an object."""
        self.place = self.place or _of_items(tree.text)
        if namespace := text(tree, "metadata", "namespace"):
            self.namespaces.add(namespace)
        yield from self._build(tree, source)


def _of_items(content: Text) -> Evidence:
    lines = (number for number, line in enumerate(content[:_HEAD], content.first_line) if _ITEMS.match(line))
    return content.quote(next(lines, content.first_line))


def _of_empty(document: str, source: SourceFile) -> Evidence | None:
    """The line of `items: []` in the first document, which begins with its file, or below the marker there."""
    before = [line for line in (source.cursor.excerpt if source.cursor else ()) if line.startswith("---")]
    for number, line in enumerate(document.split("\n"), 1 + len(before)):
        if line.startswith("items:"):
            return Evidence(source.path, number, number, (line,))
    return None
