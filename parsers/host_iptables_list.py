"""`iptables -L` and `iptables -nvL`, of one table or one chain; counters may be shortened (`12M`).

Source: iptables iptables/iptables.c and nft-shared.c (print_firewall), the extensions' print functions (1.4 to 1.8).
Members: sosreports (`iptables_-t_nat_-nvL`, `iptables_-vnxL`), files saved by hand.
"""

import re
from collections.abc import Iterator
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, parser
from parsers.host_iptables_facts import IptablesChain, IptablesRule, kept
from parsers.host_shell import Block, blocks
from parsers.vocabulary import Family

_NAME = "host_iptables_list"
_COUNT = r"\d{1,20}[KMGTP]?"
_CHAIN = re.compile(
    rf"Chain (?P<chain>\S{{1,64}}) \((?:policy (?P<policy>[A-Z]{{1,16}})(?:"
    rf" (?P<packets>{_COUNT}) packets, (?P<bytes>{_COUNT}) bytes)?"
    r"|(?P<references>\d{1,9}) references)\)"
)
_HEADING = re.compile(r"(?:num +)?(?:pkts +bytes +)?target +prot +opt +(?:in +out +)?source +destination")
_PROTOCOL = r"!?(?:all|tcp|udp|udplite|icmp|icmpv6|ipv6-icmp|esp|ah|sctp|gre|mh|vrrp|ospf|igmp|ipip|\d{1,3})"
_RULE = re.compile(
    rf"(?:(?P<num>\d{{1,9}}) +(?={_COUNT} +{_COUNT} +\S|\S+ +{_PROTOCOL} ))?"
    rf"(?:(?P<packets>{_COUNT}) +(?P<bytes>{_COUNT})"
    rf" +)?(?:(?P<target>\S{{1,64}}) +)?(?P<protocol>{_PROTOCOL}) +(?:(?:--|-f|!f) +)?"
    r"(?(packets)(?P<in>\S{1,32}) +(?P<out>\S{1,32}) +)(?P<source>!?(?:anywhere|localhost|[\da-fx:][\w.:/-]*|[\w.-]+))"
    r" +(?P<destination>!?(?:anywhere|localhost|[\da-fx:][\w.:/-]*|[\w.-]+))(?P<rest>(?: +.*)?)"
)
_OWN = re.compile(
    rf"{_HEADING.pattern}|Chain \S{{1,64}} \(|\S.* {_PROTOCOL} +(?:--|-f|!f) |iptables(?: v[\d.]+.*)?: .*"
)
_COMMAND = re.compile(r"\bip6?tables\b|^$")
_COMMENT = re.compile(r"/\* (?P<comment>.{0,256}?) \*/")  # no comment is longer (xt_comment.h, XT_MAX_COMMENT_LEN)
_PORT = re.compile(
    r"(?:tcp|udp|sctp|multiport) (?P<way>[ds])(?:pts?|ports) ?:?(?P<not> ?! ?)?(?P<ports>\d[\d:,]{0,200}"
    r"|[a-z][\w-]{0,30})"
)
_TO = re.compile(r"(?:to:|redir ports )(?P<to>\S{1,100})")
_STATE = re.compile(r"(?P<not>! )?(?:ct)?state (?P<states>[A-Z,]{3,80})")
_LOCAL = re.compile(r"ADDRTYPE match (?:src-type \S+ )?dst-type (?P<not>!)?(?P<type>[A-Z,]{1,60})")
# Conditions that no field names.
_MORE = re.compile(
    r"\b(?:mark match|limit:|statistic mode|match-set|-m |owner |physdev|recent:|MAC |length |STRING match"
    r"|src-type|flags:)|\[\d+ bytes of unknown"
)
_NUMBERS = {"0": "all", "1": "icmp", "6": "tcp", "17": "udp", "50": "esp", "51": "ah", "58": "ipv6-icmp", "132": "sctp"}
_EVERYWHERE = frozenset(["anywhere", "0.0.0.0/0", "::/0"])
_SCALE = {"K": 1, "M": 2, "G": 3, "T": 4, "P": 5}
_PATHS = [
    f"sos_commands/{plugin}/{tool}_{options}"  # the plugin firewall_tables came with sos 4.2
    for plugin in ("firewall_tables", "networking")
    for tool in ("iptables", "ip6tables")
    for options in (*(f"-t_{table}_-nvL" for table in ("nat", "filter", "mangle", "raw", "security")), "-vnxL")
]


