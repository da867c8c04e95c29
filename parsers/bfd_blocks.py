"""The blocks below `BFD Peers:`, one for each session: a header `peer ...` and its details.

`show bfd peers` and `show bfd peers counters` share the heading and the header (FRRouting bfdd/bfdd_vty.c,
_display_peer_header). Indentation is lost on the way through tickets, so only the words count.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from parsers.base import Evidence, ParseFailure, Text, failure
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
    a blank line is theirs.
    """
    block: Block | None = None
    inside, contiguous = False, False
    for number, line in _lines(text):
        if not line.strip():
            contiguous = False
            continue
        if HEADING.match(line):
            if block:
                yield block
            block, inside = None, True
            yield text.quote(number)
        elif inside and (match := _HEADER.match(line)):
            if block:
                yield block
            block = _block(text, number, match)
        elif block and (match := _DETAIL.match(line)):
            block.details.append((number, match))
            block.counters = block.counters or bool(match["counter"])
        elif strict or (inside and contiguous):
            yield failure(text.quote(number), name, "not part of a list of BFD sessions")
        else:
            inside = False
        contiguous = True
    if block:
        yield block


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
