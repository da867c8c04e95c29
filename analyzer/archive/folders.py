"""A folder as if it were an archive: sorted by name, links not followed, nothing but regular files opened."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from analyzer.archive.formats import named_packed
from analyzer.archive.model import Ledger, clean_path
from analyzer.archive.streams import FileStream, Stream

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # does not hang on a pipe that took a file's place


@dataclass(slots=True)
class FolderEntry:
    """One file. kind is `file`, or the kind of problem that `note` is the sentence of."""

    path: str
    kind: str
    note: str
    size: int
    mtime: float | None
    place: str
    consumed: Callable[[int], None]
    file: BinaryIO | None = field(default=None, init=False)
    stream: Stream | None = field(default=None, init=False)

    def looks_packed(self) -> bool:
        return named_packed(self.path)

    def open(self) -> Stream:
        """Raises OSError."""
        number = os.open(self.place, _FLAGS)
        self.file = os.fdopen(number, "rb", buffering=0)
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise OSError("it is not a regular file any more")
        self.stream = FileStream(self.file, self.size, self.consumed)
        return self.stream

    def close(self) -> None:
        if self.file:
            self.file.close()


class Folder:
    """The files of a folder at any depth. root: the folder's place; prefix: put before the members' names."""

    def __init__(self, root: str, ledger: Ledger, prefix: str, consumed: Callable[[int], None]) -> None:
        self._root = root
        self._ledger = ledger
        self._prefix = prefix
        self._consumed = consumed

    def __iter__(self) -> Iterator[FolderEntry]:
        waiting = self._inside(self._root, self._prefix)  # no recursion: folders can lie deeper than the stack
        while waiting:
            item, path = waiting.pop()
            if item.is_dir(follow_symlinks=False):
                waiting += self._inside(item.path, f"{path}/")
                continue
            entry = self._entry(item, path)
            if entry is None:
                continue
            try:
                yield entry
            finally:
                entry.close()
            self._ledger.bytes += entry.size
            if entry.stream and entry.stream.fault:
                self._ledger.report(path, *entry.stream.fault, lost=True)

    def _inside(self, place: str, prefix: str) -> list[tuple["os.DirEntry[str]", str]]:
        """What a folder holds, last name first."""
        try:
            with os.scandir(place) as items:
                found = sorted(items, key=lambda item: item.name, reverse=True)
        except OSError as error:
            self._unreadable(prefix or ".", error)
            return []
        return [(item, prefix + _shown(item.name)) for item in found]

    def _entry(self, item: "os.DirEntry[str]", path: str) -> FolderEntry | None:
        try:
            status = item.stat(follow_symlinks=False)
            kind, note = "file", ""
            if stat.S_ISLNK(status.st_mode):
                kind, note = (
                    "link",
                    f"A symbolic link to {_shown(str(Path(item.path).readlink()))}, which was not followed.",
                )
            elif not stat.S_ISREG(status.st_mode):
                kind, note = "device", "A device, a pipe or a socket: not read."
        except OSError as error:  # it went away meanwhile
            self._unreadable(path, error)
            return None
        size = status.st_size if kind == "file" else 0
        return FolderEntry(path, kind, note, size, status.st_mtime, item.path, self._consumed)

    def _unreadable(self, path: str, error: OSError) -> None:
        self._ledger.report(path, "unreadable", f"Could not be read: {error.strerror or error}.", lost=True)


def _shown(name: str) -> str:
    return clean_path(os.fsencode(name))
