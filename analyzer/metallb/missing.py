"""The nodes on which a pod that announces is missing, and why, as far as the archive tells.

A DaemonSet creates its pod on every node that its selector, its affinity and its tolerations admit
(kubernetes/kubernetes pkg/controller/daemon/daemon_controller.go). Tolerations are not known here: the number of nodes
that the DaemonSet wants tells whether nodes with taints are among them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from analyzer.instances import Ages, NodesByName
from analyzer.metallb.health import Announcers, Fleet, Kind, made_lately, obstacles, young
from parsers.base import Evidence
from parsers.cluster_events import ClusterEvent
from parsers.nodes import Node
from parsers.pods import Pod, PodPhase

MAPPED = 3  # pods whose node is shown beside a missing one


@dataclass(frozen=True, slots=True)
class Missing:
    """A node on which no pod of a fleet runs, or with `node` None: so many of the nodes `among`.

    reason is why, in words; waits: there is a reason to wait, so that nothing can be said yet.
    """

    fleet: Fleet
    node: str | None
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    among: tuple[str, ...] = ()
    count: int = 1
    waits: str | None = None


def missing(found: Announcers, nodes: NodesByName, ages: Ages, events: Iterable[ClusterEvent]) -> Iterator[Missing]:
    """Every node without the pod that it shall have, fleet by fleet."""
    told = _Told(events)
    for fleet in found:
        paired = _paired(found, fleet)
        yield from (_explained(one, nodes, ages, told) for one in _of(fleet, nodes, ages, paired))


def _of(fleet: Fleet, nodes: NodesByName, ages: Ages, paired: frozenset[str]) -> Iterator[Missing]:
    bound = fleet.bound()
    for name, pod in bound.items():
        if (reason := _not_running(pod)) is not None:
            waits = "its pod started only just before the collection" if young(pod, ages) else None
            yield Missing(fleet, name, reason, pod.where("phase", "reason", "message", "node"), waits=waits)
    rolling = f"{fleet.name} is being rolled out" if fleet.rolling_out else None
    if len(bound) < fleet.ready or not fleet.pods:  # the pods were not collected, or not all of them
        count = (fleet.desired or 0) - fleet.ready
        if count > 0:
            yield Missing(fleet, None, count=count, waits=rolling)
        return
    candidates = [one for name, one in nodes.items() if fleet.selects(one) and name not in bound]
    candidates = [one for one in candidates if not made_lately(one.created, ages.of(one.image_dir))]
    sure = _sure(fleet, candidates, paired)
    waits = rolling if len(sure) == 1 and not _unbound(fleet) else None
    yield from (Missing(fleet, one, waits=waits) for one in sure)
    count = (fleet.desired or 0) - len(bound) - len(sure)
    if count > 0:
        among = tuple(one.name for one in candidates if one.name not in sure)
        yield Missing(fleet, None, among=among, count=count, waits=rolling if count == 1 else None)
    if fleet.kind is Kind.SPEAKER and fleet.desired is None and not fleet.asked:
        reason = "neither the MetalLB resource nor the DaemonSet was collected to say whether one shall run there"
        free = (one.name for one in candidates if not obstacles(one) and one.name not in sure)
        yield from (Missing(fleet, name, waits=reason) for name in free)


def _sure(fleet: Fleet, candidates: list[Node], paired: frozenset[str]) -> list[str]:
    """The nodes without a pod of which it is sure that one shall run there."""
    free = [one for one in candidates if not obstacles(one)]
    count = (fleet.desired or 0) - len(fleet.bound())
    found: list[Node] = []
    if fleet.explicit:
        found = candidates
    elif fleet.desired is not None:
        found = free if len(free) == count else candidates if len(candidates) == count else []
    elif fleet.asked:
        found = free
    return sorted({*(one.name for one in found), *(paired - fleet.bound().keys())})


def _paired(found: Announcers, fleet: Fleet) -> frozenset[str]:
    """The nodes whose speaker needs frr-k8s beside it; none where another fleet of frr-k8s may serve them."""
    if fleet.kind is not Kind.FRRK8S or not found.hands_over or not fleet.pods:
        return frozenset()
    if len([one for one in found.of_kind(Kind.FRRK8S) if one.pods]) > 1:
        return frozenset()
    if fleet.desired is not None and fleet.desired > len(fleet.pods):
        return frozenset()  # not all pods were collected, or the numbers of the DaemonSet say which are missing
    return frozenset(name for one in found.of_kind(Kind.SPEAKER) for name in one.bound())


def _not_running(pod: Pod) -> str | None:
    """Why a pod that has a node does not run there; None where it does, or where its containers tell more."""
    if pod.phase is PodPhase.RUNNING or pod.deleting:
        return None
    if pod.phase is PodPhase.PENDING and any("state" in one.marks for one in (*pod.containers, *pod.init_containers)):
        return None
    told = ", ".join(text for text in (pod.reason, pod.message) if text)
    return f"its pod {pod.name} is {pod.phase}{f': {told}' if told else ''}"


def _unbound(fleet: Fleet) -> tuple[Pod, ...]:
    """The pods that no node was found for."""
    return tuple(one for one in fleet.pods if one.node is None and not one.deleting)


class _Told:
    """The events that tell why a pod is not there, the newest of each object."""

    def __init__(self, events: Iterable[ClusterEvent]) -> None:
        self._newest: dict[tuple[str | None, str | None], ClusterEvent] = {}
        for one in events:
            if one.reason in {"FailedCreate", "FailedScheduling", "FailedPlacement"}:
                key = (one.object_namespace, one.object_name)
                held = self._newest.get(key)
                if held is None or _moment(one) >= _moment(held):
                    self._newest[key] = one

    def of(self, fleet: Fleet) -> ClusterEvent | None:
        """What was said last of a pod without a node, or of the DaemonSet."""
        names = [*(one.name for one in _unbound(fleet)), fleet.daemonset.name if fleet.daemonset else str(fleet.kind)]
        found = (self._newest.get((fleet.namespace, name)) for name in names)
        return next((one for one in found if one), None)


def _moment(one: ClusterEvent) -> float:
    return one.last_time.timestamp() if one.last_time else 0.0


def _explained(one: Missing, nodes: NodesByName, ages: Ages, told: _Told) -> Missing:
    """The same with what the node, the events and the pods elsewhere say of it."""
    fleet, node = one.fleet, nodes.get(one.node or "")
    waiting = _unbound(fleet)
    event = told.of(fleet)
    reasons = [one.reason] if one.reason else []
    lines = [*one.evidence, *fleet.where()]
    waits = one.waits
    if node is not None:
        reasons += _of_node(node)
        lines += _lines_of(node, fleet)
    if waiting and not one.reason:
        reasons.append(f"pod {waiting[0].name} is {waiting[0].phase} and has no node")
        lines += waiting[0].where("phase")
        if young(waiting[0], ages):
            waits = waits or f"pod {waiting[0].name} was made only just before the collection"
    if event and event.message and not one.reason:
        reasons.append(f"{event.reason}: {event.message[:300]}")
        lines.append(event.evidence)
    lines += [line for pod in _elsewhere(fleet)[:MAPPED] for line in pod.where("node")]
    return replace(one, reason="; ".join(reasons), evidence=tuple(dict.fromkeys(lines)), waits=waits)


def _of_node(node: Node) -> Iterator[str]:
    if node.ready is not True and "ready" in node.marks:
        bad = next((one for one in node.conditions if one.type == "Ready"), None)
        told = f" ({bad.message or bad.reason})" if bad and (bad.message or bad.reason) else ""
        yield f"the node is the problem: it is NotReady{told}"
    if taints := obstacles(node):
        yield f"the node has the taint {', '.join(taints)}"


def _lines_of(node: Node, fleet: Fleet) -> tuple[Evidence, ...]:
    """The lines of the node that matter: what it lacks, what keeps pods away, and that it is selected at all."""
    names = ["ready"] if node.ready is not True else []
    names += ["taints"] if obstacles(node) else []
    names += ["labels"] if fleet.selector else []
    return node.where(*names)


def _elsewhere(fleet: Fleet) -> list[Pod]:
    return sorted((one for one in fleet.pods if one.phase is PodPhase.RUNNING), key=lambda one: one.node or "")


def running_on(fleet: Fleet) -> tuple[str, ...]:
    """The nodes on which its pods run, in the order of names."""
    return tuple(dict.fromkeys(one.node for one in _elsewhere(fleet) if one.node))
