"""Services of which only some endpoints work: pods that are not ready for long, and endpoints of pods that are gone."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from analyzer.instances import PodsByName
from analyzer.rule import join
from analyzer.service.backends import Backends
from analyzer.service.pods import PodAges, alive, changed, ended, since
from parsers.endpoint_facts import Endpoint
from parsers.pods import Pod
from parsers.vocabulary import address

ROLLOUT = 600  # seconds that a workload gives its new pods (progressDeadlineSeconds of a Deployment, kubernetes/api)
_REVISIONS = ("pod-template-hash", "controller-revision-hash", "deployment")


@dataclass(frozen=True, slots=True)
class Stale:
    """An endpoint that is said to serve although its pod does not run, and the pod that has its address now."""

    endpoint: Endpoint
    text: str
    pod: Pod | None = None


@dataclass(frozen=True, slots=True)
class Partly:
    """The endpoints of one service that do not work, and why others could not be judged."""

    sick: tuple[tuple[Endpoint, Pod], ...] = ()
    stale: tuple[Stale, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EndpointPods:
    """Compares endpoints with pods."""

    pods: PodsByName
    ages: PodAges
    by_ip: dict[str, tuple[Pod, ...]] = field(default_factory=dict)

    def pod(self, endpoint: Endpoint) -> Pod | None:
        """The pod of an endpoint."""
        namespace, _, name = (endpoint.target or "").partition("/")
        return self.pods.get((namespace, name))

    def of(self, one: Backends) -> Partly:
        """What is wrong with the endpoints of a service."""
        sick: list[tuple[Endpoint, Pod]] = []
        doubts: list[str] = []
        for endpoint in one.endpoints():
            pod = self.pod(endpoint)
            if one.takes(endpoint) or endpoint.terminating or pod is None or pod.ready or not alive(pod):
                continue
            if _rolls(one, pod) and self.ages.before(pod, since(pod), ROLLOUT) is False:
                continue
            long = self.ages.long_unready(pod)
            if long is None:
                doubts.append(f"how long {pod.name} has not been ready is not known")
            elif long:
                sick.append((endpoint, pod))
        return Partly(tuple(sick), tuple(self._stale(one)), tuple(doubts))

    def _stale(self, one: Backends) -> Iterator[Stale]:
        for endpoint in one.endpoints():
            if endpoint.target is None or endpoint.ready is False or endpoint.terminating:
                continue
            pod = self.pod(endpoint)
            if pod is not None:
                if ended(pod) and self.ages.before(pod, changed(pod)) is not False:
                    yield Stale(endpoint, f"its pod {pod.name} has ended ({pod.phase})", pod)
                continue
            other = self._owner(endpoint)
            if other is not None:
                yield Stale(endpoint, f"the address is of the pod {other.namespace}/{other.name} now", other)
            elif one.every_pod is not None and all(self.ages.settled(each) for each in one.pods):
                yield Stale(endpoint, f"its pod {endpoint.target} does not exist")

    def _owner(self, endpoint: Endpoint) -> Pod | None:
        """A pod that had the address of the endpoint long before the endpoints were read."""
        found = (pod for ip in endpoint.addresses for pod in self.by_ip.get(address(ip), ()))
        return next((pod for pod in found if self.ages.settled(pod)), None)


def _rolls(one: Backends, pod: Pod) -> bool:
    """Whether pods of another revision than this one run too."""
    return any(pod.labels.get(key) != each.labels.get(key) for each in one.alive for key in _REVISIONS)


@join
def endpoint_pods(pods: PodsByName, ages: PodAges) -> EndpointPods:
    by_ip: dict[str, list[Pod]] = {}
    for pod in pods.values():
        for ip in () if pod.host_network else pod.pod_ips:
            by_ip.setdefault(address(ip), []).append(pod)
    return EndpointPods(pods, ages, {ip: tuple(found) for ip, found in by_ip.items()})
