"""Tar, forward only: ustar (POSIX.1-1988), pax (POSIX.1-2001), GNU long names and large numbers, v7.

Written here because the library stops without an error at a damaged header (python/cpython issue 120740) and spends
ten times as long per member. After damage the next header with a right checksum is searched, at any byte: damage in
compressed data may have moved the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.archive.formats import HEAD, is_tar_header, sniff
from analyzer.archive.model import Ledger, clean_path
from analyzer.archive.streams import PartStream, Stream

_BLOCK = 512
_ZERO = bytes(_BLOCK)
_EXTENSION_LIMIT = 1 << 20  # bytes of a long name or of a member's pax records
_WITHOUT_CONTENT = {
    b"1": ("link", "A hard link to {target}: its content is under that name."),
    b"2": ("link", "A symbolic link to {target}, which was not followed."),
    b"3": ("device", "A device: not read."),
    b"4": ("device", "A device: not read."),
    b"6": ("device", "A named pipe: not read."),
}
_UNREAD = {
    b"S": ("sparse", "Stored as a sparse file, which is not read here: pack it without --sparse."),
    b"M": ("unsupported", "The rest of a file that begins in another tar volume: not read."),
}


_KEPT = {"path", "linkpath", "size", "mtime", "GNU.sparse.name"}
_LATEST = 253402300800  # seconds: the year 10000, behind which dates cannot be shown


@dataclass(slots=True)
class TarEntry:
    """One member. kind is `file`, or the kind of problem that `note` is the sentence of."""

    path: str
    kind: str
    note: str
    size: int
    mtime: float | None
    whole: Stream

    def looks_packed(self) -> bool:
        return sniff(self.whole.peek(min(self.size, HEAD)), self.path) != "plain"

    def open(self) -> Stream:
        return PartStream(self.whole, self.size)


def _number(field: bytes) -> int:
    """Octal digits, or GNU's big-endian number behind a set first bit. Raises ValueError."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    value = int(_text(field).strip() or b"0", 8)
    if value < 0:
        raise ValueError("negative number")
    return value


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _is_header(block: bytes) -> bool:
    try:
        return is_tar_header(block) and _number(block[124:136]) >= 0
    except ValueError:
        return False


