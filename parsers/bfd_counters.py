"""`show bfd peers counters`: packets and events of every session (FRRouting bfdd/bfdd_vty.c, _display_peer_counter)."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from parsers.base import Evidence, Origin, ParseFailure, SourceFile, Text, failure, parser
from parsers.bfd_blocks import Block, blocks
from parsers.bfd_facts import BfdCounters
from parsers.pasted import MARGIN, outside_dump

__all__ = ["BfdCounters", "bfd_counters", "read"]

FIELDS = {
    "Control packet input": "control_in",
    "Control packet output": "control_out",
    "Echo packet input": "echo_in",
    "Echo packet output": "echo_out",
    "Session up events": "up_events",
    "Session down events": "down_events",
    "Zebra notifications": "zebra_notifications",
}


def _counters(text: Text, origin: Origin, block: Block) -> Iterator[BfdCounters | ParseFailure]:
    values: dict[str, Any] = block.key()
    extra: dict[str, int] = {}
    marks: dict[str, Evidence] = {}
    for number, match in block.details:
        name = match["counter"]
        if name in FIELDS:
            values[FIELDS[name]] = int(match["count"])
            marks[FIELDS[name]] = text.quote(number)
        elif name:
            extra[name] = int(match["count"])
            marks[f"extra.{name}"] = text.quote(number)
        elif match["name"] not in {"ID", "label"}:
            yield failure(text.quote(number), "bfd_counters", "not a counter that is known")
    try:
        yield BfdCounters(evidence=block.evidence, marks=marks, origin=origin, extra=extra, **values)
    except ValidationError as error:
        lacks = ", ".join(str(problem["loc"][0]) for problem in error.errors())
        yield failure(block.evidence, "bfd_counters", f"a session without {lacks}: cut off or not understood")


def read(text: Text, origin: Origin, strict: bool = True) -> Iterator[BfdCounters | ParseFailure]:
    """The counters of every session. Blocks of `show bfd peers` are left to their own parser."""
    for item in blocks(text, "bfd_counters", strict):
        if isinstance(item, ParseFailure):
            yield item
        elif isinstance(item, Block) and item.counters:
            yield from _counters(text, origin, item)


@parser(
    title="BFD counters (show bfd peers counters)",
    collect="oc exec -n <namespace> <pod> -c frr -- vtysh -c 'show bfd peers counters' > bfd-counters.txt",
    words=(b"Control packet input",),
    content=MARGIN + rb"Control packet input: \d",
)
def bfd_counters(source: SourceFile) -> Iterator[BfdCounters | ParseFailure]:
    """`show bfd peers counters` saved to a file of any name, alone or among other outputs."""
    for text in outside_dump(source.text()):
        yield from read(text, source.origin, strict=False)
