"""`show bfd peers brief`: `Session count: N` and one row for each session (FRRouting bfdd/bfdd_vty.c).

Rows `SessionId LocalAddress PeerAddress Status`, from 10.5 on with `Profile`. The output is read as tokens, because
documentation and tickets flatten it onto one line.
"""

import re
from collections.abc import Iterator

from parsers.base import Evidence, Origin, ParseFailure, SourceFile, Text, failure, parser
from parsers.bfd_facts import BfdAnswer, BfdBriefPeer
from parsers.flat_text import CALLOUT, FlatText, Span
from parsers.pasted import outside_dump
from parsers.vocabulary import address, bfd_status

__all__ = ["BfdAnswer", "BfdBriefPeer", "bfd_brief", "read"]

_TOKEN = re.compile(
    r"""(?<!\S)(?:
    (?P<heading>Session\ count:\s*(?P<count>\d{1,9}))
    |(?P<columns>SessionId\s+LocalAddress\s+PeerAddress\s+Status(?P<profiled>\s+Profile)?)
    |={6,12}
    |(?P<row>(?P<id>\d{1,10})\s+(?P<local>\S{2,64})\s+(?P<peer>[0-9a-fA-Fx][\w.:%-]{1,63})
      \s+(?P<status>up|down|init|admin-down|shutdown))
    )(?!\S)""",
    re.VERBOSE,
)
_LIKE_A_ROW = re.compile(r"\d{1,10}\s+\S+\s+[0-9a-fA-Fx][\w.:%-]+(?:\s|$)")
_NO_ADDRESS = frozenset({"unknown", "n/a", "N/A", "0.0.0.0", "::"})  # noqa: S104 - the address of a session not yet up


class _Reader:
    """One pass over the tokens. `strict`: text outside the answers is a failure, as it is in a section of a dump."""

    def __init__(self, text: Text, origin: Origin, strict: bool) -> None:
        self.flat = FlatText.of(text)
        self.origin = origin
        self.strict = strict
        self.heading: Evidence | None = None
        self.count = 0
        self.rows = 0
        self.profiled = False

    def read(self) -> Iterator[BfdBriefPeer | BfdAnswer | ParseFailure]:
        row: re.Match[str] | None = None
        for span in self.flat.scan(_TOKEN):
            if row:
                profile = self._profile(row, span)
                yield self._peer(row, profile)
                row = None
                if profile:
                    continue
            if span.match is None:
                yield from self._unknown(span)
            elif span.match["row"] and (self.heading or self.strict):
                row = span.match
                self.rows += 1
            elif span.match["heading"]:
                yield from self._finish()
                self.heading, self.count = self.flat.quote(span.start, span.end), int(span.match["count"])
            self.profiled = self.profiled or bool(span.match and span.match["profiled"])
        if row:
            yield self._peer(row, None)
        yield from self._finish()

    def _profile(self, row: re.Match[str], following: Span) -> str | None:
        if not self.profiled or following.match or "\n" in self.flat.joined[row.end() : following.start]:
            return None
        return self.flat.joined[following.start : following.end]

    def _peer(self, match: re.Match[str], profile: str | None) -> BfdBriefPeer:
        local = match["local"]
        return BfdBriefPeer(
            evidence=self.flat.quote(match.start(), match.end()),
            origin=self.origin,
            peer=address(match["peer"]),
            local_address=None if local in _NO_ADDRESS else address(local),
            session_id=int(match["id"]),
            status=bfd_status(match["status"]),
            profile=None if profile == "-" else profile,
        )

    def _unknown(self, span: Span) -> Iterator[ParseFailure]:
        if CALLOUT.fullmatch(self.flat.joined, span.start, span.end):
            return
        if self.strict or (self.heading and _LIKE_A_ROW.match(self.flat.joined, span.start, span.end)):
            yield failure(self.flat.quote(span.start, span.end), "bfd_brief", "not a row of BFD sessions")

    def _finish(self) -> Iterator[BfdAnswer | ParseFailure]:
        if self.heading:
            if self.rows != self.count:
                reason = f"{self.count} sessions are counted, {self.rows} rows were read"
                yield failure(self.heading, "bfd_brief", reason)
            yield BfdAnswer(evidence=self.heading, origin=self.origin, sessions=self.count)
        self.heading, self.rows, self.profiled = None, 0, False


def read(text: Text, origin: Origin, strict: bool = True) -> Iterator[BfdBriefPeer | BfdAnswer | ParseFailure]:
    """The rows, and for each `Session count:` what it counts."""
    return _Reader(text, origin, strict).read()


@parser(
    title="BFD sessions in brief (show bfd peers brief)",
    collect="oc exec -n <namespace> <pod> -c frr -- vtysh -c 'show bfd peers brief' > bfd-brief.txt",
    words=(b"SessionId",),
    content=rb"\bSession count: \d+[\s>]+SessionId\s+LocalAddress",
)
def bfd_brief(source: SourceFile) -> Iterator[BfdBriefPeer | BfdAnswer | ParseFailure]:
    """`show bfd peers brief` saved to a file of any name, alone or among other outputs."""
    for text in outside_dump(source.text()):
        yield from read(text, source.origin, strict=False)
