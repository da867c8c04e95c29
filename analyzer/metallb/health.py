"""The pods that announce, speakers and frr-k8s: which there are, and which nodes they are to run on.

Sources: metallb/metallb config/ and charts/metallb, metallb/frr-k8s config/ and charts/frr-k8s,
openshift/cluster-network-operator bindata/network/frr-k8s (labels); metallb/metallb-operator pkg/helm (the node
selector of the MetalLB resource becomes that of both DaemonSets).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from analyzer.instances import YOUNG, Ages, Group, PodsByName
from analyzer.metallb.speakers import is_speaker
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.kubernetes import unique
from parsers.metallb_instance import BgpBackend, MetallbInstance
from parsers.metallb_workloads import DaemonSet
from parsers.nodes import Node
from parsers.pods import Pod, PodPhase

_COMPONENTS = ("component", "app.kubernetes.io/component")
# DaemonSet pods get these tolerations themselves (kubernetes/kubernetes pkg/controller/daemon/util/daemonset_util.go).
_TOLERATED = (
    *("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable", "node.kubernetes.io/disk-pressure"),
    *("node.kubernetes.io/memory-pressure", "node.kubernetes.io/pid-pressure", "node.kubernetes.io/unschedulable"),
    "node.kubernetes.io/network-unavailable",
)


class Kind(StrEnum):
    """What a pod does on its node: announce, or run FRR for those who announce."""

    SPEAKER = "speaker"
    FRRK8S = "frr-k8s"


@dataclass(frozen=True, slots=True)
class Fleet:
    """All pods of a kind in a namespace. `asked` is the MetalLB resource, of which they are all made."""

    kind: Kind
    namespace: str
    pods: tuple[Pod, ...] = ()
    daemonset: DaemonSet | None = None
    asked: MetallbInstance | None = None

    @property
    def name(self) -> str:
        """The DaemonSet as a person names it."""
        found = f"{self.daemonset.namespace}/{self.daemonset.name}" if self.daemonset else None
        return f"DaemonSet {found}" if found else f"{self.kind} in {self.namespace}"

    @property
    def desired(self) -> int | None:
        """How many nodes shall run a pod, as the DaemonSet's status says; None where nothing says so."""
        told = self.daemonset is not None and "desired" in self.daemonset.marks
        return self.daemonset.desired if self.daemonset and told else None

    @property
    def ready(self) -> int:
        """On how many nodes the DaemonSet has a ready pod."""
        return self.daemonset.ready if self.daemonset else 0

    @property
    def rolling_out(self) -> bool:
        """Whether pods are being replaced. A status that tells no number of updated pods says nothing of it."""
        return self.daemonset is not None and "updated" in self.daemonset.marks and self.daemonset.rolling_out

    @property
    def explicit(self) -> Mapping[str, str]:
        """The nodes that the MetalLB resource names; empty where it names none or was not collected."""
        return self.asked.node_selector if self.asked else {}

    @property
    def selector(self) -> Mapping[str, str]:
        """The labels of the nodes that the pods are for."""
        return self.explicit or (self.daemonset.node_selector if self.daemonset else {})

    def bound(self) -> dict[str, Pod]:
        """The pods that have a node, by its name; of several the one that runs."""
        found = {one.node: one for one in self.pods if one.node and one.phase is not PodPhase.RUNNING}
        return found | {one.node: one for one in self.pods if one.node and one.phase is PodPhase.RUNNING}

    def selects(self, node: Node) -> bool:
        """Whether the labels of a node are those that the pods are for; FRR does not run on Windows."""
        windows = node.labels.get("kubernetes.io/os") == "windows"
        return not windows and all(node.labels.get(key) == value for key, value in self.selector.items())

    def where(self) -> tuple[Evidence, ...]:
        """What asks for the pods: the MetalLB resource, the DaemonSet's own numbers."""
        asked = self.asked.where("node_selector") if self.asked and self.explicit else ()
        return (*asked, *(self.daemonset.where("desired", "ready") if self.daemonset else ()))


