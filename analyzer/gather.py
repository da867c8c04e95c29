"""Joins over the collection itself: the pods that run FRR and what was collected from each."""

from dataclasses import dataclass

from analyzer.frr import FrrInstances, Group, Instance, PodsByName
from analyzer.rule import NotCollectedError, join
from parsers.frr_files import FrrFile
from parsers.frr_log import FrrLogWindow
from parsers.pods import Pod, PodPhase


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
    return FrrPods(
        tuple(
            FrrPod(
                pod,
                by_pod.get((pod.namespace, pod.name)),
                tuple(one for one in files or () if _of(one.origin.namespace, one.origin.pod, pod)),
                tuple(one for one in logs or () if _of(one.origin.namespace, one.origin.pod, pod)),
            )
            for pod in sorted(running, key=lambda pod: (pod.node or "", pod.namespace or "", pod.name))
        )
    )


def _of(namespace: str | None, name: str | None, pod: Pod) -> bool:
    return name == pod.name and namespace in {None, pod.namespace}
