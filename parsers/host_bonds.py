"""Bonds of the kernel, as `/proc/net/bonding/<bond>` tells of them: which members work, and what LACP agreed on.

Format: Linux drivers/net/bonding/bond_procfs.c; a member is called `Slave Interface` in all releases. Members of
sosreports: the file itself. The lines behind `details … lacp pdu` are indented and not needed.
"""

import re
from collections.abc import Iterator
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, failure, parser
from parsers.host_facts import HostFact
from parsers.ovs_text import Section, node_of, sections
from parsers.pasted import MARGIN

NO_PARTNER = "00:00:00:00:00:00"
LACP = "IEEE 802.3ad"  # how the mode begins in which members are agreed on with the switch
_HEAD = re.compile(r"\s*Ethernet Channel Bonding Driver: .*")
_MEMBER = re.compile(r"\s*Slave Interface: (?P<name>\S{1,64})\s*")
_PAIR = re.compile(r"(?P<indent>\s*)(?P<key>[A-Za-z0-9][\w ./()-]{0,60}?): ?(?P<value>.*)")
_STATES = {"up": True, "down": False, "going down": None, "going back": None, "unknown": None}
_INFO = re.compile(r"\s*802\.3ad info|\s*Active Aggregator Info:?\s*|\s*bond \S+ has no active aggregator\s*")
_FILE = re.compile(r"bonding/(?P<bond>[\w.@:-]{1,64})")


class HostBond(HostFact):
    """A bond. up: whether any of its members works, None while that changes.

    aggregator: the group of members that is in use. partner: the MAC address of the switch that LACP found, None where
    it found none or is not in use.
    """

    bond: str | None = None
    mode: str
    up: bool | None = None
    active: str | None = None
    aggregator: int | None = None
    partner: str | None = None

    @property
    def lacp(self) -> bool:
        """Whether its members are agreed on with the switch."""
        return self.mode.startswith(LACP)


class HostBondMember(HostFact):
    """A member of a bond. up: None while it goes down or comes back. failures: how often its link was lost."""

    bond: str | None = None
    name: str
    up: bool | None = None
    failures: int | None = None
    aggregator: int | None = None


class _Output:
    """One section, line by line."""

    def __init__(self, source: SourceFile, section: Section) -> None:
        self.section = section
        asked = _FILE.search(section.command) or _FILE.search(source.path)
        self.common: dict[str, Any] = {
            "origin": source.origin,
            "node": node_of(source, section.host),
            "bond": asked["bond"] if asked else None,
        }
        self.values: dict[str, Any] | None = None
        self.marks: dict[str, Evidence] = {}

    def __iter__(self) -> Iterator[HostBond | HostBondMember | ParseFailure]:
        for number, line in self.section.text.numbered():
            where = self.section.text.quote(number)
            if _HEAD.fullmatch(line):
                yield from self.end()
                self.begin({"evidence": where})
            elif self.values is not None and (member := _MEMBER.fullmatch(line)):
                yield from self.end()
                self.begin({"evidence": where, "name": member["name"]})
            elif line.strip():
                yield from self.line(line, where)
        yield from self.end()

    def begin(self, values: dict[str, Any]) -> None:
        self.values, self.marks = values, {}

    def line(self, line: str, where: Evidence) -> Iterator[HostBond | HostBondMember | ParseFailure]:
        pair = _PAIR.fullmatch(line)
        if self.values is not None and (pair or _INFO.fullmatch(line)):
            if pair:
                yield from self.pair(self.values, pair["key"], pair["value"].strip(), where)
        elif self.section.strict:
            yield failure(where, "host_bonds", "not a line of a bond")
        else:
            yield from self.end()

    def pair(self, values: dict[str, Any], key: str, value: str, where: Evidence) -> Iterator[ParseFailure]:
        found: dict[str, Any] = {}
        if key == "MII Status":
            if value not in _STATES:
                yield failure(where, "host_bonds", f"an unknown state of a link: {value[:40]!r}")
            found["up"] = _STATES.get(value)
        elif "name" in values:
            name = {"Link Failure Count": "failures", "Aggregator ID": "aggregator"}.get(key)
            if name and value.isdigit():
                found[name] = int(value)
        elif key == "Bonding Mode":
            found["mode"] = value
        elif key in {"Currently Active Slave", "Partner Mac Address"}:
            name = "active" if key.startswith("Currently") else "partner"
            found[name] = value.lower() if name == "partner" else value
        elif key == "Aggregator ID" and value.isdigit():
            found["aggregator"] = int(value)
        values |= {name: None if one in {NO_PARTNER, "None"} else one for name, one in found.items()}
        self.marks |= dict.fromkeys(found, where)

    def end(self) -> Iterator[HostBond | HostBondMember | ParseFailure]:
        """What is known when the bond or the member is over."""
        values, self.values = self.values, None
        if values is None:
            return
        if "name" in values:
            yield HostBondMember(marks=self.marks, **self.common, **values)
        elif "mode" in values:
            yield HostBond(marks=self.marks, **self.common, **values)
        else:
            yield failure(values["evidence"], "host_bonds", "a bond without a mode: cut off")


@parser(
    "proc/net/bonding/{bond}",
    title="bonds of the kernel (/proc/net/bonding)",
    collect="a sosreport of the node; by hand: oc debug node/<node> -- chroot /host sh -c 'cat /proc/net/bonding/*'",
    words=(b"Ethernet Channel Bonding Driver",),
    content=MARGIN + rb"Ethernet Channel Bonding Driver: ",
)
def host_bonds(source: SourceFile) -> Iterator[HostBond | HostBondMember | ParseFailure]:
    """The bond and its members. Delays, hashes and the details of LACP are known and not needed."""
    for section in sections(source):
        yield from _Output(source, section)
