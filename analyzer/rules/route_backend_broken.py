"""A route leads to no service that takes requests: clients get 503."""

from collections.abc import Iterator, Mapping

from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.databases import named, pieces
from analyzer.rule import rule
from analyzer.service.backends import Backends, ServiceBackends
from analyzer.service.partly import EndpointPods
from analyzer.service.routes import Broken, RouteServices
from analyzer.service.without import Fault, WithoutEndpoints
from parsers.ingress_controllers import HaproxyBackend
from parsers.kubernetes import unique
from parsers.routes import Route, RouteBackend

MANY = 20  # routes of which only a router's configuration is known, from which on one finding names all
# In this order: the worst of several services decides.
_SEVERITIES = {Fault.BROKEN: Severity.ERROR, Fault.IDLE: Severity.WARNING, Fault.OFF: Severity.INFO}
_Servers = Mapping[tuple[str, str], list[HaproxyBackend]]


@rule(Severity.ERROR, area="service")
def route_backend_broken(
    routes: tuple[Route, ...],
    backends: ServiceBackends | None,
    without: WithoutEndpoints | None,
    servers: tuple[HaproxyBackend, ...] | None,
    pods: EndpointPods,
) -> Iterator[Finding | Gap]:
    """A route leads to no service that takes requests: clients get 503.

    ## Why it matters
    The router answers every request for the host with 503, "Application is not available". It looks like a fault of the
    router, but lies behind it: a service that does not exist, that has no ready endpoint, or no such port.

    ## What to do
    Compare `spec.to` and `spec.port` of the route with the service: the port is a name or a number of the endpoints,
    not the port of the service. If the service has no endpoints, look at its pods. Weights that are all 0 switch a
    route off. If only the configuration of a router lacks the servers, read its log and restart it.
    """
    by_route: dict[tuple[str, str], list[HaproxyBackend]] = {}
    for one in servers or ():
        by_route.setdefault((one.namespace, one.route), []).append(one)
    known = set()
    for route in unique(routes):
        known.add((route.namespace or "", route.name))
        weighted = [one for one in (route.to, *route.alternates) if one.weight != 0]
        if not weighted:
            lines = pieces(*(one.where("weight") for one in (route.to, *route.alternates)))
            yield Finding(_name(route), "all its services have the weight 0", lines, key="weights")
        elif backends is None or without is None:
            yield Gap(_name(route), "services were not collected")
        else:
            judge = RouteServices(backends, without)
            yield from _judged(route, [(one, judge.of(route, one)) for one in weighted], by_route)
            yield from _stale(route, weighted, judge, by_route, pods)
    yield from _unknown([each for key, each in by_route.items() if key not in known])


def _name(route: Route) -> str:
    return f"{route.namespace}/{route.name}"


def _judged(
    route: Route, found: list[tuple[RouteBackend, Broken | None]], servers: _Servers
) -> Iterator[Finding | Gap]:
    """A finding where no service takes requests: one that does gets those of the others."""
    broken = [each for _, each in found if each is not None]
    if len(broken) < len(found):
        return
    doubt = next((one for one in broken if one.fault is Fault.DOUBT), None)
    if doubt is not None:
        yield Gap(_name(route), doubt.text)
        return
    fault = next(fault for fault in _SEVERITIES if any(one.fault is fault for one in broken))
    lacking = servers.get((route.namespace or "", route.name), [])
    also = "; the router has no server for it" if lacking else ""
    text = f"requests for {route.host or 'it'} get 503: {', '.join(one.text for one in broken)}{also}"
    lines = (*pieces(*(one.evidence for one in broken), most=7), *(one.evidence for one in lacking[:1]))
    yield Finding(_name(route), text, lines, severity=_SEVERITIES[fault])


def _stale(
    route: Route, weighted: list[RouteBackend], judge: RouteServices, servers: _Servers, pods: EndpointPods
) -> Iterator[Finding]:
    """A router without a server for a route whose services have had ready endpoints for long."""
    lacking = servers.get((route.namespace or "", route.name), [])
    if not lacking or any(judge.of(route, one) is not None for one in weighted):
        return
    every = (judge.backends.get(route.namespace or "", one.service) for one in weighted)
    steady = [one for one in every if one is not None and _steady(one, pods)]
    if steady:
        names = named(one.pod or one.controller or "a router" for one in lacking)
        count = len(steady[0].serving())
        text = f"{names} has no server for it, although {steady[0].name} has {count} ready endpoints"
        lines = pieces((one.evidence for one in lacking[:3]), steady[0].evidence[:2])
        yield Finding(_name(route), text, lines, key="router")


def _steady(one: Backends, pods: EndpointPods) -> bool:
    """Whether an endpoint of the service has been ready since long before the router was read."""
    found = (pods.pod(each) for each in one.serving())
    return any(pod is not None and pods.ages.settled(pod) for pod in found)


def _unknown(lacking: list[list[HaproxyBackend]]) -> Iterator[Finding]:
    """Routes that were not collected and have no server: nothing tells whether that is meant."""
    if len(lacking) > MANY:
        text = f"the routers have no server for {len(lacking)} routes of namespaces that were not collected"
        names = named(f"{each[0].namespace}/{each[0].route}" for each in lacking)
        lines = pieces(each[0].evidence for each in lacking[:6])
        yield Finding("routers", f"{text}: {names}", lines, severity=Severity.INFO, key="unknown")
        return
    for each in lacking:
        text = "the router has no server for it, so that requests get 503; its service was not collected"
        lines = pieces(one.evidence for one in each[:3])
        yield Finding(f"{each[0].namespace}/{each[0].route}", text, lines, severity=Severity.INFO, key="unknown")
