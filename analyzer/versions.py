"""What should be the same on every node of a kind, and is not: images, versions, who speaks BGP, the gateway mode.

Sources: kubernetes/api core/v1 (NodeSystemInfo, well_known_labels.go); openshift/machine-config-operator (a node is in
the pool of its own role, else of the control plane, else of the workers); names of the DaemonSets in
openshift/cluster-network-operator bindata/network and metallb/metallb manifests; kubernetes/apimachinery
pkg/util/rand (the letters behind the name of a DaemonSet's pod).
"""

import json
import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field

from analyzer.instances import Ages, FrrInstances, Instance, NodesByName, PodsByName
from analyzer.metallb.speakers import is_speaker
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.cluster_version import ClusterVersion
from parsers.host_sysctl import Sysctl
from parsers.kubernetes import unique
from parsers.machine_config_pools import MachineConfigPool
from parsers.metallb_workloads import DaemonSet
from parsers.nodes import Node
from parsers.pods import Pod, PodPhase

NETWORK_PODS = frozenset(
    {
        *("speaker", "metallb-speaker", "frr-k8s", "metallb-frr-k8s"),
        *("ovnkube-node", "ovnkube-master", "ovs-node", "ovs", "sdn"),
        *("multus", "multus-additional-cni-plugins", "network-metrics-daemon"),
    }
)
_OF_A_CHART = ("-metallb-speaker", "-frr-k8s")
_POD_NAME = re.compile(r"(?P<family>.{1,240})-[bcdfghjklmnpqrstvwxz2456789]{5}")
ROLLOUT = 600  # seconds; a pod of a differing image that is younger may be the first one of a rollout (judgement)
ROLE = "node-role.kubernetes.io/"
_CONTROL = frozenset({"master", "control-plane"})
# What tells nodes apart that share a role and cannot share a kernel or an image of the operating system.
_KINDS = ("kubernetes.io/arch", "kubernetes.io/os", "node.openshift.io/os_id", "hypershift.openshift.io/nodePool")
FORWARDING = "net.ipv4.ip_forward"
GATEWAY = "k8s.ovn.org/l3-gateway-config"


@dataclass(frozen=True, slots=True)
class Value:
    """What one node has of an attribute."""

    node: str
    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Mixture:
    """An attribute that differs inside a group. `excuse`: why it may be right for now, in words."""

    group: str
    attribute: str
    values: tuple[Value, ...]
    excuse: str | None = None
    updating: tuple[str, ...] = ()

    @property
    def by_text(self) -> dict[str, list[Value]]:
        """The nodes by what they have, the most frequent first."""
        found: dict[str, list[Value]] = {}
        for one in self.values:
            found.setdefault(one.text, []).append(one)
        return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))

    @property
    def outlier(self) -> str | None:
        """The only node that differs, where three or more are there to compare it with."""
        *_, fewest = self.by_text.values()
        return fewest[0].node if len(fewest) == 1 and len(self.by_text) == 2 and len(self.values) > 2 else None


@dataclass(frozen=True, slots=True)
class Versions:
    """What differs; `groups` are all those that were compared."""

    mixtures: tuple[Mixture, ...] = ()
    groups: frozenset[Hashable] = field(default_factory=frozenset)

    def __len__(self) -> int:
        return len(self.groups)


@join
def versions(  # noqa: PLR0913, PLR0917 - each source tells other versions
    pods: PodsByName,
    nodes: NodesByName,
    instances: FrrInstances | None,
    daemonsets: tuple[DaemonSet, ...] | None,
    releases: tuple[ClusterVersion, ...] | None,
    settings: tuple[Sysctl, ...] | None,
    pools: tuple[MachineConfigPool, ...] | None,
    ages: Ages,
) -> Versions:
    update = _update(unique(releases or ()))
    sets = {(one.namespace or "", one.name): one for one in unique(daemonsets or ())}
    seen = _Seen()
    found = [
        *_images(pods, sets, ages, seen),
        *_frr(instances, nodes, seen),
        *_nodes(nodes, {one.name: one for one in unique(pools or ()) if one.updating}, seen),
        *_backends(pods, sets, seen),
        *_gateways(nodes, seen),
        *_forwarding(settings or (), seen),
    ]
    if not seen.groups:
        raise NotCollectedError("no two nodes, network pods or FRRs of a kind in this archive")
    if update:
        found = [Mixture(one.group, one.attribute, one.values, update, one.updating) for one in found]
    return Versions(tuple(found), frozenset(seen.groups))


