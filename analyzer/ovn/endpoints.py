"""The endpoints of services with their ports, as OVN-Kubernetes takes them for its load balancers.

Ready endpoints count; where there is none, those that terminate and still serve; all of them where the service
publishes what is not ready (ovn-org/ovn-kubernetes go-controller/pkg/util/kube.go getSelectedEligibleEndpoints). A port
of a slice belongs to the port of the service of the same name, or to one without a name (go-controller/pkg/ovn/
controller/services/lb_config.go getEndpointsForService).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.cluster_services import ClusterService
from parsers.endpoint_facts import Endpoint, EndpointPort, EndpointsListed
from parsers.endpoint_slices import AddressType, EndpointSlice
from parsers.endpoints import ServiceEndpoints
from parsers.kubernetes import unique
from parsers.services import ServicePort
from parsers.vocabulary import address

ServiceName = tuple[str, str]
Pair = tuple[str, int]  # address and port
_Piece = tuple[ServiceName, EndpointSlice | ServiceEndpoints]


@dataclass(frozen=True, slots=True)
class PortEndpoints:
    """The endpoints of one port of a service.

    wanted: what a load balancer must send to. allowed: what it may send to. known: every endpoint by its address.
    any_port: addresses whose slices name no number. truncated: there may be more.
    """

    wanted: Mapping[Pair, Endpoint] = field(default_factory=dict)
    allowed: frozenset[Pair] = frozenset()
    known: Mapping[str, Endpoint] = field(default_factory=dict)
    any_port: bool = False
    truncated: bool = False
    evidence: tuple[Evidence, ...] = ()

    def permits(self, pair: Pair) -> bool:
        """Whether a load balancer may send there."""
        return pair in self.allowed or (self.any_port and any(pair[0] == ip for ip, _ in self.allowed))


@dataclass(frozen=True, slots=True)
class OvnEndpoints:
    """What was collected of endpoints, by service."""

    _slices: Mapping[ServiceName, tuple[EndpointSlice | ServiceEndpoints, ...]] = field(default_factory=dict)
    _listed: Mapping[str, Evidence] = field(default_factory=dict)
    _everywhere: Evidence | None = None
    _made: dict[tuple[ServiceName, int], PortEndpoints] = field(default_factory=dict, repr=False)

    def of(self, service: ClusterService, port: ServicePort, at: int) -> PortEndpoints | None:
        """The endpoints of a port, the `at`th of its service; None where they were not collected."""
        name = (service.namespace or "", service.name)
        found = self._slices.get(name)
        if found is None:
            place = self._listed.get(name[0]) or self._everywhere
            return PortEndpoints(evidence=(place,)) if place else None
        if (name, at) not in self._made:
            self._made[name, at] = _of_port(service, port, found)
        return self._made[name, at]


@join
def ovn_endpoints(
    slices: tuple[EndpointSlice, ...] | None,
    old: tuple[ServiceEndpoints, ...] | None,
    lists: tuple[EndpointsListed, ...] | None,
) -> OvnEndpoints:
    if slices is None and old is None:
        raise NotCollectedError("not collected: endpoint slices or endpoints")
    kinds = {one.kind for one in lists or ()}
    complete = [one for one in lists or () if one.kind == "EndpointSlice" or "EndpointSlice" not in kinds]
    by_slice = _grouped(((one.namespace or "", one.service or ""), one) for one in unique(slices or ()))
    by_object = _grouped(((one.namespace or "", one.name), one) for one in unique(old or ()))
    return OvnEndpoints(
        {**by_object, **by_slice},
        {name: one.evidence for one in reversed(complete) for name in one.namespaces},
        next((one.evidence for one in complete if one.everywhere), None),
    )


def _grouped(pieces: Iterable[_Piece]) -> dict[ServiceName, tuple[EndpointSlice | ServiceEndpoints, ...]]:
    found: dict[ServiceName, list[EndpointSlice | ServiceEndpoints]] = {}
    for name, one in pieces:
        if not isinstance(one, EndpointSlice) or one.address_type is not AddressType.FQDN:
            found.setdefault(name, []).append(one)
    return {name: tuple(each) for name, each in found.items()}


def _of_port(
    service: ClusterService, port: ServicePort, found: Iterable[EndpointSlice | ServiceEndpoints]
) -> PortEndpoints:
    ready: dict[Pair, Endpoint] = {}
    leaving: dict[Pair, Endpoint] = {}
    known: dict[str, Endpoint] = {}
    numbers: set[int] = set()
    any_port = truncated = False
    for one in found:
        ports = [each for each in one.ports if _same(each, port)]
        any_port = any_port or any(each.port is None for each in ports) or not one.ports
        truncated = truncated or (isinstance(one, ServiceEndpoints) and one.truncated)
        numbers.update(each.port for each in ports if each.port is not None)
        pairs = {each.port or 0 for each in ports} or ({0} if not one.ports else set())
        for endpoint in one.endpoints:
            for ip in map(address, endpoint.addresses):
                known.setdefault(ip, endpoint)
                for number in pairs:
                    if service.publish_not_ready or endpoint.ready is not False:
                        ready[ip, number] = endpoint
                        known[ip] = endpoint
                    elif endpoint.serving:
                        leaving[ip, number] = endpoint
    # One number stands for all endpoints in the load balancer, even where pods name different ones.
    several = {(ip, number) for ip, _ in (*ready, *leaving) for number in numbers} if len(numbers) > 1 else set()
    return PortEndpoints(
        wanted=ready,
        allowed=frozenset({*ready, *leaving, *several}),
        known=known,
        any_port=any_port,
        truncated=truncated,
        evidence=tuple(one.evidence for one in found),
    )


def _same(one: EndpointPort, port: ServicePort) -> bool:
    return one.protocol is port.protocol and (not port.name or one.name == port.name)


def of_family(pairs: Iterable[Pair], ip: str) -> list[Pair]:
    """Those of the family of this address."""
    return [one for one in pairs if (":" in one[0]) == (":" in ip)]
