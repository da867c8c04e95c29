"""What is wrong with the services that a route leads to.

A router takes the endpoints of the services with a weight above 0, and of these the ones whose port has the name or the
number that the route gives: the port of the pods, not of the service (openshift/router pkg/router/template/plugin.go
createRouterEndpoints, router.go endpointsForAlias).
"""

from dataclasses import dataclass

from analyzer.service.backends import Backends, ServiceBackends
from analyzer.service.without import Fault, WithoutEndpoints
from parsers.base import Evidence
from parsers.cluster_services import ServiceType
from parsers.routes import Route, RouteBackend


@dataclass(frozen=True, slots=True)
class Broken:
    """Why a service of a route takes no request; `fault` is DOUBT where that is not known."""

    fault: Fault
    text: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class RouteServices:
    """Judges the services of routes."""

    backends: ServiceBackends
    without: WithoutEndpoints

    def of(self, route: Route, target: RouteBackend) -> Broken | None:
        """What is wrong with one service of a route; None where it takes requests."""
        if target.kind not in {None, "Service"}:
            return None
        namespace = route.namespace or ""
        name = f"{namespace}/{target.service}"
        one = self.backends.get(namespace, target.service)
        if one is None:
            place = self.backends.all_of(namespace)
            if place is None:
                return Broken(Fault.DOUBT, f"the services of {namespace} were not collected")
            return Broken(Fault.BROKEN, f"there is no service {name}", (*target.where("service"), place))
        if one.service.type is ServiceType.EXTERNAL_NAME:
            return None
        return self._port(route, one) or self._endpoints(target, one)

    def _endpoints(self, target: RouteBackend, one: Backends) -> Broken | None:
        if one.slices is None:
            return Broken(Fault.DOUBT, f"the endpoints of {one.name} were not collected")
        if one.serving():
            return None
        lines = target.where("service")
        if not one.service.selector:
            # Somebody writes these endpoints by hand: none of them is what they want until they say otherwise.
            return Broken(Fault.IDLE, f"{one.name} has no endpoint, and no selector", (*lines, *one.evidence[:1]))
        found = self.without.of(one)[0]
        text = found.text if found.fault is Fault.DOUBT else f"{one.name} has no endpoint that is ready; {found.text}"
        return Broken(found.fault, text, (*lines, *found.evidence))

    def _port(self, route: Route, one: Backends) -> Broken | None:
        """A port that the route names and no endpoint of the service has."""
        wanted = route.target_port
        if wanted is None:
            return None
        names, numbers = _ports(one)
        if wanted in names or wanted in numbers or (wanted.isdecimal() and not numbers):
            return None
        has = ", ".join(sorted(names | numbers)) or "none"
        text = f"its port {wanted} is no port of the endpoints of {one.name} (these are {has})"
        used = next((port for port in one.service.ports if str(port.port) == wanted), None)
        if used is not None:
            text += f"; {wanted} is the port of the service itself, which a router does not look at"
        ports = tuple(line for port in one.service.ports for line in port.where("port", "target_port"))
        return Broken(Fault.BROKEN, text, (*route.where("target_port"), *ports[:4], *one.evidence[:1]))


def _ports(one: Backends) -> tuple[set[str], set[str]]:
    """The names and the numbers of the ports of the endpoints; what the service says where there are none."""
    found = one.ports()
    names = {each.name for each in one.service.ports if each.name}
    if found:
        numbers = {str(each.port) for each in found if each.port is not None}
        return {each.name for each in found if each.name} or names, numbers
    targets = {each.target_port or str(each.port) for each in one.service.ports}
    # The number of a port that is only named is not known.
    return names, targets if all(each.isdecimal() for each in targets) else set()
