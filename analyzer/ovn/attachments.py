"""Pods that were to get a network and did not: what ovnkube, multus, the kubelet and events say of them, pod by pod.

The kubelet tries again and again, and each try is told by all four: the most that one of them counts is the number of
tries. What became of the pod says whether it is history.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from analyzer.hosts import HostNames
from analyzer.instances import Ages, Group, NodesByName, PodsByName
from analyzer.ovn.moments import Moments
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.cluster_events import ClusterEvent
from parsers.cni_failures import CniFailure, cni_failure
from parsers.kubernetes import unique
from parsers.network_log import NetworkLogCount, NetworkLogEvent
from parsers.network_log_kinds import NetworkLogKind
from parsers.pods import Pod, PodPhase

NEW = 3600  # seconds before the collection in which a pod counts as new (J)
SANDBOX = "FailedCreatePodSandBox"  # kubernetes/kubernetes pkg/kubelet/events
_KINDS = frozenset({NetworkLogKind.CNI_FAILED, NetworkLogKind.SANDBOX_FAILED})
_CAUSES = frozenset({CniFailure.PORT_BINDING, CniFailure.ANNOTATIONS})
_INTERFACE = "failed to configure pod interface"


class Cause(StrEnum):
    """What was waited for in vain."""

    PORT_BINDING = "its port was not bound in time (ovn-installed)"
    ANNOTATIONS = "it was given no address in time (annotations)"
    INTERFACE = "its interface could not be configured"


class Fate(StrEnum):
    """What became of a pod."""

    STUCK = "waits for its network"
    RUNS = "has got its network"
    GONE = "does not exist any more"
    UNKNOWN = "its namespace was not collected"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A pod and why its network failed. end: when the archive was collected; last: None where no time is known."""

    pod: tuple[str, str]
    cause: Cause
    node: str | None
    fate: Fate
    count: int
    last: datetime | None
    end: datetime | None
    evidence: tuple[Evidence, ...]
    resource: Pod | None = None

    @property
    def name(self) -> str:
        """`namespace/name`."""
        return "/".join(self.pod)


@dataclass(frozen=True, slots=True)
class Attachments(Group):
    """The pods whose network failed, and how many pods in all came to each node of late."""

    items: tuple[Attachment, ...]
    examined: int = 0
    newcomers: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.examined


@dataclass(slots=True)
class _Told:
    """What several sources tell of one pod and cause."""

    counts: dict[str, int] = field(default_factory=dict)
    nodes: list[str] = field(default_factory=list)
    last: datetime | None = None
    end: datetime | None = None
    evidence: list[Evidence] = field(default_factory=list)

    def add(self, source: str, count: int, node: str | None, at: datetime | None, *lines: Evidence) -> None:
        self.counts[source] = self.counts.get(source, 0) + count
        self.nodes.extend([node] if node else [])
        newest = at is not None and (self.last is None or at >= self.last)
        self.last = at if newest else self.last
        self.evidence[: 0 if newest else len(self.evidence)] = lines


@join
def attachments(  # noqa: PLR0913, PLR0917 - each source is one parameter, none of them is sure to be there
    counts: tuple[NetworkLogCount, ...] | None,
    messages: tuple[NetworkLogEvent, ...] | None,
    events: tuple[ClusterEvent, ...] | None,
    pods: PodsByName,
    names: HostNames,
    nodes: NodesByName,
    moments: Moments,
    ages: Ages,
) -> Attachments:
    if counts is None and events is None:
        raise NotCollectedError("not collected: logs of ovnkube, multus or the kubelet, or events")
    found: dict[tuple[tuple[str, str], Cause], _Told] = {}
    plain = _interfaces(messages or ())
    for one in counts or ():
        cause = _cause(one.failure, (one.program, one.subject) in plain)
        if one.kind in _KINDS and cause and one.subject:
            key = (_split(one.subject), cause)
            teller = pods.get((one.origin.namespace or "", one.origin.pod or ""))
            told = found.setdefault(key, _Told())
            where = (teller.node if teller else None) or names.node(one)
            told.add(one.program, one.count, where, moments.last(one), one.marks.get("last", one.evidence))
            told.end = told.end or moments.end(one)
    for event in unique(events or ()):
        text = event.message or ""
        cause = _cause(cni_failure(text), _INTERFACE in text)
        if event.reason == SANDBOX and cause and event.object_name:
            told = found.setdefault(((event.object_namespace or "", event.object_name), cause), _Told())
            told.add("events", event.count, event.host, event.last_time, *event.where("message", "last_time"))
            told.end = told.end or ages.of(event.image_dir)
    namespaces = {namespace for namespace, _ in pods}
    items = tuple(
        _attachment(pod, cause, told, pods.get(pod), pod[0] in namespaces)
        for (pod, cause), told in sorted(found.items(), key=lambda each: (each[0][0], each[0][1]))
    )
    examined = len(unique(events or ())) + len(counts or ()) + len(nodes)
    return Attachments(items, examined, _newcomers(pods.values(), ages))


def _interfaces(messages: Iterable[NetworkLogEvent]) -> set[tuple[str, str | None]]:
    """By program and pod: where an error without a known cause is one of the pod's interface."""
    return {(one.program, one.subject) for one in messages if one.kind in _KINDS and _INTERFACE in one.text}


def _cause(failure: CniFailure | None, interface: bool) -> Cause | None:
    if failure in _CAUSES:
        return Cause.PORT_BINDING if failure is CniFailure.PORT_BINDING else Cause.ANNOTATIONS
    return Cause.INTERFACE if failure is CniFailure.OTHER and interface else None


def _split(subject: str) -> tuple[str, str]:
    namespace, _, name = subject.partition("/")
    return namespace, name


def _attachment(
    pod: tuple[str, str],
    cause: Cause,
    told: _Told,
    resource: Pod | None,
    collected: bool,
) -> Attachment:
    if resource is None:
        fate = Fate.GONE if collected else Fate.UNKNOWN
    else:
        fate = Fate.STUCK if stuck(resource) else Fate.GONE if resource.deleting else Fate.RUNS
    state = resource.where("phase", "node") if resource and fate is Fate.STUCK else ()
    node = (resource.node if resource else None) or next(iter(told.nodes), None)
    count = max(told.counts.values())
    return Attachment(pod, cause, node, fate, count, told.last, told.end, (*told.evidence[:3], *state), resource)


def stuck(pod: Pod) -> bool:
    """Whether a pod has a node and no network yet."""
    return pod.phase is PodPhase.PENDING and bool(pod.node) and not (pod.deleting or pod.host_network or pod.pod_ips)


def _newcomers(pods: Iterable[Pod], ages: Ages) -> dict[str, int]:
    """How many pods with a network of their own came to each node of late, and are to run there."""
    found: dict[str, int] = {}
    for pod in pods:
        end, since = ages.of(pod.image_dir), pod.start_time or pod.created
        ended = pod.phase in {PodPhase.SUCCEEDED, PodPhase.FAILED}
        if pod.node and end and since and (end - since).total_seconds() <= NEW and not (pod.host_network or ended):
            found[pod.node] = found.get(pod.node, 0) + 1
    return found
