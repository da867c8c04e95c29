"""Saved tests of connections: from where to what in the cluster, and what came back in the end.

Somebody ran curl, telnet, nc, ping, tracepath or dig and kept the output. Of several tests of one kind from one place
to one target in one file the last counts: it tells how things were when the file was saved.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from analyzer.hosts import HostNames
from analyzer.instances import Group, NodesByName, PodsByName
from analyzer.rule import NotCollectedError, join
from analyzer.service.backends import ServiceBackends
from analyzer.service.pods import alive
from parsers.base import Evidence
from parsers.name_lookup import LookupResult, NameLookup
from parsers.path_probe import PathProbe, PingProbe
from parsers.probe_answers import GOOD, Answer
from parsers.tcp_probe import TcpProbe

MEANS = {
    Answer.REFUSED: "refused: the host answers, nothing listens on the port or a filter rejects it",
    Answer.TIMED_OUT: "timed out: nothing came back, by a filter, a lost tunnel or a dead host",
    Answer.NO_ROUTE: "no route to host: the last router, or the source itself, gets no answer from the target",
    Answer.UNREACHABLE: "network unreachable: the source or a router has no route",
    Answer.PROHIBITED: "prohibited: a filter says so",
    Answer.TOO_BIG: "too big: a packet of this size does not fit on the way",
    Answer.LOOP: "time exceeded: the packets run in circles",
    Answer.RESET: "reset: the connection was made, then broken",
    Answer.EMPTY: "without an answer: the connection was made, and no reply came",
    Answer.TLS_TIMED_OUT: "timed out in the TLS handshake: large packets are lost, or the server is too busy",
    Answer.TLS_FAILED: "failed in the TLS handshake",
    Answer.NOT_RESOLVED: "not resolved: the name has no address",
    Answer.OTHER: "failed",
}
_ECHO = frozenset({"ping", "tracepath", "traceroute"})
_OF_LOOKUP = {LookupResult.TIMED_OUT: Answer.TIMED_OUT, LookupResult.REFUSED: Answer.REFUSED}


class Aim(StrEnum):
    """What the target of a test is."""

    NODE = "node"
    POD = "pod"
    SERVICE = "service"
    OTHER = "other"  # nothing that was collected


@dataclass(frozen=True, slots=True)
class SavedTest:
    """One test. source: the pod or node that it ran in, as a person names it; None where nothing tells.

    name: what the target is in the cluster; node: the one that the target is or runs on. by: who answered that it
    cannot be reached.
    """

    tool: str
    source: str | None
    target: str
    port: int | None
    aim: Aim
    name: str
    node: str | None
    answer: Answer
    good: bool
    by: str | None
    mtu: int | None
    status: int | None
    router_page: bool
    host: str | None
    evidence: tuple[Evidence, ...]

    @property
    def echo(self) -> bool:
        """Whether it asked for an answer to ICMP, which many routers and firewalls drop."""
        return self.tool in _ECHO

    @property
    def where(self) -> str:
        """The target as a person names it, with its port."""
        address = f"[{self.target}]" if ":" in self.target and self.port else self.target
        place = f"{address}:{self.port}" if self.port else self.target
        return f"{self.name} ({place})" if self.name != self.target else place


class SavedTests(Group):
    """Every test that counts, in the order of the archive."""

    items: tuple[SavedTest, ...]

    def __iter__(self) -> Iterator[SavedTest]:
        return iter(self.items)


@join
def saved_tests(  # noqa: PLR0913, PLR0917 - three kinds of tests, and what their targets may be
    ports: tuple[TcpProbe, ...] | None,
    pings: tuple[PingProbe, ...] | None,
    paths: tuple[PathProbe, ...] | None,
    lookups: tuple[NameLookup, ...] | None,
    nodes: NodesByName,
    pods: PodsByName,
    services: ServiceBackends | None,
    names: HostNames,
) -> SavedTests:
    if ports is None and pings is None and paths is None and lookups is None:
        raise NotCollectedError("not collected: a saved output of curl, telnet, nc, ping, tracepath or dig")
    known = _Known(_targets(nodes, pods, services), names)
    found = [
        *(known.of_port(one) for one in ports or ()),
        *(known.of_ping(one) for one in pings or ()),
        *(known.of_path(one) for one in paths or () if one.target),
        *(known.of_lookup(one) for one in lookups or () if one.server),
    ]
    last = {(one.evidence[0].path, one.source, one.target, one.port, one.tool, one.host): one for one in found}
    return SavedTests(tuple(sorted(last.values(), key=lambda one: (one.evidence[0].path, one.evidence[0].first_line))))


_Targets = dict[str, tuple[Aim, str, str | None]]  # by address: what it is, its name, its node


def _targets(nodes: NodesByName, pods: PodsByName, services: ServiceBackends | None) -> _Targets:
    """The addresses of the cluster; a node's own goes before those of pods in its network."""
    found: _Targets = {}
    for name, node in nodes.items():
        known = (each for each in (*node.internal_ips, name, node.hostname) if each)
        found |= dict.fromkeys(known, (Aim.NODE, f"node {name}", name))
    for pod in pods.values():
        if alive(pod) and not pod.host_network:
            for ip in pod.pod_ips:
                found.setdefault(ip, (Aim.POD, f"pod {pod.namespace}/{pod.name}", pod.node))
    for one in services or ():
        service = one.service
        for ip in (*service.cluster_ips, *service.external_ips, *service.ingress_ips):
            found.setdefault(ip, (Aim.SERVICE, f"service {one.name}", None))
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """What is needed to understand a test."""

    targets: _Targets
    names: HostNames

    def of_port(self, one: TcpProbe) -> SavedTest:
        lines = _lines(one.evidence, one.where("target", "answer", "status", "router_page"))
        return self._test(
            one,
            one.tool,
            one.target,
            lines,
            port=one.port,
            answer=one.answer,
            good=one.good,
            status=one.status,
            router_page=one.router_page,
            host=one.host,
        )

    def of_ping(self, one: PingProbe) -> SavedTest:
        lines = _lines(one.evidence, one.where("target", "answer", "received", "mtu"))
        good = one.answer in GOOD
        return self._test(
            one, "ping", one.target, lines, answer=one.answer, good=good, by=one.by, mtu=one.mtu, host=one.host
        )

    def of_path(self, one: PathProbe) -> SavedTest:
        lines = _lines(one.evidence, one.where("target", "answer", "mtu", "by"))
        tool = one.tool.removesuffix("6")
        return self._test(
            one,
            tool,
            one.target or "",
            lines,
            answer=one.answer,
            good=one.reached,
            by=one.by,
            mtu=one.mtu,
            host=one.host,
        )

    def of_lookup(self, one: NameLookup) -> SavedTest:
        """A question for a name, as a test of the name server."""
        answer = _OF_LOOKUP.get(one.result, Answer.CONNECTED)
        lines = _lines(one.evidence, one.where("asked", "server", "result"))
        return self._test(one, one.tool, one.server or "", lines, port=53, answer=answer, good=answer in GOOD)

    def _test(  # noqa: PLR0913 - what a test is made of
        self,
        one: TcpProbe | PingProbe | PathProbe | NameLookup,
        tool: str,
        target: str,
        lines: tuple[Evidence, ...],
        *,
        answer: Answer,
        good: bool,
        port: int | None = None,
        by: str | None = None,
        mtu: int | None = None,
        status: int | None = None,
        router_page: bool = False,
        host: str | None = None,
    ) -> SavedTest:
        source = f"pod {one.pod}" if one.pod else self._node(one)
        aim, name, node = self.targets.get(target) or self.targets.get(host or "") or (Aim.OTHER, host or target, None)
        return SavedTest(
            tool, source, target, port, aim, name, node, answer, good, by, mtu, status, router_page, host, lines
        )

    def _node(self, one: TcpProbe | PingProbe | PathProbe | NameLookup) -> str | None:
        node = self.names.node(one)
        return f"node {node}" if node else None


def _lines(first: Evidence, others: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys((first, *others)))


def file_of(one: SavedTest) -> str:
    """The name of the file that a test is saved in."""
    return PurePosixPath(one.evidence[0].path).name
