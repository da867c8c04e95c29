"""`iptables-save`, `ip6tables-save` and `iptables -S`, with counters or without, as a stream.

Source: iptables iptables/iptables-save.c and the extensions' save functions (1.4 to 1.8). Members: network_logs of
must-gather 4.8 and 4.9 (`<node>_iptables`, `<node>_<pod>_iptables`), network-tools.
"""

import re
from collections.abc import Iterator
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, failure, parser
from parsers.host_facts import node_hint
from parsers.host_iptables_facts import IptablesChain, IptablesRule, kept
from parsers.host_shell import is_loose, is_prose, reason_for
from parsers.vocabulary import Family

_NAME = "host_iptables"
_CHAIN = re.compile(
    r":(?P<chain>\S{1,64}) (?P<policy>[A-Z]{1,16}|-)(?: \[(?P<packets>\d{1,20}):(?P<bytes>\d{1,24})\])?"
)
_POLICY = re.compile(
    r"-P (?P<chain>\S{1,64}) (?P<policy>[A-Z]{1,16})(?: -c (?P<packets>\d{1,20}) (?P<bytes>\d{1,24}))?"
)
_NEW = re.compile(r"-N (?P<chain>\S{1,64})")
_LISTED = re.compile(
    r"\b(?P<six>ip6)?\w{0,2}tables\b(?=.* (?:-\w*S|--list-rules))(?:.* (?:-t|--table) (?P<table>[a-z]{1,16}))?"
)
_RULE = re.compile(r"(?:\[(?P<packets>\d{1,20}):(?P<bytes>\d{1,24})\] )?(?P<text>-A (?P<chain>\S{1,64})(?: .*)?)")
_TARGET = re.compile(r" -[jg] (\S+)")
_TABLE = re.compile(r"\*(?P<table>[a-z0-9_-]{1,32})")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\S+')
_FIELDS = {
    "-j": "target",
    "-g": "target",
    "-p": "protocol",
    "-s": "source",
    "-d": "destination",
    "-i": "in_interface",
    "-o": "out_interface",
    "--comment": "comment",
    "--to-destination": "to",
    "--to-source": "to",
    "--to-ports": "to",
    "--to": "to",
}
_LISTS = {
    "--dport": "destination_ports",
    "--dports": "destination_ports",
    "--sport": "source_ports",
    "--sports": "source_ports",
    "--ctstate": "states",
    "--state": "states",
}
# Options without a meaning for which packets a rule takes, each with its value.
_PLAIN = frozenset(["-m", "--reject-with", "--set-xmark", "--set-mark", "--log-prefix", "--log-level", "--or-mark"])


@parser(
    "network_logs/{node}_{pod}_iptables",
    "network_logs/{node}_iptables",
    "openshift-sdn-cluster-and-node-info/nodes/{node}/iptables",
    title="netfilter rules (iptables-save)",
    collect="oc debug node/<node> -- chroot /host iptables-save -c > iptables-save.txt (the same with ip6tables-save)",
    content=rb"^\*(?:nat|filter|mangle|raw|security)\s*$|^-P (?:INPUT|FORWARD|OUTPUT|PREROUTING) [A-Z]"
    rb"|^(?:\[\d+:\d+\] )?-A (?:KUBE|OVN-KUBE|OPENSHIFT|INPUT"
    rb"|FORWARD|OUTPUT|PREROUTING)",
    words=(b"-P ", b"*nat", b"*filter", b"*mangle", b"*raw", b"*security", b"-A "),
)
def host_iptables(source: SourceFile) -> Iterator[IptablesChain | IptablesRule | ParseFailure]:
    """What is kept, `parsers.host_iptables_facts` says."""
    base = {"origin": source.origin, "node": node_hint(source)}
    yield from _Reader(source, base).facts()


