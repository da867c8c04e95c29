"""The JSON of one record of an OVSDB file: without the tables that nobody wants, and without secrets.

Nine tenths of a southbound database are logical flows, which are only counted: their text is cut out before the rest is
decoded. That is safe where the checksum proves that the text is what the server wrote, without a blank, since values of
columns hold no JSON objects (RFC 7047): outside of strings `}}` ends a row and its table at once, and inside of them a
quote never stands without a backslash.
"""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from parsers.ovsdb_log import Record, Soundness
from parsers.secrets import MASK, mask

CUT_FROM = 128 * 1024  # bytes from which cutting is worth its cost
DECODE_LIMIT = 128 * 1024 * 1024  # bytes that are decoded of one record: a list of empty lists takes 20 times as many
_ROW = re.compile(rb'"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})":(\{|null)')
_TABLE_END = b'}},"'
# Pairs of a map whose key names a secret: ["psk","…"], also cut off. A tunnel's `key` is none where it is a number or
# `flow`. What stands behind a text and a comma is no pair but the members of a set.
_SECRET_PAIR = re.compile(
    r'((?:(?<=\[)|(?<=\],))\["(?:[^"\\]|\\.){0,200}?(?:psk|secret|passw|passphrase|token|bearer'
    r'|(?:private|api|access|auth|shared)[_-]?key|(?<![\w-])key(?=","(?!flow"|\d{1,10}"|0x[0-9a-fA-F]{1,8}")))'
    r'(?:[^"\\]|\\.){0,200}+",")(?:[^"\\]|\\.)++("\]|"?\\?$)',
    re.IGNORECASE,
)
_FREE = ("psk", "secret", "passw", "passphrase", "token", "bearer", "basic ", "private key", "://")
_KEYS = (*_FREE, 'key","', "private_key", "private-key")


@dataclass(frozen=True, slots=True)
class Content:
    """What a record holds.

    text: its JSON, masked, without the tables that were cut out. tree: the same, decoded. cut: by table the rows that
    were cut out, and whether each is deleted there. hinted: whether its strings may hold a secret that no key names.
    """

    line: int
    text: str
    tree: dict[str, Any]
    cut: dict[str, list[tuple[str, bool]]]
    hinted: bool


def content_of(record: Record, unwanted: Collection[str]) -> Content:
    """Decode a record. Raises ValueError where it holds no JSON object."""
    data: bytes = record.data
    cut: dict[str, list[tuple[str, bool]]] = {}
    if record.soundness is Soundness.SOUND and len(data) >= CUT_FROM and unwanted:
        data, cut = _without(data, unwanted)
    try:
        return _content(record.line, data, cut)
    except ValueError:
        if not cut:
            raise
    return _content(record.line, record.data, {})  # something looked like a table's end: read it as a whole


def _content(line: int, data: bytes, cut: dict[str, list[tuple[str, bool]]]) -> Content:
    if len(data) > DECODE_LIMIT:
        raise ValueError(f"a record of {len(data)} bytes without what is only counted: more than {DECODE_LIMIT}")
    text, hinted = hidden(data.decode("utf-8", "replace"))
    try:
        tree = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(tree, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - it is the file that is wrong, not a caller
    return Content(line, text, tree, cut, hinted)


def hidden(text: str) -> tuple[str, bool]:
    """The JSON text without the secrets that a key names, and whether there may be others."""
    low = text.lower()
    if any(word in low for word in _KEYS):
        text = _SECRET_PAIR.sub(rf"\1{MASK}\2", text)
    return text, any(word in low for word in _FREE)


def shown(text: str) -> str:
    """A part of a record as evidence may quote it."""
    return mask(hidden(text)[0])


def _without(data: bytes, unwanted: Collection[str]) -> tuple[bytes, dict[str, list[tuple[str, bool]]]]:
    """The text with `{}` in place of these tables, and their rows."""
    names = b"|".join(re.escape(name.encode()) for name in sorted(unwanted))
    start = re.compile(rb'"(?<!\\")(%b)":\{(?="[0-9a-f]{8}-[0-9a-f-]{27}":[{n])' % names)
    pieces, cut, done = [], {}, 0
    while (found := start.search(data, done)) and (end := _end_of_table(data, found.end())):
        table = found[1].decode()
        rows = _ROW.findall(data, found.end(), end)
        cut[table] = [(row.decode(), kind == b"null") for row, kind in rows]
        pieces.append(data[done : found.end()])
        done = end
    return b"".join([*pieces, data[done:]]), cut


def _end_of_table(data: bytes, at: int) -> int | None:
    """Where the brace stands that closes the table whose rows begin at `at`; None where it is the record's last one."""
    while (found := data.find(_TABLE_END, at)) >= 0:
        following = data[found + len(_TABLE_END) : found + len(_TABLE_END) + 1]
        if following.isalpha() or following == b"_":
            return found + 1
        at = found + 1
    return None
