"""`show bgp neighbors`: one block for each neighbor, in `dump_frr` and in files that people save by hand.

The fields of a neighbor are described in bgp_neighbor_facts, the lines of a block in bgp_neighbor_lines.
"""

import re
from collections.abc import Iterator

from parsers.base import Origin, ParseFailure, SourceFile, Text, failure, parser
from parsers.bgp_neighbor_block import HEADER, NAME, Block
from parsers.bgp_neighbor_facts import (
    BfdType,
    BgpNeighbor,
    Capability,
    Link,
    MessageCount,
    NeighborBfd,
    NeighborFamily,
    Reset,
)
from parsers.bgp_neighbor_lines import FLAT_BLOCK, FLAT_BREAK
from parsers.bgp_neighbor_shell import Shell
from parsers.flat_text import in_dump
from parsers.pasted import plain

__all__ = [
    "BfdType",
    "BgpNeighbor",
    "Capability",
    "Link",
    "MessageCount",
    "NeighborBfd",
    "NeighborFamily",
    "Reset",
    "read",
]


@parser(
    title="BGP neighbors (saved output)",
    collect="oc exec -n NAMESPACE POD -c frr -- vtysh -c 'show bgp vrf all neighbors' > bgp-neighbors.txt",
    words=(b"BGP neighbor ",),
    content=rb"\bBGP neighbor (?:is|on) \S+ ?\S*, +remote AS ",
)
def bgp_neighbor(source: SourceFile) -> Iterator[BgpNeighbor | ParseFailure]:
    """The neighbors of a loose `show bgp neighbors`."""
    text = plain(source.text())
    if not in_dump(text):
        yield from read(text, source.origin)


def read(text: Text, origin: Origin) -> Iterator[BgpNeighbor | ParseFailure]:
    """The neighbors of a text; what stands between the blocks must be a heading, a prompt or a known answer."""
    reader = _Reader(text, origin)
    for number, line in text.numbered():
        yield from reader.line(number, line.lstrip("> \t").rstrip())  # `>` quotes a paste in a mail or an issue
    yield from reader.end()


class _Reader:
    """Where a text is: in a block, or between the blocks."""

    def __init__(self, text: Text, origin: Origin) -> None:
        self.text, self.origin = text, origin
        self.shell = Shell()
        self.block: Block | None = None
        self.unknown: tuple[int, int] | None = None  # a run of lines that nobody knows: one failure

    def line(self, number: int, line: str) -> Iterator[BgpNeighbor | ParseFailure]:
        """The facts that a line completes."""
        if not line:
            return
        if "\\n" in line and "BGP neighbor " in line:
            # The logs of tests written in Go quote an output with its line ends.
            written = line[line.index("BGP neighbor ") :].removesuffix('"').replace('\\"', '"')
            for piece in written.split("\\n"):
                yield from self.line(number, piece.strip())
        elif "BGP neighbor " in line and ("BGP state " in line or "BGP version " in line):
            yield from self._flat(number, line)
        elif found := HEADER.match(line):
            yield from self._open(number, found)
        elif self.block and self.block.take(number, line):
            yield from self._report()
        else:
            yield from self._between(number, line)

    def _open(self, number: int, header: re.Match[str]) -> Iterator[BgpNeighbor | ParseFailure]:
        yield from self.end()
        self.shell.elsewhere = False
        self.block = Block(self.text, self.origin, number, header, self.shell.vrf)

    def _flat(self, number: int, line: str) -> Iterator[BgpNeighbor | ParseFailure]:
        """The key facts of blocks pasted on one line, as chat programs do. What lies between them is left out."""
        for block in FLAT_BLOCK.split(" ".join(line.split())):
            head, *pieces = FLAT_BREAK.split(block)
            if header := HEADER.match(head):
                yield from self._open(number, header)
                assert self.block
                for piece in pieces:
                    self.block.take(number, piece)

    def _between(self, number: int, line: str) -> Iterator[BgpNeighbor | ParseFailure]:
        if self.shell.moves(line):
            yield from self.end()
        elif not self.shell.ignores(line):
            self.unknown = (self.unknown[0] if self.unknown else number, number)

    def _report(self) -> Iterator[ParseFailure]:
        run, self.unknown = self.unknown, None
        if run and self.block:
            self.block.failures.append(failure(self.text.quote(*run), NAME, "unknown in a neighbor block"))
        elif run:
            yield failure(self.text.quote(*run), NAME, "text outside of a neighbor block")

    def end(self) -> Iterator[BgpNeighbor | ParseFailure]:
        """The neighbor whose block ends here."""
        yield from self._report()
        block, self.block = self.block, None
        if block:
            yield from block.end()
