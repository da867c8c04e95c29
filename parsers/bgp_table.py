"""`show bgp ipv4` and `show bgp ipv6`: the prefixes that BGP knows on this node, with all their paths.

FRRouting bgpd/bgp_route.c, bgp_show_table and route_vty_out; releases 7.5 to 10.7. The template bgp_table.textfsm
knows the columns.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from parsers.base import Evidence, Origin, OriginFact, ParseFailure, SourceFile, Text, failure, first_line, parser
from parsers.pasted import MARGIN, outside_dump
from parsers.prefixes import family as family_of
from parsers.prefixes import prefix
from parsers.table import Row, rows
from parsers.vocabulary import Family, address, autonomous_system


class BgpOrigin(StrEnum):
    """How a route came into BGP."""

    IGP = "i"
    EGP = "e"
    INCOMPLETE = "?"


class Rpki(StrEnum):
    """What the validation of a route's origin says."""

    VALID = "V"
    INVALID = "I"
    NOT_FOUND = "N"


class BgpTable(OriginFact):
    """One table. `routes` and `paths` are what FRR says at its end that it displayed; None where the end is missing."""

    family: Family | None = None
    router_id: str | None = None
    local_as: int | None = None
    vrf: str | None = None
    table_version: int | None = None
    routes: int | None = None
    paths: int | None = None


class BgpRoute(OriginFact):
    """One path to one prefix; `path` holds AS numbers, and sets such as `{64500,64501}` as they are written.

    The text form prints `s`, `S` and `R` in place of `*`: of these paths it does not say whether they are valid.
    """

    family: Family | None
    prefix: str
    next_hop: str
    valid: bool = False
    best: bool = False
    multipath: bool = False
    internal: bool = False
    suppressed: bool = False
    damped: bool = False
    history: bool = False
    stale: bool = False
    removed: bool = False
    rpki: Rpki | None = None
    metric: int | None = None
    local_pref: int | None = None
    weight: int | None = None
    path: tuple[int | str, ...] = ()
    path_origin: BgpOrigin | None = None


_LEGEND = {
    "valid": "*", "best": ">", "multipath": "=", "internal": "i", "suppressed": "s", "damped": "d", "history": "h",
    "stale": "S", "removed": "R",
}  # fmt: skip
_HEADINGS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("family", re.compile(r"For address family: (IPv[46]) Unicast")),
    ("instance", re.compile(r"Instance (\S+):")),
    ("table_version", re.compile(r"BGP table version is (\d{1,20}),")),
    ("router_id", re.compile(r"BGP table version is \d+, local router ID is (\S+?),?(?:\s|$)")),
    ("vrf_id", re.compile(r"BGP table version is .* vrf id (\S+)")),
    ("local_as", re.compile(r"Default local pref \d+, local AS (\S+)")),
    ("routes", re.compile(r"Displayed\s+(\d{1,10})\s+routes\s+and\s+\d+\s+total paths")),
    ("paths", re.compile(r"Displayed\s+\d+\s+routes\s+and\s+(\d{1,10})\s+total paths")),
    ("routes", re.compile(r"Total number of prefixes (\d{1,10})")),
    ("none", re.compile(r"No BGP prefixes displayed, (\d{1,10}) exist")),
)
_FIELDS = {"vrf_id": "vrf", "instance": "vrf", "none": "routes"}  # the field that a heading is for
BEGIN = re.compile(r"BGP table version is |No BGP prefixes displayed, ")
_END = re.compile(r"Displayed\s+\d+\s+routes|No BGP prefixes displayed, |Total number of prefixes ")


def read(text: Text, origin: Origin, family: Family | None = None) -> Iterator[BgpTable | BgpRoute | ParseFailure]:
    """The tables of a text and their routes; the family is that of the prefixes where none is given."""
    found = list(rows("bgp_table", text))
    for part in _tables(text):
        here = [row for row in found if part.first_line <= row.first_line <= part.last_line]
        table = _Table(part, origin, family)
        yield from table.facts(here)


def _tables(text: Text) -> Iterator[Text]:
    """The text cut before each table; headings of a table's family or instance stand before its first line."""
    starts = [number for number, line in text.numbered() if BEGIN.match(line)]
    if not starts and len(text):
        yield text
    first = text.first_line
    for start, following in itertools.pairwise([*starts, text.last_line + 1] if starts else ()):
        last = following - 1
        while last > start and _HEADING.match(text[last - text.first_line]):
            last -= 1
        yield text.part(first, last)
        first = last + 1


_HEADING = re.compile(r"\s*$|For address family: |Instance \S+:")


