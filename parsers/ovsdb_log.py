"""Records of an OVSDB file, one after another, with their lengths and checksums verified.

A record is a header line, `OVSDB JSON <bytes> <SHA-1>` in a standalone file and `OVSDB CLUSTER …` in a clustered one,
and a line of JSON of that many bytes (openvswitch/ovs ovsdb/log.c, Documentation/ref/ovsdb.5.rst). What is wrong with
a record says a lot: the end is missing where the file was copied while the server wrote to it; a whole line of another
length, or with a placeholder of must-gather-clean, is text that somebody replaced; anything else is damage.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha1

from parsers.text import EXCERPT_CHARACTERS

RECORD_LIMIT = 512 * 1024 * 1024  # bytes of one record; the largest is the snapshot that a compacted file begins with
_HEADER = re.compile(rb"OVSDB (JSON|CLUSTER) ([1-9]\d{0,17}) ([0-9a-fA-F]{40})\r?\n")
_LEAD = b"OVSDB "
# x-ipv4-0000000001-x, domain0000000001, xxx.xxx.xxx.xxx, xx:xx:xx:xx:xx:xx (openshift/must-gather-clean pkg/obfuscator)
_PLACEHOLDER = re.compile(
    rb"x-(?:ipv4|ipv6|mac)-\d{10}-x|domain\d{10}|xxx\.xxx\.xxx\.xxx|xxxx:xxxx|xx[:-]xx[:-]xx", re.IGNORECASE
)


class Soundness(StrEnum):
    """What can be said of a record."""

    SOUND = "sound"  # length and checksum are right
    REPLACED = "replaced"  # a whole line, but not as the server wrote it: text in it was replaced
    DAMAGED = "damaged"  # the checksum is wrong, or there is no record where one should begin
    CUT = "cut"  # the file ends within it


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the number of its JSON line (its header is the line above), its magic and its bytes.

    Of a DAMAGED or CUT one `line` is the header's line and `data` what its place holds, shortened.
    """

    line: int
    magic: str
    data: bytes
    soundness: Soundness
    reason: str = ""


class _Stream:
    """Bytes that come forward, with a look ahead of any size."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._data = b""
        self._at = 0

    def peek(self, size: int) -> bytes:
        """The next bytes, fewer at the end."""
        if len(self._data) - self._at < size:
            pieces, there = [self._data[self._at :]], len(self._data) - self._at
            while there < size and (chunk := next(self._chunks, None)) is not None:
                pieces.append(chunk)
                there += len(chunk)
            self._data, self._at = b"".join(pieces), 0
        return self._data[self._at : self._at + size]

    def line(self) -> bytes:
        """The next line with its end; none where the content, or what is held of a line, ends before."""
        size = 4096
        while True:
            ahead = self.peek(size)
            end = ahead.find(b"\n")
            if end >= 0 or len(ahead) < size or size >= RECORD_LIMIT:
                return ahead[: end + 1] if end >= 0 else ahead
            size *= 4

    def skip(self, size: int) -> None:
        """Pass over bytes that were looked at."""
        self._at += size


class Log:
    """The records of a content, as a stream. `header` is the first line, shortened."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._stream = _Stream(chunks)
        self._line = 1  # the number of the line that comes next
        self.header = self._stream.line()[:EXCERPT_CHARACTERS]
        self._replaced = False  # somebody edited this file: other lengths and checksums are no damage

    def __iter__(self) -> Iterator[Record]:
        """All records; CUT is the last one, and DAMAGED one that is passed over."""
        while head := self._stream.line():
            record = self._next(head)
            yield record
            if record.soundness is Soundness.DAMAGED:
                self._pass_on()

    def _next(self, head: bytes) -> Record:
        found = _HEADER.fullmatch(head)
        if found is None:
            return self._no_header(head)
        length = int(found[2])
        self._take(head)
        if length > RECORD_LIMIT:
            reason = f"a record of {length} bytes: more than {RECORD_LIMIT} are not read"
            return Record(self._line - 1, "", head, Soundness.DAMAGED, reason)
        return self._body(found[1].decode(), length, found[3].decode().lower(), head)

    def _take(self, data: bytes) -> None:
        self._stream.skip(len(data))
        self._line += data.count(b"\n")

    def _no_header(self, head: bytes) -> Record:
        """Something else where a record should begin."""
        line, shown = self._line, head[:EXCERPT_CHARACTERS]
        ends = head.endswith(b"\n")
        self._take(head)
        if not ends and len(head) < 128 and (head.startswith(_LEAD) or _LEAD.startswith(head)):
            return Record(line, "", shown, Soundness.CUT)
        return Record(line, "", shown, Soundness.DAMAGED, "no record begins where one should")

    def _pass_on(self) -> None:
        """Go on to the next record."""
        while (head := self._stream.line()) and not head.startswith(_LEAD):
            self._take(head)

    def _body(self, magic: str, length: int, checksum: str, head: bytes) -> Record:
        body = self._stream.peek(length)
        if len(body) == length and sha1(body, usedforsecurity=False).hexdigest() == checksum:
            record = Record(self._line, magic, body, Soundness.SOUND)
            self._take(body)
            return record
        line = self._stream.line()
        if len(body) < length and not line.endswith(b"\n"):
            record = Record(self._line - 1, magic, head, Soundness.CUT)
            self._take(line)
            return record
        return self._altered(magic, length, line, head)

    def _altered(self, magic: str, length: int, line: bytes, head: bytes) -> Record:
        """A record whose checksum is wrong: read by its line where somebody replaced text in it."""
        at = self._line
        self._take(line)
        following = self._stream.peek(len(_LEAD))
        whole = line.startswith(b"{") and line.rstrip().endswith(b"}") and _LEAD.startswith(following)
        self._replaced |= whole and (len(line) != length or bool(_PLACEHOLDER.search(line)))
        if whole and self._replaced:
            return Record(at, magic, line, Soundness.REPLACED)
        return Record(at - 1, magic, head, Soundness.DAMAGED, "the checksum of the record is wrong")
