"""The pass: inputs to members, through whatever they are packed in."""

import os
import stat
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from analyzer.archive.folders import Folder
from analyzer.archive.formats import HEAD, is_text, named_tar, sniff
from analyzer.archive.inputs import labels, refused, require_text, total_size
from analyzer.archive.member import HEAD_SIZE, Member
from analyzer.archive.model import ArchiveError, Budget, Ledger, Limits, Problem, Selector, without_suffix
from analyzer.archive.packed import CODECS, Unpacked
from analyzer.archive.streams import FileStream, Stream
from analyzer.archive.tars import Tar
from analyzer.archive.zips import Zip

_NOT_MEMBERS = {"link", "device"}


class Entry(Protocol):
    """What containers yield."""

    @property
    def path(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def size(self) -> int | None: ...
    @property
    def mtime(self) -> float | None: ...
    def looks_packed(self) -> bool: ...
    def open(self) -> Stream: ...


class _TooMany(Exception):  # noqa: N818 - an end, not an error
    """The limit of members was reached."""


class Archive:
    """All wanted members of the inputs, each once, in their order; a context manager, to be iterated once.

    inputs: paths of archives, folders or single text files; `-` is standard input. With more than one, the members'
    paths begin with the input's base name. progress: called with the input bytes consumed, and their total where known.
    Iterating raises ArchiveError where nothing could be read. All else that was lost is in `problems`.
    """

    def __init__(
        self,
        inputs: Sequence[str],
        selector: Selector,
        progress: Callable[[int, int | None], None] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.inputs = [str(name) for name in inputs]
        self._selector = selector
        self._progress = progress
        self._limits = limits or Limits()
        self._ledger = Ledger(self._limits)
        self._nested = Budget(self._limits.nested)
        self._consumed = 0
        self._size = total_size(self.inputs)
        self._finished = False
        self._members = self._all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the files, also in the middle."""
        self._members.close()

    def __iter__(self) -> Iterator[Member]:
        return self._members

    @property
    def problems(self) -> list[Problem]:
        return self._ledger.problems

    @property
    def members(self) -> int:
        """Regular members seen, wanted or not; a nested archive counts itself and its members."""
        return self._ledger.members

    @property
    def bytes(self) -> int:
        """The content bytes of these members, as they lie in their archive."""
        return self._ledger.bytes

    @property
    def complete(self) -> bool:
        """Whether the end of every input, and of every nested archive, was reached and proven."""
        return self._finished and self._ledger.complete

    def _count(self, size: int) -> None:
        self._consumed += size
        if self._progress:
            self._progress(self._consumed, self._size)

    def _all(self) -> Generator[Member]:
        failures = []
        for name, label in zip(self.inputs, labels(self.inputs), strict=True):
            try:
                yield from self._input(name, label)
            except ArchiveError as error:
                failures.append(str(error))
                self._ledger.report(label, "not-an-archive", str(error), lost=True)
            except _TooMany:
                message = f"More than {self._limits.members} members: reading was stopped there, the rest is missing."
                self._ledger.report(None, "too-many", message, lost=True)
                break
        if failures and len(failures) == len(self.inputs):
            raise ArchiveError("\n".join(failures))
        self._ledger.close()
        self._finished = True

    def _input(self, name: str, label: str) -> Iterator[Member]:
        members, problems = self._ledger.members, len(self._ledger.problems)
        if name == "-":
            yield from self._stream(FileStream(sys.stdin.buffer, None, self._count), "standard input", label)
        else:
            yield from self._place(name, label)
        if self._ledger.members == members:
            reasons = (problem.message for problem in self._ledger.problems[problems:])
            raise ArchiveError(" ".join([f"{name} holds no file that can be read.", *reasons]))

    def _place(self, name: str, label: str) -> Iterator[Member]:
        place = Path(name)
        try:
            opened = os.scandir(place) if place.is_dir() else place.open("rb", buffering=0)
        except OSError as error:
            raise ArchiveError(refused(name, error)) from error
        with opened:
            if not isinstance(opened, FileIO):
                for entry in Folder(name, self._ledger, self._prefix(label), self._count):
                    yield from self._visit(entry, 1)
                return
            status = os.fstat(opened.fileno())
            size = status.st_size if stat.S_ISREG(status.st_mode) else None
            yield from self._stream(FileStream(opened, size, self._count), name, label)

    def _prefix(self, label: str) -> str:
        return f"{label}/" if len(self.inputs) > 1 else ""

    def _stream(self, stream: Stream, name: str, label: str) -> Iterator[Member]:
        """The members of one file or pipe: an archive, or a text that stands alone."""
        path = label if len(self.inputs) > 1 else None
        budget = Budget(self._limits.total)
        layers, kind = self._unpacked(stream, budget)
        head = layers[-1].peek(HEAD_SIZE)
        if kind == "plain" and not is_text(head) and named_tar(name):
            kind = "tar"
        if kind == "plain":
            require_text(head, name, layers)
            yield from self._single(label, layers[-1])
        elif kind in CODECS:
            raise ArchiveError(f"{name} is packed more than {self._limits.depth} times.")
        else:
            for entry in self._container(kind, layers[-1], path, self._prefix(label), budget):
                yield from self._visit(entry, 1)
        self._prove(layers, path)

    def _single(self, label: str, stream: Stream) -> Iterator[Member]:
        self._ledger.members += 1
        if self._wanted(label):
            yield from self._deliver(Member(label, None, None, stream, self._ledger))
        stream.skip()
        self._ledger.bytes += stream.offset

    def _unpacked(self, stream: Stream, budget: Budget, name: str = "") -> tuple[list[Stream], str]:
        """The stream, what is unpacked of it, of that again; and what the last one holds."""
        layers, kind = [stream], sniff(stream.peek(HEAD), name)
        while kind in CODECS and len(layers) <= self._limits.depth:
            layers.append(Unpacked(layers[-1], kind, budget))
            kind = sniff(layers[-1].peek(HEAD), name)
        return layers, kind

    def _prove(self, layers: Sequence[Stream], path: str | None) -> None:
        """Read on to the ends, where the checksums are."""
        for layer in reversed(layers):
            layer.skip()
            if layer.fault:
                self._ledger.report(path, *layer.fault, lost=layer.fault.kind != "trailing")

    def _container(self, kind: str, stream: Stream, path: str | None, prefix: str, budget: Budget) -> Iterable[Entry]:
        if kind == "tar":
            return Tar(stream, self._ledger, path, prefix)
        return Zip(stream, self._ledger, path, prefix, budget)

    def _wanted(self, path: str) -> bool:
        return self._selector.wants(path) or ((bare := without_suffix(path)) != path and self._selector.wants(bare))

    def _visit(self, entry: Entry, depth: int) -> Iterator[Member]:
        ledger, path = self._ledger, entry.path
        if entry.kind not in _NOT_MEMBERS:
            if ledger.members >= self._limits.members:
                raise _TooMany
            ledger.members += 1
        if len(path) > self._limits.path:
            ledger.report(path, "path-too-long", f"A name of {len(path)} characters: the member was not read.")
            return
        wanted = self._wanted(path)
        if not wanted and not (entry.kind not in _NOT_MEMBERS and entry.looks_packed() and self._selector.enters(path)):
            return
        if entry.kind != "file":
            ledger.report(path, entry.kind, entry.note)
            return
        try:
            stream = entry.open()
        except OSError as error:
            ledger.report(path, "unreadable", f"Could not be read: {error.strerror or error}.", lost=True)
            return
        yield from self._content(entry, stream, depth, wanted=wanted)

    def _content(self, entry: Entry, stream: Stream, depth: int, *, wanted: bool) -> Iterator[Member]:
        """A member itself, unpacked where it is compressed, or the members of the archive that it is."""
        path = entry.path
        layers, kind = self._unpacked(stream, self._nested, path)
        packed = layers[1:]  # whoever made the entry reports about its own stream
        if kind in CODECS or (kind != "plain" and depth > self._limits.depth):
            self._ledger.report(path, "nested-too-deep", "Packed too deep: not opened.", lost=True)
        elif kind != "plain" and self._selector.enters(path):
            for inner in self._container(kind, layers[-1], path, f"{path}!/", self._nested):
                yield from self._visit(inner, depth + 1)
            self._prove(packed, path)
        else:
            if wanted:
                size = None if packed else entry.size
                yield from self._deliver(Member(path, size, entry.mtime, layers[-1], self._ledger))
            for layer in packed:
                if layer.fault:
                    self._ledger.report(path, *layer.fault, lost=named_tar(path))

    def _deliver(self, member: Member) -> Iterator[Member]:
        try:
            yield member
        finally:
            member.close()
