"""The blocks below `BFD Peers:`, one for each session: a header `peer ...` and its details.

`show bfd peers` and `show bfd peers counters` share the heading and the header (FRRouting bfdd/bfdd_vty.c,
_display_peer_header). Indentation is lost on the way through tickets, so only the words count.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from parsers.base import Evidence, ParseFailure, Text, failure
from parsers.bgp_neighbor_shell import is_prompt
from parsers.vocabulary import address

HEADING = re.compile(r"^\s*BFD Peers:\s*$")
_HEADER = re.compile(r"^\s*peer\s+(?P<peer>\S+)(?P<rest>(?:\s+\S+)*)\s*$")
# Words behind the peer that take a value; `srv6-encap-data` takes all that follow.
_VALUES = frozenset(
    {"local-address", "vrf", "interface", "bfd-mode", "bfd-name", "remote-discr", "srv6-source-ipv6", "srv6-encap-data"}
)
_DETAIL = re.compile(
    r"^\s*(?:(?P<counter>(?:Control|Echo) packet (?:input|output)|Session (?:up|down) events|Zebra notifications"
    r"|[TR][xX] [\w -]{3,60}): (?P<count>\d{1,20})(?: packets)?"
    r"|(?P<mode>Passive|Active) mode|(?P<log>Log session changes|Authentication is .{1,300})"
    r"|(?P<head>Local|Remote) timers:"
    r"|(?P<name>[A-Za-z][A-Za-z /()-]{1,60}?):\s*(?P<value>\S.{0,300}?))\s*$"
)
_FIRST_DETAIL = re.compile(r"^\s*(?:label: \S|ID: \d|Control packet input: \d)")
# Where a heading and all its sessions were flattened onto one line, a detail begins at its name.
_FLATTENED = re.compile(r"^\s*BFD Peers:\s+\S")
_BEGINS = re.compile(
    r"\s+(?=peer \S+ (?:multihop|local-address|vrf|interface)\b|(?<!Remote )ID:|Remote (?:ID|diagnostics|timers):"
    r"|label:|(?:Active|Passive) mode\b|Log session changes\b|Minimum TTL:|Status:|(?:Up|Down)time:|Diagnostics:"
    r"|Peer Type:|RTT min|Profile:|Local timers:|Detect|Receive interval:|Transmission interval"
    r"|Echo (?:receive|trans|packet)|Control packet|Session (?:up|down)|Zebra notif|[TR][xX] fail)"
)
_CALLOUT = re.compile(r"\s+(?:\(\d+\)|<[\d.]+>)$")  # a mark of the documentation; a bare digit is a value here


@dataclass(slots=True)
class Block:
    """One session: the words of its header by name, its detail lines in their order."""

    evidence: Evidence
    peer: str
    multihop: bool
    words: dict[str, str]
    details: list[tuple[int, re.Match[str]]] = field(default_factory=list)
    counters: bool = False  # of `counters`

    def key(self) -> dict[str, str | bool | None]:
        """What identifies the session, by the names of the facts' fields."""
        local = self.words.get("local-address")
        return {
            "peer": self.peer,
            "multihop": self.multihop,
            "local_address": address(local) if local else None,
            "vrf": self.words.get("vrf", "default"),
            "interface": self.words.get("interface"),
        }


def blocks(text: Text, name: str, strict: bool) -> Iterator[Block | Evidence | ParseFailure]:
    """The blocks; Evidence for each heading; failures for other lines.

    strict: all lines belong to the output. Otherwise other commands' outputs may lie around it, and what follows after
    a blank line or a prompt is theirs.
    """
    reader = _Reader(text, name, strict)
    for number, line in _lines(text):
        if not line.strip():
            reader.contiguous = False
        else:
            yield from reader.line(number, line)
            reader.contiguous = True
    yield from reader.end()


@dataclass(slots=True)
class _Reader:
    """Where a text is: below a heading, in a block, among other outputs."""

    text: Text
    name: str
    strict: bool
    block: Block | None = None
    inside: bool = False  # below a heading
    contiguous: bool = False  # no blank line since

    def line(self, number: int, line: str) -> Iterator[Block | Evidence | ParseFailure]:
        """What a line completes."""
        if HEADING.match(line):
            yield from self.end()
            self.inside = True
            yield self.text.quote(number)
        elif not self.strict and is_prompt(line):
            yield from self.end()
        elif (match := _HEADER.match(line)) and (self.inside or _lists(self.text, number)):
            inside = self.inside
            yield from self.end()
            self.block, self.inside = _block(self.text, number, match), inside
        elif self.block and (match := _DETAIL.match(line)):
            self.block.details.append((number, match))
            self.block.counters = self.block.counters or bool(match["counter"])
        elif self.strict or (self.inside and self.contiguous):
            yield failure(self.text.quote(number), self.name, "not part of a list of BFD sessions")
        else:
            yield from self.end()

    def end(self) -> Iterator[Block]:
        """The block that ends here, and the list with it."""
        block, self.block, self.inside = self.block, None, False
        if block:
            yield block


def _lists(text: Text, number: int) -> bool:
    """Whether a session of `show bfd peers` begins here, though the heading above the list was left out."""
    following = text.part(number + 1, number + 1)
    return len(following) == 1 and bool(_FIRST_DETAIL.match(following[0]))


def _lines(text: Text) -> Iterator[tuple[int, str]]:
    for number, line in text.numbered():
        if _FLATTENED.match(line):
            for piece in _BEGINS.split(line):
                yield number, _CALLOUT.sub("", piece)
        else:
            yield number, line


def _block(text: Text, number: int, match: re.Match[str]) -> Block:
    rest = iter(match["rest"].split())
    multihop = False
    words: dict[str, str] = {}
    for word in rest:
        if word in _VALUES:
            words[word] = next(rest, "")
        multihop = multihop or word == "multihop"
    return Block(text.quote(number), address(match["peer"]), multihop, words)
