"""Whether MetalLB is installed, what of it runs, and who speaks BGP for it.

Sources: metallb/metallb manifests, config and charts (labels of speaker and controller, METALLB_BGP_TYPE);
metallb/metallb-operator config/manager; openshift/must-gather collection-scripts/gather_metallb.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.instances import FrrInstances, NodesByName, PodsByName
from analyzer.metallb.pools import Pools
from analyzer.metallb.speakers import is_speaker
from analyzer.rule import NotCollectedError, join
from parsers.base import Fact
from parsers.kubernetes import unique
from parsers.metallb_csv import MetallbCsv
from parsers.metallb_instance import BgpBackend, MetallbInstance
from parsers.metallb_workloads import MetallbSubscription
from parsers.pods import Pod

_COMPONENTS = ("component", "app.kubernetes.io/component")


@dataclass(frozen=True, slots=True)
class Installation:
    """What the archive holds of MetalLB itself. `frr`: whether FRR speaks BGP; None where nothing tells."""

    speakers: tuple[Pod, ...] = ()
    controllers: tuple[Pod, ...] = ()
    operators: tuple[Pod, ...] = ()
    subscriptions: tuple[MetallbSubscription, ...] = ()
    versions: tuple[MetallbCsv, ...] = ()
    instances: tuple[MetallbInstance, ...] = ()
    pools: Pools | None = None
    frr: bool | None = None

    def __len__(self) -> int:
        """How many installations there are to judge."""
        return max(1, len(self.instances))

    @property
    def runs(self) -> bool:
        """Whether MetalLB itself is there, not only the operator that would install it."""
        return bool(self.speakers or self.controllers or self.pools)

    @property
    def load_balancer_class(self) -> str | None:
        """The class of the services that it serves; None where it serves those without a class, or nothing tells."""
        return next((one.load_balancer_class for one in self.instances if one.load_balancer_class), None)


def is_controller(pod: Pod) -> bool:
    """Whether a pod is the controller of MetalLB: by its container and MetalLB's labels."""
    named = any(one.name == "controller" for one in pod.containers)
    ours = "metallb" in {pod.labels.get("app"), pod.labels.get("app.kubernetes.io/name")}
    return named and ours and "controller" in {pod.labels.get(key) for key in _COMPONENTS}


def is_operator(pod: Pod) -> bool:
    """Whether a pod is the operator of MetalLB."""
    return "metallb-operator-controller-manager" in pod.name


def gathered(fact: Fact) -> bool:
    """Whether a resource of MetalLB lies where must-gather writes it: all kinds were asked for there then."""
    return "/metallb.io/" in fact.evidence.path


def every_node(nodes: NodesByName, pods: PodsByName) -> NodesByName | None:
    """The nodes; None where some of them are missing in the archive: what no node has is not known then."""
    return nodes if nodes and all(pod.node in nodes for pod in pods.values() if pod.node) else None


@join
def installation(  # noqa: PLR0913, PLR0917 - each source alone may tell that MetalLB is installed
    pods: PodsByName,
    pools: Pools | None,
    subscriptions: tuple[MetallbSubscription, ...] | None,
    versions: tuple[MetallbCsv, ...] | None,
    instances: tuple[MetallbInstance, ...] | None,
    frr: FrrInstances | None,
) -> Installation:
    speakers = tuple(one for one in pods.values() if is_speaker(one))
    found = Installation(
        speakers=speakers,
        controllers=tuple(one for one in pods.values() if is_controller(one)),
        operators=tuple(one for one in pods.values() if is_operator(one)),
        subscriptions=tuple(unique(subscriptions or ())),
        versions=tuple(one for one in unique(versions or ()) if not one.copied_from),
        instances=tuple(unique(instances or ())),
        pools=pools,
        frr=_frr(speakers, instances or (), frr),
    )
    if not (found.runs or found.operators or found.subscriptions or found.versions or found.instances):
        raise NotCollectedError("MetalLB is not installed, or nothing of it was collected")
    return found


def _frr(speakers: Iterable[Pod], instances: Iterable[MetallbInstance], frr: FrrInstances | None) -> bool | None:
    told = {"native": False, "frr": True, "frr-k8s": True}
    modes = [told[mode] for mode in _modes(speakers) if mode in told]
    asked = [one.bgp_backend is not BgpBackend.NATIVE for one in instances if one.bgp_backend]
    if modes or asked:
        return any(modes or asked)
    if frr or any(one.name == "frr" for pod in speakers for one in pod.containers):
        return True
    return None


def _modes(speakers: Iterable[Pod]) -> Iterator[str]:
    for pod in speakers:
        for one in pod.containers:
            if "METALLB_BGP_TYPE" in one.env:
                yield one.env["METALLB_BGP_TYPE"]