@dataclass(slots=True)
class _Table:
    text: Text
    origin: Origin
    family: Family | None
    values: dict[str, str] = field(default_factory=dict)
    marks: dict[str, Evidence] = field(default_factory=dict)

    def facts(self, found: list[Row]) -> Iterator[BgpTable | BgpRoute | ParseFailure]:
        for number, line in self.text.numbered():
            for name, pattern in _HEADINGS:
                if match := pattern.match(line):
                    self.values[name] = match[1]
                    self.marks[_FIELDS.get(name, name)] = self.text.quote(number)
        routes: list[BgpRoute] = []
        where: dict[str, Evidence] = {}
        for row in found:
            try:
                routes.append(self._route(row, where))
            except ValueError as error:
                yield failure(row.quote(self.text), "bgp_table", first_line(error))
        if self.values:
            yield from self._table(routes)
        yield from routes

    def _table(self, routes: list[BgpRoute]) -> Iterator[BgpTable | ParseFailure]:
        values = self.values
        shown = 0 if "none" in values else int(values["routes"]) if "routes" in values else None
        said = self.marks.get("routes")
        local_as: int | None = None
        try:
            local_as = _number_of(values["local_as"]) if "local_as" in values else None
        except ValueError as error:
            yield failure(self.marks["local_as"], "bgp_table", str(error))
        yield BgpTable(
            evidence=self.marks.get("table_version", self.text.quote(self._first())),
            marks=self.marks,
            origin=self.origin,
            family=self._family(routes),
            router_id=values.get("router_id"),
            local_as=local_as,
            vrf=values.get("instance", "default" if values.get("vrf_id") == "0" else None),
            table_version=int(values["table_version"]) if "table_version" in values else None,
            routes=shown,
            paths=0 if shown == 0 else int(values["paths"]) if "paths" in values else None,
        )
        read_prefixes = len({route.prefix for route in routes})
        detail = any(line.startswith("BGP routing table entry for ") for line in self.text)
        if shown is not None and said is not None and read_prefixes != shown and not detail:
            yield failure(said, "bgp_table", f"FRR displayed {shown} prefixes, {read_prefixes} could be read")

    def _first(self) -> int:
        return next((number for number, line in self.text.numbered() if line.strip()), self.text.first_line)

    def _family(self, routes: list[BgpRoute]) -> Family | None:
        said = self.values.get("family")
        return Family(said.lower()) if said else self.family or (routes[0].family if routes else None)

    def _route(self, row: Row, where: dict[str, Evidence]) -> BgpRoute:
        if row.unread:
            raise ValueError("not a line of a BGP table")
        values = row.values
        name, flags = prefix(values["PREFIX"]), values["FLAGS"]
        evidence = row.quote(self.text)
        # Further paths stand below the prefix on lines of their own, which do not name it.
        place = where.setdefault(name, evidence)
        return BgpRoute(
            evidence=evidence,
            marks={} if place == evidence else {"prefix": place},
            origin=self.origin,
            family=family_of(name),
            prefix=name,
            next_hop=_next_hop(values["NEXT_HOP"]),
            rpki=next((one for one in Rpki if one in flags), None),
            metric=_number(values["METRIC"]),
            local_pref=_number(values["LOCAL_PREF"]),
            weight=_number(values["WEIGHT"]),
            path=as_path(values["PATH"]),
            path_origin=BgpOrigin(values["ORIGIN"]),
            **{field_name: sign in flags for field_name, sign in _LEGEND.items()},
        )


def _number(text: str) -> int | None:
    return int(text) if text.strip() else None


def _next_hop(text: str) -> str:
    # 10.0.0.1(tor1)@4< : the neighbor's hostname, the number of another VRF, `announce-nh-self`
    return address(re.sub(r"\([^)]*\)|@[\w?]+|<", "", text))


_AS = re.compile(r"\d{1,10}(?:\.\d{1,5})?")
_SEGMENT = re.compile(r"\([^)]*\)|\{[^}]*\}|\[[^]]*\]|\S+")


def as_path(text: str) -> tuple[int | str, ...]:
    """The path in order; sets and confederations stay as they are written."""
    return tuple(word if word[0] in "({[" else _number_of(word) for word in _SEGMENT.findall(text))


def _number_of(word: str) -> int:
    if not _AS.fullmatch(word):
        raise ValueError(f"not a number of an autonomous system: {word[:40]!r}")
    return autonomous_system(word)


@parser(
    title="saved output of `show bgp ipv4` or `show bgp ipv6`",
    collect="oc exec -n <namespace> <pod> -c frr -- vtysh -c 'show bgp ipv4' > bgp-ipv4.txt",
    words=(b"BGP table version", b"No BGP prefixes"),
    content=MARGIN + rb"(?:BGP table version is \d+, local router ID is |No BGP prefixes displayed, )",
)
def bgp_table(source: SourceFile) -> Iterator[BgpTable | BgpRoute | ParseFailure]:
    command: Evidence | None = None  # the last line before a table
    for text in outside_dump(source.text()):
        at = text.first_line
        for part in _saved(text):
            command = _last(text.part(at, part.first_line - 1)) or command
            at = part.last_line + 1
            source.at(text, part.first_line)
            if command and _ANOTHER.search(command.excerpt[0]):
                yield failure(command, "bgp_table", "the routes of one neighbor or of another family are not read")
            else:
                yield from read(part, source.origin)
            command = None
        command = _last(text.part(at, text.last_line)) or command


# Commands whose answers look like the table: what one neighbor is sent or sends, EVPN, VPN.
_ANOTHER = re.compile(r"\bbgp\b.{0,99}?\s(?:(?:advertised-|received-|filtered-)?routes|l2vpn|evpn|vpn|vpnv[46])\b")


def _last(text: Text) -> Evidence | None:
    written = [number for number, line in text.numbered() if line.strip() and not _HEADING.match(line)]
    return text.quote(written[-1]) if written else None


def _saved(text: Text) -> Iterator[Text]:
    """The tables in a saved session, from their first line to their last; around them stands other output."""
    start: int | None = None
    for number, line in text.numbered():
        if start is None and BEGIN.match(line):
            start = number
        if start is not None and _END.match(line):
            yield text.part(start, number)
            start = None
    if start is not None:
        yield text.part(start, text.last_line)
