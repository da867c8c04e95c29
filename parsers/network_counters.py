"""Counters of the network stack of a host that speak of MTU and of reverse paths: `nstat -az` and `netstat -s`.

Source: Linux net/ipv4/proc.c and net/ipv6/proc.c (names), iproute2 misc/nstat.c, net-tools statistics.c (sentences).
They count since the host started, or since the last `nstat` of the same user: a number alone is no sign of a fault.
"""

import re
from collections.abc import Iterator, Mapping

from parsers.base import Evidence, ParseFailure, SourceFile, parser
from parsers.host_facts import HostFact, node_hint

_NSTAT = re.compile(
    r"\s*#?(?P<name>(?:Ip|Ip6)FragFails|TcpExtIPReversePathFilter|IpReasmFails|Ip6InTooBigErrors)\s+(?P<value>\d{1,20})\b.*"
)
_SENTENCES = (
    ("IpFragFails", re.compile(r"\s*(?P<value>\d{1,20}) fragments? failed\s*")),
    ("TcpExtIPReversePathFilter", re.compile(r"\s*IPReversePathFilter: (?P<value>\d{1,20})\s*")),
)
_WANTED = re.compile(rb"FragFails|ReasmFails|InTooBigErrors|IPReversePathFilter|fragments? failed")


class NetworkCounters(HostFact):
    """The counters of one output by their kernel names, such as `IpFragFails` and `TcpExtIPReversePathFilter`."""

    counters: Mapping[str, int]


@parser(
    "sos_commands/networking/nstat_-zas",
    "sos_commands/networking/netstat_-s",
    title="counters of the network stack (nstat, netstat -s)",
    collect="a sosreport of the node, or: oc debug node/<node> -- chroot /host nstat -az > nstat.txt",
    content=rb"^\s*#?(?:IpFragFails|TcpExtIPReversePathFilter)\s+\d|^ +\d+ fragments? failed$"
    rb"|^ +IPReversePathFilter: \d",
    words=(b"FragFails", b"ReversePathFilter", b"fragments failed"),
)
def network_counters(source: SourceFile) -> Iterator[NetworkCounters | ParseFailure]:
    """All other counters are deliberately ignored."""
    found: dict[str, int] = {}
    marks: dict[str, Evidence] = {}
    for number, line in source.search(_WANTED):
        for name, value in _values(line):
            found[name], marks[name] = value, source.quote(number, line)
    if found:
        evidence = next(iter(marks.values()))
        yield NetworkCounters(
            evidence=evidence, marks=marks, origin=source.origin, node=node_hint(source), counters=found
        )


def _values(line: str) -> Iterator[tuple[str, int]]:
    if plain := _NSTAT.fullmatch(line):
        yield plain["name"], int(plain["value"])
    for name, sentence in _SENTENCES:
        if said := sentence.fullmatch(line):
            yield name, int(said["value"])
