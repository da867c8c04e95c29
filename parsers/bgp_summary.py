"""`show bgp summary`: one row for each neighbor and address family.

Columns `Neighbor V AS MsgRcvd MsgSent TblVer InQ OutQ Up/Down State/PfxRcd PfxSnt Desc` (FRRouting bgpd/bgp_vty.c,
bgp_show_summary): releases before 7 lack `PfxSnt`, before 8 `Desc`; `wide` adds `LocalAS`; SONiC's own command
writes `NeighborName`, ruled off. The output is read as tokens, because people send it wrapped or flattened onto one
line. A must-gather holds none: it comes from sosreports and from files saved by hand.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from parsers.base import Evidence, Origin, ParseFailure, SourceFile, Text, failure, parser
from parsers.bgp_summary_facts import BgpSummary, BgpSummaryRow, peer_name, state_of, vrf_name
from parsers.flat_text import CALLOUT, FlatText, Span
from parsers.pasted import MARGIN, outside_dump
from parsers.vocabulary import autonomous_system, seconds

__all__ = ["BgpSummary", "BgpSummaryRow", "bgp_summary", "read"]

_NUMBERS = r"\s+".join(rf"(?P<{name}>\d{{1,19}})" for name in ("received", "sent", "version", "in_queue", "out_queue"))
_NO_NAME = r"(?:Idle|Active|Connect|OpenSent|OpenConfirm|Clearing|Deleted|Established|NoNeg|never|N/A|\(Policy\))"
_ROW = rf"""
    (?P<dynamic>\*)?(?P<peer>(?!{_NO_NAME}\s)[^\s*]\S{{0,299}})(?P<wrapped>\s+)4\s+(?P<remote_as>\d[\d.]{{0,11}})(?:\s+\d[\d.]{{0,11}})?
    \s+{_NUMBERS}\s+(?P<uptime>never|\d+:\d\d:\d\d|(?:\d+[ywdhm])+)
    \s+(?P<cell>Idle\ \((?:Admin|PfxCt)\)|\(Policy\)|NoNeg|\d{{1,19}}|[A-Z][A-Za-z]{{1,20}})
    (?:[ \t]+(?P<prefixes_sent>\d{{1,19}}|\(Policy\)|NoNeg))?
"""
_HEADING = r"""
    (?P<heading>(?P<family>(?:IPv[46]|L2VPN|Link-State)\ [\w -]{1,24}?|Unknown)\ Summary
      (?:\ \((?P<of>[^)\n]{1,80})\))?:)
    |(?P<instance>Instance\ (?P<name>\S{1,64}):)
    |(?P<identifier>BGP\ router\ identifier\ (?P<router_id>[^\s,]{1,64}),\ local\ AS\ number
      (?:\ (?P<local_as>\d{1,10}(?:\.\d{1,5})?))
      (?:\s+(?P<vrf>(?:VRF|VIEW)\ \S{1,64}))?(?:\s+vrf-id\ (?P<vrf_id>-?\d{1,10}))?)
    |(?P<peers>Peers\ (?P<peers_count>\d{1,9}),\ using\ [\d.]+\ \w+\ of\ memory)
    |(?P<columns>Neighbh?or\s+V\s+AS(?:\s+LocalAS)?\s+MsgRcvd\s+MsgSent\s+TblVer\s+InQ\s+OutQ\s+Up/Down\s+State/PfxRcd
      (?:\s+PfxSnt)?(?P<described>\s+(?:Desc|NeighborName))?)
    |(?P<other_columns>Neighbor\s+EstdCnt\s+DropCnt\s+ResetTime\s+Reason)
"""
_ENDING = r"""
    (?P<displayed>Displayed\ neighbors\ (?P<displayed_count>\d{1,9}))
    |(?P<total>Total\ number\ of\ neighbors\ (?P<total_count>\d{1,9}))
    |(?P<empty>%\ No\ BGP\ neighbors\ found(?:\ in\ (?P<empty_vrf>(?:VRF|VIEW)\ \S{1,64}))?
      |No\ [\w -]{1,30}\ neighbor\ is\ configured
      |%\ No\ (?:matching\ neighbor|(?:failed|established)\ BGP\ neighbors\ found))
