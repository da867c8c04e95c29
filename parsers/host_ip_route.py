"""`ip route`, `ip -6 route`, `ip route get`: one route per line, the next hops of a multipath route below it.

Source: iproute2 ip/iproute.c (print_route), releases 2.6 to 6.x; busybox networking/libiproute/iproute.c. Members:
network_logs of must-gather 4.8 and 4.9, sosreports (sos plugin networking), network-tools.
"""

import re
from collections.abc import Iterator
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, failure, parser
from parsers.host_route_facts import HostRoute, NextHop, RouteType
from parsers.host_shell import Block, blocks
from parsers.vocabulary import Family, address, family_of, network

_NAME = "host_ip_route"
_TYPES = "|".join(RouteType)
_DESTINATION = (
    r"(?:default|(?:\d{1,3}(?:\.\d{1,3}){0,3}|[\da-fA-F]{0,4}:[\da-fA-F:.]{1,45}|x-ipv[46]-\d{10}-x)(?:/\d{1,3})?)"
)
_WHOLE = (
    r"(?:default|\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?|\d{1,3}(?:\.\d{1,3}){0,2}/\d{1,2}"
    r"|[\da-f]{0,4}:[\da-f:.]{1,45}(?:/\d{1,3})?)"
)
_ROUTE = re.compile(rf"(?:(?P<type>{_TYPES}) )?(?P<destination>{_DESTINATION})(?P<rest>(?: .*)?)")
_OWN = re.compile(
    rf"(?:(?:{_TYPES}) )?{_DESTINATION} +(?:(?:via|nhid|proto|scope|metric|table|src|encap|from)\b"
    rf"|dev \S+(?! .*\blladdr\b)"
    r"(?! (?:.* )?(?:FAILED|INCOMPLETE|NOARP|PERMANENT|REACHABLE|STALE|DELAY|PROBE)\b))|default\b.*"
    r"|RTNETLINK answers: .*"
)
_COMMAND = re.compile(r"\bip\b.* ro?u?t?e?\b|^$")
# How routes and their next hops begin in an output that a web page put onto one line, or `-o` joined by backslashes.
_STARTS = re.compile(
    rf"(?<=\s)(?<!via )(?<!src )(?<!from )(?<!inet )(?<!inet6 )(?<!lookup )(?<!route )(?<!unreachable )(?<!blackhole )"
    rf"(?<!local )(?<!broadcast )(?<!prohibit )(?<!throw )(?<!anycast )(?<!multicast )(?<!unicast )"
    rf"{_WHOLE} (?:via [\d:a-fix]|dev \S|nhid \d|proto [a-z\d])|(?<=\sroute )default (?:via|dev) |\\"
    rf"|(?<=\s)(?:{_TYPES}) {_DESTINATION} (?:via|dev|proto) |(?<=\s)nexthop (?:via|dev) |(?<=\s)cache$"
)
_LOOKUP = re.compile(r"\bget\b")
_TABLE = re.compile(r"\b(?:table|vrf) (?P<table>[\w.-]{1,40})")  # in the command
_REMARK = re.compile(r"\s#.*|\s-{3,}$")  # what documentation writes behind a route
_HEADING = re.compile(r"(?:Table|table) (?P<table>\S{1,40}):?")
# Words with a value that no rule needs (iproute2 ip/iproute.c, print_route and mxlock metrics).
_SKIPPED = frozenset(
    [
        "nhid",
        "tos",
        "dsfield",
        "advmss",
        "window",
        "rtt",
        "rttvar",
        "hoplimit",
        "initcwnd",
        "initrwnd",
        "realms",
        "realm",
        "expires",
        "error",
        "from",
        "iif",
        "oif",
        "uid",
        "mark",
        "features",
        "quickack",
        "congctl",
        "rto_min",
        "reordering",
        "users",
        "age",
        "ssthresh",
        "cwnd",
        "pref",
        "ttl-propagate",
        "flow",
        "used",
        "nh_info",
        "ipproto",
        "sport",
        "dport",
        "fastopen_no_cookie",
    ]
)
_FLAGS = frozenset(
    [
        "onlink",
        "linkdown",
        "dead",
        "pervasive",
        "offload",
        "trap",
        "rt_offload",
        "rt_trap",
        "notify",
        "offload_failed",
        "unresolved",
    ]
)