@dataclass(frozen=True, slots=True)
class Announcers(Group):
    """The fleets of speakers and of frr-k8s, in the order of kinds and namespaces.

    `hands_over`: the speakers leave BGP to frr-k8s, as a speaker or the MetalLB resource says.
    """

    items: tuple[Fleet, ...]
    hands_over: bool = False

    def __len__(self) -> int:
        """How many pods there are, or shall be."""
        return sum(max(one.desired or 0, len(one.pods)) for one in self.items)

    def __iter__(self) -> Iterator[Fleet]:
        return iter(self.items)

    def of_kind(self, kind: Kind) -> tuple[Fleet, ...]:
        """The fleets of this kind."""
        return tuple(one for one in self.items if one.kind is kind)


def is_frrk8s(pod: Pod) -> bool:
    """Whether a pod is one of frr-k8s that runs FRR: by its container and its label, or by its name."""
    named = any(one.name == "frr" for one in pod.containers) and not is_speaker(pod)
    component = {pod.labels.get(key) for key in _COMPONENTS}
    return named and ("frr-k8s" in component or (component == {None} and pod.name.startswith("frr-k8s-")))


def obstacles(node: Node) -> tuple[str, ...]:
    """The taints of a node that a pod must tolerate expressly to run there."""
    return tuple(
        one
        for one in node.taints
        if one.endswith((":NoSchedule", ":NoExecute")) and one.partition(":")[0].partition("=")[0] not in _TOLERATED
    )


def age(pod: Pod, ages: Ages) -> float | None:
    """Seconds from its start, or its creation, to the collection; None where one of the two is unknown."""
    at, since = ages.of(pod.image_dir), pod.start_time or pod.created
    return max(0.0, (at - since).total_seconds()) if at and since else None


def young(pod: Pod, ages: Ages) -> bool:
    """Whether it may still be starting."""
    found = age(pod, ages)
    return found is not None and found < YOUNG


def made_lately(created: datetime | None, at: datetime | None) -> bool:
    """Whether something was made less than YOUNG seconds before the collection."""
    return created is not None and at is not None and (at - created).total_seconds() < YOUNG


@join
def announcers(
    pods: PodsByName, daemonsets: tuple[DaemonSet, ...] | None, instances: tuple[MetallbInstance, ...] | None
) -> Announcers:
    members: dict[tuple[Kind, str], list[Pod]] = {}
    for pod in pods.values():
        kind = Kind.SPEAKER if is_speaker(pod) else Kind.FRRK8S if is_frrk8s(pod) else None
        if kind is not None:
            members.setdefault((kind, pod.namespace or ""), []).append(pod)
    sets = {(_kind_of(one), one.namespace or ""): one for one in unique(daemonsets or ())}
    asked = next(iter(unique(instances or ())), None)
    found = [
        Fleet(kind, where, tuple(members.get((kind, where), ())), sets.get((kind, where)), _asks(asked, kind, where))
        for kind, where in sorted({*members, *sets})
    ]
    if not found:
        raise NotCollectedError("neither pods nor DaemonSets of speaker or frr-k8s in this archive")
    speakers = (pod for one in found if one.kind is Kind.SPEAKER for pod in one.pods)
    return Announcers(tuple(found), _hands_over(speakers, asked))


def _kind_of(one: DaemonSet) -> Kind:
    return Kind.FRRK8S if one.name.endswith("frr-k8s") else Kind.SPEAKER


def _asks(asked: MetallbInstance | None, kind: Kind, namespace: str) -> MetallbInstance | None:
    """The MetalLB resource where it says which nodes: frr-k8s in another namespace is the cluster's own."""
    if asked is None or kind is Kind.SPEAKER or asked.namespace == namespace:
        return asked
    return None


def _hands_over(speakers: Iterable[Pod], asked: MetallbInstance | None) -> bool:
    modes = {one.env["METALLB_BGP_TYPE"] for pod in speakers for one in pod.containers if "METALLB_BGP_TYPE" in one.env}
    if modes:
        return "frr-k8s" in modes
    return asked is not None and asked.bgp_backend in {BgpBackend.FRR_K8S, BgpBackend.FRR_K8S_EXTERNAL}
