"""The `router bgp` block of a configuration, statement by statement (FRRouting bgpd/bgp_vty.c, bgp_route.c)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from parsers.base import Evidence
from parsers.frr_config_facts import (
    BgpRouter,
    FamilyConfig,
    ListenRange,
    NeighborConfig,
    NetworkStatement,
    Statement,
)
from parsers.frr_config_grammar import FAMILY, FAMILY_WORDS, NEIGHBOR, NEIGHBOR_WORDS, Rule, Values
from parsers.frr_config_lines import Line
from parsers.prefixes import family as family_of
from parsers.prefixes import prefix
from parsers.vocabulary import Family, address, autonomous_system, is_address

_OPEN = re.compile(r"router bgp(?: (?P<local_as>[\d.]+))?(?: (?:vrf|view) (?P<vrf>\S+))?(?: as-notation \S+)?")
_FAMILY = re.compile(r"address-family (ipv4|ipv6)(?: unicast)?")
_NEIGHBOR = re.compile(r"(no )?neighbor (\S+) (.+)")
_NETWORK = re.compile(
    r"network (?P<prefix>\S+)(?: mask (?P<mask>\S+))?"
    r"(?P<options>(?: (?:route-map \S+|backdoor|label-index \d+|non-connected))*)"
)
_LISTEN = re.compile(r"bgp listen range (\S+) peer-group (\S+)")


def _number(text: str) -> int:
    return int(text)


def _router_id(text: str) -> str:
    if not is_address(text) and "x-ipv" not in text:
        raise ValueError(f"not a router ID: {text[:40]!r}")
    return text


_OPTIONS: tuple[tuple[str, re.Pattern[str], Callable[[str], Any] | None], ...] = (
    ("router_id", re.compile(r"bgp router-id (\S+)"), _router_id),
    ("ebgp_requires_policy", re.compile(r"bgp ebgp-requires-policy"), None),
    ("default_ipv4_unicast", re.compile(r"bgp default ipv4-unicast"), None),
    ("default_ipv6_unicast", re.compile(r"bgp default ipv6-unicast"), None),
    ("network_import_check", re.compile(r"bgp network import-check(?: exact)?"), None),
    ("log_neighbor_changes", re.compile(r"bgp log-neighbor-changes"), None),
    ("shutdown", re.compile(r"bgp shutdown(?: message .+)?"), None),
    ("keepalive", re.compile(r"timers bgp (\d{1,5}) \d{1,5}"), _number),
    ("hold_time", re.compile(r"timers bgp \d{1,5} (\d{1,5})"), _number),
)


@dataclass(slots=True)
class _Neighbor:
    first: Evidence
    own: Values = field(default_factory=Values)
    families: dict[Family, Values] = field(default_factory=dict)


class RouterBuilder:
    """Takes the statements of one block in order; `build` resolves peer groups and defaults."""

    def __init__(self, line: Line) -> None:
        opened = _OPEN.fullmatch(line.text)
        if opened is None:
            raise ValueError("not a `router bgp` statement")
        self.evidence = line.evidence
        self.local_as = autonomous_system(opened["local_as"]) if opened["local_as"] else None
        self.vrf = opened["vrf"] or "default"
        self.family: Family | None = Family.IPV4  # statements outside of an address family are of IPv4 unicast
        self.context = line.text
        self._values: dict[str, Any] = {}
        self._marks: dict[str, Evidence] = {"local_as": line.evidence}
        self._neighbors: dict[str, _Neighbor] = {}
        self._networks: list[NetworkStatement] = []
        self._ranges: list[ListenRange] = []
        self._statements: list[Statement] = []

    words = frozenset({"neighbor", "network", "bgp", "timers", "address-family", "exit-address-family", "redistribute"})

    def take(self, line: Line) -> None:
        """Read one statement of the block, or keep it as it is. Raises ValueError when its grammar is broken."""
        if line.text.startswith("address-family "):
            self._enter(line.text)
        elif line.text == "exit-address-family":
            self.leave()
        elif not (self._neighbor(line) or self._network(line) or self._option(line)):
            self._statements.append(Statement(evidence=line.evidence, text=line.text, context=self.context))

    def _enter(self, words: str) -> None:
        found = _FAMILY.fullmatch(words)
        self.family = Family(found[1]) if found else None  # None: a family that is not read, such as l2vpn evpn
        self.context = f"{self.context.partition(' / ')[0]} / {words}"

    def leave(self) -> bool:
        """`exit`: whether it left an address family, so that the block goes on."""
        inside = " / " in self.context
        self.family = Family.IPV4
        self.context = self.context.partition(" / ")[0]
        return inside

    def _neighbor(self, line: Line) -> bool:
        match = _NEIGHBOR.fullmatch(line.text)
        if match is None:
            return False
        negated, peer, words = bool(match[1]), address(match[2]), match[3]
        one = self._neighbors.setdefault(peer, _Neighbor(line.evidence))
        word = words.partition(" ")[0]
        if word in FAMILY_WORDS:
            if self.family is None:
                return False
            values = one.families.setdefault(self.family, Values())
            return self._apply(values, FAMILY, words, line, negated=negated)
        if word in NEIGHBOR_WORDS:
            return self._apply(one.own, NEIGHBOR, words, line, negated=negated)
        statement = Statement(evidence=line.evidence, text=line.text, context=self.context)
        in_family = " / " in self.context and self.family is not None
        kept = one.families.setdefault(self.family, Values()) if in_family and self.family else one.own
        kept.statements.append(statement)
        return True

    @staticmethod
    def _apply(values: Values, rules: tuple[Rule, ...], words: str, line: Line, *, negated: bool) -> bool:
        if not values.apply(rules, words, line.evidence, negated=negated) and not negated:
            raise ValueError(f"neighbor statement of another form than FRR's: {words[:60]!r}")
        return True

    def _network(self, line: Line) -> bool:
        match = _NETWORK.fullmatch(line.text)
        if match is None or self.family is None:
            if line.text.partition(" ")[0] == "network" and self.family is not None:
                raise ValueError("network statement of another form than FRR's")
            return False
        written = f"{match['prefix']}/{match['mask']}" if match["mask"] else match["prefix"]
        announced = prefix(written)
        if family_of(announced) is not self.family:
            raise ValueError(f"network of another family in {self.context!r}")
        route_map = re.search(r"route-map (\S+)", match["options"])
        self._networks.append(
            NetworkStatement(
                evidence=line.evidence,
                family=self.family,
                prefix=announced,
                route_map=route_map[1] if route_map else None,
                backdoor="backdoor" in match["options"],
            )
        )
        return True

    def _option(self, line: Line) -> bool:
        words = line.text.removeprefix("no ")
        if listen := _LISTEN.fullmatch(line.text):
            self._ranges.append(ListenRange(evidence=line.evidence, prefix=prefix(listen[1]), peer_group=listen[2]))
            return True
        known = False
        for name, pattern, convert in _OPTIONS:
            if match := pattern.fullmatch(words):
                negated = words != line.text
                self._values[name] = not negated if convert is None else None if negated else convert(match[1])
                self._marks[name] = line.evidence
                known = True
        return known

    def build(self, version_defaults: Mapping[str, bool]) -> BgpRouter:
        """The block with peer groups resolved; `version_defaults` are those of FRR's version and profile."""
        values = {**version_defaults, **self._values}
        groups = {name for name, one in self._neighbors.items() if one.own.found.get("group")}
        defaults = {
            Family.IPV4: bool(values.get("default_ipv4_unicast", True)),
            Family.IPV6: bool(values.get("default_ipv6_unicast", False)),
        }
        built = {name: self._build(name, one, defaults) for name, one in self._neighbors.items()}
        return BgpRouter(
            evidence=self.evidence,
            marks=self._marks,
            local_as=self.local_as,
            vrf=self.vrf,
            no_ebgp_requires_policy=self._values.get("ebgp_requires_policy") is False,
            neighbors=tuple(one for name, one in built.items() if name not in groups),
            peer_groups=tuple(one for name, one in built.items() if name in groups),
            networks=tuple(self._networks),
            listen_ranges=tuple(self._ranges),
            statements=tuple(self._statements),
            **{key: value for key, value in values.items() if value is not None},
        )

    def _build(self, peer: str, one: _Neighbor, defaults: dict[Family, bool]) -> NeighborConfig:
        group = self._neighbors.get(str(one.own.found.get("peer_group")))
        own = one.own.over(group.own if group else None)
        families = {
            family: self._family(one, group, family, active)
            for family, active in defaults.items()
            if active or family in one.families or (group and family in group.families)
        }
        arguments = own.arguments()
        arguments.pop("group", None)
        return NeighborConfig(
            evidence=one.own.marks.get("remote_as", one.first),
            marks={name: mark for name, mark in own.marks.items() if name != "group"},
            peer=peer,
            families=families,
            statements=tuple(own.statements),
            **arguments,
        )

    def _family(self, one: _Neighbor, group: _Neighbor | None, family: Family, active: bool) -> FamilyConfig:
        inherited = group.families.get(family) if group else None
        values = one.families.get(family, Values()).over(inherited)
        return FamilyConfig(
            evidence=values.marks.get("activate") or next(iter(values.marks.values()), one.first),
            marks=values.marks,
            statements=tuple(values.statements),
            **{"activate": active, **values.arguments()},
        )
