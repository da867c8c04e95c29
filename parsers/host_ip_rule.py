"""`ip rule`: which packets look into which routing table (iproute2 ip/iprule.c, print_rule).

Members: sosreports (sos plugin networking), files saved by hand.
"""

import re
from collections.abc import Iterator
from typing import Any

from parsers.base import ParseFailure, SourceFile, failure, parser
from parsers.host_route_facts import HostRule
from parsers.host_shell import blocks

_NAME = "host_ip_rule"
_RULE = re.compile(r"(?P<priority>\d{1,10}):\s{1,8}(?P<text>(?:not )?from \S.{0,400})")
_STARTS = re.compile(r"(?<=\s)\d{1,10}: (?:not )?from \S")
_COMMAND = re.compile(r"\bip\b.* rul?e?\b|^$")
_VALUES = {
    "from": "source",
    "to": "destination",
    "fwmark": "firewall_mark",
    "iif": "in_interface",
    "oif": "out_interface",
    "lookup": "table",
    "table": "table",
}
_SKIPPED = frozenset(
    [
        "proto",
        "protocol",
        "uidrange",
        "ipproto",
        "sport",
        "dport",
        "tos",
        "dsfield",
        "tun_id",
        "suppress_prefixlength",
        "suppress_prefixlen",
        "suppress_ifgroup",
        "suppress_group",
        "realms",
        "realm",
        "masquerade",
        "map-to",
        "dscp",
        "flowlabel",
    ]
)
_ACTIONS = frozenset(["unreachable", "blackhole", "prohibit", "throw", "unicast", "goto", "nop"])


@parser(
    "sos_commands/networking/ip_-4_rule_list",
    "sos_commands/networking/ip_-6_rule_list",
    "sos_commands/networking/ip_-4_rule",
    "sos_commands/networking/ip_-6_rule",
    "sos_commands/networking/ip_rule_list",
    title="rules of policy routing (ip rule)",
    collect="a sosreport of the node, or: oc debug node/<node> -- chroot /host sh -c 'ip rule; ip -6 rule' > rules.txt",
    content=rb"^\d{1,10}:\s{1,8}(?:not )?from \S+ .*(?:lookup|unreachable|blackhole|prohibit|goto)",
    words=(b"from ",),
)
def host_ip_rule(source: SourceFile) -> Iterator[HostRule | ParseFailure]:
    """What else selects a packet (ports, users) stands in `text` alone."""
    for block in blocks(source, _NAME, _RULE, _COMMAND, _STARTS):
        if isinstance(block, ParseFailure):
            yield block
            continue
        base: dict[str, Any] = {"origin": source.origin, "node": block.node}
        for number, line in block.lines:
            mark = block.quote(number, line)
            if found := _RULE.fullmatch(line):
                values, unknown = _words(found["text"])
                values |= {"priority": int(found["priority"]), "text": found["text"]}
                yield HostRule(evidence=mark, marks=dict.fromkeys(values, mark), **base, **values)
                if unknown:
                    yield failure(mark, _NAME, f"unknown word in a rule: {unknown[:40]!r}")
            else:
                yield from block.unread(number, line, _NAME)


def _words(text: str) -> tuple[dict[str, Any], str | None]:
    values: dict[str, Any] = {}
    unknown = None
    words = iter(text.split())
    for word in words:
        if word in _VALUES:
            values[_VALUES[word]] = next(words, None)
        elif word in _SKIPPED:
            next(words, None)
        elif word == "not":
            values["inverted"] = True
        elif word in _ACTIONS:
            values["action"] = f"goto {next(words, '')}" if word == "goto" else word
        elif not word.startswith("[") and unknown is None:  # [detached], [l3mdev-table]
            unknown = word
    return values, unknown
