"""Bytes that come forward once: look ahead, take, skip. Whoever reads one never holds more than a few blocks."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

BLOCK = 256 * 1024  # bytes asked for at once
_ENDLESS = 1 << 62


class Fault(NamedTuple):
    """Why a stream ended before its proven end: the kind of problem and a sentence."""

    kind: str
    message: str


class Stream(ABC):
    """A forward-only stream with a look ahead; a subclass says where the next block comes from (`fill`).

    A stream never raises for bad input: it ends, and `fault` says why.
    """

    def __init__(self) -> None:
        self.fault: Fault | None = None
        self.offset = 0  # bytes taken so far
        self._data = b""
        self._at = 0
        self._ended = False

    @abstractmethod
    def fill(self) -> bytes:
        """The next bytes, in a size that suits the source; empty at the end."""

    def jump(self, size: int) -> int:  # noqa: ARG002 - the plain stream cannot
        """Pass over up to `size` bytes without reading them; the number passed, possibly none."""
        return 0

    def fail(self, kind: str, message: str) -> None:
        """Keep the first fault: later ones follow from it."""
        self.fault = self.fault or Fault(kind, message)

    def _next(self) -> bytes:
        block = b"" if self._ended else self.fill()
        self._ended = not block
        return block

    def peek(self, size: int) -> bytes:
        """The next `size` bytes, fewer at the end, without taking them."""
        while len(self._data) - self._at < size and (block := self._next()):
            self._data = self._data[self._at :] + block
            self._at = 0
        return self._data[self._at : self._at + size]

    def read(self, size: int) -> bytes:
        """The next `size` bytes, fewer at the end."""
        data = self.peek(size)
        self._take(len(data))
        return data

    def block(self, limit: int = BLOCK) -> bytes:
        """As many bytes as lie ready, at most `limit`; empty at the end."""
        if self._at == len(self._data):
            self._data, self._at = self._next(), 0
        data = self._data[self._at : self._at + limit]
        self._take(len(data))
        return data

    def gather(self, size: int) -> bytes:
        """The next `size` bytes, fewer at the end; unlike `read` made for sizes of several blocks."""
        block = self.block(size)
        pieces, there = [block], len(block)
        while block and there < size:
            block = self.block(size - there)
            pieces.append(block)
            there += len(block)
        return b"".join(pieces)

    def unread(self, size: int) -> None:
        """Give back the last `size` bytes of the block taken last."""
        self._take(-size)

    def skip(self, size: int = _ENDLESS) -> int:
        """Pass over `size` bytes, or all; the number there was."""
        ready = len(self._data) - self._at
        if size <= ready:
            self._take(size)
            return size
        self._data, self._at = b"", 0
        left = size - ready
        left -= 0 if self._ended else self.jump(left)
        while left and (block := self._next()):
            if len(block) > left:
                self._data, self._at = block, left
            left -= min(left, len(block))
        self.offset += size - left
        return size - left

    def find(self, pattern: bytes, before: int = 0) -> bool:
        """Pass on until `pattern` lies `before` bytes ahead; False, and all taken, where it does not come."""
        while True:
            found = self._data.find(pattern, self._at + before)
            if found >= 0:
                self._take(found - before - self._at)
                return True
            self._take(max(0, len(self._data) - self._at - before - len(pattern) + 1))
            block = self._next()
            if not block:
                self._take(len(self._data) - self._at)
                return False
            self._data, self._at = self._data[self._at :] + block, 0

    def _take(self, size: int) -> None:
        self._at += size
        self.offset += size


class FileStream(Stream):
    """A file or a pipe. With a known size, parts that nobody wants are seeked over."""

    def __init__(self, file: BinaryIO, size: int | None, consumed: Callable[[int], None]) -> None:
        super().__init__()
        self._file = file
        self._left = size  # what jump may pass over: seeking behind the end would succeed and hide a cut file
        self._consumed = consumed

    def fill(self) -> bytes:
        try:
            block = self._file.read(BLOCK)
        except OSError as error:
            self.fail("unreadable", f"Reading failed after {self.offset} bytes: {error.strerror or error}.")
            return b""
        self._count(len(block))
        return block

    def jump(self, size: int) -> int:
        if self._left is None or size < BLOCK:
            return 0
        size = min(size, max(0, self._left))
        self._file.seek(size, 1)
        self._count(size)
        return size

    def _count(self, size: int) -> None:
        if self._left is not None:
            self._left -= size
        self._consumed(size)


class PartStream(Stream):
    """The next `size` bytes of another stream, which must not be read meanwhile."""

    def __init__(self, whole: Stream, size: int) -> None:
        super().__init__()
        self._whole = whole
        self._left = size

    def fill(self) -> bytes:
        block = self._whole.block(min(self._left, BLOCK)) if self._left else b""
        self._left -= len(block)
        return block

    def jump(self, size: int) -> int:
        passed = self._whole.skip(min(size, self._left))
        self._left -= passed
        return passed
