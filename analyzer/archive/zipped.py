"""One member of a zip: what its header says, and its content, unpacked and its checksum verified."""

import re
from calendar import timegm
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field

from isal.isal_zlib import crc32

from analyzer.archive.formats import named_packed
from analyzer.archive.model import Budget, clean_path
from analyzer.archive.packed import CODECS, Decoder, Tally, decode
from analyzer.archive.streams import BLOCK, PartStream, Stream

SIGNATURE = re.compile(rb"PK(?:\x03\x04|\x01\x02|\x05\x06|\x06\x06|\x06\x07)")  # what may follow a member
_DESCRIPTOR = re.compile(rb"PK\x07\x08")
_STORED, _DEFLATE64 = 0, 9
_METHODS: dict[int, Callable[[], Decoder]] = {
    8: CODECS["gzip"],  # raw deflate
    12: CODECS["bzip2"],
    93: CODECS["zstd"],
    95: CODECS["xz"],
}


@dataclass(slots=True)
class ZipEntry:
    """One member. kind is `file`, or the kind of problem that `note` is the sentence of."""

    path: str
    kind: str
    note: str
    size: int | None  # None: written behind the content
    mtime: float | None
    packed: int | None  # bytes in the zip; None: written behind the content
    crc: int
    method: int
    later: bool  # checksum and sizes are written behind the content; the sizes perhaps here as well
    wide: bool  # sizes behind the content have eight bytes
    whole: Stream
    budget: Budget
    content: "Content | None" = field(default=None, init=False)

    def looks_packed(self) -> bool:
        return named_packed(self.path)

    def open(self) -> Stream:
        self.content = Content(self)
        return self.content


class Content(Stream):
    """A member's content, unpacked, its checksum verified at its end."""

    def __init__(self, entry: ZipEntry) -> None:
        super().__init__()
        self._entry = entry
        self._blocks = self._run()
        self.tally = Tally()

    def fill(self) -> bytes:
        return next(self._blocks, b"")

    def _run(self) -> Iterator[bytes]:
        entry = self._entry
        part = None if entry.packed is None else PartStream(entry.whole, entry.packed)
        if entry.method != _STORED:
            make = _METHODS[entry.method]
            ended = yield from decode(part or entry.whole, make, entry.budget, self.fail, self.tally)
        elif part is None:
            ended = yield from self._until_descriptor()
        else:
            while block := part.block():
                yield self.tally.add(block)
            ended = self.tally.size == entry.packed
        if part:
            part.skip()
        if ended:
            self._verify()

    def _until_descriptor(self) -> Generator[bytes, None, bool]:
        """Stored content of unknown size ends where its own checksum and size are written behind it."""
        whole = self._entry.whole
        while head := whole.peek(BLOCK):
            if not (ahead := self._before_descriptor(head)):
                return True
            yield self.tally.add(whole.read(ahead))
        self.fail("truncated", f"The zip ends in this member, after {self.tally.size} bytes.")
        return False

    def _before_descriptor(self, head: bytes) -> int:
        """How many bytes are content: 0 at the descriptor, which may lie in the next block as well."""
        for found in _DESCRIPTOR.finditer(head):
            at = found.start()
            size = (self.tally.size + at).to_bytes(8, "little")
            if at and at + 24 > len(head):
                return at
            if head[at + 8 : at + 12] == size[:4]:  # looked at first, because a checksum takes its time
                crc = crc32(head[:at], self.tally.crc).to_bytes(4, "little")
                if head[at + 4 : at + 24].startswith((crc + size[:4] * 2, crc + size * 2)):
                    return at
        return max(1, len(head) - 3)

    def _verify(self) -> None:
        entry = self._entry
        crc, size = entry.crc, entry.size
        if entry.later:
            crc, size = self._descriptor()
        if self.fault is None and (crc != self.tally.crc or size not in {None, self.tally.size}):
            self.fail("checksum", f"The checksum over {self.tally.size} bytes is wrong: something in them was altered.")

    def _descriptor(self) -> tuple[int, int]:
        """Checksum and size that are written behind the content; the signature before them is optional."""
        whole = self._entry.whole
        head = whole.peek(24)
        start = 4 if _DESCRIPTOR.match(head) else 0
        short, wide = start + 12, start + 20
        if len(head) < short:
            self.fail("truncated", f"The zip ends before the checksum over these {self.tally.size} bytes.")
        if not self._entry.wide and (SIGNATURE.match(head, short) or len(head) < wide):
            wide = short
        whole.skip(wide)
        width = (wide - start - 4) // 2
        return int.from_bytes(head[start : start + 4], "little"), int.from_bytes(head[wide - width : wide], "little")


def readable(flags: int, method: int) -> tuple[str, str]:
    """Kind and note of an entry."""
    if flags & 0x41:  # also strong encryption
        return "encrypted", "Encrypted: unpack the zip with its password and give the folder."
    if method == _DEFLATE64:
        note = "Packed with Deflate64, as Windows does with large files: unpack the zip and give the folder."
        return "unsupported", note
    if method != _STORED and method not in _METHODS:
        return (
            "unsupported",
            f"Packed with method {method}, which is not supported: unpack the zip and give the folder.",
        )
    return "file", ""


def name(raw: bytes, flags: int) -> str:
    """UTF-8 where it is, said or not; else the code page of DOS. Old Windows tools wrote backslashes."""
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        name = raw.decode("utf-8", "backslashreplace") if flags & 0x800 else raw.decode("cp437")
    if "/" not in name:
        name = name.replace("\\", "/")
    return clean_path(name) + ("/" if name.endswith("/") else "")


def extra_fields(data: bytes) -> dict[int, bytes]:
    fields, at = {}, 0
    while at + 4 <= len(data):
        length = int.from_bytes(data[at + 2 : at + 4], "little")
        fields[int.from_bytes(data[at : at + 2], "little")] = data[at + 4 : at + 4 + length]
        at += 4 + length
    return fields


def wide_sizes(field: bytes, size: int, packed: int) -> tuple[int, int]:
    """The zip64 field holds those sizes, in this order, that do not fit in four bytes."""
    if size == 0xFFFFFFFF and len(field) >= 8:
        size, field = int.from_bytes(field[:8], "little"), field[8:]
    if packed == 0xFFFFFFFF and len(field) >= 8:
        packed = int.from_bytes(field[:8], "little")
    return size, packed


def mtime(field: bytes, date: int, time: int) -> float | None:
    """Seconds UTC where a Unix tool wrote them, else the DOS date, whose zone nobody knows, read as UTC."""
    if len(field) >= 5 and field[0] & 1:
        return int.from_bytes(field[1:5], "little", signed=True)
    month, day = date >> 5 & 15, date & 31
    if not 1 <= month <= 12 or not day:
        return None
    return timegm((1980 + (date >> 9), month, day, time >> 11, time >> 5 & 63, (time & 31) * 2))
