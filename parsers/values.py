"""Values of a tree as the types that they must have.

None where nothing is written, MalformedError with the line where something else is.
"""

import re
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from parsers.base import Evidence
from parsers.spans import MalformedError
from parsers.tree import Tree
from parsers.vocabulary import timestamp

Path = tuple[str | int, ...]


def _wrong(tree: Tree, path: Path, what: str) -> MalformedError:
    return MalformedError(tree.sub(*path).span[0], f"{'.'.join(map(str, path)) or 'the value'} is not {what}")


def text(tree: Tree, *path: str | int) -> str | None:
    """A text; a number that somebody wrote without quotes is one too."""
    value = tree.get(*path)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | dict | list):
        raise _wrong(tree, path, "a text")
    return str(value)


def required_text(tree: Tree, *path: str | int) -> str:
    """A text that must be there."""
    value = text(tree, *path)
    if not value:
        raise _wrong(tree, path, "there")
    return value


Word = TypeVar("Word", bound=StrEnum)


def word(tree: Tree, words: type[Word], *path: str | int) -> Word | None:
    """One of the words that are known for this field; None where nothing is written, or the empty text."""
    value = text(tree, *path)
    if not value:
        return None
    try:
        return words(value)
    except ValueError:
        raise _wrong(tree, path, f"a known word: {value[:60]!r}") from None


def required_word(tree: Tree, words: type[Word], *path: str | int) -> Word:
    """A word that must be there."""
    value = word(tree, words, *path)
    if value is None:
        raise _wrong(tree, path, "there")
    return value


def number(tree: Tree, *path: str | int) -> int | None:
    """A whole number."""
    value = tree.get(*path)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise _wrong(tree, path, "a whole number")


def required_number(tree: Tree, *path: str | int) -> int:
    """A whole number that must be there."""
    value = number(tree, *path)
    if value is None:
        raise _wrong(tree, path, "there")
    return value


def flag(tree: Tree, *path: str | int) -> bool | None:
    """A boolean."""
    value = tree.get(*path)
    if value is None or isinstance(value, bool):
        return value
    raise _wrong(tree, path, "true or false")


def texts(tree: Tree, *path: str | int) -> tuple[str, ...]:
    """A list of texts; empty where nothing is written."""
    value = tree.get(*path, default=[])
    if not isinstance(value, list):
        raise _wrong(tree, path, "a list")
    return tuple(required_text(one) for one in tree.items(*path))


def labels(tree: Tree, *path: str | int) -> dict[str, str]:
    """A mapping of texts; empty where nothing is written."""
    value = tree.get(*path, default={})
    if not isinstance(value, dict):
        raise _wrong(tree, path, "a mapping")
    return {key: text(tree, *path, key) or "" for key in value}


def moment(tree: Tree, *path: str | int) -> datetime | None:
    """A time in UTC."""
    value = text(tree, *path)
    if value is None:
        return None
    found = timestamp(value)
    if found is None:
        raise _wrong(tree, path, "a time")
    return found


_DURATION = re.compile(
    r"(?:(\d{1,9})h)?(?:(\d{1,9})m(?!s))?(?:(\d{1,9})(?:\.\d{1,9})?s)?(?:(\d{1,9})(?:\.\d{1,9})?ms)?"
)


def duration(tree: Tree, *path: str | int) -> int | None:
    """A duration as Go writes it (`1m30s`, apimachinery meta/v1 Duration), in whole seconds."""
    value = text(tree, *path)
    if not value:
        return None
    match = _DURATION.fullmatch(value)
    if match is None:
        raise _wrong(tree, path, "a duration")
    hours, minutes, seconds, milliseconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds + milliseconds // 1000


def marks(tree: Tree, **paths: Path) -> dict[str, Evidence]:
    """The lines of those values that are written."""
    return {name: tree.evidence(*path) for name, path in paths.items() if tree.has(*path)}
