"""The decompressors, with every checksum verified.

The gzip frame is read here, around raw deflate: the libraries withhold the last content when only the checksum is
wrong.
"""

import bz2
import lzma
from collections.abc import Callable, Generator, Iterator
from typing import Protocol

from backports import zstd
from isal import igzip_lib
from isal.isal_zlib import crc32

from analyzer.archive.formats import HEAD, sniff
from analyzer.archive.model import Budget
from analyzer.archive.streams import Stream

_STEP = 64 * 1024  # bytes unpacked at once: what at most is lost in front of a damaged place
_INPUT = 64 * 1024  # bytes given at once: what follows the compressed data is copied by the decompressor
_DICTIONARY = 256 << 20  # bytes of memory that an xz stream may ask for; `xz -9` needs 65 MiB


class Decoder(Protocol):
    """The interface that bz2, lzma, zstd and igzip_lib share."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


_ERRORS: tuple[type[Exception], ...] = (
    igzip_lib.IsalError,  # type: ignore[assignment]  # its stub declares an instance
    lzma.LZMAError,
    zstd.ZstdError,
    OSError,
    ValueError,
    EOFError,
    MemoryError,
)


def inflater() -> Decoder:
    """Raw deflate."""
    decoder: Decoder = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_DEFLATE)
    return decoder


def unxz() -> Decoder:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, _DICTIONARY)


CODECS: dict[str, Callable[[], Decoder]] = {
    "gzip": inflater,
    "xz": unxz,
    "bzip2": bz2.BZ2Decompressor,
    "zstd": zstd.ZstdDecompressor,
}


class Tally:
    """What was unpacked: CRC-32 and number of bytes."""

    def __init__(self) -> None:
        self.crc = 0
        self.size = 0

    def add(self, block: bytes) -> bytes:
        self.crc = crc32(block, self.crc)
        self.size += len(block)
        return block


def decode(
    below: Stream, make: Callable[[], Decoder], budget: Budget, fail: Callable[[str, str], None], tally: Tally
) -> Generator[bytes, None, bool]:
    """Unpack one compressed stream and leave what follows it; False when it failed before its end."""
    decoder, first, inputs = make(), b"", 0
    while not decoder.eof:
        data = b""
        if decoder.needs_input:
            data = below.block(_INPUT)
            if not data:
                fail("truncated", f"The compressed data end too early, after {tally.size} unpacked bytes.")
                return False
            first = first or data
            inputs += 1
        try:
            out = decoder.decompress(data, _STEP)
        except _ERRORS as error:
            if inputs == 1:
                yield from map(tally.add, _salvage(make(), first, tally.size))
            fail("damaged", f"The compressed data are damaged after {tally.size} unpacked bytes: {error}.")
            return False
        if not budget.take(len(out)):
            fail("too-large", f"Unpacking was stopped after {tally.size} bytes: no more is ever unpacked.")
            return False
        if out:
            yield tally.add(out)
    below.unread(len(decoder.unused_data))
    return True


def _salvage(decoder: Decoder, data: bytes, done: int) -> Iterator[bytes]:
    """What lies before a damaged place in the first input: a failing decompressor returns nothing of its last step."""
    try:
        for at in range(0, len(data), 8):
            out = decoder.decompress(data[at : at + 8], -1)
            fresh = out[done:] if done else out
            done -= min(done, len(out))
            if fresh:
                yield fresh
    except _ERRORS:
        return


class Unpacked(Stream):
    """The content of a compressed stream, all parts of it where several follow each other."""

    def __init__(self, below: Stream, kind: str, budget: Budget) -> None:
        super().__init__()
        self._below = below
        self._kind = kind
        self._budget = budget
        self._blocks = self._run()

    def fill(self) -> bytes:
        return next(self._blocks, b"")

    def _run(self) -> Iterator[bytes]:
        while sniff(self._below.peek(HEAD)) == self._kind:
            ended = yield from self._gzip() if self._kind == "gzip" else self._one(CODECS[self._kind], Tally())
            if not ended:
                return
            self._padding()
        if rest := self._below.skip():
            self.fail("trailing", f"{rest} bytes behind the end of the compressed data are of no known kind.")

    def _one(self, make: Callable[[], Decoder], tally: Tally) -> Generator[bytes, None, bool]:
        return decode(self._below, make, self._budget, self.fail, tally)

    def _padding(self) -> None:
        """Zeros may follow: xz pads its parts, tapes their ends."""
        while block := self._below.block():
            if rest := block.lstrip(b"\0"):
                self._below.unread(len(rest))
                return

    def _gzip(self) -> Generator[bytes, None, bool]:
        if not self._gzip_header():
            self.fail("truncated", "The gzip data end in their header.")
            return False
        tally = Tally()
        if not (yield from self._one(inflater, tally)):
            return False
        trailer = self._below.read(8)
        if len(trailer) < 8:
            self.fail("truncated", f"The gzip data end before their checksum, after {tally.size} unpacked bytes.")
            return False
        if trailer != tally.crc.to_bytes(4, "little") + (tally.size & 0xFFFFFFFF).to_bytes(4, "little"):
            self.fail("checksum", f"The gzip checksum over {tally.size} bytes is wrong: something in them was altered.")
        return True

    def _gzip_header(self) -> bool:
        """Pass over the header with its optional extra field, name, comment and checksum."""
        below = self._below
        header = below.read(10)
        if len(header) < 10:
            return False
        if header[3] & 4:
            below.skip(int.from_bytes(below.read(2), "little"))
        for flag in (8, 16):
            if header[3] & flag and not (below.find(b"\0") and below.skip(1)):
                return False
        return not header[3] & 2 or below.skip(2) == 2
