"""The inputs as they were given: their names, their sizes, and why one cannot be read."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from analyzer.archive.formats import foreign, is_text
from analyzer.archive.model import ArchiveError, clean_path
from analyzer.archive.streams import Stream


def refused(name: str, error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return f"There is no file or folder {name}."
        case PermissionError():
            return f"{name} may not be read: permission denied."
        case _:
            return f"{name} cannot be read: {error.strerror or error}."


def require_text(head: bytes, name: str, layers: Sequence[Stream]) -> None:
    """A file that is no archive is an output saved by hand, or an error."""
    if not head:
        reason = next((layer.fault.message for layer in layers if layer.fault), None)
        raise ArchiveError(f"Nothing can be read of {name}: {reason}" if reason else f"{name} is empty.")
    if kind := foreign(head):
        raise ArchiveError(f"{name} is {kind}, which is not supported: unpack it and give the folder.")
    if not is_text(head):
        raise ArchiveError(f"{name} is not an archive, folder or text.")


def labels(inputs: Sequence[str]) -> list[str]:
    """A name for each input: its last path part, or as many of them as tell it from the others."""
    places = [("stdin",) if name == "-" else Path(name).absolute().parts[1:] or ("root",) for name in inputs]
    found = []
    for index, parts in enumerate(places):
        lengths = range(1, len(parts) + 1)
        alone = (length for length in lengths if sum(other[-length:] == parts[-length:] for other in places) == 1)
        label = clean_path(os.fsencode("/".join(parts[-next(alone, len(parts)) :])))
        found.append(f"{label}#{index}" if places.count(parts) > 1 else label)
    return found


def total_size(inputs: Sequence[str]) -> int | None:
    """The size of all inputs, None if one is a folder, a pipe or not there."""
    try:
        sizes = [Path(name).stat() for name in inputs]
    except OSError:
        return None
    return sum(one.st_size for one in sizes) if all(stat.S_ISREG(one.st_mode) for one in sizes) else None