def _records(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The pax records `length key=value`, where the length counts the whole record. Raises ValueError."""
    at = 0
    while at < len(data) and data[at]:
        length = data[at : at + 20].partition(b" ")[0]
        end = at + int(length)
        key, equals, value = data[at + len(length) + 1 : end - 1].partition(b"=")
        if not equals or data[end - 1 : end] != b"\n":
            raise ValueError("a record without its end")
        yield key.decode("utf-8", "backslashreplace"), value
        at = end


def _size(block: bytes, records: dict[str, bytes]) -> int:
    digits = records.get("size", b"")
    return int(digits) if digits.isdigit() and len(digits) < 20 else _number(block[124:136])


def _mtime(block: bytes, records: dict[str, bytes]) -> float | None:
    try:
        value = float(records["mtime"]) if "mtime" in records else _number(block[136:148])
    except ValueError:
        return None
    return value if abs(value) < _LATEST else None


class Tar:
    """The members of a tar, in its order; what is lost goes to the ledger.

    path: what the ledger calls the tar. prefix: put before the members' names.
    """

    def __init__(self, stream: Stream, ledger: Ledger, path: str | None, prefix: str) -> None:
        self._stream = stream
        self._ledger = ledger
        self._path = path
        self._prefix = prefix
        self._shared: dict[str, bytes] = {}  # pax records for all members that follow
        self._own: dict[str, bytes] = {}  # records and long names for the next member
        self._end_mark = False

    def __iter__(self) -> Iterator[TarEntry]:
        while block := self._header():
            kind = block[156:157]
            if kind in b"LKxgX":
                self._extend(kind, _number(block[124:136]))
                continue
            records, self._own = {**self._shared, **self._own}, {}
            if kind == b"S":
                self._pass_sparse_map(block)
            entry, start = self._entry(block, kind, records), self._stream.offset
            if not (kind in b"5DV" or (kind == b"\0" and _text(block[:100]).endswith(b"/"))):
                yield entry
            self._finish(entry, start)

    def _header(self) -> bytes | None:
        """The next header with a right checksum; None at the end."""
        stream = self._stream
        while True:
            block = stream.peek(_BLOCK)
            if _is_header(block):
                if not self._ledger.may_go_on():
                    self._lost("too-many", f"Too many headers: reading was stopped at byte {stream.offset} of the tar.")
                    return None
                self._end_mark = False
                stream.skip(_BLOCK)
                return block
            if len(block) < _BLOCK:
                self._end(block)
                return None
            if block == _ZERO:  # headers may follow: tars put together by `cat` or `tar -A`
                self._end_mark = True
                stream.skip(_BLOCK)
            elif not self._resync():
                return None

    def _end(self, rest: bytes) -> None:
        self._stream.skip()
        if rest.strip(b"\0"):
            self._lost("truncated", "The tar ends in the middle of a header: what followed is missing.")
        elif not self._end_mark and self._stream.fault is None:
            self._lost("truncated", "The tar has no end mark: it may be cut, and members may be missing.")

    def _resync(self) -> bool:
        """Pass on to the next readable header; what lies between is lost."""
        stream, where = self._stream, "behind the end mark" if self._end_mark else "where a header should be"
        start = stream.offset
        self._own = {}
        while stream.skip(1) and self._ledger.may_search() and stream.find(b"ustar", 257):
            if _is_header(stream.peek(_BLOCK)):
                lost = stream.offset - start
                self._lost(
                    "damaged",
                    f"At byte {start} of the tar, {where}, {lost} bytes are damaged: "
                    "members in them are lost, reading went on behind them.",
                )
                return True
        stream.skip()
        lost = stream.offset - start
        self._lost(
            "damaged",
            f"From byte {start} of the tar, {where}, nothing can be read any more: "
            f"members in the last {lost} bytes are lost.",
        )
        return False

    def _lost(self, kind: str, message: str) -> None:
        self._ledger.report(self._path, kind, message, lost=True)

    def _extend(self, kind: bytes, size: int) -> None:
        """Keep a long name, or pax records, for the member that follows."""
        data = self._stream.read(min(size, _EXTENSION_LIMIT))
        self._stream.skip(size - len(data) + -size % _BLOCK)
        if size > _EXTENSION_LIMIT:
            self._lost("too-large", f"A name or extension of {size} bytes was not read: the next member's name is cut.")
        elif kind in b"LK":
            self._own["path" if kind == b"L" else "linkpath"] = _text(data)
        else:
            self._keep(self._shared if kind == b"g" else self._own, data)

    def _keep(self, records: dict[str, bytes], data: bytes) -> None:
        try:
            for key, value in _records(data):
                if key in _KEPT:
                    records[key] = value
                elif key.startswith("GNU.sparse."):
                    records["GNU.sparse"] = b"1"
        except ValueError as error:
            self._lost("damaged", f"The pax records before byte {self._stream.offset} of the tar are damaged: {error}.")

    def _entry(self, block: bytes, kind: bytes, records: dict[str, bytes]) -> TarEntry:
        name = _text(block[:100])
        if block[257:263] == b"ustar\0" and block[345]:
            name = _text(block[345:500]) + b"/" + name
        name = records.get("GNU.sparse.name") or records.get("path") or name
        problem, note = _WITHOUT_CONTENT.get(kind) or _UNREAD.get(kind) or ("file", "")
        if "GNU.sparse" in records:
            problem, note = _UNREAD[b"S"]
        if problem == "link":
            note = note.format(target=clean_path(records.get("linkpath") or _text(block[157:257])))
        size = 0 if kind in _WITHOUT_CONTENT or kind == b"5" else _size(block, records)
        return TarEntry(self._prefix + clean_path(name), problem, note, size, _mtime(block, records), self._stream)

    def _pass_sparse_map(self, block: bytes) -> None:
        more = block[482]
        while more and len(block := self._stream.read(_BLOCK)) == _BLOCK:
            more = block[504]

    def _finish(self, entry: TarEntry, start: int) -> None:
        """Pass over what nobody read of the content, and over its padding."""
        left = start + entry.size - self._stream.offset
        missing = max(0, left - self._stream.skip(left + -entry.size % _BLOCK))
        self._ledger.bytes += entry.size - missing
        if missing:
            there = entry.size - missing
            self._ledger.report(entry.path, "truncated", f"Only {there} of {entry.size} bytes are there.", lost=True)