def _update(found: Iterable[ClusterVersion]) -> str | None:
    return next((f"an update to {one.version} is in progress" for one in found if one.progressing), None)


class _Seen:
    """Counts what was compared."""

    def __init__(self) -> None:
        self.groups: set[Hashable] = set()

    def differs(self, key: Hashable, values: list[Value]) -> bool:
        """Whether the values of a group differ; a group of one node is none."""
        if len({one.node for one in values}) < 2:
            return False
        self.groups.add(key)
        return len({one.text for one in values}) > 1


def family(pod: Pod) -> str | None:
    """The DaemonSet that a pod is of, by its name; None for pods that are not of the network."""
    match = _POD_NAME.fullmatch(pod.name)
    if match is None:
        return None
    name = match["family"]
    return name if name in NETWORK_PODS or name.endswith(_OF_A_CHART) else None


def _images(pods: PodsByName, sets: dict[tuple[str, str], DaemonSet], ages: Ages, seen: _Seen) -> Iterator[Mixture]:
    families: dict[tuple[str, str, str], list[Pod]] = {}
    for pod in pods.values():
        name = family(pod)
        if name and pod.node and pod.phase is PodPhase.RUNNING and not pod.deleting:
            # Two collections in one archive may be from before and after an update.
            families.setdefault((pod.namespace or "", name, pod.image_dir), []).append(pod)
    for (namespace, name, _), same in sorted(families.items()):
        group = f"{namespace}/{name}"
        containers = dict.fromkeys(one.name for pod in same for one in (*pod.init_containers, *pod.containers))
        found = [(container, _of_container(same, container)) for container in containers]
        differing = [(container, values) for container, values in found if seen.differs((group, container), values)]
        if differing:
            container, values = differing[0]  # one rollout changes all the images: the first tells it
            more = f" (and of {len(differing) - 1} more containers)" if len(differing) > 1 else ""
            excuse = _rollout(sets.get((namespace, name))) or _just_started(same, ages)
            yield Mixture(group, f"image of the container {container}{more}", tuple(values), excuse)


def _of_container(pods: Iterable[Pod], name: str) -> list[Value]:
    found = [(pod, one) for pod in pods if (one := pod.container(name)) and one.image]
    return [Value(pod.node or "", one.image or "", one.where("image")) for pod, one in found]


def _rollout(one: DaemonSet | None) -> str | None:
    """Whether the DaemonSet replaces its pods; one without a status tells nothing."""
    told = one is not None and one.observed_generation is not None
    return f"DaemonSet {one.name} is being rolled out" if one and told and one.rolling_out else None


def _just_started(pods: Iterable[Pod], ages: Ages) -> str | None:
    for pod in pods:
        at = ages.of(pod.image_dir)
        if at and pod.start_time and (at - pod.start_time).total_seconds() < ROLLOUT:
            return f"{pod.name} only just started: it may be a rollout"
    return None


def _frr(instances: FrrInstances | None, nodes: NodesByName, seen: _Seen) -> Iterator[Mixture]:
    """The version of FRR; that of a router whose output lies beside is another matter."""
    by_namespace: dict[str, list[Value]] = {}
    for one in instances or ():
        version = one.config.version if one.config else None
        if version and one.node and (one.pod or one.node in nodes):
            by_namespace.setdefault(one.origin.namespace or "", []).append(Value(one.node, version, _version_line(one)))
    for namespace, values in by_namespace.items():
        if seen.differs(("frr", namespace), values):
            yield Mixture(f"FRR in {namespace}" if namespace else "FRR", "version", tuple(values))


def _version_line(one: Instance) -> tuple[Evidence, ...]:
    return one.config.where("version") if one.config else ()


_OF_NODES = {"kubelet": "kubelet_version", "kernel": "kernel_version", "operating system": "os_image"}


def pool(node: Node) -> str:
    """The machine config pool of a node, by its roles."""
    roles = {key.removeprefix(ROLE) for key in node.labels if key.startswith(ROLE)}
    own = sorted(roles - _CONTROL - {"worker"})
    if roles & _CONTROL:
        return "master"
    return own[0] if own else "worker"


