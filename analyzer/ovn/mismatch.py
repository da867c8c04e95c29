"""Load balancers against endpoints: backends that nobody serves, and serving endpoints that are not used.

The databases and the API are read minutes apart, and endpoints come and go: a difference counts only where something
shows that it is older than the collection, or that it cannot be right whenever it was read. All else is a doubt.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from analyzer.instances import NodesByName, PodsByName
from analyzer.ovn.balancers import Frontend, Scope, backends
from analyzer.ovn.databases import Copy, OvnDatabases, Zone, since
from analyzer.ovn.endpoints import OvnEndpoints, Pair, PortEndpoints, of_family
from analyzer.ovn.ports import LogicalPort, LogicalPorts
from analyzer.ovn.verdicts import FINE, Verdict, Wrong, long_down, recent, settled, steady
from analyzer.ovn.written import changed
from parsers.endpoint_facts import Endpoint
from parsers.ovn_databases import NorthboundDatabase
from parsers.ovn_northbound_rows import LogicalSwitch
from parsers.pods import Pod, PodPhase
from parsers.services import TrafficPolicy
from parsers.vocabulary import Network, address, network

# A router's load balancer reaches an endpoint of its own host by such an address, unless the operator was told of
# another subnet for them (ovn-org/ovn-kubernetes go-controller/pkg/config MasqueradeIPs).
_MASQUERADE = ("169.254.", "fd69:")
# OpenShift's OVN-Kubernetes keeps DNS on the node where it can (openshift/ovn-kubernetes lb_config.go).
_PREFERS_LOCAL = ("openshift-dns", "dns-default")
_PER_NODE = "_node_"


@dataclass(frozen=True, slots=True)
class Judge:
    """Everything that a backend is compared with."""

    zones: OvnDatabases
    endpoints: OvnEndpoints
    ports: LogicalPorts
    pods: PodsByName
    nodes: NodesByName
    subnets: tuple[Network, ...]
    pods_by_ip: Mapping[str, Pod]
    node_ips: frozenset[str]
    _fine: set[tuple[int, int, Scope, bool, str]] = field(default_factory=set)

    def of(self, frontend: Frontend) -> Verdict | None:
        """The verdict of a frontend; None where the endpoints of its service were not collected."""
        key = (id(frontend.service), frontend.at, frontend.scope, ":" in frontend.ip, frontend.targets)
        if key in self._fine:
            return FINE
        expected = self.endpoints.of(frontend.service, frontend.port, frontend.at)
        if expected is None:
            return None
        used = backends(frontend.targets)
        absent = () if _local(frontend) else _absent(frontend, expected, used)
        dead = [pair for pair in used if not expected.permits(pair) and not self.stands_in(frontend, expected, pair)]
        if not dead and not absent:
            self._fine.add(key)
            return FINE
        return self._explained(frontend, expected, used, dead, absent)

    def _explained(
        self,
        frontend: Frontend,
        expected: PortEndpoints,
        used: tuple[Pair, ...],
        dead: list[Pair],
        absent: tuple[Pair, ...],
    ) -> Verdict:
        copy = frontend.zone.northbound
        if copy is None or frontend.service.deleting or not copy.held(frontend.service.created):
            return Verdict(doubts=("the service is new, or is being deleted",))
        found = [
            *(_Backend(self, frontend, expected, copy, pair).judged() for pair in dead),
            *(self._unused(frontend, expected, copy, pair, used) for pair in absent),
        ]
        wrong = tuple(one for one in found if isinstance(one, Wrong))
        return Verdict(wrong, tuple(one for one in found if isinstance(one, str)), expected, used)

    def _unused(
        self,
        frontend: Frontend,
        expected: PortEndpoints,
        copy: Copy[NorthboundDatabase],
        pair: Pair,
        used: tuple[Pair, ...],
    ) -> Wrong | str | None:
        """A serving endpoint that the load balancer lacks."""
        endpoint = expected.wanted[pair]
        pod = self.pod(endpoint)
        if pair[0] in self.node_ips and any(self.stands_in(frontend, expected, each) for each in used):
            return None
        if pod is None:
            return f"{pair[0]} is no endpoint of a known pod: when it came is not known"
        if recent(frontend, copy) or not steady(pod, copy):
            return f"{pair[0]} may have become ready while the archive was collected"
        if not pod.host_network and (pod.namespace or "", pod.name) not in self.ports.by_pod:
            return f"{pair[0]} is of {endpoint.target}, which has no logical port in the databases"
        why = f"the endpoint of {endpoint.target} is ready"
        return Wrong(pair, why, (endpoint.evidence,), missing=True)

    def stands_in(self, frontend: Frontend, expected: PortEndpoints, pair: Pair) -> bool:
        """Whether a backend is the masquerade address for an endpoint on the router's own host."""
        ip = pair[0]
        if ip.startswith(_MASQUERADE):
            return True
        if "router" not in frontend.balancer.name or ip in expected.known or ip in self.node_ips or self.inside(ip):
            return False
        used = {each for each, _ in backends(frontend.targets)}
        return any(each in self.node_ips and each not in used for each, _ in expected.wanted)

    def inside(self, ip: str) -> bool:
        """Whether the address is of a subnet of which all ports are known."""
        found = network(ip)
        return found is not None and any(
            found.version == one.version and found.network_address in one for one in self.subnets
        )

    def pod(self, endpoint: Endpoint) -> Pod | None:
        """The pod of an endpoint."""
        namespace, _, name = (endpoint.target or "").partition("/")
        return self.pods.get((namespace, name))


