"""Events of the cluster: what went wrong, and the little else that belongs on a timeline of the network.

Sources: kubernetes/api core/v1 Event, and events/v1 with its other names for the same fields (`regarding`, `note`,
`deprecatedCount` …). The cluster forgets events after an hour (3 h in OpenShift), so their absence proves nothing.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from parsers.base import ParseFailure, SourceFile, parser
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.objects import Reading, without
from parsers.tree import Tree
from parsers.values import Path, marks, moment, number, text, word


class EventType(StrEnum):
    """Types of events (core/v1 EventTypeNormal, EventTypeWarning); Normal where none is written."""

    NORMAL = "Normal"
    WARNING = "Warning"


class ClusterEvent(KubernetesFact):
    """An event. The evidence is its message, `host` the node whose component reported it.

    `name` and `namespace` are the event's own, those of what it is about are `object_name` and `object_namespace`.
    `first_time` and `last_time` span all its times; `count` says how often it was seen.
    """

    type: EventType
    reason: str | None = None
    message: str | None = None
    kind: str | None = None
    object_namespace: str | None = None
    object_name: str | None = None
    component: str | None = None
    host: str | None = None
    count: int = 1
    first_time: datetime | None = None
    last_time: datetime | None = None


# Of the events that are no warnings only these are kept; all warnings are.
NORMAL_REASONS = frozenset(
    {
        # MetalLB: an address is given, given up, or could not be added; a node announces (metallb/metallb
        # controller/service.go and speaker/main.go, 0.9 to 0.16). AllocationFailed, announceFailed and others are
        # warnings.
        "IPAllocated",
        "ClearAssignment",
        "AdditionalAssignFailed",
        "nodeAssigned",
        # Containers that start and stop (kubernetes/kubernetes pkg/kubelet/events).
        "Started",
        "Killing",
        # Nodes that come and go (the same, and pkg/controller/nodelifecycle; machine-config-operator pkg/daemon).
        "Starting",
        "NodeReady",
        "NodeNotReady",
        "NodeNotSchedulable",
        "NodeSchedulable",
        "RegisteredNode",
        "RemovingNode",
        "Reboot",
        # Who leads among replicas (kubernetes/client-go tools/leaderelection/resourcelock).
        "LeaderElection",
    }
)
_KEPT = re.compile(
    r"^ {0,4}(?:- )?(?:type: [\"']?(?!(?:Normal)?[\"']?$)\S|reason: [\"']?(?:"
    + "|".join(sorted(NORMAL_REASONS))
    + r")[\"']?$)",
    re.MULTILINE,
)
_READING = Reading(
    keep=lambda item: bool(_KEPT.search(item)), drop=without("managedFields", "annotations", "labels", "related")
)
_VERSIONS = frozenset({"v1", "events.k8s.io/v1", "events.k8s.io/v1beta1"})  # audit logs hold another kind of Event


@parser(
    "namespaces/{namespace}/core/events.yaml",
    "namespaces/{namespace}/events.k8s.io/events.yaml",
    title="events",
    collect="oc adm must-gather, or oc adm inspect ns/<namespace>; by hand: oc get events -A -o yaml > events.yaml",
    content=loose("Event"),
    words=kind_words("Event"),
)
def cluster_events(source: SourceFile) -> Iterator[ClusterEvent | ParseFailure]:
    return read_objects(source, "cluster_events", {"Event": _event}, _READING)


_TIMES: tuple[Path, ...] = (
    ("eventTime",),
    ("firstTimestamp",),
    ("deprecatedFirstTimestamp",),
    ("lastTimestamp",),
    ("deprecatedLastTimestamp",),
    ("series", "lastObservedTime"),
)
_COUNTS: tuple[Path, ...] = (("count",), ("deprecatedCount",), ("series", "count"))


def _first(tree: Tree, *paths: Path) -> Path:
    """The first of the paths at which something is written; the last one where nothing is."""
    return next((path for path in paths if tree.get(*path) not in (None, "")), paths[-1])


def _event(tree: Tree, source: SourceFile) -> Iterator[ClusterEvent]:
    kind_of_event = word(tree, EventType, "type") or EventType.NORMAL
    reason = text(tree, "reason")
    if tree.get("apiVersion") not in _VERSIONS or (kind_of_event is EventType.NORMAL and reason not in NORMAL_REASONS):
        return
    about = "regarding" if tree.has("regarding") else "involvedObject"
    message = _first(tree, ("message",), ("note",))
    component = _first(
        tree,
        ("source", "component"),
        ("deprecatedSource", "component"),
        ("reportingComponent",),
        ("reportingController",),
    )
    host = _first(tree, ("source", "host"), ("deprecatedSource", "host"))
    times = {found: path for path in _TIMES if (found := moment(tree, *path))}
    first, last = min(times, default=None), max(times, default=None)
    counts = {times_seen: path for path in _COUNTS if (times_seen := number(tree, *path))}
    count = max(counts, default=1)
    yield ClusterEvent(
        **metadata(tree, source) | ({"evidence": tree.evidence(*message)} if tree.has(*message) else {}),
        marks=marks(
            tree,
            type=("type",),
            reason=("reason",),
            message=message,
            object=(about,),
            kind=(about, "kind"),
            object_namespace=(about, "namespace"),
            object_name=(about, "name"),
            component=component,
            host=host,
            **({"count": counts[count]} if counts else {}),
            **({"first_time": times[first], "last_time": times[last]} if first and last else {}),
        ),
        type=kind_of_event,
        reason=reason,
        message=text(tree, *message),
        kind=text(tree, about, "kind"),
        object_namespace=text(tree, about, "namespace"),
        object_name=text(tree, about, "name"),
        component=text(tree, *component) or None,
        host=text(tree, *host) or None,
        count=count,
        first_time=first,
        last_time=last,
    )
