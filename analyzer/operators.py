"""Joins over the pods and operators of the network: which there are, and what shook many of them at once.

Sources: openshift/cluster-network-operator bindata/network, cluster-dns-operator and cluster-ingress-operator manifests
(namespaces, names of DaemonSets); openshift/api config/v1 (the history of updates).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from analyzer.instances import Group, NodesByName, PodsByName
from analyzer.metallb.control_plane import role_of
from analyzer.metallb.health import is_frrk8s
from analyzer.metallb.speakers import is_speaker
from analyzer.rule import NotCollectedError, join
from parsers.cluster_events import ClusterEvent
from parsers.cluster_operators import ClusterOperator
from parsers.cluster_version import ClusterVersion, Update
from parsers.kubernetes import unique
from parsers.pods import Pod, PodPhase

OPERATORS = ("network", "dns", "ingress")
NAMESPACES = frozenset(
    {
        *("openshift-ovn-kubernetes", "openshift-sdn", "openshift-multus", "openshift-network-operator"),
        *("openshift-frr-k8s", "frr-k8s-system", "metallb-system", "openshift-nmstate"),
        *("openshift-dns", "openshift-dns-operator", "openshift-ingress", "openshift-ingress-operator"),
        *("openshift-network-diagnostics", "openshift-network-node-identity", "openshift-host-network"),
    }
)
INSTALLATION = timedelta(hours=1)  # (J) that an installation, or the setting up of a node, takes
UPDATE = timedelta(hours=6)  # (J) after which an update that has not ended is stuck, and excuses nothing
AT_ONCE = timedelta(minutes=2)  # (J) within which containers end that one thing ended
BOOT = timedelta(minutes=10)  # (J) around the start of a node's kubelet
TOGETHER_ON_NODE = 3  # (J) namespaces whose containers end at once on a node that restarts
TOGETHER = 5  # (J) the same of the whole cluster, where the API server was away
_BOOTED = frozenset({"Rebooted", "Reboot", "Starting"})
# The pods without which a node's other pods get no network.
_AGENTS = ("ovnkube-node-", "sdn-", "ovs-", "multus-")
_NO_AGENTS = ("sdn-controller-", "multus-admission-")
_ENDED = frozenset({PodPhase.SUCCEEDED, PodPhase.FAILED})


class NetworkOperators(Group):
    """The cluster operators of the network, DNS and ingress."""

    items: tuple[ClusterOperator, ...]

    def __iter__(self) -> Iterator[ClusterOperator]:
        return iter(self.items)


@join
def network_operators(operators: tuple[ClusterOperator, ...]) -> NetworkOperators:
    found = {one.name: one for one in unique(operators)}
    if not any(name in found for name in OPERATORS):
        raise NotCollectedError("the cluster operators network, dns and ingress are not in this archive")
    return NetworkOperators(tuple(found[name] for name in OPERATORS if name in found))


class NetworkPods(Group):
    """The pods of the network's namespaces, jobs that are done and pods that are being deleted left out."""

    items: tuple[Pod, ...]

    def __iter__(self) -> Iterator[Pod]:
        return iter(self.items)


def of_network(pod: Pod) -> bool:
    """Whether it belongs to the network, names or DNS: by its namespace, or as a part of MetalLB elsewhere."""
    return pod.namespace in NAMESPACES or of_metallb(pod)


def of_metallb(pod: Pod) -> bool:
    """Whether it is a speaker, frr-k8s, or of MetalLB's control plane; they have rules of their own."""
    return is_speaker(pod) or is_frrk8s(pod) or role_of(pod) is not None


def is_agent(pod: Pod) -> bool:
    """Whether other pods of its node get no network without it."""
    return pod.host_network and pod.name.startswith(_AGENTS) and not pod.name.startswith(_NO_AGENTS)