@dataclass(frozen=True, slots=True)
class _Backend:
    """A backend that is no serving endpoint."""

    judge: Judge
    frontend: Frontend
    expected: PortEndpoints
    copy: Copy[NorthboundDatabase]
    pair: Pair

    def judged(self) -> Wrong | str | None:
        """What is wrong with it, or why that is not known."""
        ip = self.pair[0]
        endpoint = self.expected.known.get(ip)
        if endpoint is not None:
            return self._of_endpoint(endpoint)
        if self.expected.truncated:
            return f"{ip} may be one of the endpoints that were left out of a truncated list"
        for port in self.judge.ports.by_address.get(ip, ()):
            return self._of_port(port)
        pod = self.judge.pods_by_ip.get(ip)
        if pod is not None and self._selected(pod):
            return f"{ip} is of {pod.namespace}/{pod.name}, which matches the service"
        if pod is not None:
            return Wrong(self.pair, f"it is the address of the pod {pod.namespace}/{pod.name}", pod.where("pod_ips"))
        return self._of_nobody()

    def _of_endpoint(self, endpoint: Endpoint) -> Wrong | str:
        ip = self.pair[0]
        numbers = sorted({number for each, number in self.expected.allowed if each == ip})
        if numbers:
            text = f"the endpoint serves port {', '.join(map(str, numbers))} there"
            return Wrong(self.pair, text, (endpoint.evidence, *self.expected.evidence[:1]))
        pod = self.judge.pod(endpoint)
        if pod is None or recent(self.frontend, self.copy) or not long_down(pod, self.copy):
            return f"{ip} is not ready; it may have been while the database was copied"
        return Wrong(self.pair, f"its pod {endpoint.target} is not ready", (endpoint.evidence,))

    def _of_port(self, port: LogicalPort) -> Wrong | str:
        ip, name = self.pair[0], "/".join(port.pod)
        pod = self.judge.pods.get(port.pod)
        lines = port.row.where("name", "addresses")
        if pod is None:
            if port.attached or port.late:
                return f"{ip} is of {name}, which may have come while the archive was collected"
            return Wrong(self.pair, f"it is of {name}, which does not exist", lines)
        if not self._selected(pod):
            return Wrong(self.pair, f"it is the address of the pod {name}, which is not of the service", lines)
        if pod.phase in {PodPhase.SUCCEEDED, PodPhase.FAILED}:
            return Wrong(self.pair, f"its pod {name} has ended", (*lines, *pod.where("phase")))
        if pod.deleting or not self.copy.held(since(pod)):
            return f"{ip} is of {name}, which comes or goes"
        return Wrong(self.pair, f"its pod {name} is no endpoint of the service", (*lines, *pod.where("pod_ips")))

    def _of_nobody(self) -> Wrong | str:
        ip = self.pair[0]
        if network(ip) is None:
            return f"{ip} is no address that can be compared"
        if self.judge.inside(ip):
            if way := "came" if self._came_between() else "went" if self._went_between() else None:
                return f"{ip} may be of a pod that {way} between the copies of two databases"
            return Wrong(self.pair, "it is no endpoint, and no logical port has the address")
        by_hand = self.frontend.service.selector is None and not settled(self.frontend, self.copy)
        if ip in self.judge.node_ips or not self.judge.nodes or by_hand:
            return f"{ip} is no endpoint any more, or not yet"
        if recent(self.frontend, self.copy) or not self._all_zones():
            return f"whose address {ip} is was not collected"
        return Wrong(self.pair, "it is no endpoint, and neither a pod nor a node has the address")

    def _came_between(self) -> bool:
        """Whether a pod may have come with this address after the database of its node was copied, before this one."""
        when, ip = changed(self.frontend.row, self.frontend.column), self.pair[0]
        if when is None or not recent(self.frontend, self.copy):
            return False
        homes = [zone.northbound.fact for zone in self.judge.zones if zone.northbound and _holds(zone, ip)]
        return any(one.newest is None or one.newest < when for one in homes)

    def _went_between(self) -> bool:
        """Whether the database of its node may have been copied later, and a new pod took the place of one."""
        if self.copy.new or _holds(self.frontend.zone, self.pair[0]):
            return False
        return not all(steady(pod, self.copy) for pod in self.judge.pods.values() if self._selected(pod))

    def _all_zones(self) -> bool:
        """Whether the logical ports of every node are known."""
        known = {name for port in self.judge.ports for name in port.zone.nodes}
        return set(self.judge.nodes) <= known

    def _selected(self, pod: Pod) -> bool:
        service = self.frontend.service
        wanted = service.selector
        same = pod.namespace == service.namespace
        return wanted is None or (same and all(pod.labels.get(key) == value for key, value in wanted.items()))


