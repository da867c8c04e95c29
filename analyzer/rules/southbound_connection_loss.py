"""The connection of ovn-controller to the southbound database, or to the node's switch, is lost."""

from collections.abc import Iterator
from datetime import timedelta

from analyzer.hosts import HostNames
from analyzer.instances import PodsByName
from analyzer.model import Finding, Severity
from analyzer.ovn.databases import pieces
from analyzer.ovn.moments import Moments, clock
from analyzer.rule import NotCollectedError, rule
from parsers.cluster_version import ClusterVersion
from parsers.kubernetes import unique
from parsers.ovs_log import OvsLogCount, OvsLogKind
from parsers.prometheus_alerts import AlertState, FiringAlert

LOST = 10  # times in an hour (canonical/hotsos uses the same)
MISMATCH = timedelta(minutes=30)  # for which versions may differ while an update goes over the nodes (J)
_ALERT = "OVNKubernetesControllerDisconnectedSouthboundDatabase"
_CONTROLLER, _SWITCH = "ovn-controller", "ovs-vswitchd"
_KINDS = (OvsLogKind.INACTIVITY, OvsLogKind.CONNECTION_DROPPED, OvsLogKind.VERSION_MISMATCH)


@rule(Severity.ERROR, area="ovn")
def southbound_connection_loss(  # noqa: PLR0913, PLR0917 - logs and alerts, and what tells whose and from when they are
    counts: tuple[OvsLogCount, ...] | None,
    alerts: tuple[FiringAlert, ...] | None,
    versions: tuple[ClusterVersion, ...] | None,
    pods: PodsByName,
    names: HostNames,
    moments: Moments,
) -> Iterator[Finding]:
    """The connection of ovn-controller to the southbound database, or to the node's switch, is lost.

    ## Why it matters
    The node keeps the flows that it has: what runs goes on, but new pods, services and policies do not work on this
    node alone.

    ## What to do
    Look at CPU and memory of ovn-controller, of the container sbdb and of ovs-vswitchd on the node (long poll
    intervals in their logs), before OpenShift 4.14 also at the way to the masters and at the certificates. Where the
    versions of ovn-controller and northd differ, one of the two was not updated: ovn-controller waits on purpose.
    """
    if counts is None and alerts is None:
        raise NotCollectedError("not collected: logs of Open vSwitch and OVN, or alerts of Prometheus")
    for alert in alerts or ():
        if alert.name == _ALERT and alert.state is AlertState.FIRING:
            yield _alert(alert, pods)
    updating = any(one.progressing for one in unique(versions or ()))
    for one in counts or ():
        if one.kind in _KINDS:
            pod = pods.get((one.origin.namespace or "", one.origin.pod or ""))
            node = (pod.node if pod else None) or names.node(one)
            if one.kind is OvsLogKind.VERSION_MISMATCH:
                yield from _mismatch(one, node, moments, updating=updating)
            else:
                yield from _lost(one, node, moments)


def _alert(alert: FiringAlert, pods: PodsByName) -> Finding:
    named_pod = pods.get((alert.labels.get("namespace", ""), alert.labels.get("pod", "")))
    node = alert.labels.get("node") or (named_pod.node if named_pod else None)
    since = f" since {clock(alert.active_at)}" if alert.active_at else ""
    text = f"ovn-controller on {node or 'a node'} is not connected to the southbound database{since} (alert {_ALERT})"
    return Finding(node or _CONTROLLER, text, pieces(alert.where("name", "labels", "state")), node, key="alert")


def _lost(one: OvsLogCount, node: str | None, moments: Moments) -> Iterator[Finding]:
    """Connections that break again and again; a few times are a restart."""
    peer = _peer(one)
    if peer is None or one.most_in_an_hour < LOST:
        return
    last = moments.last(one)
    past = not moments.recent(one, last)
    how = "got no answer to its probes from" if one.kind is OvsLogKind.INACTIVITY else "lost the connection to"
    where = node or one.origin.pod or "a host"
    text = (
        f"{one.daemon} on {where} {how} {peer} ({one.subject}) {one.most_in_an_hour} times within an hour"
        f" ({one.count} from {one.first} to {one.last}){', not since' if past else ''}"
    )
    severity = Severity.INFO if past else None
    key = f"{one.kind} {one.daemon} {one.subject} {'' if node else one.evidence.path}"
    yield Finding(where, text, pieces(one.where("last"), (one.evidence,)), node, severity, key)


def _peer(one: OvsLogCount) -> str | None:
    """What the connection is to; None for those of other daemons."""
    remote = one.subject or ""
    if one.daemon == _SWITCH:
        # Whoever runs ovs-ofctl closes his connection: only probes without an answer tell of ovn-controller.
        mine = remote.startswith("br-int") and one.kind is OvsLogKind.INACTIVITY
        return "ovn-controller" if mine else None
    if one.daemon != _CONTROLLER:
        return None
    if "br-int" in remote:
        return "the switch br-int"
    if remote.endswith("/db.sock"):
        # Its configuration, on the same host: where it does not answer, the host is short of CPU.
        return "the database of the node's switch" if one.kind is OvsLogKind.INACTIVITY else None
    return "the southbound database" if one.kind is OvsLogKind.INACTIVITY else None


def _mismatch(one: OvsLogCount, node: str | None, moments: Moments, *, updating: bool) -> Iterator[Finding]:
    """Versions that stay different; the message comes again and again while they do."""
    first, last = moments.first(one), moments.last(one)
    if first is None or last is None or last - first < MISMATCH or not moments.recent(one, last, MISMATCH):
        return
    where = node or one.origin.pod or "a host"
    text = (
        f"ovn-controller on {where} has another version than northd since {clock(first)}"
        f" ({int((last - first).total_seconds()) // 60} min) and takes no changes over"
        f"{': the cluster is being updated' if updating else ''}"
    )
    severity = Severity.WARNING if updating else None
    yield Finding(where, text, pieces(one.where("last"), (one.evidence,)), node, severity, "version")