def _nodes(nodes: NodesByName, rolled_out: dict[str, MachineConfigPool], seen: _Seen) -> Iterator[Mixture]:
    """One mixture for a pool: what was installed together differs together."""
    pools: dict[tuple[str, ...], list[Node]] = {}
    for node in nodes.values():
        kinds = (node.labels.get(key, "") for key in _KINDS)
        pools.setdefault((pool(node), *kinds), []).append(node)
    for key, same in sorted(pools.items()):
        read = {name: [value for one in same if (value := _of_node(one, name))] for name in _OF_NODES}
        differing = [name for name, values in read.items() if seen.differs((*key, name), values)]
        if differing:
            values = [_together(each) for each in _by_node(read[name] for name in differing)]
            updating = tuple(one.name for one in same if one.unschedulable)
            going = rolled_out.get(key[0])
            of = f"{going.updated} of {going.machines} nodes done" if going else ""
            done = f"the machine config pool is being updated: {of}" if going else None
            yield Mixture(f"{key[0]} nodes", " / ".join(differing), tuple(values), done, updating)


def _of_node(node: Node, name: str) -> Value | None:
    mark = _OF_NODES[name]
    text: str | None = getattr(node, mark)
    return Value(node.name, text, node.where(mark)) if text else None


def _by_node(attributes: Iterable[list[Value]]) -> Iterator[list[Value]]:
    found: dict[str, list[Value]] = {}
    for values in attributes:
        for one in values:
            found.setdefault(one.node, []).append(one)
    yield from found.values()


def _together(values: list[Value]) -> Value:
    lines = tuple(line for one in values for line in one.evidence)
    return Value(values[0].node, " / ".join(one.text for one in values), lines)


def _backends(pods: PodsByName, sets: dict[tuple[str, str], DaemonSet], seen: _Seen) -> Iterator[Mixture]:
    """Who runs FRR on the nodes of the speakers: the speaker itself, or frr-k8s beside it, or nobody."""
    beside = {pod.node for pod in pods.values() if (family(pod) or "").endswith("frr-k8s") and _runs_frr(pod)}
    values: dict[str, list[Value]] = {}
    for pod in pods.values():
        if is_speaker(pod) and pod.node and pod.phase is PodPhase.RUNNING and not pod.deleting:
            frr = pod.container("frr")
            who = "the speaker" if frr else "frr-k8s" if pod.node in beside else "no FRR"
            lines = (frr.evidence,) if frr else pod.where("node")
            values.setdefault(pod.image_dir, []).append(Value(pod.node, who, lines))
    excuse = next((text for one in sets.values() if (text := _rollout(one))), None)
    for found in values.values():
        # An frr-k8s that misses on a node is another fault: speakers of two kinds are the sign of two settings.
        if seen.differs("backend", found) and any(one.text == "the speaker" for one in found):
            yield Mixture("MetalLB", "who speaks BGP", tuple(found), excuse)


def _runs_frr(pod: Pod) -> bool:
    return pod.phase is PodPhase.RUNNING and pod.container("frr") is not None


def _forwarding(settings: Iterable[Sysctl], seen: _Seen) -> Iterator[Mixture]:
    found: dict[str, Value] = {}
    for one in settings:
        if one.key == FORWARDING and one.node:
            found[one.node] = Value(one.node, one.value, (one.evidence,))
    if seen.differs(FORWARDING, list(found.values())):
        yield Mixture("nodes", FORWARDING, tuple(found.values()))


def _gateways(nodes: NodesByName, seen: _Seen) -> Iterator[Mixture]:
    values = [
        Value(one.name, mode, one.where(GATEWAY)) for one in nodes.values() if (mode := gateway_mode(one)) is not None
    ]
    if seen.differs("gateway", values):
        yield Mixture("OVN-Kubernetes", "gateway mode", tuple(values))


def gateway_mode(node: Node) -> str | None:
    """`shared` or `local`, as the node says of its default network; None where it says nothing."""
    try:
        written = json.loads(node.annotations.get(GATEWAY, "null"))
    except (ValueError, RecursionError):
        return None
    match written:
        case {"default": {"mode": str(mode)}}:
            return mode
    return None
