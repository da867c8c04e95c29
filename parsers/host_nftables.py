"""`nft list ruleset`: chains, and the rules with a verdict.

Source: nftables src/rule.c, src/statement.c (0.9 to 1.1); OVN-Kubernetes writes tables of its own (`ovn-kubernetes`),
iptables-nft those of the old names. Members: sosreports (sos plugin firewall_tables), files saved by hand.
Sets, maps, flow tables and the rules that only count, mark or log are deliberately not kept; the rules of a chain are
counted.
"""

import re
from collections.abc import Iterator
from typing import Any

from parsers.base import ParseFailure, SourceFile, failure, parser
from parsers.host_facts import HostFact, node_hint
from parsers.host_shell import is_loose, is_prose, reason_for

_NAME = "host_nftables"
_TABLE = re.compile(
    r"table (?P<family>ip6?|inet|arp|bridge|netdev) (?P<table>\S{1,128}) \{(?: # handle \d+)?(?P<empty> ?\})?"
)
_CHAIN = re.compile(r"chain (?P<chain>\S{1,128}) \{(?: # handle \d+)?")
_OBJECT = re.compile(r"(?:set|map|flowtable|counter|quota|limit|ct \w+|secmark|synproxy|meter|tunnel) \S{1,128} \{.*")
_BASE = re.compile(
    r"type (?P<type>\w{1,16}) hook (?P<hook>\w{1,16})(?: devices? .{1,300}?)? priority (?P<priority>[\w +-]{1,32}); ?"
    r"(?:policy (?P<policy>\w{1,16});)?"
)
_QUOTED = re.compile(r'"[^"]*"')
_VERDICT = re.compile(
    r"(?<![@\w./-])(?:(?P<word>accept|drop|reject|return|continue|masquerade|redirect|dnat|snat|tproxy|queue|vmap)"
    r"|(?P<jump>jump|goto) (?P<chain>\S{1,128}))(?![\w-])"
)
_FOREIGN = re.compile(r'\bxt target "(?P<target>\w{1,32})"', re.IGNORECASE)
_COUNTER = re.compile(r"\bcounter packets (?P<packets>\d{1,20}) bytes (?P<bytes>\d{1,24})")
_PORTS = re.compile(r"\b(?P<protocol>tcp|udp|sctp|th) dport (?P<not>!= )?(?P<ports>\{[^}]{1,400}\}|\S{1,64})")
_PROTOCOL = re.compile(r"\b(?:ip protocol|ip6 nexthdr|meta l4proto) (?P<protocol>\w{1,16})")
_TO = re.compile(r"\b(?:dnat|snat|redirect)(?: ip6?)? to (?P<to>\S{1,100})")
_COMMENT = re.compile(r'\bcomment "(?P<comment>[^"]{0,256})"')
_HANDLE = re.compile(r"\s*# handle \d+$")
_NOT_KEPT = frozenset(["return", "continue"])


class NftChain(HostFact):
    """One chain. hook, type, priority and policy only of base chains, those that packets enter."""

    family: str
    table: str
    chain: str
    type: str | None = None
    hook: str | None = None
    priority: str | None = None
    policy: str | None = None
    rules: int = 0
    complete: bool = True


class NftRule(HostFact):
    """One rule that decides. The evidence is its only line.

    verdict: `accept`, `drop`, `reject`, `masquerade`, `dnat`, `snat`, `redirect`, `vmap` (each packet by a map), `jump`
    or `goto`, these with the chain in `to`; `to` is where a translation leads, too. packets, bytes: None without a
    counter. destination_ports: as written, none for `!=`; the whole condition stands in `text`.
    """

    family: str
    table: str
    chain: str
    number: int
    text: str
    verdict: str
    packets: int | None = None
    bytes: int | None = None
    protocol: str | None = None
    destination_ports: tuple[str, ...] = ()
    to: str | None = None
    comment: str | None = None


@parser(
    "sos_commands/firewall_tables/nft_list_ruleset",
    "sos_commands/firewall_tables/nft_-a_list_ruleset",
    "sos_commands/networking/nft_list_ruleset",
    "sos_commands/firewalld/nft_list_ruleset",
    title="netfilter rules (nft)",
    collect="a sosreport of the node, or: oc debug node/<node> -- chroot /host nft list ruleset > nft.txt",
    content=rb"^table (?:ip6?|inet|arp|bridge|netdev) \S+ \{",
    words=(b"table ",),
)
def host_nftables(source: SourceFile) -> Iterator[NftChain | NftRule | ParseFailure]:
    """Chains stand behind their rules."""
    yield from _Reader(source, {"origin": source.origin, "node": node_hint(source)}).facts()