@parser(
    "network_logs/{node}_{pod}_ip_route",
    "network_logs/{node}_{pod}_ip_6_route",
    "network_logs/{node}_ip_route",
    "network_logs/{node}_ip_6_route",
    "openshift-sdn-cluster-and-node-info/nodes/{node}/routes",
    "sos_commands/networking/ip_route_show_table_all",
    "sos_commands/networking/ip_-6_route_show_table_all",
    "sos_commands/networking/ip_route",
    "sos_commands/networking/ip_route_show",
    "sos_commands/networking/ip_-6_route",
    title="routes (ip route)",
    collect="a sosreport of the node, or: oc debug node/<node> -- chroot /host sh -c 'ip route; ip -6 route' > r.txt",
    content=rb"^.{0,200}\bdefault (?:via|dev|nhid|proto) |^(?:[\d.]+/\d+|[\da-f:]+/\d+) (?:via|dev|nhid|proto) \S"
    rb"|^[\d.]+ (?:via [\d.]+ )?dev \S+ (?:table \S+ )?src |^RTNETLINK answers: Network is unreachable"
    rb"|\bip (?:-\S{1,9} ){0,3}r[a-z]{0,4} get [\da-f]",
    words=(b" dev ", b" via ", b" nhid ", b" proto ", b"RTNETLINK", b" get "),
)
def host_ip_route(source: SourceFile) -> Iterator[HostRoute | ParseFailure]:
    """Timers, windows and other tuning of a route are deliberately ignored; a word of no release is a failure."""
    six = "-6_" in source.path or "_6_route" in source.path
    for block in blocks(source, _NAME, _OWN, _COMMAND, _STARTS):
        if isinstance(block, ParseFailure):
            yield block
        else:
            base = {"origin": source.origin, "node": block.node}
            yield from _Reader(block, base, six=six or " -6" in (block.command or "")).facts()


class _Reader:
    """The routes of one block."""

    def __init__(self, block: Block, base: dict[str, Any], *, six: bool) -> None:
        self.block, self.base, self.six = block, base, six
        self.route: dict[str, Any] | None = None
        self.hops: list[NextHop] = []
        asked = _TABLE.search(block.command or "")
        self.table = asked["table"] if asked and asked["table"] != "all" else "main"
        self.asked = bool(_LOOKUP.search(block.command or ""))

    def facts(self) -> Iterator[HostRoute | ParseFailure]:
        """The routes and what could not be read."""
        for number, written in self.block.lines:
            line = _REMARK.sub("", written).strip()
            mark = self.block.quote(number, written)
            if line.startswith("nexthop ") and self.route is not None:
                yield from self._hop(line, mark, self.route)
            elif line == "cache" or line.startswith("cache "):
                yield from self._cache(line, mark)
            elif heading := _HEADING.fullmatch(line):
                self.table = heading["table"].rstrip(":")
            elif found := _ROUTE.fullmatch(line):
                yield from self._done()
                yield from self._begin(found, mark)
            else:
                yield from self.block.unread(number, line, _NAME)
        yield from self._done()

    def _done(self) -> Iterator[HostRoute]:
        if self.route is not None:
            yield HostRoute(**self.route, nexthops=tuple(self.hops))
        self.route, self.hops = None, []

    def _begin(self, found: re.Match[str], mark: Evidence) -> Iterator[ParseFailure]:
        values: dict[str, Any] = {}
        hop, unknown = _words(found["rest"], values)
        asked = values.pop("uid", self.asked)
        named = {"destination", *values, *hop, *(["type"] if found["type"] else [])}
        family = self._family(found, hop, values)
        values = {"table": self.table, "type": RouteType(found["type"] or "unicast"), "lookup": asked, **values}
        values |= {"family": family, "destination": _prefix(found["destination"], family)}
        if hop:
            self.hops.append(NextHop(evidence=mark, marks=dict.fromkeys(hop, mark), **hop))
        self.route = {"evidence": mark, "marks": dict.fromkeys(sorted(named), mark), **self.base, **values}
        if unknown:
            yield failure(mark, _NAME, f"unknown word in a route: {unknown[:40]!r}")

    def _family(self, found: re.Match[str], hop: dict[str, Any], values: dict[str, Any]) -> Family:
        texts = (found["destination"], hop.get("gateway", ""), values.get("source", ""))
        known = next((family for text in texts if (family := family_of(text))), None)
        six = self.six or " pref " in f"{found['rest']} " or "x-ipv6" in found["destination"]
        return known or (Family.IPV6 if six else Family.IPV4)

    def _hop(self, line: str, mark: Evidence, route: dict[str, Any]) -> Iterator[ParseFailure]:
        hop, unknown = _words(line.removeprefix("nexthop "), {})
        self.hops.append(NextHop(evidence=mark, marks=dict.fromkeys(hop, mark), **hop))
        route["marks"] = dict.fromkeys(hop, mark) | route["marks"]
        if (family := family_of(hop.get("gateway", ""))) and route["destination"] == "0.0.0.0/0":
            route |= {"family": family, "destination": _prefix("default", family)}
        if unknown:
            yield failure(mark, _NAME, f"unknown word in a next hop: {unknown[:40]!r}")

    def _cache(self, line: str, mark: Evidence) -> Iterator[ParseFailure]:
        """What the kernel adds to the answer of a look-up: a path MTU that it learned."""
        if self.route is None:
            yield failure(mark, _NAME, "a cached route without its destination")
            return
        self.route["lookup"] = True
        values: dict[str, Any] = {}
        _words(line, values)
        if "mtu" in values:
            self.route["mtu"] = values["mtu"]
            self.route["marks"]["mtu"] = mark


