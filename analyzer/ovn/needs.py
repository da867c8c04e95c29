"""What pods need, and network policies deny for sure: requests that routers pass on, and questions to DNS.

OVN-Kubernetes applies policies behind its load balancers: what counts are the pods behind a service and their ports
(ovn-org/ovn-kubernetes docs/design/acls.md, `apply-after-lb`), for DNS 5353 of the pods and not 53 of the service.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from analyzer.instances import Group
from analyzer.ovn.admin_words import rules_of
from analyzer.ovn.databases import named, pieces
from analyzer.ovn.policies import Answer, Flow, Policies, Side
from analyzer.ovn.subnets import OVN
from analyzer.rule import join
from analyzer.service.pods import NamespacePods, alive
from analyzer.service.routers import Routers
from parsers.admin_network_policies import AdminAction
from parsers.base import Evidence
from parsers.cluster_services import ClusterService
from parsers.kubernetes import unique
from parsers.network_config import NetworkConfig
from parsers.network_policies import NetworkPolicy, PolicyRule, PolicyType
from parsers.pods import Pod, PodPhase
from parsers.routes import Route
from parsers.services import ServicePort

PRODUCT = ("openshift-", "kube-")  # namespaces whose policies come with the cluster
_DNS = "openshift-dns"
_DNS_LABEL = (
    "dns.operator.openshift.io/daemonset-dns"  # openshift/cluster-dns-operator pkg/operator/controller/names.go
)
_PORT = 5353  # of the DNS pods
_SERVICE_PORT = 53


@dataclass(frozen=True, slots=True)
class Denied:
    """A need that is denied: whose it is, what it is in a sentence, and the policies that say so."""

    subject: str
    text: str
    evidence: tuple[Evidence, ...]
    key: str


class DeniedNeeds(Group):
    """The needs that are denied."""

    items: tuple[Denied, ...]

    def __iter__(self) -> Iterator[Denied]:
        return iter(self.items)


@join
def denied_needs(  # noqa: PLR0913, PLR0917 - each source is one parameter, none of them is sure to be there
    policies: Policies,
    pods: NamespacePods,
    routes: tuple[Route, ...] | None,
    routers: Routers | None,
    services: tuple[ClusterService, ...] | None,
    networks: tuple[NetworkConfig, ...] | None,
) -> DeniedNeeds:
    by_name = {(one.namespace or "", one.name): one for one in unique(services or ())}
    senders = {one.name: tuple(filter(_runs, one.pods)) for one in (routers.items if routers else ())}
    ingress = _Ingress(policies, pods, senders, by_name)
    asked = [one for one in unique(routes or ()) if _decided(policies, one.namespace or "", PolicyType.INGRESS)]
    found = [denied for one in asked if (denied := ingress.of(one))]
    if any(one.network_type == OVN for one in networks or ()):
        names = [one for one in sorted(policies.by_namespace) if _decided(policies, one, PolicyType.EGRESS)]
        found += _dns(policies, pods, names)
    return DeniedNeeds(tuple(found))


def _decided(policies: Policies, namespace: str, direction: PolicyType) -> bool:
    """Whether its own policies decide for a namespace: none of the administrator allows anything before them."""
    for one in policies.admin:
        if not one.baseline and any(rule.action is AdminAction.ALLOW for rule in rules_of(one, direction)):
            return False
    return bool(policies.of_namespace(namespace, direction)) and not namespace.startswith(PRODUCT)


def _runs(pod: Pod) -> bool:
    return pod.phase is PodPhase.RUNNING and alive(pod)


@dataclass(frozen=True, slots=True)
class _Ingress:
    """Judges routes: whether any router pod may send to any pod behind them."""

    policies: Policies
    pods: NamespacePods
    routers: Mapping[str, tuple[Pod, ...]]
    services: Mapping[tuple[str, str], ClusterService]

    def of(self, route: Route) -> Denied | None:
        """Why a route that a router serves reaches none of its pods; None where it reaches one, or may."""
        senders = [pod for one in route.ingresses if one.admitted for pod in self.routers.get(one.router or "", ())]
        behind = list(self._behind(route))
        if not senders or not behind:
            return None
        for pod, port in behind:
            if any(not self._denied(sender, pod, port) for sender in senders):
                return None
        found = [one for pod, _ in behind for one in self.policies.selecting(pod, PolicyType.INGRESS)]
        froms = named(dict.fromkeys(pod.name for pod in senders))
        text = (
            f"the route {route.namespace}/{route.name} ({route.host}) reaches no pod: {_names(found)} selects the pods"
            f" of its service, and no rule lets the router pods in ({froms})"
        )
        lines = pieces(_places(found, PolicyType.INGRESS), route.where("host", "ingresses"), route.to.where("service"))
        return Denied(f"{route.namespace}/{route.name}", text, lines, "route")

    def _behind(self, route: Route) -> Iterator[tuple[Pod, int | None]]:
        """The pods of its services, each with the port that it asks for where that is known."""
        for one in (route.to, *route.alternates):
            service = self.services.get((route.namespace or "", one.service))
            if one.weight != 0 and service is not None and service.selector:
                port = _port(service.ports, route.target_port)
                for pod in self.pods.selected(route.namespace or "", service.selector):
                    if _runs(pod):
                        yield pod, port

    def _denied(self, sender: Pod, pod: Pod, port: int | None) -> bool:
        """Whether the policies deny this for sure; what comes from a pod's own node is always let in."""
        if sender.host_network and sender.node == pod.node:
            return False
        found = self.policies.selecting(pod, PolicyType.INGRESS)
        flow = Flow(_side(sender), _side(pod), "TCP", port)
        return bool(found) and self.policies.passes(found, PolicyType.INGRESS, flow) is Answer.NO


