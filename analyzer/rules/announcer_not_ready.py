"""A speaker or frr-k8s pod is not ready, or its containers die again and again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.instances import Ages, NodesByName
from analyzer.listed_pods import ListedPods, lines_of, state_of, unwell, young
from analyzer.metallb.containers import ContainerTrouble, troubles
from analyzer.metallb.health import Announcers, Kind, age
from analyzer.metallb.health import young as starting
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import NotCollectedError, rule
from parsers.base import Evidence
from parsers.cluster_events import ClusterEvent
from parsers.kubernetes import unique
from parsers.metallb_log import MetallbLogEvent, MetallbLogKind
from parsers.nodes import Node
from parsers.oc_facts import ListedPod
from parsers.pods import Pod, PodPhase
from parsers.vocabulary import words

NAMED = 4  # pods that a message names
MANY = 20  # pods with the same trouble from which on one finding tells of all of them
PIECES = 8  # of evidence
_TELLING = frozenset({"BackOff", "Unhealthy", "Failed", "FailedMount", "FailedCreatePodSandBox"})
_LAST_WORDS = frozenset({MetallbLogKind.PANIC, MetallbLogKind.STARTUP_FAILED})


@dataclass(frozen=True, slots=True)
class _Sick:
    """A pod that is not well: what is said of it, and what kind of trouble it is."""

    pod: Pod
    kind: Kind
    text: str
    what: tuple[tuple[str, str], ...]
    severity: Severity
    evidence: tuple[Evidence, ...]


@rule(Severity.ERROR, area="speaker")
def announcer_not_ready(  # noqa: PLR0913, PLR0917 - what is said of pods stands in many places
    announcers: Announcers | None,
    tables: ListedPods | None,
    nodes: NodesByName,
    ages: Ages,
    events: tuple[ClusterEvent, ...] | None,
    logs: tuple[MetallbLogEvent, ...] | None,
) -> Iterator[Finding | Gap]:
    """A speaker or frr-k8s pod is not ready, or its containers die again and again.

    ## Why it matters
    Without `speaker` nothing is announced from the node, without `frr` its BGP sessions go down, without `reloader` new
    configuration does not arrive. Every restart of `frr` takes down all sessions of the node.

    ## What to do
    The container decides: for `frr` look for crashes in FRR's log, for `reloader` at what it could not load, for
    `speaker` and `controller` at the end of `previous.log`. OOMKilled needs a higher memory limit or fewer routes. A
    container that restarted three times and more, but less than three times a day on average, is a warning.
    """
    told = _Told(events or (), logs or ())
    sick = []
    rows = [(kind, one) for kind in Kind for one in (tables.of(kind) if tables else ())]
    if not rows and not any(fleet.pods for fleet in announcers or ()):
        raise NotCollectedError("no pods of speaker or frr-k8s in this archive")
    for kind, row in rows:
        yield from _of_table(kind, row)
    for fleet in announcers or ():
        if not fleet.pods:
            yield Gap(fleet.name, "its pods were not collected")
        for pod in fleet.pods:
            if pod.deleting or pod.node is None or pod.phase not in {PodPhase.RUNNING, PodPhase.PENDING}:
                continue
            found = troubles(pod, ages.of(pod.image_dir))
            host = nodes.get(pod.node)
            if not found and not _gone(pod, host):
                continue
            if starting(pod, ages):
                yield Gap(pod.name, f"it started {words(int(age(pod, ages) or 0))} before the collection", pod.node)
            else:
                sick.append(_sick(pod, fleet.kind, found, host, told))
    yield from _findings(sick)


def _of_table(kind: Kind, row: ListedPod) -> Iterator[Finding | Gap]:
    """A row of a saved table: it does not tell which container is not ready."""
    if unwell(row) and young(row):
        yield Gap(row.name, f"it is only {words(row.age)} old", row.node)
    elif unwell(row):
        where = f" on {row.node}" if row.node else ""
        text = f"{kind} pod {row.name}{where} has {state_of(row)}"
        yield Finding(row.name, text, lines_of(row), row.node, key=row.namespace or "")


def _gone(pod: Pod, host: Node | None) -> bool:
    """Whether the pod counts as not ready because nobody hears of its node any more."""
    return "ready" in pod.marks and not pod.ready and host is not None and "ready" in host.marks and not host.ready


def _sick(pod: Pod, kind: Kind, found: tuple[ContainerTrouble, ...], host: Node | None, told: "_Told") -> _Sick:
    ready = sum(one.ready for one in pod.containers)
    head = f"{kind} pod {pod.name} on {pod.node} has {ready}/{len(pod.containers)} containers ready"
    said = [one.text for one in found]
    lines = [line for one in found for line in one.evidence]
    if _gone(pod, host) and host is not None:
        said = ["the node is the problem: it is NotReady, so the pod counts as not ready", *said]
        lines = [*pod.where("ready"), *host.where("ready"), *lines]
    lines += told.of(pod, found)
    worst = min((one.severity for one in found), key=lambda one: one.rank, default=Severity.ERROR)
    what = tuple((one.container.name, one.what) for one in found) or (("node", "NotReady"),)
    return _Sick(pod, kind, f"{head}: {'; '.join(said)}", what, worst, tuple(dict.fromkeys(lines)))


def _findings(sick: Iterable[_Sick]) -> Iterator[Finding]:
    same: dict[tuple[object, ...], list[_Sick]] = {}
    for one in sick:
        same.setdefault((one.kind, one.what, one.severity), []).append(one)
    for each in same.values():
        if len(each) > MANY:
            first = each[0]
            others = ", ".join(one.pod.node or "" for one in each[1:NAMED])
            text = f"{first.text}. The same holds for {len(each) - 1} more pods, on {others} and other nodes"
            lines = (*first.evidence[: PIECES // 2], *(one.evidence[0] for one in each[1:NAMED]))
            yield Finding(first.kind, text, lines, severity=first.severity, key=str(first.what))
        else:
            for one in each:
                lines = one.evidence[:PIECES]
                yield Finding(one.pod.name, one.text, lines, one.pod.node, one.severity, key=one.pod.namespace or "")


class _Told:
    """What events and the logs of ended containers say of a pod, the newest."""

    def __init__(self, events: Iterable[ClusterEvent], logs: Iterable[MetallbLogEvent]) -> None:
        self._events: dict[tuple[str | None, str | None], list[ClusterEvent]] = {}
        for event in unique(events):
            if event.kind == "Pod" and event.reason in _TELLING:
                self._events.setdefault((event.object_namespace, event.object_name), []).append(event)
        self._logs: dict[tuple[str | None, str], list[MetallbLogEvent]] = {}
        for one in logs:
            if one.kind in _LAST_WORDS:
                self._logs.setdefault((one.origin.pod, one.container), []).append(one)

    def of(self, pod: Pod, found: Iterable[ContainerTrouble]) -> Iterator[Evidence]:
        """The last words of each container that is in trouble, and the newest two events of the pod."""
        for one in found:
            yield from (each.evidence for each in self._logs.get((pod.name, one.container.name), ())[-1:])
        events = self._events.get((pod.namespace, pod.name), [])
        newest = sorted(events, key=lambda one: one.last_time.timestamp() if one.last_time else 0.0)
        yield from (one.evidence for one in reversed(newest[-2:]))