@parser(
    *_PATHS,
    title="netfilter rules (iptables -L)",
    collect="a sosreport of the node, or: oc debug node/<node> -- chroot /host iptables-save -c > iptables-save.txt",
    content=rb"^Chain \S+ \((?:policy [A-Z]|\d+ references)|^ ?(?:\d+[KMGT]? +\d+[KMGT]? +)?\S+ +(?:all|tcp|udp"
    rb"|0|6|17) +-- +\S",
    words=(b"Chain ", b" -- "),
)
def host_iptables_list(source: SourceFile) -> Iterator[IptablesChain | IptablesRule | ParseFailure]:
    """What is kept, `parsers.host_iptables_facts` says. Rules cut out with grep count from the first that is there."""
    for block in blocks(source, _NAME, _OWN, _COMMAND):
        if isinstance(block, ParseFailure):
            yield block
        else:
            yield from _Reader(block, source, {"origin": source.origin, "node": block.node}).facts()


class _Reader:
    """The facts of one block: a chain, or rules of one."""

    def __init__(self, block: Block, source: SourceFile, base: dict[str, Any]) -> None:
        self.block = block
        asked = block.command or source.path.rpartition("/")[2].replace("_", " ")
        table = re.search(r"-t (\w{1,16})", asked)
        listed = "tables" in asked
        self.base = base | {
            "family": Family.IPV6 if "ip6tables" in asked else Family.IPV4,
            "table": table[1] if table else "filter" if listed else None,
        }
        named = re.search(r"(?:-L|--list) ([A-Za-z]\S{0,63})", asked)
        self.chain: str | None = named[1] if named else None
        self.values: dict[str, Any] | None = None
        self.count = 0

    def facts(self) -> Iterator[IptablesChain | IptablesRule | ParseFailure]:
        """Rules, each chain behind its own."""
        for number, line in self.block.lines:
            mark = self.block.quote(number, line)
            if chain := _CHAIN.fullmatch(line):
                yield from self._done()
                self._begin(chain, mark)
            elif (rule := _RULE.fullmatch(line)) and self.chain and not _HEADING.fullmatch(line):
                yield from self._rule(rule, line, mark)
            elif not _HEADING.fullmatch(line) and not line.startswith("# Warning: iptables-legacy tables present"):
                yield from self.block.unread(number, line, _NAME)
        yield from self._done()

    def _begin(self, found: re.Match[str], mark: Evidence) -> None:
        self.chain, self.count = found["chain"], 0
        self.values = {"evidence": mark, "policy": found["policy"]}
        if found["packets"]:
            self.values |= {"packets": count(found["packets"]), "bytes": count(found["bytes"])}

    def _done(self) -> Iterator[IptablesChain]:
        if self.values:
            yield IptablesChain(**self.base, **self.values, chain=self.chain or "", rules=self.count)
        self.values = None

    def _rule(self, found: re.Match[str], line: str, mark: Evidence) -> Iterator[IptablesRule]:
        self.count += 1
        target, place = found["target"], found["num"]
        if target and target.isdigit():  # --line-numbers before a rule without a target
            target, place = None, target
        if not kept(self.base["table"], self.chain or "", target):
            return
        values = conditions(found)
        if target:
            values["target"] = target
        number = int(place or self.count)
        yield IptablesRule(
            evidence=mark, **self.base, **values, chain=self.chain or "", number=number, text=" ".join(line.split())
        )


def count(written: str) -> int:
    """A counter; the letters stand for powers of 1000 (iptables xtables.c, xtables_print_num)."""
    if written.isdigit():
        return int(written)
    return int(written[:-1]) * int(1000 ** _SCALE[written[-1]])


def conditions(found: re.Match[str]) -> dict[str, Any]:
    """The fields of a rule from its columns and from what its extensions print behind them."""
    values: dict[str, Any] = {}
    inverted: list[str] = []
    if found["packets"]:
        values |= {"packets": count(found["packets"]), "bytes": count(found["bytes"])}
    columns = {
        "protocol": found["protocol"],
        "source": found["source"],
        "destination": found["destination"],
        "in_interface": found["in"],
        "out_interface": found["out"],
    }
    for name, written in columns.items():
        value = (written or "*").removeprefix("!")
        value = _NUMBERS.get(value, value) if name == "protocol" else value
        if value not in {"*", "all", "any", *_EVERYWHERE}:
            values[name] = value
            inverted += [name] if written.startswith("!") else []
    return values | _extensions(found["rest"], inverted)


def _extensions(rest: str, inverted: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if comment := _COMMENT.search(rest):
        values["comment"] = comment["comment"]
        rest = rest[: comment.start()] + rest[comment.end() :]
    for port in _PORT.finditer(rest):
        name = "destination_ports" if port["way"] == "d" else "source_ports"
        values[name] = tuple(port["ports"].split(","))
        inverted += [name] if port["not"] else []
    if to := _TO.search(rest):
        values["to"] = to["to"]
    if state := _STATE.search(rest):
        values["states"] = tuple(state["states"].split(","))
        inverted += ["states"] if state["not"] else []
    if local := _LOCAL.search(rest):
        values["local"] = local["type"] == "LOCAL" and not local["not"]
        values["more"] = not values["local"]
    if _MORE.search(rest):
        values["more"] = True
    return values | ({"inverted": tuple(inverted)} if inverted else {})
