"""One `show bgp neighbors` block while its lines are being read, up to the fact that they make together."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from parsers.base import EXCERPT_CHARACTERS, Evidence, Origin, ParseFailure, Text, failure
from parsers.bgp_neighbor_facts import (
    BgpNeighbor,
    Capability,
    Link,
    MessageCount,
    NeighborBfd,
    NeighborFamily,
    reset,
)
from parsers.bgp_neighbor_lines import (
    BFD,
    CAPABILITY,
    DUMP,
    DUMP_HEADING,
    FAMILY,
    FAMILY_CAPABILITY,
    FAMILY_HEADING,
    IGNORED,
    KEPT,
    LAST_RESET,
    MESSAGES,
    STATE,
    values_of,
)
from parsers.vocabulary import BgpState, address, autonomous_system, is_address, seconds

NAME = "bgp_neighbor"
HEADER = re.compile(r"BGP neighbor (?:is (?P<dynamic>\*?)|on (?P<interface>\S+): )(?P<address>[^\s,]+)(?P<rest>,.*|$)")
_AS = re.compile(r", *(remote|local) AS (\d[\d.]*)(?=[ ,]|$)")
_LINK = re.compile(r", *([\w-]+) link\b")


class Block:
    """The values of one neighbor and where they stand; lines that are not understood become failures."""

    def __init__(self, text: Text, origin: Origin, number: int, header: re.Match[str], vrf: str) -> None:
        self.text, self.origin, self.first = text, origin, number
        self.piece = header[0]
        self.values: dict[str, Any] = {"vrf": vrf}
        self.marks: dict[str, Evidence] = {}
        self.failures: list[ParseFailure] = []
        self.families: list[_Family] = []
        self.bfd: dict[str, Any] = {}
        self.dump: list[str] | None = None
        self._header(header)

    def _header(self, header: re.Match[str]) -> None:
        written, interface = address(header["address"]), header["interface"]
        # must-gather masks addresses as x-ipv4-0000000001-x; an interface may stand in the place of the address.
        known = is_address(written) or written.startswith("x-ip")
        self._keep(self.first, peer=interface or written)
        self.values |= {
            "address": written if known else None,
            "interface": interface or (None if known else written),
            "dynamic": bool(header["dynamic"]),
        }
        for side, number in _AS.findall(header["rest"]):
            self._word(f"{side}_as", lambda word: autonomous_system(word) or None, number)
        if link := _LINK.search(header["rest"]):
            self._word("link", Link, link[1])

    def _word(self, name: str, convert: Any, word: str) -> None:
        try:
            self._keep(self.first, **{name: convert(word)})
        except ValueError as error:
            self.fail(self.first, str(error))

    def fail(self, number: int, reason: str) -> None:
        """Remember a line that could not be read; the neighbor is kept."""
        self.failures.append(failure(self._mark(number), NAME, reason))

    def _mark(self, number: int) -> Evidence:
        """The line; of a very long one, as of a block pasted on one line, only the piece that is being read."""
        mark = self.text.quote(number)
        if len(self.text[number - self.text.first_line]) <= EXCERPT_CHARACTERS:
            return mark
        return replace(mark, excerpt=(f"…{self.piece[:EXCERPT_CHARACTERS]}…",))

    def _keep(self, number: int, **values: Any) -> None:
        self.values.update(values)
        self.marks.update(dict.fromkeys(values, self._mark(number)))

    def _enter(self, number: int, table: str, key: str, value: Any) -> None:
        self.values.setdefault(table, {})[key] = value
        self.marks[f"{table}.{key}"] = self._mark(number)

    def take(self, number: int, line: str) -> bool:
        """Read one line without its indentation; False when it is no line of a neighbor block."""
        self.piece = line
        try:
            return self._take(number, line)
        except ValueError as error:
            self.fail(number, str(error))
            return True

    def _take(self, number: int, line: str) -> bool:
        if self.dump is not None and DUMP.fullmatch(line):
            self.dump.append(line)
            first = self.marks.get("received_open", self._mark(number)).first_line
            self.marks["received_open"] = self.text.quote(first, number) if first < number else self._mark(number)
            return True
        if found := KEPT.fullmatch(line):
            self._keep(number, **values_of(found))
            return True
        if self.families and (found := FAMILY.fullmatch(line)):
            self.families[-1].keep(self._mark(number), values_of(found))
            return True
        if IGNORED.fullmatch(line):
            return True
        if found := BFD.fullmatch(line):
            self._keep_bfd(number, values_of(found))
            return True
        return self._structure(number, line)

    def _keep_bfd(self, number: int, values: dict[str, Any]) -> None:
        self.bfd |= values
        self.marks |= {f"bfd.{name}": self._mark(number) for name in values}
        self.marks.setdefault("bfd", self._mark(number))

    def _structure(self, number: int, line: str) -> bool:
        if found := FAMILY_HEADING.fullmatch(line):
            self.families.append(_Family(found[1].lower(), self._mark(number)))
        elif found := MESSAGES.fullmatch(line):
            self._enter(number, "messages", found[1].lower(), MessageCount(sent=int(found[2]), received=int(found[3])))
        elif found := FAMILY_CAPABILITY.fullmatch(line):
            sides = Capability(advertised="advertised" in found[2], received="received" in found[2])
            self._enter(number, "family_capabilities", found[1].lower(), sides)
        elif found := CAPABILITY.fullmatch(line):
            name = found[1].replace("Capabilty", "Capability")  # as FRR wrote it up to 7.3
            self._enter(number, "capabilities", name, found[2])
        elif found := LAST_RESET.fullmatch(line):
            age = seconds(found["age"])
            self._keep(number, last_reset=None if age is None else reset(age, found["reason"] or ""))
        elif DUMP_HEADING.fullmatch(line):
            self.dump = []
        elif found := STATE.match(line):
            self._keep(number, state=BgpState(found[1]))
            self.fail(number, "unknown words after the state")
        else:
            return False
        return True

    def end(self) -> Iterator[BgpNeighbor | ParseFailure]:
        """The neighbor, then what of it could not be read. Without a state it is no neighbor but one failure more."""
        if "state" in self.values:
            yield self._neighbor()
        else:
            self.fail(self.first, f"no state of neighbor {self.values['peer']} could be read: is the block cut?")
        yield from self.failures

    def _neighbor(self) -> BgpNeighbor:
        if self.dump:
            self.values["received_open"] = "".join(self.dump).replace(" ", "").upper()
        if self.bfd:
            self.values["bfd"] = NeighborBfd(**self.bfd)
        families = tuple(family.fact() for family in self.families)
        for family in families:
            self.marks[f"families.{family.name}"] = family.evidence
            self.marks |= {f"families.{family.name}.{name}": mark for name, mark in family.marks.items()}
        return BgpNeighbor(
            evidence=self.marks["peer"],
            marks=self.marks,
            origin=self.origin,
            families=families,
            **self.values,
        )


class _Family:
    """One address family of a block while its lines are being read."""

    def __init__(self, name: str, evidence: Evidence) -> None:
        self.evidence = evidence
        self.values: dict[str, Any] = {"name": name}
        self.marks: dict[str, Evidence] = {}

    def keep(self, mark: Evidence, values: dict[str, Any]) -> None:
        self.values |= values
        self.marks |= dict.fromkeys(values, mark)

    def fact(self) -> NeighborFamily:
        return NeighborFamily(evidence=self.evidence, marks=self.marks, **self.values)
