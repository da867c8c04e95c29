"""OVN-Kubernetes does not come up on a node: ovnkube or the configuration of br-ex fails at its start."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from analyzer.hosts import HostNames
from analyzer.instances import NodesByName, PodsByName
from analyzer.model import Finding, Severity
from analyzer.ovn.databases import pieces
from analyzer.ovn.moments import Moments, clock
from analyzer.rule import NotCollectedError, rule
from parsers.base import Evidence, Origin
from parsers.network_log import NetworkLogCount, NetworkLogEvent, NetworkLogWindow
from parsers.network_log_kinds import NetworkLogKind
from parsers.ovs_log import OvsLogCount, OvsLogKind
from parsers.pods import Container, Pod

RECOVERED = timedelta(minutes=5)  # for which a program that failed before must have gone on logging (J)
LOOP = 3  # restarts from which on a container that has just started again is believed to crash once more (J)
_UNIT = "ovs-configuration"
_LONG = 300  # characters of a message that a sentence holds
# MTU_TOO_SMALL is told by ovn-overlay-mtu-too-large.
_REASONS: Mapping[NetworkLogKind, str] = {
    NetworkLogKind.MULTIPLE_GATEWAYS: "its IPv4 and IPv6 default routes leave by different interfaces",
    NetworkLogKind.NO_DEFAULT_GATEWAY: "the host has no default route",
    NetworkLogKind.NO_IPV6_ADDRESS: "the host has no IPv6 address where one is needed",
    NetworkLogKind.FORWARDING_FAILED: "forwarding could not be switched on for an interface",
    NetworkLogKind.NODE_START_FAILED: "its start failed",
}
_NODE_PROGRAMS = frozenset({"ovnkube-node", "ovnkube-controller", "ovnkube"})


@dataclass(frozen=True, slots=True)
class _Failure:
    """The newest failure of one program on one node."""

    count: NetworkLogCount
    at: datetime | None
    text: str
    pod: Pod | None
    node: str | None

    @property
    def where(self) -> str:
        """The node, else the pod."""
        return self.node or self.count.origin.pod or "a node"


@rule(Severity.CRITICAL, area="ovn")
def gateway_or_node_init_failed(  # noqa: PLR0913, PLR0917 - logs, and all that tells whether their program runs again
    counts: tuple[NetworkLogCount, ...] | None,
    messages: tuple[NetworkLogEvent, ...] | None,
    windows: tuple[NetworkLogWindow, ...] | None,
    services: tuple[OvsLogCount, ...] | None,
    pods: PodsByName,
    nodes: NodesByName,
    names: HostNames,
    moments: Moments,
) -> Iterator[Finding]:
    """OVN-Kubernetes does not come up on a node: ovnkube or the configuration of br-ex fails at its start.

    ## Why it matters
    The node gets no network plugin: it is or will be NotReady, and no pod starts there that is not on the host network.

    ## What to do
    IPv4 and IPv6 default routes must leave by the same interface, that of br-ex; `ip route` and `ip -6 route` show
    them. Without any default route look at DHCP or at the NMState configuration, with `ipv6.disable=1` on the kernel
    command line ovnkube cannot start either. For the service: `journalctl -u ovs-configuration` tells the interface.
    """
    if counts is None and services is None:
        raise NotCollectedError("not collected: logs of ovnkube, or logs of Open vSwitch and OVN")
    for one in _newest(counts or (), messages or (), pods, names, moments):
        if not _recovered(one, windows or (), moments):
            yield _finding(one)
    yield from _services(services or (), nodes, names, moments)


def _newest(
    counts: Iterable[NetworkLogCount],
    messages: Iterable[NetworkLogEvent],
    pods: PodsByName,
    names: HostNames,
    moments: Moments,
) -> list[_Failure]:
    """Of every program of every pod the failure that came last."""
    texts = {(one.evidence.path, one.kind, one.subject): one.text for one in messages}
    found: dict[tuple[str, str], _Failure] = {}
    for one in counts:
        if one.kind not in _REASONS or one.program not in _NODE_PROGRAMS:
            continue
        pod = pods.get((one.origin.namespace or "", one.origin.pod or ""))
        text = texts.get((one.evidence.path, one.kind, one.subject), "")
        failure = _Failure(one, moments.last(one), text, pod, (pod.node if pod else None) or names.node(one))
        key = (failure.where, one.program)
        held = found.get(key)
        if held is None or (failure.at and (held.at is None or failure.at > held.at)):
            found[key] = failure
    return [found[key] for key in sorted(found)]


def _recovered(one: _Failure, windows: Iterable[NetworkLogWindow], moments: Moments) -> bool:
    """Whether the container has run since, or the program has logged on for a while."""
    container = _container(one)
    if container is not None:
        since, end = container.started_at, moments.end(one.count)
        # Its readiness is a file that outlives a crash: while it crashes again and again it is ready each time.
        again = container.restarts >= LOOP and since is not None and end is not None and since > end - RECOVERED
        return container.ready and not again
    logs = [each for each in windows if _whose(each.origin) == _whose(one.count.origin)]
    ends = [moments.at(each, each.last_time, each.last) for each in logs if each.program == one.count.program]
    return any(end and one.at and end > one.at + RECOVERED for end in ends)


def _whose(origin: Origin) -> tuple[str | None, ...]:
    """The pod of a log, current or rotated, else its folder."""
    return (origin.image_dir, origin.namespace, origin.pod or origin.folder)


def _container(one: _Failure) -> Container | None:
    return one.pod.container(one.count.program) if one.pod else None


def _finding(one: _Failure) -> Finding:
    count, container = one.count, _container(one)
    state = ""
    lines: tuple[Evidence, ...] = ()
    if container is not None:
        state = (
            f"; the container is {container.waiting_reason or container.state}, restarted {container.restarts} times"
        )
        lines = container.where("waiting_reason", "restarts")
    told = f': "{one.text[:_LONG]}"' if one.text else ""
    text = (
        f"{count.program} on {one.where} does not start, {_REASONS[count.kind]} ({count.count} times,"
        f" last {clock(one.at)}){told}{state}"
    )
    evidence = pieces(count.where("last"), (count.evidence,), lines)
    return Finding(one.where, text, evidence, one.node, key=f"{count.program}")


def _services(
    counts: Iterable[OvsLogCount], nodes: NodesByName, names: HostNames, moments: Moments
) -> Iterator[Finding]:
    """The service that builds br-ex, where it failed last and the node does not work.

    Of nodes that are ready ovs-service-restarts tells it.
    """
    failed: dict[str, OvsLogCount] = {}
    started: dict[str, datetime] = {}
    for one in counts:
        where, at = names.label(one), moments.last(one)
        if one.kind is OvsLogKind.FAILED and one.subject == _UNIT:
            failed[where] = one
        elif one.kind is OvsLogKind.STARTED and _configures(one) and at:
            started[where] = max(at, started.get(where, at))
    for where, one in sorted(failed.items()):
        at, node = moments.last(one), names.node(one)
        ready = node is not None and node in nodes and nodes[node].ready is True
        again = at is not None and where in started and started[where] >= at
        if not again and not ready:
            known = nodes.get(node or "")
            state = ", and the node is not ready" if known else ""
            times = f"{one.count} times, last {clock(at)}"
            text = f"the service {_UNIT}, which builds br-ex, failed on {where} ({times}){state}"
            lines = pieces(one.where("last"), (one.evidence,), known.where("ready") if known else ())
            yield Finding(where, text, lines, node, key=_UNIT)


def _configures(one: OvsLogCount) -> bool:
    """Whether systemd says that the service is done: `Finished Configures OVS with proper host networking …`."""
    return "Configures OVS" in (one.subject or "") or "ovs-configuration" in (one.subject or "")
