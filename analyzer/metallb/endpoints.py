"""The endpoints of services, as far as they were collected: a namespace that is absent has unknown endpoints, not none.

Source: metallb/metallb internal/k8s/epslices (EndpointCanServe) and speaker/bgp_controller.go (hasHealthyEndpoint).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from analyzer.rule import join
from parsers.base import Evidence
from parsers.endpoint_facts import Endpoint, EndpointsListed
from parsers.endpoint_slices import EndpointSlice
from parsers.endpoints import ServiceEndpoints
from parsers.kubernetes import unique
from parsers.services import Service


@dataclass(frozen=True, slots=True)
class Backends:
    """The endpoints of one service; `evidence` are the objects that hold them, or the list that holds none."""

    endpoints: tuple[Endpoint, ...]
    evidence: tuple[Evidence, ...]

    @property
    def serving(self) -> tuple[Endpoint, ...]:
        """Those that can take traffic."""
        return tuple(one for one in self.endpoints if one.addresses and one.serves)

    def serving_on(self, node: str) -> bool:
        """Whether one that can take traffic runs on this node."""
        return any(one.node == node for one in self.serving)

    @property
    def located(self) -> bool:
        """Whether every endpoint names its node; for a service with local policy the others count nowhere."""
        return all(one.node for one in self.serving)


@dataclass(frozen=True, slots=True)
class EndpointsIndex:
    """The endpoints of every service by namespace and name, and the namespaces of which all were listed."""

    by_service: dict[tuple[str, str], Backends] = field(default_factory=dict)
    listed: dict[str, Evidence] = field(default_factory=dict)
    everywhere: Evidence | None = None

    def of(self, service: Service) -> Backends | None:
        """The endpoints of a service; None when they were not collected."""
        found = self.by_service.get((service.namespace or "", service.name))
        if found is not None:
            return found
        place = self.listed.get(service.namespace or "") or self.everywhere
        return Backends((), (place,)) if place else None


@join
def endpoints_index(
    slices: tuple[EndpointSlice, ...] | None,
    old: tuple[ServiceEndpoints, ...] | None,
    lists: tuple[EndpointsListed, ...] | None,
) -> EndpointsIndex:
    # Since 1.21 the slices are what counts; Endpoints objects hold the same, up to 1,000 of them.
    by_slice = _grouped((one.namespace, one.service or "", one.endpoints, one.evidence) for one in unique(slices or ()))
    by_object = _grouped((one.namespace, one.name, one.endpoints, one.evidence) for one in unique(old or ()))
    complete = [one for one in lists or () if one.kind == "EndpointSlice"] or list(lists or ())
    listed = {namespace: one.evidence for one in reversed(complete) for namespace in one.namespaces}
    return EndpointsIndex(
        {**by_object, **by_slice}, listed, next((one.evidence for one in complete if one.everywhere), None)
    )


def _grouped(
    pieces: Iterable[tuple[str | None, str, tuple[Endpoint, ...], Evidence]],
) -> dict[tuple[str, str], Backends]:
    found: dict[tuple[str, str], Backends] = {}
    for namespace, name, endpoints, evidence in pieces:
        held = found.get((namespace or "", name), Backends((), ()))
        found[namespace or "", name] = Backends((*held.endpoints, *endpoints), (*held.evidence, evidence))
    return found
