"""Reads the statements of a configuration in order, block by block.

FRR 7.5 ends a block where the next one begins, later releases write `exit`; files by hand do either. As vtysh does, a
statement that opens a block of its own ends the block that it stands in (FRRouting lib/command.c).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from parsers.base import Evidence, Origin, ParseFailure, Text, failure, first_line
from parsers.frr_config_bgp import RouterBuilder
from parsers.frr_config_blocks import ROUTE_MAP, BfdBlock, BlockBuilder, PlainBlock, RouteMapBlock
from parsers.frr_config_facts import (
    Action,
    Block,
    ConfigKind,
    PrefixListEntry,
    RunningConfig,
    Statement,
    StaticRoute,
)
from parsers.frr_config_lines import Line, statements
from parsers.prefixes import family as family_of
from parsers.prefixes import prefix
from parsers.vocabulary import Family

_FAMILIES = {"ip": Family.IPV4, "ipv6": Family.IPV6}
_PREFIX_LIST = re.compile(
    r"(?P<ip>ip|ipv6) prefix-list (?P<name>\S+)(?: seq (?P<seq>\d{1,10}))? (?P<action>permit|deny) (?P<prefix>\S+)"
    r"(?P<bounds>(?: (?:ge|le) \d{1,3}){0,2})"
)
_UNREAD_PREFIX_LIST = re.compile(r"ipv?6? prefix-list (?:sequence-number|\S+ (?:seq \d+ )?(?:description|remark) .*)")
_ROUTE = re.compile(
    r"(?P<ip>ip|ipv6) route (?P<prefix>\S+)(?: (?P<mask>\d+\.\d+\.\d+\.\d+)(?= \S))? (?P<via>\S.*?)"
    r"(?: vrf (?P<vrf>\S+))?"
)
_NHT = re.compile(r"(ip|ipv6) nht resolve-via-default")
_SETTING = re.compile(r"(frr version|frr defaults|hostname) (\S+)")
# Blocks whose statements nothing reads; without this their `network` or `neighbor` would be taken for one of BGP.
_PLAIN = re.compile(
    r"(?:interface|vrf|router|line|key chain|pbr-map|nexthop-group|l2vpn|pseudowire) .+|rpki|segment-routing|mpls ldp"
)


class _Reader:  # one configuration being read
    def __init__(self, text: Text, origin: Origin, kind: ConfigKind) -> None:
        self.text, self.origin, self.kind = text, origin, kind
        self.values: dict[str, Any] = {}
        self.marks: dict[str, Evidence] = {}
        self.log: list[Statement] = []
        self.debug: list[Statement] = []
        self.statements: list[Statement] = []
        self.routers: dict[str, RouterBuilder] = {}
        self.bfd = BfdBlock()
        self.lists: list[PrefixListEntry] = []
        self.highest_seq: dict[tuple[str, Family], int] = {}
        self.maps: list[RouteMapBlock] = []
        self.routes: list[StaticRoute] = []
        self.plain: list[PlainBlock] = []
        self.nht: set[Family] = set()
        self.block: BlockBuilder | None = None
        self.opener: Line | None = None
        self.indented = False

    def take(self, line: Line) -> None:
        """Read one statement. Raises ValueError when its grammar is broken; the next one can be read all the same."""
        if self.values.get("complete"):
            raise ValueError("stands after the end of the configuration")
        if line.text in {"exit", "exit-vrf", "quit"}:
            self._open(self.block if self.block and self.block.leave() else None, self.opener)
        elif not (self._single(line) or self._opens(line)):
            self._inside(line)

    def _open(self, block: BlockBuilder | None, opener: Line | None) -> None:
        if opener is not self.opener:
            self.indented = False
        self.block, self.opener = block, opener

    def _inside(self, line: Line) -> None:
        block, opener = self.block, self.opener
        word = line.text.removeprefix("no ").partition(" ")[0]
        if block is not None and opener is not None:
            self.indented = self.indented or line.indent > opener.indent
            if line.indent > opener.indent or not self.indented or word in block.words:
                block.take(line)
                return
        self.statements.append(Statement(evidence=line.evidence, text=line.text))

    def _single(self, line: Line) -> bool:
        word = line.text.partition(" ")[0]
        if word in {"log", "debug"}:
            kept = self.log if word == "log" else self.debug
            kept.append(Statement(evidence=line.evidence, text=line.text))
        elif line.text == "end":
            self.values["complete"] = True
            self.marks["complete"] = line.evidence
        elif setting := _SETTING.fullmatch(line.text):
            name = setting[1].removeprefix("frr ")
            self.values[name] = setting[2]
            self.marks[name] = line.evidence
        elif nht := _NHT.fullmatch(line.text):
            self.nht.add(_FAMILIES[nht[1]])
            self.marks[f"nht_{_FAMILIES[nht[1]]}"] = line.evidence
        else:
            return self._prefix_list(line) or self._route(line)
        return True

    def _prefix_list(self, line: Line) -> bool:
        if not re.match(r"ipv?6? prefix-list ", line.text) or _UNREAD_PREFIX_LIST.fullmatch(line.text):
            return False
        match = _PREFIX_LIST.fullmatch(line.text)
        if match is None:
            raise ValueError("prefix-list entry of another form than FRR's")
        name, family = match["name"], _FAMILIES[match["ip"]]
        written = match["prefix"] if match["prefix"] == "any" else prefix(match["prefix"])
        if written != "any" and family_of(written) is not family:
            raise ValueError(f"{match['ip']} prefix-list with a prefix of another family")
        bounds = dict(re.findall(r"(ge|le) (\d+)", match["bounds"]))
        self.lists.append(
            PrefixListEntry(
                evidence=line.evidence,
                family=family,
                name=name,
                seq=self._seq(match["seq"], name, family),
                action=Action(match["action"]),
                prefix=written,
                ge=int(bounds["ge"]) if "ge" in bounds else None,
                le=int(bounds["le"]) if "le" in bounds else None,
            )
        )
        return True

    def _seq(self, written: str | None, name: str, family: Family) -> int:
        # FRRouting lib/plist.c, prefix_new_seq_get: without a number the next multiple of 5.
        highest = self.highest_seq.get((name, family), 0)
        seq = int(written) if written else highest // 5 * 5 + 5
        self.highest_seq[name, family] = max(highest, seq)
        return seq

    def _route(self, line: Line) -> bool:
        match = _ROUTE.fullmatch(line.text)
        if match is None:
            return False
        block = self.block.context.split() if isinstance(self.block, PlainBlock) else []
        inside = block[1] if block[:1] == ["vrf"] else None
        self.routes.append(
            StaticRoute(
                evidence=line.evidence,
                family=_FAMILIES[match["ip"]],
                prefix=prefix(f"{match['prefix']}/{match['mask']}" if match["mask"] else match["prefix"]),
                via=match["via"],
                vrf=match["vrf"] or inside or "default",
            )
        )
        return True

    def _opens(self, line: Line) -> bool:
        if line.text.startswith("router bgp"):
            self._open(None, line)  # what follows a broken opening must not count for the block before
            builder = RouterBuilder(line)
            self._open(self.routers.setdefault(builder.vrf, builder), line)
        elif line.text.startswith("route-map "):
            self._open(None, line)
            opened = ROUTE_MAP.fullmatch(line.text)
            if opened is None:
                raise ValueError("route-map of another form than FRR's")
            self.maps.append(RouteMapBlock(line, opened))
            self._open(self.maps[-1], line)
        elif line.text == "bfd":
            self._open(self.bfd, line)
        elif _PLAIN.fullmatch(line.text):
            self.plain.append(PlainBlock(line))
            self._open(self.plain[-1], line)
        else:
            return False
        return True

    def build(self) -> RunningConfig:
        defaults = _defaults(self.values.get("version"), self.values.get("defaults"))
        other = [one for one in self.plain if not one.context.startswith(("interface ", "vrf "))]
        kept = [*self.statements, *self.bfd.statements, *(each for one in other for each in one.statements)]
        return RunningConfig(
            evidence=_first(self.text),
            marks=self.marks,
            origin=self.origin,
            kind=self.kind,
            log=tuple(self.log),
            debug=tuple(self.debug),
            routers=tuple(one.build(defaults) for one in self.routers.values()),
            bfd_profiles=tuple(self.bfd.profiles()),
            prefix_lists=tuple(self.lists),
            route_maps=tuple(one.build() for one in self.maps),
            static_routes=tuple(self.routes),
            interfaces=_blocks(self.plain, "interface "),
            vrfs=_blocks(self.plain, "vrf "),
            nht_resolve_via_default=frozenset(self.nht),
            statements=tuple(sorted(kept, key=lambda one: one.evidence.first_line)),
            **self.values,
        )


def _blocks(plain: list[PlainBlock], start: str) -> tuple[Block, ...]:
    return tuple(
        Block(evidence=one.evidence, name=one.name, statements=tuple(each.text for each in one.statements))
        for one in plain
        if one.context.startswith(start)
    )


def _first(text: Text) -> Evidence:
    number = next((number for number, line in text.numbered() if line.strip()), None)
    return text.whole() if number is None else text.quote(number)


def _defaults(version: str | None, profile: str | None) -> Mapping[str, bool]:
    """What holds where nothing is written (FRRouting bgpd/bgp_vty.c, FRR_CFG_DEFAULT_BOOL)."""
    numbers = re.match(r"(\d+)\.(\d+)", version or "")
    old = numbers is not None and (int(numbers[1]), int(numbers[2])) < (7, 4)
    datacenter = profile == "datacenter"
    return {
        "ebgp_requires_policy": not (old or datacenter),
        "network_import_check": not old or datacenter,
        "log_neighbor_changes": datacenter,
    }


def read(text: Text, origin: Origin, kind: ConfigKind) -> Iterator[RunningConfig | ParseFailure]:
    """The configuration in a text, and a failure for every statement whose grammar is broken."""
    reader = _Reader(text, origin, kind)
    for line in statements(text):
        try:
            reader.take(line)
        except ValueError as error:
            yield failure(line.evidence, "frr_config", first_line(error))
    yield reader.build()
