"""The pods behind services: found by labels, with how long each has been as it is."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from analyzer.instances import Ages, PodsByName
from analyzer.rule import join
from parsers.base import Evidence
from parsers.pods import Container, ContainerState, Pod, PodPhase
from parsers.pods_listed import PodsListed

SETTLED = 300  # (J) seconds after which a pod that starts, or a change of its readiness, is no passing state any more
QUOTED = 3  # pods whose lines are shown
_ENDED = frozenset({PodPhase.SUCCEEDED, PodPhase.FAILED})
_CHANGED = re.compile(r"\"?lastTransitionTime\"?: ?[\"']?(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z")
_Label = tuple[str, str, str]  # namespace, key, value


@dataclass(frozen=True, slots=True)
class NamespacePods:
    """The pods by namespace, and the lists that say of which namespaces these are all."""

    by_namespace: Mapping[str, tuple[Pod, ...]] = field(default_factory=dict)
    listed: Mapping[str, Evidence] = field(default_factory=dict)
    _labelled: Mapping[_Label, tuple[Pod, ...]] = field(default_factory=dict, repr=False)

    def selected(self, namespace: str, selector: Mapping[str, str]) -> tuple[Pod, ...]:
        """The pods of a namespace that have all these labels; none for an empty selector."""
        found = [self._labelled.get((namespace, key, value), ()) for key, value in selector.items()]
        few = min(found, key=len, default=())
        return tuple(pod for pod in few if all(pod.labels.get(key) == value for key, value in selector.items()))


@join
def namespace_pods(pods: PodsByName, lists: tuple[PodsListed, ...] | None) -> NamespacePods:
    by_namespace: dict[str, list[Pod]] = {}
    labelled: dict[_Label, list[Pod]] = {}
    for pod in pods.values():
        by_namespace.setdefault(pod.namespace or "", []).append(pod)
        for key, value in pod.labels.items():
            labelled.setdefault((pod.namespace or "", key, value), []).append(pod)
    return NamespacePods(
        {name: tuple(found) for name, found in by_namespace.items()},
        {name: one.evidence for one in lists or () for name in one.namespaces},
        {key: tuple(found) for key, found in labelled.items()},
    )


def ended(pod: Pod) -> bool:
    """Whether the pod has run to its end, well or not."""
    return pod.phase in _ENDED


def alive(pod: Pod) -> bool:
    """Whether the pod runs or is to run: it has neither ended nor is it being deleted."""
    return not ended(pod) and not pod.deleting


def since(pod: Pod) -> datetime | None:
    """When the pod started; one that waits for a node has only been created."""
    return pod.start_time or pod.created


def changed(pod: Pod) -> datetime | None:
    """When the readiness of the pod changed last, from the lines of its condition; None where these do not tell.

    A condition is only a few lines; where it stands in a line with others, no time is known to be its own.
    """
    mark = pod.marks.get("ready")
    times = _CHANGED.findall("\n".join(mark.excerpt)) if mark else []
    return datetime.fromisoformat(f"{times[0]}+00:00") if len(times) == 1 else None


def started(pod: Pod) -> datetime | None:
    """The start of the container that started last, or of the pod."""
    times = [one.started_at for one in pod.containers if one.started_at and one.state is ContainerState.RUNNING]
    return max(times, default=since(pod))


@dataclass(frozen=True, slots=True)
class PodAges:
    """How old the states of pods were when the collection began."""

    ages: Ages

    def before(self, pod: Pod, moment: datetime | None, seconds: int = SETTLED) -> bool | None:
        """Whether the moment is that long before the collection of the pod; None where a time is unknown."""
        return self.passed(pod.image_dir, moment, seconds)

    def passed(self, image_dir: str, moment: datetime | None, seconds: int = SETTLED) -> bool | None:
        """The same of something else that was collected in this directory."""
        collected = self.ages.of(image_dir)
        if collected is None or moment is None:
            return None
        return moment + timedelta(seconds=seconds) <= collected

    def settled(self, pod: Pod) -> bool | None:
        """Whether the pod has been ready for a while and runs on."""
        if not alive(pod) or not pod.ready:
            return False
        return self.before(pod, max(filter(None, (changed(pod), started(pod))), default=None))

    def long_unready(self, pod: Pod) -> bool | None:
        """Whether the pod has not been ready for a while; a container that starts again and again proves it too."""
        if any(one.waiting_reason in _LASTING for one in pod.containers):
            return True
        return self.before(pod, changed(pod) or since(pod))

    def young(self, pod: Pod) -> bool:
        """Whether the pod started too shortly before the collection to be judged."""
        return self.before(pod, since(pod)) is False


_LASTING = frozenset({"CrashLoopBackOff", "ImagePullBackOff", "InvalidImageName"})


@join
def pod_ages(ages: Ages) -> PodAges:
    return PodAges(ages)


def state(pod: Pod) -> str:
    """`web-0 (CrashLoopBackOff, 12 restarts)`."""
    down = _down(pod)
    reason = down and (down.waiting_reason or (down.reason if down.state is ContainerState.TERMINATED else None))
    told = reason or (pod.phase if pod.phase is not PodPhase.RUNNING else pod.ready_reason) or pod.reason or pod.phase
    restarts = sum(one.restarts for one in pod.containers)
    times = f", {restarts} restart{'s' if restarts > 1 else ''}" if restarts else ""
    return f"{pod.name} ({told}{times})"


def states(pods: Iterable[Pod]) -> str:
    """The first pods with their states, and how many more there are."""
    found = list(pods)
    more = f" and {len(found) - QUOTED} more" if len(found) > QUOTED else ""
    return ", ".join(state(one) for one in found[:QUOTED]) + more


def lines(pods: Iterable[Pod]) -> tuple[Evidence, ...]:
    """What shows the states of the first pods: why a container waits or ended, then the condition."""
    found: list[Evidence] = []
    for pod in list(pods)[:QUOTED]:
        down = _down(pod)
        marks = down.marks if down else {}
        found += [marks[key] for key in ("waiting_reason", "exit_code") if key in marks]
        found += pod.where("ready", "phase")
    return tuple(found)


def _down(pod: Pod) -> Container | None:
    """The container that keeps the pod from being ready, init containers first."""
    waiting = [one for one in (*pod.init_containers, *pod.containers) if one.waiting_reason]
    ended = [one for one in pod.containers if one.state is ContainerState.TERMINATED and not one.ready]
    return next(iter((*sorted(waiting, key=lambda one: one.waiting_reason == "PodInitializing"), *ended)), None)
