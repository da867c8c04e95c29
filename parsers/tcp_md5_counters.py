"""Counters of TCP MD5 signatures that did not fit, from a saved `nstat -az` (Linux net/ipv4/proc.c, iproute2 misc).

They tell that something was dropped since the node started, not whose it was.
"""

import re
from collections.abc import Iterator

from parsers.base import Evidence, OriginFact, ParseFailure, SourceFile, failure, parser

_NAMES = {"NotFound": "not_found", "Unexpected": "unexpected", "Failure": "failed"}
_LINE = re.compile(r"\s*TcpExtTCPMD5(\w+)\s+(\d{1,20})\b")


class TcpMd5Counters(OriginFact):
    """Segments dropped: signature missing, signature not expected, signature wrong. Zero where not printed."""

    not_found: int = 0
    unexpected: int = 0
    failed: int = 0

    @property
    def dropped(self) -> int:
        """All of them."""
        return self.not_found + self.unexpected + self.failed


@parser(
    title="counters of TCP MD5 signatures (nstat)",
    collect="oc debug node/<node> -- chroot /host nstat -az > nstat.txt",
    content=rb"^\s*TcpExtTCPMD5\w+\s+\d",
    words=(b"TcpExtTCPMD5",),
)
def tcp_md5_counters(source: SourceFile) -> Iterator[TcpMd5Counters | ParseFailure]:
    """All other counters are deliberately ignored."""
    text = source.text()
    values: dict[str, int] = {}
    marks: dict[str, Evidence] = {}
    for number, line in text.numbered():
        if found := _LINE.match(line):
            if (name := _NAMES.get(found[1])) is None:
                yield failure(text.quote(number), "tcp_md5_counters", "a counter of this name is not known")
                continue
            values[name], marks[name] = int(found[2]), text.quote(number)
    if values:
        evidence = next(iter(marks.values()))
        yield TcpMd5Counters(evidence=evidence, marks=marks, origin=source.origin, **values)