"""
_IGNORED = r"""
    BGP\ table\ version\ \d+|RIB\ entries\ \d+,\ using\ [\d.]+\ \w+\ of\ memory
    |Peer\ groups\ \d+,\ using\ [\d.]+\ \w+\ of\ memory|Dampening\ enabled\.
    |Max-med\ (?:on-startup|administrative)\ active|Read-only\ mode\ update-delay\ limit:\ \d+\ seconds
    |Establish\ wait:\ \d+\ seconds|Delay\ in\ progress|Advertisement\ delay:\ \d+\ seconds|\d+\ seconds\ remaining
    |(?:First\ neighbor\ established|Best-paths\ resumed|(?:zebra|peers)\ update\ resumed):[^\n]+
    |advertisements\ resumed:[^\n]+
    |BGP\ AS-PATH\ entries\ \d+[^\n]*|Total\ num\.[^\n]*
    |-+(?:\ \ -+){9,10}
    |\*\ -\ dynamic\ neighbor|\d+\ dynamic\ neighbor\(s\),\ limit\ \d+
"""
_TOKEN = re.compile(rf"(?<!\S)(?:{_HEADING}|(?P<row>{_ROW})|{_ENDING}|{_IGNORED})(?!\S)", re.VERBOSE)

_LIKE_A_ROW = re.compile(r"\S{1,300}\s+4\s+\S{1,30}(?:\s+\d{1,20}){5}\s+\S")


@dataclass(slots=True)
class _Section:
    """What was said of one address family so far; positions in the joined text."""

    start: int
    end: int
    family: str | None = None
    vrf: str | None = None
    router_id: str | None = None
    local_as: int | None = None
    counts: dict[str, int] = field(default_factory=dict)  # by the line that counts: peers, displayed, total, empty
    marks: dict[str, Evidence] = field(default_factory=dict)
    rows: int = 0
    described: bool = False  # the rows end in a description
    unread: bool = False  # a table of other columns

    def expected(self) -> int | None:
        """How many rows there should be; without a closing line (a cut file) the heading's count holds."""
        names = ("empty", "displayed", "total", "peers")
        return next((self.counts[name] for name in names if name in self.counts), None)


