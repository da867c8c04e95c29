"""Pods that got no network: what events and logs say of each, whether it was overcome, and the same cause together.

Sources: kubernetes/kubernetes pkg/kubelet/events (FailedCreatePodSandBox); the causes are those of
parsers/cni_failures.py. The cluster forgets events after three hours.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from analyzer.instances import Ages, Group, NodesByName, PodsByName
from analyzer.operators import Upheavals
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.cluster_events import ClusterEvent
from parsers.cni_failures import CniFailure, cni_failure
from parsers.kubernetes import unique
from parsers.network_log import NetworkLogCount, NetworkLogEvent, NetworkLogWindow
from parsers.network_log_kinds import NetworkLogKind
from parsers.nodes import Node
from parsers.pods import ContainerState, Pod, PodPhase
from parsers.pods_listed import PodsListed

REASON = "FailedCreatePodSandBox"
RECENT = timedelta(minutes=30)  # (J) before the end of what was collected: the kubelet tries again every few minutes
START = timedelta(minutes=10)  # (J) that a node may take to start
_WAITING = frozenset({"ContainerCreating", "PodInitializing"})
_KINDS = frozenset({NetworkLogKind.CNI_FAILED, NetworkLogKind.SANDBOX_FAILED})


@dataclass(slots=True)
class Sandbox:
    """A pod that could not be given a network, for one cause.

    at: the time of the collection. over: it has a network now, or it is gone, or that was long ago. logged: only logs
    tell of it.
    """

    namespace: str
    pod: str
    node: str | None
    failure: CniFailure
    at: datetime | None = None
    count: int = 0
    last: datetime | None = None
    text: str = ""
    over: bool = False
    logged: bool = False
    evidence: list[Evidence] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The pod as a person names it."""
        return f"{self.namespace}/{self.pod}"


@dataclass(frozen=True, slots=True)
class Sandboxes(Group):
    """Every pod that could not be given a network, in the order of names.

    read: how many events of the cluster and logs there are, which is what a rule examines.
    """

    items: tuple[Sandbox, ...]
    read: int = 0

    def __len__(self) -> int:
        return self.read

    def __iter__(self) -> Iterator[Sandbox]:
        return iter(self.items)


@join
def sandboxes(  # noqa: PLR0913, PLR0917 - events and logs tell of the same pods
    events: tuple[ClusterEvent, ...] | None,
    counts: tuple[NetworkLogCount, ...] | None,
    messages: tuple[NetworkLogEvent, ...] | None,
    windows: tuple[NetworkLogWindow, ...] | None,
    pods: PodsByName,
    listed: tuple[PodsListed, ...] | None,
    nodes: NodesByName,
    upheavals: Upheavals,
    ages: Ages,
) -> Sandboxes:
    if events is None and counts is None:
        raise NotCollectedError("neither events nor logs of the kubelet, ovnkube or multus in this archive")
    found = dict(_of_events(events or (), ages))
    by_events = {key[:2] for key in found}
    texts = {_key(one): one for one in messages or () if one.kind in _KINDS and one.subject}
    ends = {one.evidence.path: one for one in windows or ()}
    for one in counts or ():
        if one.kind in _KINDS and one.subject and _reaches(one, ends.get(one.evidence.path)):
            namespace, _, name = one.subject.partition("/")
            failure = one.failure or CniFailure.OTHER
            if failure is not CniFailure.OTHER or (namespace, name) not in by_events:
                made = Sandbox(namespace, name, one.node, failure, ages.of(one.origin.image_dir), logged=True)
                _add(found.setdefault((namespace, name, failure), made), one, texts.get(_key(one)))
    everywhere = {name for each in listed or () for name in each.namespaces}
    for each in found.values():
        pod = pods.get((each.namespace, each.pod))
        each.node = each.node or (pod.node if pod else None)
        known = pod is not None or each.namespace in everywhere
        each.over = _over(each, pod, known=known) or _starting(each, nodes.get(each.node or ""), upheavals)
    kept = [one for one in found.values() if one.failure is not CniFailure.SUPERSEDED]
    read = len(events or ()) + len(windows or ())
    return Sandboxes(tuple(sorted(kept, key=lambda one: (one.name, one.failure))), read)