def _words(rest: str, values: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
    """Fill `values` with what the words say of the route; the next hop, and the first word that is not known."""
    hop: dict[str, Any] = {}
    unknown = None
    words = iter(rest.split())
    for word in words:
        if not (_of_hop(word, words, hop) or _of_route(word, words, values)):
            unknown = unknown or word
    return {name: value for name, value in hop.items() if value is not None}, unknown


def _of_hop(word: str, words: Iterator[str], hop: dict[str, Any]) -> bool:
    """Whether the word speaks of the next hop; what it says is then kept."""
    if word == "via":
        value = next(words, "")
        hop["gateway"] = address(next(words, "") if value in {"inet", "inet6"} else value)
    elif word == "dev":
        hop["device"] = next(words, None)
    elif word == "weight":
        hop["weight"] = _number(next(words, ""))
    elif word in _FLAGS:
        hop["flags"] = (*hop.get("flags", ()), word)
    elif word == "encap":
        # A tunnel's own words run up to the next hop.
        before, device = next(((before, one) for before, one in _pairs(words) if before in {"dev", "via"}), ("", ""))
        hop |= {"dev": {"device": device}, "via": {"gateway": device}}.get(before, {})
    else:
        return False
    return True


def _of_route(word: str, words: Iterator[str], values: dict[str, Any]) -> bool:
    """Whether the word is known of a route; what it says is then kept."""
    if word in {"metric", "mtu"}:
        value = next(words, "")
        value = next(words, "") if value == "lock" else value
        values[word] = _number(value)
        return values[word] is not None
    if word in {"proto", "scope", "table", "src"}:
        if value := next(words, ""):
            values[{"proto": "protocol", "src": "source"}.get(word, word)] = address(value)
    elif word in _SKIPPED:
        values |= {"uid": True} if word == "uid" else {}
        if next(words, None) == "lock":
            next(words, None)
    else:
        return word.startswith("<") or word in {"cache", "lock"}
    return True


def _pairs(words: Iterator[str]) -> Iterator[tuple[str, str]]:
    before = ""
    for word in words:
        yield before, word
        before = word


def _number(word: str) -> int | None:
    return int(word) if word.isdigit() else None


def _prefix(destination: str, family: Family) -> str:
    """The destination as a prefix; a masked one as it is written."""
    if destination == "default":
        return "0.0.0.0/0" if family is Family.IPV4 else "::/0"
    bare, _, length = destination.partition("/")
    octets = bare.split(".")
    if family is Family.IPV4 and len(octets) < 4:  # iproute2 of RHEL 6 and older shortens 10.0.0.0/8 to 10/8
        bare = ".".join(octets + ["0"] * (4 - len(octets)))
    found = network(f"{bare}/{length}" if length else bare)
    return str(found) if found else destination