def _port(ports: Iterable[ServicePort], target: str | None) -> int | None:
    """The port of the pods that a route asks for."""
    if target and target.isdecimal():
        return int(target)
    found = {one.target_port or str(one.port) for one in ports if target in {None, one.name, one.target_port}}
    number = next(iter(found)) if len(found) == 1 else ""
    return int(number) if number.isdecimal() else None


def _side(pod: Pod) -> Side:
    return Side(pod, next(iter(pod.pod_ips), None))


def _dns(policies: Policies, pods: NamespacePods, names: Iterable[str]) -> Iterator[Denied]:
    """Namespaces with pods that may ask none of the cluster's DNS pods."""
    servers = [one for one in pods.by_namespace.get(_DNS, ()) if _DNS_LABEL in one.labels and _runs(one)]
    for name in names if servers else ():
        running = filter(_runs, pods.by_namespace.get(name, ()))
        each = [(pod, policies.selecting(pod, PolicyType.EGRESS)) for pod in running]
        mute = [(pod, mine) for pod, mine in each if mine and not _asks(policies, pod, mine, servers)]
        if mute:
            yield _silent(policies, name, mute, servers)


def _asks(policies: Policies, pod: Pod, mine: tuple[NetworkPolicy, ...], servers: Iterable[Pod]) -> bool:
    """Whether a rule may let the pod ask a server: one for addresses may mean that of the service."""
    if any(_by_address(rule) for one in mine for rule in one.egress):
        return True
    return any(_passes(policies, pod, mine, server, _PORT) for server in servers)


def _by_address(rule: PolicyRule) -> bool:
    """Whether a rule without selectors is, or may be, about the port of the service."""
    if rule.peers and all(peer.cidr is None for peer in rule.peers):
        return False
    texts = [(one.port, one.end_port) for one in rule.ports]
    return not texts or any(
        port is None or not port.isdecimal() or int(port) <= _SERVICE_PORT <= (end or int(port)) for port, end in texts
    )


def _passes(policies: Policies, pod: Pod, mine: tuple[NetworkPolicy, ...], server: Pod, port: int) -> bool:
    flows = [Flow(_side(pod), _side(server), protocol, port) for protocol in ("UDP", "TCP")]
    return any(policies.passes(mine, PolicyType.EGRESS, flow) is not Answer.NO for flow in flows)


def _silent(
    policies: Policies, namespace: str, mute: list[tuple[Pod, tuple[NetworkPolicy, ...]]], servers: list[Pod]
) -> Denied:
    found = [one for _, mine in mute for one in mine]
    pods = named(dict.fromkeys(pod.name for pod, _ in mute))
    wrong = any(_passes(policies, pod, mine, server, _SERVICE_PORT) for pod, mine in mute[:1] for server in servers[:1])
    hint = f"; a rule names port {_SERVICE_PORT}, which is that of the service only" if wrong else ""
    who = f"{len(mute)} pod{'s' if len(mute) > 1 else ''} of {namespace}"
    text = (
        f"{who} cannot ask the cluster's DNS ({pods}): {_names(found)} selects them for egress, and no rule lets them"
        f" reach port {_PORT} of the pods in {_DNS}{hint}"
    )
    return Denied(namespace, text, pieces(_places(found, PolicyType.EGRESS), mute[0][0].where("labels")), "dns")


def _names(policies: Iterable[NetworkPolicy]) -> str:
    return f"NetworkPolicy {named(dict.fromkeys(f'{one.namespace}/{one.name}' for one in policies))}"


def _places(policies: Iterable[NetworkPolicy], direction: PolicyType) -> Iterator[Evidence]:
    for one in {each.name: each for each in policies}.values():
        yield from one.where(direction.lower(), "pod_selector", "policy_types")
