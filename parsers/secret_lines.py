"""Lines of saved Secrets without anything that could be secret: what remains is all that is ever parsed or quoted.

Of YAML a line stays as it is only where its key and its value are known to be harmless (name, namespace, type, …); of
`data` and `stringData` only the names of the keys stay. Annotations hold the whole Secret once more
(`kubectl.kubernetes.io/last-applied-configuration`), so they go with everything else that is not known.
"""

import re
from collections.abc import Iterable, Iterator

from parsers.base import Text
from parsers.secrets import MASK

_DNS = r"[a-z0-9.:-]{1,253}"
_OF_OBJECT = {
    "apiVersion": r"[a-z0-9./]{1,253}",
    "immutable": "true|false",
    "kind": "[A-Za-z0-9]{1,63}",
    "type": r"[A-Za-z0-9./-]{1,253}",
}
_OF_METADATA = {
    "creationTimestamp": r"[0-9TZ:.+-]{1,40}|null",
    "name": _DNS,
    "namespace": _DNS,
    "resourceVersion": "[0-9]{0,20}",
    "uid": "[0-9a-f-]{1,40}",
}
_CONTAINERS = frozenset({"items", "metadata"})
_DATA = frozenset({"data", "stringData"})
_LINE = re.compile(r"(?P<indent> *)(?P<dash>- +)?(?P<key>[A-Za-z][\w.-]{0,252}):(?:[ \t]+(?P<value>\S.*?)?)?\s*")
_DATA_KEY = re.compile(r"(?P<key> *[\"']?[\w.-]{1,253}[\"']?):(?:\s+(?P<value>.*?))?\s*")
_EMPTY = frozenset({"{}", "[]", "null", "~"})
_JSON_KEY = re.compile(r"(?P<key>\s*\"[\w./-]{1,253}\"\s*:).*")
_JSON_HARMLESS = re.compile(r"\s*\"(?:name|namespace|type|items)\"\s*:\s*(?:\"[\w./-]{0,253}\"|\[)\s*,?\s*")


class YamlFilter:
    """Goes over the lines of a YAML file. `torn` collects the numbers of lines that are part of no Secret.

    Behind such a line nothing is believed until the next object begins: what looks like a name may be a value.
    """

    def __init__(self) -> None:
        self.torn: list[int] = []
        self._lost = False
        self._skip: int | None = None  # the column of a key that is not shown; its block stands deeper
        self._data: int | None = None  # the column of `data`
        self._child: int | None = None  # the column of its keys
        self._quote: str | None = None  # what ends the value that goes on below its line
        self._metadata: int | None = None  # the column of `metadata`

    def lines(self, text: Text) -> Iterator[str]:
        """As many lines as the text has."""
        for number, line in text.numbered():
            yield self._line(number, line)

    def _line(self, number: int, line: str) -> str:
        indent = len(line) - len(line.lstrip(" "))
        if not line[indent:]:
            return line
        if line.rstrip() in {"---", "..."}:
            self._forget()
            return line
        if line[indent] == "#" or self._skipped(line, indent):
            return f"{line[:indent]}# {MASK}"
        if self._data is not None and indent > self._data:
            return self._value(number, line, indent)
        self._data = self._quote = None
        match = _LINE.fullmatch(line)
        if match and self._lost and (match["dash"] or not indent):
            self._forget()
        if match is None or self._lost:
            return self._foreign(number, line, indent)
        return self._field(number, line, match)

    def _forget(self) -> None:
        self._lost, self._skip, self._data, self._metadata = False, None, None, None

    def _skipped(self, line: str, indent: int) -> bool:
        """Whether the line belongs to the block that is not shown; its list may stand in the column of its key."""
        if self._skip is not None and not (indent > self._skip or (indent == self._skip and line[indent] == "-")):
            self._skip = None
        return self._skip is not None

    def _value(self, number: int, line: str, indent: int) -> str:
        """A line below `data`: the name of a key, or of a value that goes on."""
        self._child = indent if self._child is None else self._child
        if indent > self._child:
            if self._quote and line.rstrip().endswith(self._quote):
                self._quote = None
            return f"{line[:indent]}# {MASK}"
        match = _DATA_KEY.fullmatch(line)
        if match is None or indent < self._child or self._quote:
            return self._foreign(number, line, indent)
        value = match["value"] or ""
        if value[:1] in {'"', "'"} and (len(value) == 1 or value[-1] != value[0]):
            self._quote = value[0]
        return f"{match['key']}: {MASK}"

    def _field(self, number: int, line: str, match: re.Match[str]) -> str:
        key, value, column = match["key"], match["value"] or "", match.start("key")
        if self._metadata is not None and column <= self._metadata:
            self._metadata = None
        known = _OF_OBJECT if self._metadata is None else _OF_METADATA
        if key in known:
            harmless = re.fullmatch(known[key], value.strip("\"'"))
            return line if harmless else self._foreign(number, line, column)
        if self._metadata is None and key in _CONTAINERS | _DATA:
            if value and value not in _EMPTY:
                return self._foreign(number, line, column)
            if key in _DATA:
                self._data, self._child = column, None
            elif key == "metadata":
                self._metadata = column
            return line
        self._skip = column
        return f"{line[:column]}# {MASK}"

    def _foreign(self, number: int, line: str, indent: int) -> str:
        if not self._lost:
            self.torn.append(number)
        self._lost = True
        return f"{line[:indent]}# {MASK}"


def json_lines(text: Text, shown: Iterable[int]) -> tuple[str, ...]:
    """The lines of a JSON file with their keys alone, but those of these numbers that hold no more than a name."""
    wanted = frozenset(shown)
    return tuple(
        line if number in wanted and _JSON_HARMLESS.fullmatch(line) else _json_line(line)
        for number, line in text.numbered()
    )


def _json_line(line: str) -> str:
    if not line.strip(" {}[],"):
        return line
    match = _JSON_KEY.fullmatch(line)
    return f"{match['key']} {MASK}" if match else MASK
