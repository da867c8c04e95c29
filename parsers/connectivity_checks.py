"""Connections that the cluster tries every minute between its nodes (openshift/api operatorcontrolplane/v1alpha1).

The object holds up to ten failures and successes and up to ten outages, the newest first. Only what failed is read.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from parsers.base import ParseFailure, SourceFile, parser
from parsers.conditions import Condition, condition, conditions
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.objects import Reading, without
from parsers.part import Part
from parsers.tree import Tree
from parsers.values import marks, moment, text

NEWEST = 5  # outages and failures that are kept of a check
_NEVER = datetime.min.replace(tzinfo=UTC)


class Failure(Part):
    """A connection that failed. `reason` is TCPConnectError, DNSError or another word."""

    time: datetime | None = None
    reason: str | None = None
    message: str | None = None


class Outage(Part):
    """A time without a connection, in UTC. It goes on where `end` is None.

    reason and cause: of the failure that it began with.
    """

    start: datetime | None = None
    end: datetime | None = None
    message: str | None = None
    reason: str | None = None
    cause: str | None = None


class ConnectivityCheck(KubernetesFact):
    """A check from a pod to an endpoint, `host:port`. The newest outages and failures come first."""

    source_pod: str | None = None
    target: str | None = None
    conditions: tuple[Condition, ...] = ()
    outages: tuple[Outage, ...] = ()
    outage_count: int = 0
    failures: tuple[Failure, ...] = ()
    failure_count: int = 0

    @property
    def reachable(self) -> Condition | None:
        """Its condition Reachable."""
        return condition(self.conditions, "Reachable")


_READING = Reading(
    drop=without("annotations", "endLogs", "labels", "managedFields", "ownerReferences", "successes", "tlsClientCert")
)


@parser(
    "pod_network_connectivity_check/podnetworkconnectivitychecks.yaml",
    "namespaces/{namespace}/controlplane.operator.openshift.io/podnetworkconnectivitychecks.yaml",
    "namespaces/{namespace}/controlplane.operator.openshift.io/podnetworkconnectivitychecks/{check}.yaml",
    title="connectivity checks between nodes",
    collect="oc adm must-gather of 4.11 or later; by hand: oc get podnetworkconnectivitychecks -n "
    "openshift-network-diagnostics -o yaml > podnetworkconnectivitychecks.yaml",
    content=loose("PodNetworkConnectivityCheck"),
    words=kind_words("PodNetworkConnectivityCheck"),
)
def connectivity_checks(source: SourceFile) -> Iterator[ConnectivityCheck | ParseFailure]:
    return read_objects(source, "connectivity_checks", {"PodNetworkConnectivityCheck": _check}, _READING)


def _check(tree: Tree, source: SourceFile) -> Iterator[ConnectivityCheck]:
    outages = sorted(map(_outage, tree.items("status", "outages")), key=lambda one: one.start or _NEVER, reverse=True)
    failures = sorted(map(_failure, tree.items("status", "failures")), key=lambda one: one.time or _NEVER, reverse=True)
    yield ConnectivityCheck(
        **metadata(tree, source),
        marks=marks(
            tree,
            source_pod=("spec", "sourcePod"),
            target=("spec", "targetEndpoint"),
        ),
        source_pod=text(tree, "spec", "sourcePod"),
        target=text(tree, "spec", "targetEndpoint"),
        conditions=conditions(tree, "status", "conditions"),
        outages=tuple(outages[:NEWEST]),
        outage_count=len(outages),
        failures=tuple(failures[:NEWEST]),
        failure_count=len(failures),
    )


def _outage(tree: Tree) -> Outage:
    return Outage(
        evidence=tree.evidence(),
        marks=marks(
            tree,
            start=("start",),
            end=("end",),
            message=("message",),
            reason=("startLogs", 0, "reason"),
            cause=("startLogs", 0, "message"),
        ),
        start=moment(tree, "start"),
        end=moment(tree, "end"),
        message=text(tree, "message") or None,
        reason=text(tree, "startLogs", 0, "reason"),
        cause=text(tree, "startLogs", 0, "message"),
    )


def _failure(tree: Tree) -> Failure:
    return Failure(
        evidence=tree.evidence(),
        marks=marks(tree, time=("time",), reason=("reason",), message=("message",)),
        time=moment(tree, "time"),
        reason=text(tree, "reason"),
        message=text(tree, "message"),
    )
