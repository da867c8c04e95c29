"""The collection itself: the pods that run FRR, what was collected from each, what its log complains of."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from analyzer.instances import FrrInstances, Group, Instance, PodsByName
from analyzer.model import Finding, Severity
from analyzer.rule import NotCollectedError, join
from parsers.base import OriginFact
from parsers.frr_files import FrrFile
from parsers.frr_log import FrrLogWindow
from parsers.gather_log import GatherMessage, GatherTrouble
from parsers.pods import Pod, PodPhase

QUOTED = 5  # messages of one kind that are quoted; a gather may repeat the same for every pod


Collected = TypeVar("Collected", bound=OriginFact)


@dataclass(frozen=True, slots=True)
class FrrPod:
    """A running pod with an `frr` container, and the outputs and files that the archive holds of it."""

    pod: Pod
    instance: Instance | None = None
    files: tuple[FrrFile, ...] = ()
    logs: tuple[FrrLogWindow, ...] = ()

    def file(self, name: str) -> FrrFile | None:
        """The collected file of that name."""
        return next((one for one in self.files if one.name == name), None)


class FrrPods(Group):
    """Every running FRR pod, in the order of nodes."""

    items: tuple[FrrPod, ...]


@join
def frr_pods(
    pods: PodsByName,
    instances: FrrInstances | None,
    files: tuple[FrrFile, ...] | None,
    logs: tuple[FrrLogWindow, ...] | None,
) -> FrrPods:
    running = [
        pod
        for pod in pods.values()
        if pod.phase is PodPhase.RUNNING and any(one.name == "frr" for one in pod.containers)
    ]
    if not running:
        raise NotCollectedError("no running pod with an frr container in this archive")
    by_pod = {(one.origin.namespace, one.origin.pod): one for one in instances or ()}
    files_of, logs_of = _by_pod(files), _by_pod(logs)
    return FrrPods(
        tuple(
            FrrPod(
                pod,
                by_pod.get((pod.namespace, pod.name)) or by_pod.get((None, pod.name)),
                tuple(_of(files_of, pod)),
                tuple(_of(logs_of, pod)),
            )
            for pod in sorted(running, key=lambda pod: (pod.node or "", pod.namespace or "", pod.name))
        )
    )


def _by_pod(facts: Iterable[Collected] | None) -> dict[tuple[str | None, str | None], list[Collected]]:
    found: dict[tuple[str | None, str | None], list[Collected]] = {}
    for one in facts or ():
        found.setdefault((one.origin.namespace, one.origin.pod), []).append(one)
    return found


def _of(found: Mapping[tuple[str | None, str | None], list[Collected]], pod: Pod) -> list[Collected]:
    """What was collected of a pod; upstream's report has no namespaces in its paths."""
    return [*found.get((pod.namespace, pod.name), ()), *found.get((None, pod.name), ())]


def troubles(
    messages: Iterable[GatherMessage],
    meaning: Mapping[GatherTrouble, str],
    severity: Callable[[GatherMessage], Severity | None],
    before: str = "",
) -> Iterator[Finding]:
    """One finding for each kind of trouble that has a meaning here, in each collection of the archive.

    severity: of a message, None for that of the rule.
    """
    found: dict[tuple[str, GatherTrouble, Severity | None], list[GatherMessage]] = {}
    for one in messages:
        if one.kind in meaning:
            found.setdefault((one.image_dir, one.kind, severity(one)), []).append(one)
    for (image_dir, kind, weight), same in found.items():
        times = sum(one.count for one in same)
        wordings = f" in {len(same)} wordings" if len(same) > 1 else ""
        often = f" ({times} times{wordings})" if times > 1 else ""
        text = f"{before}{meaning[kind]}: {same[0].text}{often}"
        key = f"{image_dir} {kind}{f' {weight}' if weight else ''}"
        yield Finding("gather", text, tuple(one.evidence for one in same[:QUOTED]), severity=weight, key=key)