class _Reader:
    """One pass over the tokens. `strict`: text outside the answers is a failure, as it is in a section of a dump."""

    def __init__(self, text: Text, origin: Origin, strict: bool) -> None:
        self.flat = FlatText.of(text)
        self.origin = origin
        self.strict = strict
        self.section: _Section | None = None
        self.closed = True  # the last answer is complete
        self.instance: str | None = None  # the VRF that releases before 8 print above its summaries

    def read(self) -> Iterator[BgpSummary | BgpSummaryRow | ParseFailure]:
        row: Span | None = None
        for span in self.flat.scan(_TOKEN):
            if row and row.match:
                description = self._description(row, span)
                yield from self._row(row.match, description)
                row = None
                if description:
                    continue
            if span.match is None:
                yield from self._unknown(span)
            elif span.match["row"]:
                row = span
            else:
                yield from self._line(span.match)
        if row and row.match:
            yield from self._row(row.match, None)
        yield from self._finish()

    def _line(self, match: re.Match[str]) -> Iterator[BgpSummary | ParseFailure]:
        if self._begins(match):
            yield from self._finish()
            self.section = _Section(match.start(), match.end(), vrf=self.instance)
        if match["instance"]:
            self.instance, self.section = match["name"], None
        if self.section is None:
            return
        self.section.end = match.end()
        self.closed = bool(match["total"] or match["empty"])
        where = self.flat.quote(match.start(), match.end())
        try:
            self._note(self.section, match, where)
        except ValueError as error:
            yield failure(where, "bgp_summary", str(error)[:120])

    def _begins(self, match: re.Match[str]) -> bool:
        if match["heading"] or match["instance"]:
            return True
        if match["identifier"]:
            return self.section is None or self.closed or self.section.router_id is not None
        return bool(match["empty"] or match["columns"]) and (self.section is None or self.closed)

    def _note(self, section: _Section, match: re.Match[str], line: Evidence) -> None:
        if match["family"]:
            section.family = match["family"].lower()
            section.marks["family"] = line
        section.vrf = match["of"] or match["vrf"] or match["empty_vrf"] or section.vrf
        if match["identifier"]:
            section.router_id, section.local_as = match["router_id"], autonomous_system(match["local_as"])
            section.marks |= {"router_id": line, "local_as": line}
            if section.vrf is None and match["vrf_id"] not in {None, "0"}:
                section.vrf = f"vrf-id {match['vrf_id']}"
        for name in ("peers", "displayed", "total"):
            if match[name]:
                section.counts[name] = int(match[f"{name}_count"])
                section.marks[name] = line
        if match["empty"]:
            section.counts["empty"] = 0
        section.described = section.described or bool(match["described"])
        section.unread = section.unread or bool(match["other_columns"])

    def _row(self, match: re.Match[str], description: str | None) -> Iterator[BgpSummaryRow | ParseFailure]:
        if self.section is None or self.closed:
            self.section = _Section(match.start(), match.end(), vrf=self.instance, described=True)
        self.closed = False
        self.section.rows += 1
        self.section.end = match.end()
        where = self.flat.quote(match.start(), match.end())
        if "\n" in match["wrapped"] and self.flat.joined[: match.start()].rpartition("\n")[2].strip(" \t>*"):
            yield failure(where, "bgp_summary", "a row without a name: the word before it ends another line")
            return
        try:
            yield self._neighbor(self.section, match, description, where)
        except ValueError as error:
            yield failure(where, "bgp_summary", f"a row that is not understood: {str(error)[:120]}")

    def _neighbor(
        self, section: _Section, match: re.Match[str], description: str | None, where: Evidence
    ) -> BgpSummaryRow:
        cell, sent = match["cell"], match["prefixes_sent"]
        return BgpSummaryRow(
            evidence=where,
            origin=self.origin,
            peer=peer_name(match["peer"]),
            dynamic=bool(match["dynamic"]),
            family=section.family,
            vrf=vrf_name(section.vrf),
            remote_as=autonomous_system(match["remote_as"]),
            msg_received=int(match["received"]),
            msg_sent=int(match["sent"]),
            in_queue=int(match["in_queue"]),
            out_queue=int(match["out_queue"]),
            uptime=seconds(match["uptime"]),
            state=state_of(cell),
            cell=cell,
            negotiated=cell != "NoNeg" if cell.isdigit() or cell in {"NoNeg", "(Policy)"} else None,
            policy_missing="(Policy)" in {cell, sent},
            prefix_limit=cell == "Idle (PfxCt)",
            admin_down=cell == "Idle (Admin)",
            prefixes_received=int(cell) if cell.isdigit() else None,
            prefixes_sent=int(sent) if sent and sent.isdigit() else None,
            description=None if description == "N/A" else description,
        )

    def _description(self, row: Span, following: Span) -> str | None:
        """What stands behind a row on its line, where the table has a column for it or nothing says what it has."""
        if following.match or (self.section and not self.closed and not self.section.described):
            return None
        if "\n" in self.flat.joined[row.end : following.start]:
            return None
        return self.flat.joined[following.start : following.end]

    def _unknown(self, span: Span) -> Iterator[ParseFailure]:
        if CALLOUT.fullmatch(self.flat.joined, span.start, span.end):
            return
        if not self.strict and self.section and self.section.rows:
            # Without a closing line the table ends at the first blank line.
            self.closed = self.closed or "\n\n" in self.flat.joined[self.section.end : span.start]
        if not self.strict and self.closed and not _LIKE_A_ROW.match(self.flat.joined, span.start, span.end):
            return
        unread = self.section is not None and self.section.unread
        reason = "`summary failed` is not read" if unread else "not part of a BGP summary"
        yield failure(self.flat.quote(span.start, span.end), "bgp_summary", reason)

    def _finish(self) -> Iterator[BgpSummary | ParseFailure]:
        section, self.section, self.closed = self.section, None, True
        if section is None:
            return
        where = self.flat.quote(section.start, section.end)
        expected = section.expected()
        if expected is not None and expected != section.rows and not section.unread:
            reason = f"{expected} neighbors are counted, {section.rows} rows were read"
            yield failure(section.marks.get("total", where), "bgp_summary", reason)
        yield BgpSummary(
            evidence=where,
            marks=section.marks,
            origin=self.origin,
            family=section.family,
            vrf=vrf_name(section.vrf),
            router_id=section.router_id,
            local_as=section.local_as,
            peers=section.counts.get("peers"),
            rows=section.rows,
        )


def read(text: Text, origin: Origin, strict: bool = True) -> Iterator[BgpSummary | BgpSummaryRow | ParseFailure]:
    """The rows of all address families and VRFs, each family followed by its BgpSummary."""
    return _Reader(text, origin, strict).read()


@parser(
    title="BGP summary (show bgp summary)",
    collect="oc exec -n <namespace> <pod> -c frr -- vtysh -c 'show bgp summary' > bgp-summary.txt",
    content=rb"BGP router identifier \S+, local AS number |"
    + MARGIN
    + rb"(?:Neighbh?or\s+V\s+AS\s|% No BGP neighbors found|\S+\s+4\s+\d+(?:\s+\d+){5,6}\s+(?:never|\d+:\d\d:\d\d)\s)",
)
def bgp_summary(source: SourceFile) -> Iterator[BgpSummary | BgpSummaryRow | ParseFailure]:
    """`show bgp summary`, `show ip bgp summary`, `show bgp vrf all summary`, saved to a file of any name."""
    for text in outside_dump(source.text()):
        yield from read(text, source.origin, strict=False)