class _Reader:
    """The facts of one file, read as a stream."""

    def __init__(self, source: SourceFile, base: dict[str, Any]) -> None:
        self.source, self.base = source, base
        self.loose = is_loose(source)
        self.table: dict[str, Any] | None = None
        self.chain: dict[str, Any] | None = None
        self.written = ""  # the line being read, as it stands in the file
        self.depth = 0  # of braces inside of a set, map or other object

    def facts(self) -> Iterator[NftChain | NftRule | ParseFailure]:
        """Line by line."""
        for number, written in self.source.lines():
            self.written = written
            line = _HANDLE.sub("", self.written.strip())
            if self.depth:
                self.depth += _braces(line)
            elif table := _TABLE.fullmatch(line):
                yield from self._cut()
                self.table = None if table["empty"] else {"family": table["family"], "table": table["table"].strip('"')}
            elif self.table and self.chain is None and (chain := _CHAIN.fullmatch(line)):
                self.chain = {
                    "evidence": self.source.quote(number, self.written),
                    "chain": chain["chain"].strip('"'),
                    "rules": 0,
                }
            elif self.table and self.chain is None and _OBJECT.fullmatch(line):
                self.depth = _braces(line)
            elif self.table and line == "}":
                yield from self._close()
            elif self.table and self.chain is not None and line:
                yield from self._rule(number, line)
            elif line and not line.startswith(("#", "comment ", "flags ")) and (not self.loose or self.table):
                yield from self._unread(number, line)
        yield from self._cut()

    def _unread(self, number: int, line: str) -> Iterator[ParseFailure]:
        if not (self.loose and is_prose(line)):
            yield failure(self.source.quote(number, self.written), _NAME, reason_for(line))

    def _close(self) -> Iterator[NftChain]:
        """The end of a chain or, behind the last one, of the table."""
        if self.chain is None:
            self.table = None
            return
        assert self.table is not None, "a chain stands in a table"
        yield NftChain(**self.base, **self.table, **self.chain)
        self.chain = None

    def _cut(self) -> Iterator[NftChain | ParseFailure]:
        """The end of the file, or another table, before the end of this one."""
        if self.table is None:
            return
        if self.chain is not None:
            yield NftChain(**self.base, **self.table, **self.chain, complete=False)
        where = self.source.cursor
        assert where is not None, "a table was read from a line"
        yield failure(where, _NAME, f"the table {self.table['table']} does not end: cut off")
        self.table, self.chain, self.depth = None, None, 0

    def _rule(self, number: int, line: str) -> Iterator[NftRule]:
        assert self.table is not None, "a chain stands in a table"
        assert self.chain is not None, "a rule stands in a chain"
        if base := _BASE.fullmatch(line):
            self.chain |= {name: value for name, value in base.groupdict().items() if value}
            self.chain["marks"] = dict.fromkeys(("policy", "hook"), self.source.quote(number, self.written))
            return
        if line.startswith(("comment ", "#")):
            return
        self.chain["rules"] += 1
        values = _decision(line)
        if values and values["verdict"] not in _NOT_KEPT:
            yield NftRule(
                evidence=self.source.quote(number, self.written),
                **self.base,
                **self.table,
                chain=self.chain["chain"],
                number=self.chain["rules"],
                text=line[:2000],
                **values,
                **_conditions(line),
            )


def _braces(line: str) -> int:
    bare = _QUOTED.sub("", line)
    return bare.count("{") - bare.count("}")


def _decision(line: str) -> dict[str, Any]:
    """The verdict and where it leads; nothing for a rule that decides nothing."""
    bare = _QUOTED.sub('""', line)
    if foreign := _FOREIGN.search(line):
        return {"verdict": foreign["target"].lower()}
    found = [*_VERDICT.finditer(bare)]
    if not found:
        return {}
    first = next((one for one in found if one["word"] == "vmap"), found[-1])
    if first["jump"]:
        return {"verdict": first["jump"], "to": first["chain"]}
    to = _TO.search(bare)
    return {"verdict": first["word"]} | ({"to": to["to"]} if to else {})


def _conditions(line: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if counter := _COUNTER.search(line):
        values |= {"packets": int(counter["packets"]), "bytes": int(counter["bytes"])}
    if ports := _PORTS.search(line):
        if ports["protocol"] != "th":
            values["protocol"] = ports["protocol"]
        if not ports["not"]:
            values["destination_ports"] = tuple(
                one.strip() for one in ports["ports"].strip("{}").split(",") if one.strip()
            )
    elif protocol := _PROTOCOL.search(line):
        values["protocol"] = protocol["protocol"]
    if comment := _COMMENT.search(line):
        values["comment"] = comment["comment"]
    return values