@join
def network_pods(pods: PodsByName) -> NetworkPods:
    found = [one for one in pods.values() if of_network(one) and not of_metallb(one)]
    if not found:
        raise NotCollectedError("no pods of the network's namespaces in this archive")
    alive = [one for one in found if one.phase not in _ENDED and not one.deleting]
    return NetworkPods(tuple(sorted(alive, key=lambda one: (one.namespace or "", one.name))))


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which containers restart and connections fail without anything being wrong."""

    start: datetime
    end: datetime

    def holds(self, time: datetime) -> bool:
        """Whether the time is within it."""
        return self.start <= time <= self.end


class Upheavals:
    """What shook a node or the whole cluster: installation, updates, nodes that restarted."""

    def __init__(self, spans: "_Spans", ends: dict[str, "Ends"]) -> None:
        self._spans, self._ends = spans, ends

    def at(self, time: datetime, node: str | None = None) -> bool:
        """Whether the cluster or this node was shaken at that time."""
        spans = (*self._spans.cluster, *self._spans.set_up.get(node or "", ()))
        return any(one.holds(time) for one in spans) or self.booting(time, node) or self._together(time, node)

    def booting(self, time: datetime, node: str | None) -> bool:
        """Whether the node's kubelet started about that time."""
        return any(one.holds(time) for one in self._spans.boots.get(node or "", ()))

    def _together(self, time: datetime, node: str | None) -> bool:
        every, own = self._ends.get(""), self._ends.get(node) if node else None
        return (every is not None and every.namespaces(time) >= TOGETHER) or (
            own is not None and own.namespaces(time) >= TOGETHER_ON_NODE
        )


@dataclass(frozen=True, slots=True)
class _Spans:
    """The times of the whole cluster, and by node those of its setting up and of its starts."""

    cluster: tuple[Span, ...]
    set_up: dict[str, tuple[Span]]
    boots: dict[str, list[Span]]


class Ends:
    """When containers ended, and in which namespaces."""

    def __init__(self, found: Iterable[tuple[datetime, str]]) -> None:
        self._found = sorted(found)
        self._times = [time for time, _ in self._found]

    def namespaces(self, time: datetime) -> int:
        """In how many namespaces containers ended about this time."""
        first, last = bisect_left(self._times, time - AT_ONCE), bisect_right(self._times, time + AT_ONCE)
        return len({namespace for _, namespace in self._found[first:last]})


@join
def upheavals(
    pods: PodsByName,
    nodes: NodesByName,
    versions: tuple[ClusterVersion, ...] | None,
    events: tuple[ClusterEvent, ...] | None,
) -> Upheavals:
    born = [one.created for one in nodes.values() if one.created]
    spans = [span for one in unique(versions or ()) for span in _updates(one.history)]
    if born:
        spans.append(Span(min(born) - INSTALLATION, min(born) + INSTALLATION))
    set_up = {name: (Span(one.created, one.created + INSTALLATION),) for name, one in nodes.items() if one.created}
    boots: dict[str, list[Span]] = {}
    for event in unique(events or ()):
        if event.kind == "Node" and event.reason in _BOOTED and event.object_name:
            boots.setdefault(event.object_name, []).extend(_boot(event))
    return Upheavals(_Spans(tuple(spans), set_up, boots), _ends(pods.values()))


def _updates(history: tuple[Update, ...]) -> Iterator[Span]:
    """The installation and every update; one that was overtaken ends with the start of the next."""
    later: datetime | None = None
    for one in history:
        if one.started:
            yield Span(one.started, one.completed or later or one.started + UPDATE)
        later = one.started


def _boot(event: ClusterEvent) -> Iterator[Span]:
    for time in (event.first_time, event.last_time):
        if time:
            yield Span(time - BOOT, time + BOOT)


def _ends(pods: Iterable[Pod]) -> dict[str, Ends]:
    found: dict[str, list[tuple[datetime, str]]] = {}
    for pod in pods:
        for one in pod.containers:
            if one.last_finished_at:
                for key in {"", pod.node or ""}:
                    found.setdefault(key, []).append((one.last_finished_at, pod.namespace or ""))
    return {key: Ends(each) for key, each in found.items()}
