"""`show bfd peers`: the sessions of bfdd.

Blocks below `BFD Peers:` (FRRouting bfdd/bfdd_vty.c, _display_peer, releases 7.5 to 10.x). Release 7.5 prints one echo
interval for each side and no round trip times; newer ones add `Log session changes`, `Profile:`, the actual intervals
and the lines of seamless BFD.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import ValidationError

from parsers.base import Evidence, Origin, ParseFailure, SourceFile, Text, failure, parser
from parsers.bfd_blocks import Block, blocks
from parsers.bfd_facts import DIAGNOSTICS, BfdAnswer, BfdPeer, Timers
from parsers.pasted import MARGIN, outside_dump
from parsers.vocabulary import bfd_status, seconds

__all__ = ["BfdAnswer", "BfdPeer", "Timers", "bfd_peers", "read"]

_MILLISECONDS = re.compile(r"(\d{1,10}) ?ms")


def _milliseconds(text: str) -> int | None:
    if text in {"disabled", "-"}:
        return None
    if match := _MILLISECONDS.fullmatch(text):
        return int(match[1])
    raise ValueError(f"not an interval: {text[:40]!r}")


def _echo(text: str) -> int | None:
    return _milliseconds(text) or None  # release 7.5 prints 0ms for a far end without echo


def _multiplier(text: str) -> int | None:
    return None if text == "-" else int(text)


_FIELDS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "label": ("label", str),
    "ID": ("session_id", int),
    "Remote ID": ("remote_id", int),
    "Minimum TTL": ("minimum_ttl", int),
    "Status": ("status", bfd_status),
    "Uptime": ("uptime", seconds),
    "Downtime": ("downtime", seconds),
    "Diagnostics": ("diagnostics", str),
    "Remote diagnostics": ("remote_diagnostics", str),
    "Peer Type": ("peer_type", str),
    "RTT min/avg/max": ("rtt", str),
    "Profile": ("profile", str),
}
_TIMERS: dict[str, tuple[str, Callable[[str], int | None]]] = {
    "Detect-multiplier": ("detect_multiplier", _multiplier),
    "Receive interval": ("receive", _milliseconds),
    "Transmission interval": ("transmit", _milliseconds),
    "Echo receive interval": ("echo_receive", _echo),
    "Echo transmission interval": ("echo_transmit", _echo),
}
# Follows from the others.
_IGNORED = frozenset(
    {
        "Transmission interval (actual with jitter)",
        "Echo transmission interval (actual with jitter)",
        "Detection timeout",
    }
)


class _Session:
    """The values of one block while its lines are read."""

    def __init__(self, text: Text, origin: Origin, block: Block) -> None:
        self.text = text
        self.values: dict[str, Any] = {"origin": origin, "evidence": block.evidence, **block.key()}
        self.marks: dict[str, Evidence] = dict.fromkeys(("peer", "multihop", "local_address"), block.evidence)
        self.timers: dict[str, dict[str, int | None]] = {}
        self.side: str | None = None

    def line(self, number: int, match: re.Match[str]) -> str | None:
        """Take one detail line in; the reason, if it was not understood."""
        name, value = match["name"], match["value"]
        if match["head"]:
            self.side = f"{match['head'].lower()}_timers"
            self.timers[self.side] = {}
        elif match["mode"]:
            self._keep("passive", match["mode"] == "Passive", number)
        elif name in _FIELDS:
            field, convert = _FIELDS[name]
            self._keep(field, convert(value), number)
            if field.endswith("diagnostics") and value not in DIAGNOSTICS:
                return f"unknown diagnostic {value[:60]!r}"
        elif self.side and name in _TIMERS:
            timer, read_timer = _TIMERS[name]
            self.timers[self.side][timer] = read_timer(value)
            self.marks[f"{self.side}.{timer}"] = self.text.quote(number)
        elif not match["log"] and name not in _IGNORED:
            return "not a detail of a BFD session that is known"
        return None

    def _keep(self, field: str, value: Any, number: int) -> None:
        self.values[field] = value
        self.marks[field] = self.text.quote(number)

    def fact(self) -> BfdPeer:
        """The session; ValidationError where the block lacks what every release prints."""
        for side, timers in self.timers.items():
            complete = None not in (timers.get(name) for name in ("detect_multiplier", "receive", "transmit"))
            self.values[side] = Timers.model_validate(timers) if complete else None
        return BfdPeer(**self.values, marks=self.marks)


def _session(text: Text, origin: Origin, block: Block) -> Iterator[BfdPeer | ParseFailure]:
    session = _Session(text, origin, block)
    for number, match in block.details:
        try:
            reason = session.line(number, match)
        except ValueError as error:
            reason = str(error)[:120]
        if reason:
            yield failure(text.quote(number), "bfd_peers", reason)
    try:
        yield session.fact()
    except ValidationError as error:
        lacks = ", ".join(str(problem["loc"][0]) for problem in error.errors())
        yield failure(block.evidence, "bfd_peers", f"a session without {lacks}: cut off or not understood")


def read(text: Text, origin: Origin, strict: bool = True) -> Iterator[BfdPeer | BfdAnswer | ParseFailure]:
    """The sessions, and for each heading how many it lists. Blocks of `counters` are left to their own parser."""
    heading: Evidence | None = None
    sessions, counters = 0, False
    for item in blocks(text, "bfd_peers", strict):
        if isinstance(item, Evidence):
            if heading and not counters:
                yield BfdAnswer(evidence=heading, origin=origin, sessions=sessions)
            heading, sessions, counters = item, 0, False
        elif isinstance(item, ParseFailure):
            yield item
        elif item.counters:
            counters = True
        else:
            sessions += 1
            yield from _session(text, origin, item)
    if heading and not counters:
        yield BfdAnswer(evidence=heading, origin=origin, sessions=sessions)


@parser(
    title="BFD sessions (show bfd peers)",
    collect="oc exec -n <namespace> <pod> -c frr -- vtysh -c 'show bfd peers' > bfd-peers.txt",
    words=(b"BFD Peers:", b"peer "),
    content=MARGIN + rb"(?:BFD Peers:|peer \S[^\n]{0,200}\n[ \t>]*(?:label: \S|ID: \d))",
)
def bfd_peers(source: SourceFile) -> Iterator[BfdPeer | BfdAnswer | ParseFailure]:
    """`show bfd peers` saved to a file of any name, alone or among other outputs."""
    for text in outside_dump(source.text()):
        yield from read(text, source.origin, strict=False)
