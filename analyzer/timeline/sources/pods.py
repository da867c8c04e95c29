"""When containers of the network's pods started and ended."""

from collections.abc import Iterator
from datetime import datetime

from analyzer.instances import PodsByName
from analyzer.operators import of_network
from analyzer.timeline.entry import Entry, Lane, source
from parsers.base import Evidence
from parsers.pods import Container, Pod

METALLB = "metallb"  # part of the names of namespaces that MetalLB and frr-k8s run in


@source
def pods(pods: PodsByName) -> Iterator[Entry]:
    """Starts and ends of containers that were restarted or do not run; a pod's own start for the others."""
    for pod in pods.values():
        if not _wanted(pod):
            continue
        for one in (*pod.init_containers, *pod.containers):
            yield from _ends(pod, one)
        together: dict[datetime, list[Container]] = {}
        for one in pod.containers:
            if one.started_at is not None:
                together.setdefault(one.started_at, []).append(one)
        for at, those in together.items():
            yield _entry(pod, at, _started(those), those[0].where("started_at"), bad=False)


def _started(those: list[Container]) -> str:
    """`containers frr, speaker started (restart 3)`."""
    restarts = max(one.restarts for one in those)
    again = f" (restart {restarts})" if restarts else ""
    return f"container{'s' if len(those) > 1 else ''} {', '.join(one.name for one in those)} started{again}"


def _wanted(pod: Pod) -> bool:
    namespace = pod.namespace or ""
    return of_network(pod) or METALLB in namespace or "frr" in namespace


def _ends(pod: Pod, one: Container) -> Iterator[Entry]:
    if one.last_finished_at is not None:
        why = f"{one.last_reason or 'ended'}, exit code {one.last_exit_code}"
        line = one.where("last_finished_at")
        yield _entry(
            pod, one.last_finished_at, f"container {one.name} ended ({why})", line, bad=bool(one.last_exit_code)
        )
    if one.finished_at is not None and not (one.init and not one.exit_code):
        why = f"{one.reason or 'ended'}, exit code {one.exit_code}"
        line = one.where("finished_at")
        yield _entry(pod, one.finished_at, f"container {one.name} ended ({why})", line, bad=bool(one.exit_code))


def _entry(pod: Pod, at: datetime, text: str, lines: tuple[Evidence, ...], *, bad: bool) -> Entry:
    line = next(iter(lines), pod.evidence)
    return Entry(at, pod.node, Lane.PODS, f"{pod.namespace}/{pod.name}", f"{pod.name}: {text}", line, bad=bad)
