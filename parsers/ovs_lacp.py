"""`ovs-appctl lacp/show`: whether the members of the bonds of Open vSwitch agreed with the switch.

Members: sosreports, saved sessions. Format: openvswitch/ovs lib/lacp.c lacp_print_details; up to 2.15 a member is
called `slave`, and the lines below are indented by tabs. What each side says of itself is not needed.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum

from pydantic import Field

from parsers.base import Evidence, ParseFailure, SourceFile, failure, parser
from parsers.host_facts import HostFact
from parsers.ovs_bond_text import BondBlocks
from parsers.ovs_text import sections
from parsers.pasted import MARGIN

_STATUS = re.compile(r"\s*status: (?P<words>\w[\w ]{0,40}?)\s*")
_MEMBER = re.compile(
    r"\s*(?:member|slave): (?P<name>\S{1,80}?): (?P<state>\w{1,20}) (?P<attached>attached|detached)\s*"
)
_OTHER = re.compile(
    r"\s+(?:sys_id|sys_priority|aggregation key|lacp_time|port_id|port_priority|may_enable"
    r"|(?:actor|partner) \w[\w ]{0,20}): ?.*"
)


class LacpState(StrEnum):
    """What a member last heard (lib/lacp.c, enum member_status)."""

    CURRENT = "current"
    EXPIRED = "expired"
    DEFAULTED = "defaulted"  # nothing at all


class OvsLacp(HostFact):
    """A bond. negotiated: whether any member agreed with the switch. members: name to what it last heard."""

    bond: str
    active: bool
    negotiated: bool
    members: Mapping[str, LacpState] = Field(default_factory=dict)


class _Bonds(BondBlocks[OvsLacp]):
    """The bonds of one section. `bond/show` begins alike and has another parser."""

    def line(self, line: str, where: Evidence) -> Iterator[OvsLacp | ParseFailure]:
        bond = self.bond
        if bond is not None and (status := _STATUS.fullmatch(line)):
            words = status["words"].split()
            bond |= {"active": "active" in words, "negotiated": "negotiated" in words}
            self.marks["negotiated"] = where
        elif bond is not None and (member := _MEMBER.fullmatch(line)):
            if member["state"] in set(LacpState):
                bond["members"][member["name"]] = LacpState(member["state"])
                self.marks[f"member {member['name']}"] = where
            else:
                yield failure(where, "ovs_lacp", f"an unknown state of a member: {member['state']}")
        elif bond is None or not _OTHER.fullmatch(line):
            if self.section.strict:
                yield failure(where, "ovs_lacp", "not a line of lacp/show")
            else:
                yield from self.end()

    def end(self) -> Iterator[OvsLacp | ParseFailure]:
        bond, self.bond = self.bond, None
        if bond and "negotiated" in bond:
            yield OvsLacp(marks=self.marks, **self.common, **bond)
        elif bond and self.section.strict:
            yield failure(bond["evidence"], "ovs_lacp", "a bond without a status: cut off")


@parser(
    "sos_commands/openvswitch/ovs-appctl_lacp.show",
    title="LACP of Open vSwitch (lacp/show)",
    collect="a sosreport of the node; by hand: oc debug node/<node> -- chroot /host ovs-appctl lacp/show",
    words=(b"lacp_time: ",),
    content=MARGIN + rb"---- \S{1,80} ----\s+status: ",
)
def ovs_lacp(source: SourceFile) -> Iterator[OvsLacp | ParseFailure]:
    """`lacp/show`; without a bond that speaks LACP it prints nothing."""
    for section in sections(source):
        yield from _Bonds(source, section)
