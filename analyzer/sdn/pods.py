"""The pods of each node that must have their port and their flows: they run, and did so before the collection began."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from analyzer.instances import Ages, PodsByName
from analyzer.rule import join
from analyzer.sdn.bridge import SdnBridge
from analyzer.sdn.network import SdnNetwork
from analyzer.service.pods import started
from parsers.cluster_events import ClusterEvent
from parsers.pods import ContainerState, Pod, PodPhase
from parsers.prefixes import contains
from parsers.vocabulary import Family, address, family_of

YOUNG = timedelta(minutes=5)  # after its start in which a pod may still get its flows (J)
NAMESPACE, CONTAINER = "openshift-sdn", "sdn"
# Pods of jobs end by themselves, between the list of pods and the dump of flows too.
_JOB = frozenset({"job-name", "batch.kubernetes.io/job-name"})


@dataclass(frozen=True, slots=True)
class SdnPods:
    """by_node: the pods to be judged, with the address that their flows must name. programs: the pod sdn of a node."""

    by_node: Mapping[str, tuple[tuple[Pod, str], ...]] = field(default_factory=dict)
    programs: Mapping[str, Pod] = field(default_factory=dict)
    ages: Ages = field(default_factory=lambda: Ages(()))
    collected: bool = False

    def starting(self, node: str | None) -> bool:
        """Whether the program of this node had only just started, and may have been setting up br0."""
        pod = self.programs.get(node or "")
        container = pod.container(CONTAINER) if pod else None
        end = self.ages.of(pod.image_dir) if pod else None
        if container is None or end is None or container.state is not ContainerState.RUNNING:
            return False
        return container.started_at is not None and container.started_at > end - YOUNG

    def of(self, one: SdnBridge) -> tuple[tuple[Pod, str], ...]:
        """The pods of a node that were there when its switch was looked at, where the archive holds several gathers."""
        found = self.by_node.get(one.node or "", ())
        at = self.ages.of(one.image_dir)
        return tuple((pod, ip) for pod, ip in found if pod.image_dir == one.image_dir or self._there(pod, at))

    def _there(self, pod: Pod, at: datetime | None) -> bool:
        listed, since = self.ages.of(pod.image_dir), started(pod)
        gone = at is not None and listed is not None and listed < at - YOUNG
        return not gone and (at is None or since is None or since <= at - YOUNG)

    def settled(self, pod: Pod) -> bool:
        """Whether it has run for a while, for all that is known."""
        end, since = self.ages.of(pod.image_dir), started(pod)
        return end is None or since is None or since <= end - YOUNG


@join
def sdn_pods(network: SdnNetwork, pods: PodsByName, events: tuple[ClusterEvent, ...] | None, ages: Ages) -> SdnPods:
    by_node: dict[str, list[tuple[Pod, str]]] = {}
    programs = {
        pod.node: pod
        for (namespace, name), pod in pods.items()
        if namespace == NAMESPACE and pod.node and name.startswith("sdn-") and pod.container(CONTAINER)
    }
    found = SdnPods({}, programs, ages, bool(pods))
    killed = set(_killed(events or (), ages))
    for (namespace, name), pod in sorted(pods.items()):
        ip = _address(pod, network)
        if pod.node and ip and (namespace, name) not in killed and _runs(pod) and found.settled(pod):
            by_node.setdefault(pod.node, []).append((pod, ip))
    return SdnPods({name: tuple(each) for name, each in by_node.items()}, programs, ages, bool(pods))


def _killed(events: Iterable[ClusterEvent], ages: Ages) -> Iterator[tuple[str, str]]:
    """The pods that were ended about when the collection began, or later."""
    for one in events:
        start = ages.of(one.image_dir)
        late = start is None or one.last_time is None or one.last_time >= start - YOUNG
        if one.reason == "Killing" and late and one.object_name:
            yield one.object_namespace or "", one.object_name


def _runs(pod: Pod) -> bool:
    alive = pod.phase is PodPhase.RUNNING and not pod.deleting and not pod.host_network
    return alive and not _JOB & set(pod.labels)


def _address(pod: Pod, network: SdnNetwork) -> str | None:
    """Its address in the network of the pods; none where it has another network instead."""
    for one in pod.pod_ips:
        inside = not network.pods or any(contains(cidr, one) for cidr in network.pods)
        if inside and family_of(one) is not Family.IPV6 and one != pod.host_ip:
            return address(one)
    return None
