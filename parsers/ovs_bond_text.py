"""What `bond/show` and `lacp/show` have in common: blocks that begin with `---- bond0 ----`.

Format: openvswitch/ovs ofproto/bond.c bond_print_details and lib/lacp.c lacp_print_details.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from parsers.base import Evidence, Fact, ParseFailure, SourceFile
from parsers.ovs_text import Section, node_of

_HEAD = re.compile(r"\s*---- (?P<bond>\S{1,80}) ----\s*")

Bond = TypeVar("Bond", bound=Fact)


class BondBlocks(ABC, Generic[Bond]):
    """One section, line by line. bond: the fields of the block being read, None outside of one."""

    def __init__(self, source: SourceFile, section: Section) -> None:
        self.section = section
        self.common: dict[str, Any] = {"origin": source.origin, "node": node_of(source, section.host)}
        self.bond: dict[str, Any] | None = None
        self.marks: dict[str, Evidence] = {}

    def __iter__(self) -> Iterator[Bond | ParseFailure]:
        for number, line in self.section.text.numbered():
            where = self.section.text.quote(number)
            if head := _HEAD.fullmatch(line):
                yield from self.end()
                self.bond, self.marks = {"evidence": where, "bond": head["bond"], "members": {}}, {}
            elif line.strip():
                yield from self.line(line, where)
        yield from self.end()

    @abstractmethod
    def line(self, line: str, where: Evidence) -> Iterator[Bond | ParseFailure]:
        """One line that is neither empty nor the head of a block."""

    @abstractmethod
    def end(self) -> Iterator[Bond | ParseFailure]:
        """What is known when the block is over."""
