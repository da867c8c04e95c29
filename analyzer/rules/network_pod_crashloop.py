"""A pod of the network does not run: its containers crash, cannot start, or are not ready."""

from collections.abc import Iterable, Iterator

from analyzer.instances import Ages, NodesByName
from analyzer.metallb.containers import RESTARTS, ContainerTrouble, troubles
from analyzer.metallb.health import age, young
from analyzer.model import Finding, Gap, Severity
from analyzer.node.words import together
from analyzer.operators import NetworkPods, is_agent
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.cluster_events import ClusterEvent
from parsers.kubernetes import unique
from parsers.network_log import NetworkLogEvent
from parsers.network_log_kinds import NetworkLogKind
from parsers.pods import ContainerState, Pod

SLOW = 600  # seconds (J) after which a container that is starting, or not ready yet, is taken for stuck
PIECES = 8  # of evidence
_STARTING = frozenset({"ContainerCreating", "PodInitializing"})
_SIDECARS = ("kube-rbac-proxy", "ovn-acl-logging", "drop-icmp", "network-metrics", "metrics")
_TELLING = frozenset({"BackOff", "Unhealthy", "Failed", "FailedMount", "FailedCreatePodSandBox"})
_LAST_WORDS = frozenset(
    {
        *(NetworkLogKind.PANIC, NetworkLogKind.FATAL, NetworkLogKind.NODE_START_FAILED, NetworkLogKind.MTU_TOO_SMALL),
        *(NetworkLogKind.MULTIPLE_GATEWAYS, NetworkLogKind.NO_DEFAULT_GATEWAY, NetworkLogKind.NO_IPV6_ADDRESS),
        *(NetworkLogKind.FORWARDING_FAILED, NetworkLogKind.HOST_SUBNETS_EXHAUSTED, NetworkLogKind.LEADER_LOST),
    }
)


@rule(Severity.CRITICAL, area="operator")
def network_pod_crashloop(
    pods: NetworkPods,
    nodes: NodesByName,
    ages: Ages,
    events: tuple[ClusterEvent, ...] | None,
    logs: tuple[NetworkLogEvent, ...] | None,
) -> Iterator[Finding | Gap]:
    """A pod of the network does not run: its containers crash, cannot start, or are not ready.

    ## Why it matters
    Without ovnkube-node, sdn or multus no pod of the node gets a network, which is critical; running pods lose theirs
    when services and policies change. Of operators, DNS and routers, and of containers beside the main one, it is an
    error; a container that runs for ten minutes and is not ready is a warning.

    ## What to do
    Read the first fatal line of the container's `previous.log`. CrashLoopBackOff with exit code 1 is mostly a setting
    of the node: MTU, gateway interface, IPv6. ImagePullBackOff is the registry or the way there.
    """
    told = _Told(events or (), logs or ())
    found = []
    for pod in pods:
        host = nodes.get(pod.node or "")
        if host is not None and "ready" in host.marks and not host.ready:
            continue  # What is said of its containers is from before the node was lost.
        bad = [one for one in troubles(pod, ages.of(pod.image_dir)) if one.down]
        bad = [one for one in bad if one.container.exit_code != 0 and _lasts(one, pod, ages)]
        if bad and young(pod, ages) and all(one.container.restarts < RESTARTS for one in bad):
            yield Gap(f"{pod.namespace}/{pod.name}", "it started only just before the collection", pod.node)
        elif bad:
            found.append(_finding(pod, bad, told))
    yield from together(found)


def _lasts(one: ContainerTrouble, pod: Pod, ages: Ages) -> bool:
    """Whether it is more than a start: what only starts, or runs and is not ready, may take its time."""
    if not _calm(one):
        return True
    at, since = ages.of(pod.image_dir), one.container.started_at
    passed = (at - since).total_seconds() if at and since else age(pod, ages)
    return passed is not None and passed > SLOW


def _calm(one: ContainerTrouble) -> bool:
    state = one.container.state
    return state in {ContainerState.RUNNING, ContainerState.UNKNOWN} or one.container.waiting_reason in _STARTING


def _severity(pod: Pod, bad: Iterable[ContainerTrouble]) -> Severity:
    crashing = [one.container for one in bad if one.container.state is not ContainerState.RUNNING]
    if not crashing:
        return Severity.WARNING
    main = any(one.init or not one.name.startswith(_SIDECARS) for one in crashing)
    return Severity.CRITICAL if main and is_agent(pod) else Severity.ERROR


def _finding(pod: Pod, bad: list[ContainerTrouble], told: "_Told") -> tuple[str, Finding]:
    said = [line for one in bad if (line := told.last_words(pod, one))]
    last = "".join(f"; the log of {line.program} says last: {line.text[:300]}" for line in said)
    ready = f"{sum(one.ready for one in pod.containers)}/{len(pod.containers)} containers ready"
    where = f" on {pod.node}" if pod.node else ""
    text = f"pod {pod.name}{where} has {ready}: {'; '.join(one.text for one in bad)}{last}"
    proof = [*(line for one in bad for line in one.evidence), *(one.evidence for one in said), *told.events(pod)]
    severity = _severity(pod, bad)
    kind = f"{pod.namespace} {severity} {sorted((one.container.name, one.what) for one in bad)}"
    subject = f"{pod.namespace}/{pod.name}"
    return kind, Finding(subject, text, tuple(dict.fromkeys(proof))[:PIECES], pod.node, severity)


class _Told:
    """What events and logs say of a pod, the newest."""

    def __init__(self, events: Iterable[ClusterEvent], logs: Iterable[NetworkLogEvent]) -> None:
        self._events: dict[tuple[str | None, str | None], list[ClusterEvent]] = {}
        for event in unique(events):
            if event.kind == "Pod" and event.reason in _TELLING:
                self._events.setdefault((event.object_namespace, event.object_name), []).append(event)
        self._logs: dict[tuple[str | None, str], list[NetworkLogEvent]] = {}
        for one in logs:
            if one.kind in _LAST_WORDS:
                self._logs.setdefault((one.origin.pod, one.program), []).append(one)

    def last_words(self, pod: Pod, one: ContainerTrouble) -> NetworkLogEvent | None:
        """Why the container ended, of the run before if that was collected."""
        found = self._logs.get((pod.name, one.container.name), [])
        before = [each for each in found if "previous" in each.evidence.path.rpartition("/")[2]]
        return max(before or found, key=lambda each: each.moment or "", default=None)

    def events(self, pod: Pod) -> Iterator[Evidence]:
        """The newest two events of the pod."""
        found = self._events.get((pod.namespace, pod.name), [])
        newest = sorted(found, key=lambda one: one.last_time.timestamp() if one.last_time else 0.0)
        yield from (one.evidence for one in reversed(newest[-2:]))