_Key = tuple[str, str, CniFailure]


def _key(one: NetworkLogCount | NetworkLogEvent) -> tuple[str, str | None, CniFailure | None]:
    return (one.evidence.path, one.subject, one.failure)


def _of_events(events: Iterable[ClusterEvent], ages: Ages) -> Iterator[tuple[_Key, Sandbox]]:
    """The events of one pod that name one cause together."""
    found: dict[_Key, Sandbox] = {}
    for event in unique(events):
        if event.reason != REASON or not event.object_name:
            continue
        failure = cni_failure(event.message or "")
        key = (event.object_namespace or "", event.object_name, failure)
        one = found.setdefault(key, Sandbox(*key[:2], event.host, failure, ages.of(event.image_dir)))
        one.count += event.count
        one.evidence += [event.evidence, *event.where("count", "last_time")]
        if one.last is None or (event.last_time and event.last_time >= one.last):
            one.last, one.text = event.last_time, event.message or ""
    yield from found.items()


def _add(found: Sandbox, one: NetworkLogCount, message: NetworkLogEvent | None) -> None:
    """What a log says of a pod: the kubelet, multus and ovnkube each tell of the same failures, so nothing adds up."""
    found.count = max(found.count, one.count)
    found.node = found.node or one.node
    found.evidence += [one.evidence, *one.where("last")]
    if one.last_time and (found.last is None or one.last_time > found.last):
        found.last = one.last_time
    found.text = found.text or (message.text if message else "")


def _reaches(one: NetworkLogCount, window: NetworkLogWindow | None) -> bool:
    """Whether it was said shortly before the end of its log; where a time is missing it may be."""
    if window and one.last_time and window.last_time:
        return window.last_time - one.last_time < RECENT
    # Without a year: the same day, and the minutes of it.
    if window and one.last and window.last:
        return one.last[:5] == window.last[:5] and _minutes(window.last) - _minutes(one.last) < RECENT.seconds // 60
    return True


def _minutes(moment: str) -> int:
    """The minutes of the day of `MM-DD HH:MM:SS`."""
    hours, minutes = moment[6:].split(":")[:2]
    return int(hours) * 60 + int(minutes)


def _over(one: Sandbox, pod: Pod | None, *, known: bool) -> bool:
    """Whether the pod has a network now, has ended, or is no more."""
    if pod is not None:
        return pod.deleting or _connected(pod)
    recent = one.at is None or one.last is None or one.at - one.last < RECENT
    # Of pods that come and go, as jobs and tests, journals hold such failures of many kinds: the pods are gone by now.
    vague = one.logged and one.failure is CniFailure.OTHER
    return known or not recent or vague


def _connected(pod: Pod) -> bool:
    """Whether it got its network, or needs none any more.

    Behind a restart of its node a pod keeps its phase and its old addresses while it waits for a new sandbox.
    """
    if pod.phase is PodPhase.RUNNING:
        told = [one for one in pod.containers if one.state is not ContainerState.UNKNOWN]
        beyond = {one.waiting_reason for one in told if one.waiting_reason} - _WAITING
        return not told or bool(beyond) or any(one.state is ContainerState.RUNNING for one in told)
    return pod.phase is not PodPhase.PENDING or bool(pod.pod_ips)


def _starting(one: Sandbox, node: Node | None, upheavals: Upheavals) -> bool:
    """Whether its node was only starting, or the cluster was being installed."""
    if one.last is None:
        return False
    young = node is not None and node.created is not None and one.last - node.created < START
    return young or upheavals.booting(one.last, one.node)
