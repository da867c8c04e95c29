"""`ovs-appctl bond/show`: the bonds of Open vSwitch and whether their members are enabled.

Members: sosreports (their outputs per port repeat it), saved sessions. Format: openvswitch/ovs ofproto/bond.c
bond_print_details; up to 2.14 a member is called `slave`.
"""

import re
from collections.abc import Iterator

from parsers.base import Evidence, ParseFailure, SourceFile, failure, parser
from parsers.ovs_bond_text import BondBlocks
from parsers.ovs_facts import OvsBond
from parsers.ovs_text import sections
from parsers.pasted import MARGIN

_VALUE = re.compile(r"\s*(?P<key>bond_mode|lacp_status|active (?:member|slave) mac): ?(?P<value>.*)")
_MEMBER = re.compile(r"\s*(?:member|slave) (?P<name>\S{1,80}?): ?(?P<state>\w+)\s*")
_ACTIVE = re.compile(r"[0-9A-Za-z:-]+\((?P<name>[^()]*)\)")
_STATES = {"enabled": True, "disabled": False}
_OTHER = re.compile(r"\s*(?:[a-zA-Z][\w ,/-]{0,60}:.*|active (?:member|slave)|\w+ expires in \d+ ms)\s*")


class _Bonds(BondBlocks[OvsBond]):
    """The bonds of one section."""

    def line(self, line: str, where: Evidence) -> Iterator[OvsBond | ParseFailure]:
        bond = self.bond
        if bond is None:
            yield from self.foreign(where)
        elif member := _MEMBER.fullmatch(line):
            if member["state"] not in _STATES:
                yield failure(where, "ovs_bonds", f"an unknown state of a member: {member['state'][:40]}")
                return
            bond["members"][member["name"]] = _STATES[member["state"]]
            self.marks[f"member {member['name']}"] = where
        elif value := _VALUE.fullmatch(line):
            key = {"bond_mode": "mode", "lacp_status": "lacp"}.get(value["key"], "active")
            found = _ACTIVE.fullmatch(value["value"].strip()) if key == "active" else None
            bond[key] = (None if found["name"] == "none" else found["name"]) if found else value["value"].strip()
            self.marks[key] = where
        elif not _OTHER.fullmatch(line):
            yield from self.foreign(where)
            yield from self.end()

    def foreign(self, where: Evidence) -> Iterator[ParseFailure]:
        if self.section.strict:
            yield failure(where, "ovs_bonds", "not a line of bond/show")

    def end(self) -> Iterator[OvsBond | ParseFailure]:
        if self.bond and "mode" in self.bond:
            yield OvsBond(marks=self.marks, **self.common, **self.bond)
        elif self.bond:
            yield failure(self.bond["evidence"], "ovs_bonds", "a bond without a mode: cut off")
        self.bond = None


@parser(
    "sos_commands/openvswitch/ovs-appctl_bond.show",
    title="bonds of Open vSwitch (bond/show)",
    collect="a sosreport of the node; by hand: oc debug node/<node> -- chroot /host ovs-appctl bond/show",
    words=(b"bond_mode: ",),
    content=MARGIN + rb"---- \S{1,80} ----\s+bond_mode: ",
)
def ovs_bonds(source: SourceFile) -> Iterator[OvsBond | ParseFailure]:
    """`bond/show`. Delays, hashes and the primary are known and not needed."""
    for section in sections(source):
        yield from _Bonds(source, section)
