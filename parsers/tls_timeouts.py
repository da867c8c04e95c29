"""`TLS handshake timeout` in the logs of operators (Go net/http, transport.go): how often, of which server.

Small packets pass and a certificate does not: the words of a path whose MTU is too small, and of a server that is too
busy. Members: the current logs of the pods in namespaces of operators, and of the image registry and the builds; logs
of single containers as sosreports and people save them (`docker logs <id>`), in which a deployer of OpenShift 3 says
`couldn't get deployment shop/web-1: … TLS handshake timeout` (openshift/origin pkg/deploy/cmd/deployer).
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from parsers.base import Evidence, OriginFact, ParseFailure, SourceFile, parser

SERVERS = 100  # servers of one log that are told apart
_WANTED = re.compile(rb"TLS handshake timeout")
_DEPLOYMENT = re.compile(r"couldn't get deployment (?P<name>[a-z0-9][a-z0-9./-]{0,400}?):? ")
_SERVER = re.compile(r"https?://(?P<server>\[?[\w.:-]{1,253}?\]?)(?::\d{1,5})?[/\"'\\ ]")

_Key = tuple[str | None, str | None]  # server, deployment


class TlsTimeouts(OriginFact):
    """The timeouts of one log to one server, None where the message names none. The evidence is the last of them.

    deployment: the one that a deployer could not start. pod and namespace of the origin are None for a saved log.
    """

    server: str | None = None
    deployment: str | None = None
    count: int


@parser(
    "namespaces/{operator}-operator/pods/{pod}/{container}/*/logs/current.log",
    "namespaces/openshift-image-registry/pods/{pod}/{container}/*/logs/current.log",
    "sos_commands/docker/docker_logs_*",
    "sos_commands/podman/podman_logs_*",
    title="TLS handshake timeouts in logs of operators",
    collect="oc adm must-gather; of a container of OpenShift 3: docker logs <id> > container.log 2>&1",
    words=(b"TLS handshake timeout",),
    content=rb"^(?!\w{3} {1,2}\d{1,2} \d\d:)[^\n]{0,4000}?TLS handshake timeout",
)
def tls_timeouts(source: SourceFile) -> Iterator[TlsTimeouts | ParseFailure]:
    """All other messages are deliberately ignored; a journal that somebody saved is none of a container."""
    counts: Counter[_Key] = Counter()
    last: dict[_Key, Evidence] = {}
    for number, line in source.search(_WANTED):
        before = line[: line.find("TLS handshake timeout")]
        servers = [*_SERVER.finditer(before)]
        deployment = _DEPLOYMENT.search(before)
        key = (servers[-1]["server"] if servers else None, deployment["name"] if deployment else None)
        if key not in counts and len(counts) >= SERVERS:
            key = (None, None)
        counts[key] += 1
        last[key] = source.quote(number, line, focus="TLS handshake timeout")
    operator = source.params.get("operator")
    loose = not source.params
    namespace = f"{operator}-operator" if operator else None if loose else "openshift-image-registry"
    origin = replace(source.origin, namespace=namespace)
    for (server, name), count in counts.items():
        yield TlsTimeouts(evidence=last[server, name], origin=origin, server=server, deployment=name, count=count)
