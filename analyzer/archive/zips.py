"""Zip, forward only, by its local headers (PKWARE APPNOTE 6.3.10): from a pipe as well, and as far as a cut one goes.

The directory at the end proves that the end is there; it also tells which members were links.
"""

import stat
from collections.abc import Iterator
from struct import Struct

from isal.isal_zlib import crc32

from analyzer.archive import zipped
from analyzer.archive.model import Budget, Ledger
from analyzer.archive.streams import Stream
from analyzer.archive.zipped import SIGNATURE, Content, ZipEntry

_LOCAL_HEADER = Struct("<4s5H3L2H")
_CENTRAL_HEADER = Struct("<4s6H3L5H2L")
_UNIX = 3


class Zip:
    """The members of a zip, in its order; what is lost goes to the ledger.

    path: what the ledger calls the zip. prefix: put before the members' names.
    """

    def __init__(self, stream: Stream, ledger: Ledger, path: str | None, prefix: str, budget: Budget) -> None:
        self._stream = stream
        self._ledger = ledger
        self._path = path
        self._prefix = prefix
        self._budget = budget
        self._seen = 0
        self._listed = 0
        self._names = 0  # sum over the names seen, minus the sum over those listed: no checksum covers a name

    def __iter__(self) -> Iterator[ZipEntry]:
        stream = self._stream
        while self._ledger.may_go_on():
            match stream.peek(4):
                case b"PK\x03\x04":
                    yield from self._member()
                case b"PK\x01\x02":
                    yield from self._link()
                case b"PK\x06\x06":
                    stream.skip(12 + int.from_bytes(stream.peek(12)[4:], "little"))
                case b"PK\x06\x07":
                    stream.skip(20)
                case b"PK\x07\x08":  # behind a member that was not read, its size known
                    stream.skip(16 if SIGNATURE.match(stream.peek(24), 16) else 24)
                case b"PK\x05\x06":
                    self._end()
                    return
                case head if len(head) < 4:
                    self._lost("truncated", f"The zip is cut after {self._seen} members: its directory is missing.")
                    return
                case _:
                    self._resync()
        self._lost("too-many", f"Too many records: reading was stopped at byte {stream.offset} of the zip.")

    def _lost(self, kind: str, message: str) -> None:
        self._ledger.report(self._path, kind, message, lost=True)

    def _member(self) -> Iterator[ZipEntry]:
        stream = self._stream
        header = stream.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size:
            return
        _, _, flags, method, time, date, crc, packed, size, name_length, extra_length = _LOCAL_HEADER.unpack(header)
        raw, more = stream.read(name_length), stream.read(extra_length)
        if len(raw) + len(more) < name_length + extra_length:
            return
        self._seen += 1
        self._names += crc32(raw)
        name, extra = zipped.name(raw, flags), zipped.extra_fields(more)
        size, packed = zipped.wide_sizes(extra.get(1, b""), size, packed)
        later = bool(flags & 8)
        unknown = later and packed in {0, 0xFFFFFFFF}
        entry = ZipEntry(
            self._prefix + name,
            *zipped.readable(flags, method),
            None if unknown else size,
            zipped.mtime(extra.get(0x5455, b""), date, time),
            None if unknown else packed,
            crc,
            method,
            later,
            1 in extra,
            stream,
            self._budget,
        )
        start = stream.offset
        if not name.endswith("/"):
            yield entry
        self._finish(entry, start)

    def _finish(self, entry: ZipEntry, start: int) -> None:
        """Pass over what nobody read of the content; without a size it must be unpacked to find its end."""
        content, missing = entry.content, 0
        if entry.packed is not None:
            left = max(0, start + entry.packed - self._stream.offset)
            missing = left - self._stream.skip(left)
        elif entry.kind == "file":
            content = content or Content(entry)
            content.skip()
        else:
            self._to_signature()
        self._ledger.bytes += entry.size or (content.tally.size if content else 0)
        if content and content.fault:
            self._ledger.report(entry.path, *content.fault, lost=True)
        elif missing:
            there = (entry.packed or 0) - missing
            self._ledger.report(
                entry.path, "truncated", f"Only {there} of {entry.packed} packed bytes are there.", lost=True
            )

    def _to_signature(self) -> None:
        stream = self._stream
        while self._ledger.may_search() and stream.find(b"PK"):
            if SIGNATURE.match(stream.peek(4)):
                return
            stream.skip(2)
        stream.skip()

    def _resync(self) -> None:
        """Pass on to the next signature; what lies between is lost."""
        start = self._stream.offset
        self._stream.skip(1)
        self._to_signature()
        lost = self._stream.offset - start
        self._lost("damaged", f"At byte {start} of the zip, {lost} bytes are damaged: members in them are lost.")

    def _link(self) -> Iterator[ZipEntry]:
        """A line of the directory: says too late that a member was a link; its content was its target's name."""
        header = self._stream.read(_CENTRAL_HEADER.size)
        if len(header) < _CENTRAL_HEADER.size:
            return
        values = _CENTRAL_HEADER.unpack(header)
        flags, (name_length, extra_length, comment_length) = values[3], values[10:13]
        raw = self._stream.read(name_length)
        self._names -= crc32(raw)
        self._stream.skip(extra_length + comment_length)
        self._listed += 1
        if values[1] >> 8 == _UNIX and stat.S_ISLNK(values[15] >> 16):
            path, note = self._prefix + zipped.name(raw, flags), "A symbolic link: what was read is its target's name."
            yield ZipEntry(path, "link", note, None, None, None, 0, 0, False, False, self._stream, self._budget)

    def _end(self) -> None:
        end = self._stream.read(22)
        total, comment = int.from_bytes(end[10:12], "little"), int.from_bytes(end[20:22], "little")
        if len(end) < 22 or self._stream.skip(comment) < comment:
            self._lost("truncated", "The zip is cut in its last record.")
        elif self._listed != self._seen or total not in {self._listed & 0xFFFF, 0xFFFF}:
            self._lost(
                "damaged", f"The zip's directory lists {self._listed} of {total} members, {self._seen} were found."
            )
        elif self._names:
            self._lost("damaged", "The names in the zip's directory are not those at its members: a name was altered.")
        if rest := self._stream.skip():
            self._ledger.report(self._path, "trailing", f"{rest} bytes behind the end of the zip were not read.")
