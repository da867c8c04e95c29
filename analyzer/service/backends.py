"""Every service with its endpoints and its pods, as far as they were collected.

An endpoint takes traffic while it is ready, or where the service publishes what is not ready; where there is none, one
that terminates and still serves does (kubernetes/kubernetes pkg/proxy/topology.go, CategorizeEndpoints). A port of a
service leads to the ports of the same name in its slices; of pods that have no port of the name that `targetPort`
gives, a slice has none (kubernetes/endpointslice reconciler.go, getEndpointPorts).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from analyzer.rule import NotCollectedError, join
from analyzer.service.pods import NamespacePods, alive
from parsers.base import Evidence
from parsers.cluster_services import ClusterService, ServiceType
from parsers.endpoint_facts import Endpoint, EndpointPort, EndpointsListed
from parsers.endpoint_slices import AddressType, EndpointSlice
from parsers.endpoints import ServiceEndpoints
from parsers.kubernetes import unique
from parsers.pods import Pod
from parsers.services import ServicePort, ServicesListed

ServiceName = tuple[str, str]
Slice = EndpointSlice | ServiceEndpoints


@dataclass(frozen=True, slots=True)
class Backends:
    """One service. slices: None where its endpoints were not collected. every_pod: the list of all pods around it."""

    service: ClusterService
    slices: tuple[Slice, ...] | None = None
    evidence: tuple[Evidence, ...] = ()
    pods: tuple[Pod, ...] = ()
    every_pod: Evidence | None = None

    @property
    def name(self) -> str:
        """`namespace/name`."""
        return f"{self.service.namespace}/{self.service.name}"

    @property
    def alive(self) -> tuple[Pod, ...]:
        """The pods that it selects and that run or are to run."""
        return tuple(one for one in self.pods if alive(one))

    @property
    def sliced(self) -> bool:
        """Whether the endpoints are known from slices, which tell the ports of each."""
        return bool(self.slices) and all(isinstance(one, EndpointSlice) for one in self.slices or ())

    @property
    def truncated(self) -> bool:
        """Whether there are more endpoints than were written."""
        return any(isinstance(one, ServiceEndpoints) and one.truncated for one in self.slices or ())

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Each endpoint once: by its pod or address, one that serves before one that does not."""
        found: dict[str, Endpoint] = {}
        for one in (each for piece in self.slices or () for each in piece.endpoints if each.addresses):
            key = one.target or one.addresses[0]
            if key not in found or found[key].ready is False:
                found[key] = one
        return tuple(found.values())

    def serving(self) -> tuple[Endpoint, ...]:
        """The endpoints that take traffic."""
        every = self.endpoints()
        ready = tuple(one for one in every if self.takes(one))
        return ready or tuple(one for one in every if one.serving and one.terminating)

    def takes(self, endpoint: Endpoint) -> bool:
        """Whether an endpoint takes traffic whatever the others do."""
        return endpoint.ready is not False or self.service.publish_not_ready

    def ports(self) -> tuple[EndpointPort, ...]:
        """The ports of the slices that hold an endpoint that takes traffic."""
        return tuple(
            port for one in self.slices or () if any(self.takes(each) for each in one.endpoints) for port in one.ports
        )

    def of_port(self, port: ServicePort) -> Iterator[tuple[str, int, Endpoint]]:
        """Address, port and endpoint of each endpoint that takes traffic for a port of the service."""
        for piece in self.slices or ():
            numbers = {each.port for each in piece.ports if same(each, port) and each.port is not None}
            for one in piece.endpoints:
                if self.takes(one):
                    yield from ((ip, number, one) for ip in one.addresses for number in numbers)


def same(one: EndpointPort, port: ServicePort) -> bool:
    """Whether a port of a slice is of this port of the service."""
    return one.protocol is port.protocol and (one.name or "") == (port.name or "")


@dataclass(frozen=True, slots=True)
class ServiceBackends:
    """The services by namespace and name, and the lists that say of which namespaces these are all."""

    by_name: Mapping[ServiceName, Backends] = field(default_factory=dict)
    listed: Mapping[str, Evidence] = field(default_factory=dict)
    everywhere: Evidence | None = None

    def __len__(self) -> int:
        return len(self.by_name)

    def __iter__(self) -> Iterator[Backends]:
        return iter(self.by_name.values())

    def get(self, namespace: str, name: str) -> Backends | None:
        """A service with its endpoints; None where there is none, or where it was not collected."""
        return self.by_name.get((namespace, name))

    def all_of(self, namespace: str) -> Evidence | None:
        """The list of all services of a namespace; None where it was not collected."""
        return self.listed.get(namespace) or self.everywhere


@join
def service_backends(  # noqa: PLR0913, PLR0917 - what each kind of object says, and of which namespaces all were listed
    services: tuple[ClusterService, ...] | None,
    slices: tuple[EndpointSlice, ...] | None,
    old: tuple[ServiceEndpoints, ...] | None,
    endpoint_lists: tuple[EndpointsListed, ...] | None,
    service_lists: tuple[ServicesListed, ...] | None,
    pods: NamespacePods,
) -> ServiceBackends:
    if services is None:
        raise NotCollectedError("not collected: services")
    complete = _lists(endpoint_lists or ())
    places = {name: one.evidence for one in reversed(complete) for name in one.namespaces}
    everywhere = next((one.evidence for one in complete if one.everywhere), None)
    known = _known(slices or (), old or ())
    found: dict[ServiceName, Backends] = {}
    for service in unique(services):
        name = (service.namespace or "", service.name)
        pieces = known.get(name)
        place = places.get(name[0]) or everywhere
        found[name] = Backends(
            service,
            tuple(pieces) if pieces is not None else () if place else None,
            tuple(one.evidence for one in pieces) if pieces else (place,) if place else (),
            pods.selected(name[0], service.selector or {}),
            pods.listed.get(name[0]),
        )
    return ServiceBackends(
        found,
        {name: one.evidence for one in service_lists or () for name in one.namespaces},
        next((one.evidence for one in service_lists or () if one.everywhere), None),
    )


def _lists(lists: Iterable[EndpointsListed]) -> list[EndpointsListed]:
    """Those of the slices, else those of the older objects."""
    found = list(lists)
    return [one for one in found if one.kind == "EndpointSlice"] or found


def _known(slices: Iterable[EndpointSlice], old: Iterable[ServiceEndpoints]) -> dict[ServiceName, list[Slice]]:
    """The endpoints by service: slices count since Kubernetes 1.21, Endpoints objects hold the same, up to 1,000."""
    by_object: Iterable[tuple[ServiceName, Slice]] = (((one.namespace or "", one.name), one) for one in unique(old))
    by_slice: Iterable[tuple[ServiceName, Slice]] = (
        ((one.namespace or "", one.service or ""), one)
        for one in unique(slices)
        if one.address_type is not AddressType.FQDN
    )
    return {**_grouped(by_object), **_grouped(by_slice)}


def _grouped(pieces: Iterable[tuple[ServiceName, Slice]]) -> dict[ServiceName, list[Slice]]:
    found: dict[ServiceName, list[Slice]] = {}
    for name, one in pieces:
        found.setdefault(name, []).append(one)
    return found


def judged(one: Backends) -> bool:
    """Whether the controller makes the endpoints of this service and traffic goes through its address.

    Endpoints of a service without selector are made by hand or by an operator; a headless service only finds pods.
    """
    service = one.service
    return bool(service.selector) and not (
        service.headless or service.deleting or service.type is ServiceType.EXTERNAL_NAME
    )
