"""What the pass delivers."""

from collections.abc import Iterator

from analyzer.archive.model import Ledger
from analyzer.archive.streams import BLOCK, Stream

HEAD_SIZE = 4096  # bytes that are enough to recognise an output
_HEAD_LIMIT = 1 << 20
_INCOMPLETE = {"truncated", "damaged"}  # a wrong checksum or bytes behind the end take nothing away


class Member:
    """A wanted member. Its content can be read until the archive goes on to the next one.

    size: bytes, None where only reading tells. mtime: seconds since 1970, UTC, None where unknown.
    """

    def __init__(self, path: str, size: int | None, mtime: float | None, stream: Stream, ledger: Ledger) -> None:
        self.path = path
        self.size = size
        self.mtime = mtime
        self._stream: Stream | None = stream
        self._source = stream
        self._ledger = ledger
        self._taken = 0

    def __repr__(self) -> str:
        return f"Member({self.path!r})"

    def head(self, size: int = HEAD_SIZE) -> bytes:
        """The first bytes of what was not taken yet, without taking them; at most 1 MiB."""
        return self._stream.peek(min(size, _HEAD_LIMIT)) if self._stream else b""

    def chunks(self) -> Iterator[bytes]:
        """The content, once, in blocks of about 256 KiB, as far as the limit for one member allows."""
        left = self._ledger.limits.member
        while self._stream and (block := self._stream.gather(BLOCK)):
            if len(block) > left:
                message = f"Larger than {self._ledger.limits.member} bytes: the rest was not read."
                self._ledger.report(self.path, "too-large", message)
                block, self._stream = block[:left], None
            left -= len(block)
            self._taken += len(block)
            yield block

    @property
    def empty(self) -> bool:
        """Whether it was read and held nothing."""
        return self._taken == 0

    @property
    def cut(self) -> bool:
        """Whether it was read and held less than its header promises or, packed by itself, ended too early."""
        if self.size is not None:
            return self._taken < self.size
        return self._source.fault is not None and self._source.fault.kind in _INCOMPLETE

    def close(self) -> None:
        """The archive goes on: nothing can be read any more."""
        self._stream = None