class _Reader:
    """The facts of one file; of a chain only its number of rules is held until its table ends."""

    def __init__(self, source: SourceFile, base: dict[str, Any]) -> None:
        self.source, self.base = source, base
        self.loose = is_loose(source)
        self.family = Family.IPV6 if "ip6tables" in source.path.rpartition("/")[2] else Family.IPV4
        self.table: str | None = None
        self.listed: str | None = None  # the table of `iptables -S`, which the command names
        self.written = ""  # the line being read, as it stands in the file
        self.chains: dict[str, dict[str, Any]] = {}

    def facts(self) -> Iterator[IptablesChain | IptablesRule | ParseFailure]:
        """Rules in their order, the chains of a table behind its rules, and what could not be read."""
        for number, written in self.source.lines():
            self.written = written
            line = self.written.strip()
            if rule := _RULE.fullmatch(line):
                yield from self._rule(number, rule)
            elif chain := _CHAIN.fullmatch(line) or _POLICY.fullmatch(line) or _NEW.fullmatch(line):
                self._chain(self.source.quote(number, self.written), chain)
            elif table := _TABLE.fullmatch(line):
                yield from self._end(number, complete=False)
                self.table = table["table"]
            elif line == "COMMIT":
                yield from self._end(number, complete=True)
            elif listed := _LISTED.search(line):
                yield from self._end(number, complete=True)
                self.family = Family.IPV6 if listed["six"] else Family.IPV4
                self.listed = listed["table"] or "filter"
            elif line.startswith("#"):
                if "tables-save" in line:
                    self.family = Family.IPV6 if "ip6tables-save" in line else Family.IPV4
            elif line and (not self.loose or (self.table and not is_prose(line))):
                yield failure(self.source.quote(number, self.written), _NAME, reason_for(line))
        yield from self._end(0, complete=self.listed is not None)

    def _chain(self, mark: Evidence, found: re.Match[str]) -> None:
        values: dict[str, Any] = {"evidence": mark, "rules": 0}
        named = found.groupdict()
        if named.get("policy") not in {None, "-"}:
            values["policy"] = named["policy"]
        if named.get("packets"):
            values |= {"packets": int(named["packets"]), "bytes": int(named["bytes"])}
        self.chains[found["chain"]] = values

    def _rule(self, number: int, found: re.Match[str]) -> Iterator[IptablesRule]:
        chain = self.chains.setdefault(
            found["chain"], {"evidence": self.source.quote(number, self.written), "rules": 0}
        )
        chain["rules"] += 1
        target = _TARGET.search(found["text"])
        if not kept(self.table or self.listed, found["chain"], target[1] if target else None):
            return
        values = conditions(found["text"])
        if found["packets"]:
            values |= {"packets": int(found["packets"]), "bytes": int(found["bytes"])}
        values |= {
            "family": self.family,
            "table": self.table or self.listed,
            "chain": found["chain"],
            "number": chain["rules"],
        }
        evidence = self.source.quote(number, self.written)
        yield IptablesRule(evidence=evidence, text=found["text"], **self.base, **values)

    def _end(self, number: int, *, complete: bool) -> Iterator[IptablesChain | ParseFailure]:
        for name, values in self.chains.items():
            yield IptablesChain(
                **self.base,
                **values,
                family=self.family,
                table=self.table or self.listed,
                chain=name,
                complete=complete,
            )
        if self.table and not complete:
            where = self.source.quote(number, self.written) if number else self.source.cursor
            assert where is not None, "a table was read from a line"
            yield failure(where, _NAME, f"the table {self.table} ends without COMMIT: cut off")
        self.table, self.listed, self.chains = None, None, {}


def conditions(text: str) -> dict[str, Any]:
    """The fields of a rule from its options."""
    values: dict[str, Any] = {}
    inverted: list[str] = []
    tokens = iter(_TOKEN.findall(text)[2:])
    negated = False
    for token in tokens:
        if token == "!":  # noqa: S105 - no password, iptables' sign for not
            negated = True
            continue
        name = _option(token, tokens, values)
        if negated and name:
            inverted.append(name)
        negated = False
    if "local" in inverted:
        values |= {"local": False, "more": True}
    return values | ({"inverted": tuple(inverted)} if inverted else {})


def _option(token: str, tokens: Iterator[str], values: dict[str, Any]) -> str | None:
    """Keep what one option says; the field that it names, None for none."""
    name = _FIELDS.get(token) or _LISTS.get(token)
    if token in _LISTS and name:
        values[name] = tuple(next(tokens, "").split(","))
    elif name:
        values[name] = next(tokens, "").strip('"').replace('\\"', '"')
    elif token == "--dst-type":  # noqa: S105 - an option
        name = "local"
        values[name] = next(tokens, "") == "LOCAL"
        values["more"] = values.get("more", False) or not values[name]
    elif token == "-c":  # noqa: S105 - an option, the counters of `iptables -S -v`
        counts = [next(tokens, ""), next(tokens, "")]
        values |= (
            dict(zip(("packets", "bytes"), map(int, counts), strict=True)) if all(map(str.isdigit, counts)) else {}
        )
    elif token in _PLAIN:
        next(tokens, None)
    elif token.startswith("-") and token not in {"--random-fully", "--random", "--persistent"}:
        values["more"] = True
    return name
