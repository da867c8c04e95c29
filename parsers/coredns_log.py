"""Logs of CoreDNS: which resolvers did not answer what it forwarded, counted by resolver and kind of failure.

`[ERROR] plugin/errors: 2 www.example.com. A: read udp 192.0.2.20:40000->198.51.100.53:53: i/o timeout` (coredns/coredns
plugin/errors/errors.go; the number is the answer's code, 2 is SERVFAIL, behind it stand name and type) and
`[FATAL] plugin/loop: Loop (127.0.0.1:40000 -> :5353) detected for zone "."` (plugin/loop/setup.go). All other lines are
deliberately ignored: queries that were answered, also with NXDOMAIN, and what plugins say while they start.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from parsers.base import Evidence, OriginFact, SourceFile, clean, decode, parser
from parsers.vocabulary import address

BURST = 20  # errors, the time of the first of which is kept
RESOLVERS = 200  # resolvers that are counted apart


class ForwardFailure(StrEnum):
    """Why an answer did not come."""

    TIMEOUT = "i/o timeout"
    REFUSED = "connection refused"
    NO_ROUTE = "no route to host"
    UNREACHABLE = "network is unreachable"


class DnsLog(OriginFact):
    """A log of CoreDNS that was looked through."""


class DnsForwardError(OriginFact):
    """The failures of one kind with one resolver. The evidence is the last of them.

    burst: when the last but BURST of them came; None where there are fewer, or where the lines have no time.
    """

    upstream: str
    port: int
    failure: ForwardFailure
    name: str
    count: int
    last: datetime | None = None
    burst: datetime | None = None


class DnsLoop(OriginFact):
    """CoreDNS ended because its own questions came back: the resolver of the node is CoreDNS itself."""

    zone: str


_ERROR = re.compile(
    r"\[ERROR\] plugin/errors: \d{1,2} (?P<name>\S{1,255}) \w{1,10}: (?:read|write|dial) (?:udp|tcp)[46]? "
    r"(?:\S{1,60}->)?\[?(?P<upstream>[\da-fx][\w.:-]{1,45}?)\]?:(?P<port>\d{1,5}): (?:\w{1,16}: )?"
    r"(?P<failure>i/o timeout|connection refused|no route to host|network is unreachable)"
)
_LOOP = re.compile(r"\[FATAL\] plugin/loop: Loop \(.{1,120}\) detected for zone \"(?P<zone>[^\"]{1,255})\"")
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z ")
_WANTED = re.compile(rb"\[ERROR\] plugin/errors: |\[FATAL\] plugin/loop: ")


@dataclass(slots=True)
class _Count:
    """What is counted of one resolver and kind of failure."""

    evidence: Evidence
    name: str
    count: int = 0
    times: deque[datetime] = field(default_factory=lambda: deque(maxlen=BURST))


@parser(
    "namespaces/{namespace}/pods/{pod}/dns/dns/logs/*.log",
    "namespaces/{namespace}/pods/{pod}/dns/dns/logs/rotated/*",
    title="logs of CoreDNS",
    collect="oc adm must-gather; by hand: oc logs -n openshift-dns <dns-default pod> -c dns",
    content=rb"\[(?:ERROR\] plugin/errors|FATAL\] plugin/loop): ",
    words=(b"plugin/errors: ", b"plugin/loop: "),
)
def coredns_log(source: SourceFile) -> Iterator[DnsLog | DnsForwardError | DnsLoop]:
    """A failure without a resolver, as of a plugin of its own, is deliberately ignored."""
    counts: dict[tuple[str, int, ForwardFailure], _Count] = {}
    for number, line in source.search(_WANTED):
        if loop := _LOOP.search(line):
            yield DnsLoop(evidence=source.quote(number, line), origin=source.origin, zone=loop["zone"])
        if found := _ERROR.search(line):
            key = (address(found["upstream"]), int(found["port"]), ForwardFailure(found["failure"]))
            if key in counts or len(counts) < RESOLVERS:
                mark = source.quote(number, line)
                held = counts.setdefault(key, _Count(mark, found["name"]))
                held.evidence, held.name, held.count = mark, found["name"], held.count + 1
                if time := _TIME.match(line):
                    held.times.append(datetime.fromisoformat(f"{time[1]}+00:00"))
    yield DnsLog(evidence=source.quote(1, clean(decode(source.first_raw or b"").rstrip("\n"))), origin=source.origin)
    for (upstream, port, failed), held in counts.items():
        yield DnsForwardError(
            evidence=held.evidence,
            origin=source.origin,
            upstream=upstream,
            port=port,
            failure=failed,
            name=held.name,
            count=held.count,
            last=held.times[-1] if held.times else None,
            burst=held.times[0] if len(held.times) == BURST else None,
        )
