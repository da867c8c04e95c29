"""Values as the tools of OVS print them: `"text"`, `[set, of, atoms]`, `{key=value, key="value"}`.

Source: openvswitch/ovs lib/ovsdb-data.c ovsdb_datum_to_string, lib/ovsdb-data.c string_needs_quotes; strings are JSON
strings, so that a quote within is written with a backslash.
"""

import json
import re

_ATOM = r'(?:"(?:[^"\\]|\\.)*"|[^\s{}\[\],"=]+)'
_PAIR = re.compile(rf'({_ATOM})=("(?:[^"\\]|\\.)*"|[^,}}]*)')
_ITEM = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s,\[\]]+')


def unquoted(text: str) -> str:
    """An atom without its quotes and escapes; one that is cut off stays as it is."""
    text = text.strip()
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return text
    try:
        value = json.loads(text)
    except ValueError:
        return text[1:-1]
    return value if isinstance(value, str) else text


def mapping(text: str) -> dict[str, str]:
    """`{csum="true", key=flow}` as a dict."""
    return {unquoted(key): unquoted(value) for key, value in _PAIR.findall(text)}


def items(text: str) -> tuple[str, ...]:
    """`[a, "b"]`, or one atom, as a tuple; `[]` is empty."""
    return tuple(unquoted(item) for item in _ITEM.findall(text))


def numbers(text: str) -> tuple[int, ...] | None:
    """`[1, 2]` or `7` as numbers; None where one is none."""
    found = items(text)
    return tuple(map(int, found)) if all(re.fullmatch(r"\d{1,9}", item) for item in found) else None