def judge_of(
    databases: OvnDatabases, endpoints: OvnEndpoints, ports: LogicalPorts, pods: PodsByName, nodes: NodesByName
) -> Judge:
    """A judge over what was collected."""
    by_ip = {
        address(ip): pod
        for pod in pods.values()
        if not pod.host_network and pod.phase is PodPhase.RUNNING
        for ip in pod.pod_ips
    }
    written = [ip for node in nodes.values() for ip in (*node.internal_ips, *node.host_networks)]
    written += [pod.host_ip for pod in pods.values() if pod.host_ip]
    written += [ip for pod in pods.values() if pod.host_network for ip in pod.pod_ips]
    ips = frozenset(address(ip.partition("/")[0]) for ip in written)
    return Judge(databases, endpoints, ports, pods, nodes, tuple(_subnets(databases)), by_ip, ips)


def _subnets(databases: Iterable[Zone]) -> Iterator[Network]:
    """The subnets of the switches of which all ports are known."""
    for zone in databases:
        if not zone.unsound():
            yield from _subnets_of(zone)


def _subnets_of(zone: Zone) -> Iterator[Network]:
    for switch in zone.northbound.fact.rows(LogicalSwitch) if zone.northbound else ():
        for key in ("subnet", "ipv6_prefix"):
            text = switch.other_config.get(key, "")
            found = network(text if "/" in text or not text else f"{text}/64")
            if found is not None and text:
                yield found


def _holds(zone: Zone, ip: str) -> bool:
    """Whether an address is of a switch of this zone."""
    found = network(ip)
    return found is not None and any(
        found.version == one.version and found.network_address in one for one in _subnets_of(zone)
    )


def _local(frontend: Frontend) -> bool:
    """Whether only endpoints of the own node are right: then none is missing for sure."""
    service = frontend.service
    inside = frontend.scope is Scope.CLUSTER
    policy = service.internal_traffic_policy if inside else service.external_traffic_policy
    return policy is TrafficPolicy.LOCAL


def _absent(frontend: Frontend, expected: PortEndpoints, used: tuple[Pair, ...]) -> tuple[Pair, ...]:
    there = {ip for ip, _ in used}
    absent = tuple(pair for pair in of_family(expected.wanted, _family(frontend)) if pair[0] not in there)
    return () if absent and _near(frontend, expected, there, absent) else absent


def _near(frontend: Frontend, expected: PortEndpoints, there: set[str], absent: tuple[Pair, ...]) -> bool:
    """Whether a node's own load balancer keeps to the endpoints of one node, as it does for DNS."""
    service = (frontend.service.namespace, frontend.service.name)
    if service != _PREFERS_LOCAL and _PER_NODE not in frontend.balancer.name:
        return False
    nodes = {one.node for ip in there if (one := expected.known.get(ip))}
    return len(nodes) == 1 and not any(expected.wanted[pair].node in nodes for pair in absent)


def _family(frontend: Frontend) -> str:
    """An address of the family of a frontend; a template names it."""
    if frontend.ip.startswith("^"):
        return "::" if "IPv6" in frontend.ip else "0.0.0.0"  # noqa: S104 - only its family is looked at
    return frontend.ip
