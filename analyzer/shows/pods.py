"""`gatherscope show pods`: the pods of the network, and every other pod that is not well."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from analyzer.instances import Ages, PodsByName
from analyzer.metallb.containers import troubles
from analyzer.operators import of_network
from analyzer.show import Table, place, register, text
from analyzer.store import Store
from parsers.pods import Container, ContainerState, Pod, PodPhase

COLUMNS = ("NAMESPACE", "POD", "NODE", "READY", "STATUS", "RESTARTS", "REASON")


def _pods(store: Store) -> Iterator[tuple[Pod, str | None]]:
    """Every pod with what is wrong with it, in the order of namespaces and names."""
    ages: Ages = store.joined(Ages)
    for _, pod in sorted(store.joined(PodsByName).items()):
        yield pod, _reason(pod, ages.of(pod.image_dir))


def _reason(pod: Pod, at: datetime | None) -> str | None:
    """Why a pod is not well; None where it is, or has done its work."""
    if pod.phase is PodPhase.SUCCEEDED:
        return None
    if pod.phase is PodPhase.FAILED:
        said = ": ".join(part for part in (pod.reason, pod.message) if part)
        return said[:300] or _ended(pod) or "failed"
    found = [one.text for one in troubles(pod, at)]
    if pod.phase is PodPhase.PENDING and pod.node is None:
        found.insert(0, "not scheduled")
    if not found and pod.phase is not PodPhase.RUNNING:
        found = [pod.reason or str(pod.phase).lower()]
    if not found and "ready" in pod.marks and not pod.ready:
        found = [pod.ready_reason or "not ready"]
    return "; ".join(found) or None


def _ended(pod: Pod) -> str:
    """The containers that ended with an error."""
    bad = [one for one in (*pod.init_containers, *pod.containers) if one.exit_code]
    return "; ".join(f"{one.name} ended ({one.reason or 'Error'}, exit code {one.exit_code})" for one in bad)


def _status(pod: Pod) -> str:
    """The status as `oc get pods` shows it: what a container waits for, else the phase."""
    if pod.deleting:
        return "Terminating"
    waiting = next((one.waiting_reason for one in pod.containers if one.waiting_reason), None)
    return waiting or pod.reason or str(pod.phase)


def _ready(containers: tuple[Container, ...]) -> str:
    return f"{sum(one.ready for one in containers)}/{len(containers)}"


def _data(store: Store) -> list[dict[str, Any]]:
    return [
        {
            "namespace": pod.namespace,
            "pod": pod.name,
            "node": pod.node,
            "phase": pod.phase,
            "status": _status(pod),
            "ready": pod.ready,
            "containers_ready": _ready(pod.containers),
            "restarts": _restarts(pod),
            "reason": reason,
            "network": of_network(pod),
            "host_network": pod.host_network,
            "pod_ips": list(pod.pod_ips),
            "containers": [_container(one) for one in (*pod.init_containers, *pod.containers)],
            "evidence": place(pod.evidence),
        }
        for pod, reason in _pods(store)
    ]


def _container(one: Container) -> dict[str, Any]:
    reason = one.waiting_reason or one.reason
    state = None if one.state is ContainerState.UNKNOWN else one.state
    return {"name": one.name, "init": one.init, "ready": one.ready, "restarts": one.restarts, "state": state} | {
        "reason": reason
    }


def _restarts(pod: Pod) -> int:
    return sum(one.restarts for one in pod.containers)


def _table(store: Store) -> Table:
    found = list(_pods(store))
    rows = tuple(_row(pod, reason) for pod, reason in found if reason or (of_network(pod) and not _done(pod)))
    note = "no pods were collected" if not found else f"{len(found)} pods, {len(found) - len(rows)} of them not shown"
    return Table(COLUMNS, rows, note if len(rows) < len(found) or not found else None)


def _done(pod: Pod) -> bool:
    return pod.phase is PodPhase.SUCCEEDED


def _row(pod: Pod, reason: str | None) -> tuple[str, ...]:
    status, ready = _status(pod), _ready(pod.containers)
    cells = (text(pod.namespace), pod.name, text(pod.node), ready, status)
    return (*cells, str(_restarts(pod)), text(reason))


register(
    "pods", "the pods of the network, and every pod that is not well", (PodsByName, Ages), _table, _data, in_report=True
)
