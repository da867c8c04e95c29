"""The nodes that announce: where a speaker runs, and which nodes must not take traffic from outside.

Sources: metallb/metallb config/ and charts/metallb/templates/speaker.yaml (labels), internal/k8s/nodes (conditions and
the label of excluded nodes; the label counts from release 0.14 on).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from analyzer.instances import FrrInstances, Group, Instance, NodesByName, PodsByName
from analyzer.metallb.layer2_logs import SpeakerLogs
from analyzer.metallb.path import Link, State, Step
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.nodes import EXCLUDED, Node
from parsers.pods import Pod, PodPhase

HEEDED = (0, 14)  # the first release of MetalLB that heeds the label of excluded nodes


@dataclass(frozen=True)
class Speaker:
    """A node that may announce. Without collected pods a node with an FRR of its own counts as one.

    `ignores_label`: its MetalLB is known to be of a release before 0.14.
    """

    node: str
    pod: Pod | None = None
    instance: Instance | None = None
    host: Node | None = None
    ignores_label: bool = False

    @property
    def labels(self) -> Mapping[str, str] | None:
        """The node's labels; None when the node was not collected."""
        return self.host.labels if self.host else None

    @property
    def up(self) -> bool:
        """Whether the kubelet of the node is heard of, as far as that is known."""
        return self.host is None or not any(one.type == "Ready" for one in self.host.conditions)

    @cached_property  # asked for every address
    def excluded(self) -> str | None:
        """Why MetalLB leaves the node out, in words; None when it does not."""
        if self.host is None:
            return None
        if self._unavailable():
            return "its network is unavailable"
        labelled = EXCLUDED in self.host.labels and not self.ignores_label
        return f"it is labelled {EXCLUDED}" if labelled else None

    @cached_property
    def exclusion(self) -> Link | None:
        """What leaves the node out of the way of every address."""
        if self.excluded is None:
            return None
        return Link(Step.NODE, State.LEFT_OUT, self.excluded, self.where_excluded())

    def where_excluded(self) -> tuple[Evidence, ...]:
        """The lines of the label or condition."""
        if self.host is None:
            return ()
        return self._unavailable() or self.host.where(EXCLUDED)

    def _unavailable(self) -> tuple[Evidence, ...]:
        # A node that nobody hears of has every condition at Unknown: only True counts.
        found = self.host.conditions if self.host else ()
        return tuple(one.evidence for one in found if one.type == "NetworkUnavailable" and one.status == "True")


class Speakers(Group):
    """Every node that may announce, in the order of names."""

    items: tuple[Speaker, ...]

    def __iter__(self) -> Iterator[Speaker]:
        return iter(self.items)


def is_speaker(pod: Pod) -> bool:
    """Whether a pod is a speaker of MetalLB: by its container and MetalLB's labels, in any namespace."""
    named = any(one.name == "speaker" for one in pod.containers)
    return named and "speaker" in {pod.labels.get("component"), pod.labels.get("app.kubernetes.io/component")}


@join
def speakers(pods: PodsByName, nodes: NodesByName, instances: FrrInstances | None, logs: SpeakerLogs) -> Speakers:
    running = {pod.node: pod for pod in pods.values() if pod.node and is_speaker(pod) and pod.phase is PodPhase.RUNNING}
    frr = {one.node: one for one in reversed((instances or Group(())).items) if one.node}
    names = sorted(running) or sorted(frr)
    if not names:
        raise NotCollectedError("no speaker pod and no FRR output in this archive")
    old = {name for name, log in logs.items() if log.release and (0, 0) < log.release < HEEDED}
    return Speakers(tuple(Speaker(one, running.get(one), frr.get(one), nodes.get(one), one in old) for one in names))
