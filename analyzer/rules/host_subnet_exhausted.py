"""The cluster network has no subnet left for a node, or a node's subnet no address for pods."""

from collections.abc import Iterable, Iterator

from analyzer.hosts import HostNames
from analyzer.instances import NodesByName, PodsByName
from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.databases import pieces
from analyzer.ovn.moments import Moments, clock
from analyzer.ovn.subnets import SUBNETS, HostSubnets, NodeFill
from analyzer.rule import NotCollectedError, rule
from parsers.network_log import NetworkLogCount
from parsers.network_log_kinds import NetworkLogKind
from parsers.nodes import Node
from parsers.prometheus_alerts import AlertState, FiringAlert

MOST = 0.8  # of the subnets: the cluster's own alert fires above (openshift/cluster-network-operator alert-rules)
NEARLY = 0.9  # of a node's addresses: pods that come and go together need some in advance (J)
_ALERTS = {"V4SubnetAllocationThresholdExceeded": 4, "V6SubnetAllocationThresholdExceeded": 6}


@rule(Severity.ERROR, area="ovn")
def host_subnet_exhausted(  # noqa: PLR0913, PLR0917 - objects, logs and alerts all tell of it
    subnets: HostSubnets | None,
    counts: tuple[NetworkLogCount, ...] | None,
    alerts: tuple[FiringAlert, ...] | None,
    nodes: NodesByName,
    pods: PodsByName,
    names: HostNames,
    moments: Moments,
) -> Iterator[Finding | Gap]:
    """The cluster network has no subnet left for a node, or a node's subnet no address for pods.

    ## Why it matters
    A node without a subnet never becomes ready. A node whose subnet is full takes no more pods: they stay in
    ContainerCreating.

    ## What to do
    Extend the cluster network with a larger mask of `clusterNetwork` (OpenShift 4.13 and later), or add a CIDR when the
    cluster is planned. A /14 with hostPrefix 23 holds 512 nodes with 510 addresses each. A full subnet with few pods
    holds addresses of pods that are gone: look for logical ports without a pod.
    """
    if subnets is None and counts is None and alerts is None:
        raise NotCollectedError("not collected: nodes, logs of ovnkube or alerts of Prometheus")
    refused = _refused(counts or (), moments)
    if subnets is not None:
        yield from (Gap(one.name, f"its annotation {SUBNETS} cannot be read", one.name) for one in subnets.unreadable)
        yield from (_without(one, refused.get(one.name)) for one in subnets.without)
        yield from _used(subnets)
        yield from (_full(one) for one in subnets.fills if one.room and one.pods >= NEARLY * one.room)
    known = {one.name for one in subnets.without} if subnets else set()
    for name, count in refused.items():
        if name not in known and not _has(nodes.get(name)):
            yield _log(name, count, nodes, moments)
    for alert in alerts or ():
        version = _ALERTS.get(alert.name)
        over = {one.version for one in subnets.families if one.given > MOST * one.total} if subnets else set()
        if version and alert.state is AlertState.FIRING and version not in over:
            text = f"more than {MOST:.0%} of the IPv{version} subnets for nodes are given (alert {alert.name})"
            lines = pieces(alert.where("name", "state"))
            yield Finding("cluster network", text, lines, None, Severity.WARNING, f"used {version}")
    yield from _addresses(counts or (), pods, names, moments)


def _refused(counts: Iterable[NetworkLogCount], moments: Moments) -> dict[str, NetworkLogCount]:
    """By node (empty where the message names none): that the allocator had no subnet, if that was not long ago."""
    found: dict[str, NetworkLogCount] = {}
    for one in counts:
        if one.kind is NetworkLogKind.HOST_SUBNETS_EXHAUSTED and moments.recent(one, moments.last(one)):
            found[_node(one.subject)] = one
    return found


def _node(subject: str | None) -> str:
    return (subject or "").rpartition(" ")[2]


def _has(node: Node | None) -> bool:
    return node is not None and SUBNETS in node.annotations


def _without(node: Node, refused: NetworkLogCount | None) -> Finding:
    why = ', and its log says "no subnets available"' if refused else ""
    text = f"{node.name} has no subnet for pods: the annotation {SUBNETS} is missing, other nodes have it{why}"
    lines = pieces((node.evidence,), refused.where("last") if refused else ())
    return Finding(node.name, text, lines, node.name, key="without")


def _log(name: str, count: NetworkLogCount, nodes: NodesByName, moments: Moments) -> Finding:
    whom = name or "a node"
    text = (
        f'no subnet is left for {whom}: "no subnets available" {count.count} times, last {clock(moments.last(count))}'
    )
    node = name if name in nodes else None
    return Finding(name or "cluster network", text, pieces(count.where("last"), (count.evidence,)), node, key="log")


def _used(subnets: HostSubnets) -> Iterator[Finding]:
    """What the alert V4SubnetAllocationThresholdExceeded counts."""
    for one in subnets.families:
        if one.given > MOST * one.total and subnets.config:
            left = max(0, one.total - one.given)
            text = (
                f"{one.given} of the {one.total} IPv{one.version} subnets (/{one.prefix}) of the cluster network"
                f" {', '.join(subnets.config.cluster_networks)} are given to nodes: {left or 'none'} left"
            )
            lines = pieces(subnets.config.where("cluster_networks"))
            yield Finding("cluster network", text, lines, None, Severity.WARNING, f"used {one.version}")


def _full(one: NodeFill) -> Finding:
    text = f"{one.node.name} has {one.pods} pods with an address of their own, {one.subnet} has room for {one.room}"
    lines = pieces(one.node.where(SUBNETS))
    severity = None if one.pods >= one.room else Severity.WARNING
    return Finding(one.node.name, text, lines, one.node.name, severity, "full")


def _addresses(
    counts: Iterable[NetworkLogCount], pods: PodsByName, names: HostNames, moments: Moments
) -> Iterator[Finding]:
    """Pods that were refused an address of late, and have none yet as far as is known."""
    known = {namespace for namespace, _ in pods}
    for one in counts:
        last = moments.last(one)
        if one.kind is not NetworkLogKind.ADDRESSES_EXHAUSTED or not moments.recent(one, last):
            continue
        namespace, _, name = (one.subject or "").partition("/")
        pod, teller = pods.get((namespace, name)), pods.get((one.origin.namespace or "", one.origin.pod or ""))
        if (pod is not None and pod.pod_ips) or (pod is None and namespace in known):
            continue
        node = (pod.node if pod else None) or (teller.node if teller else None) or names.node(one)
        whom = f"for {one.subject} " if one.subject else ""
        where = f" of {node}" if node else ""
        text = f"no address was left {whom}in the subnet{where}: {one.count} times, last {clock(last)}"
        lines = pieces(one.where("last"), (one.evidence,))
        yield Finding(one.subject or node or "cluster network", text, lines, node, key="addresses")
