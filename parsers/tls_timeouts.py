"""`TLS handshake timeout` in the logs of operators (Go net/http, transport.go): how often, of which server.

Small packets pass and a certificate does not: the words of a path whose MTU is too small, and of a server that is too
busy. Members: the current logs of the pods in namespaces of operators, and of the image registry and the builds.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from parsers.base import Evidence, OriginFact, ParseFailure, SourceFile, parser

SERVERS = 100  # servers of one log that are told apart
_WANTED = re.compile(rb"TLS handshake timeout")
_SERVER = re.compile(r"https?://(?P<server>\[?[\w.:-]{1,253}?\]?)(?::\d{1,5})?[/\"'\\ ]")


class TlsTimeouts(OriginFact):
    """The timeouts of one log to one server, None where the message names none. The evidence is the last of them."""

    server: str | None = None
    count: int


@parser(
    "namespaces/{operator}-operator/pods/{pod}/{container}/*/logs/current.log",
    "namespaces/openshift-image-registry/pods/{pod}/{container}/*/logs/current.log",
    title="TLS handshake timeouts in logs of operators",
    collect="oc adm must-gather",
)
def tls_timeouts(source: SourceFile) -> Iterator[TlsTimeouts | ParseFailure]:
    """All other messages are deliberately ignored."""
    counts: Counter[str | None] = Counter()
    last: dict[str | None, Evidence] = {}
    for number, line in source.search(_WANTED):
        before = line[: line.find("TLS handshake timeout")]
        found = [*_SERVER.finditer(before)]
        server = found[-1]["server"] if found else None
        if server not in counts and len(counts) >= SERVERS:
            server = None
        counts[server] += 1
        last[server] = source.quote(number, line, focus="TLS handshake timeout")
    operator = source.params.get("operator")
    origin = replace(source.origin, namespace=f"{operator}-operator" if operator else "openshift-image-registry")
    for server, count in counts.items():
        yield TlsTimeouts(evidence=last[server], origin=origin, server=server, count=count)
