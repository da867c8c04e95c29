"""No router serves a route: all reject it, or none took it up."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from analyzer.instances import Ages
from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.databases import pieces
from analyzer.rule import rule
from analyzer.service.pods import SETTLED
from parsers.conditions import ConditionStatus
from parsers.ingress_controllers import IngressController
from parsers.kubernetes import unique
from parsers.routes import Route, RouteIngress


@rule(Severity.ERROR, area="service")
def route_missing_or_not_admitted(
    routes: tuple[Route, ...], controllers: tuple[IngressController, ...] | None, ages: Ages
) -> Iterator[Finding | Gap]:
    """No router serves a route: all reject it, or none took it up.

    ## Why it matters
    Clients of its host get the router's page "Application is not available" (503), or reach the application of the
    route that has the host already. A route that one ingress controller rejects and another admits is in order: with
    several controllers each takes the routes of its own.

    ## What to do
    `HostAlreadyClaimed`: delete one of the two routes, or change its host or path; two namespaces may share a host only
    where the controller allows it (`routeAdmission.namespaceOwnership: InterNamespaceAllowed`). No router took it up:
    compare the labels of the route and of its namespace with `routeSelector` and `namespaceSelector` of the ingress
    controllers.
    """
    every = unique(routes)
    by_host: dict[str, list[Route]] = {}
    for one in every:
        by_host.setdefault(one.host or "", []).append(one)
    for one in every:
        if any(each.admitted for each in one.ingresses):
            continue
        rejected = next((each for each in one.ingresses if _rejects(each)), None)
        if rejected is not None:
            yield _rejected(one, rejected, by_host)
        elif _young(one, ages):
            yield Gap(_name(one), "it had only just been created")
        elif controllers is not None and all(each.replicas == 0 for each in controllers):
            yield Gap(_name(one), "no ingress controller is to run that could admit it")
        else:
            text = f"no router has taken up the route for {_host(one)}"
            yield Finding(_name(one), text, pieces(one.where("host", "ingresses"), (one.evidence,)))


def _rejects(ingress: RouteIngress) -> bool:
    return ingress.admission is not None and ingress.admission.status is ConditionStatus.FALSE


def _rejected(one: Route, ingress: RouteIngress, by_host: Mapping[str, list[Route]]) -> Finding:
    condition = ingress.admission
    reason = (condition.reason if condition else None) or "no reason given"
    told = f": {condition.message}" if condition and condition.message else ""
    others = [each for each in by_host.get(one.host or "", ()) if each is not one and _claims(each)]
    rival = next((each for each in others if (each.path or "") == (one.path or "")), next(iter(others), None))
    has = f"; {_name(rival)} has this host" if rival and one.host else ""
    text = (
        f"the router {ingress.router or 'of no name'} does not admit the route for {_host(one)} ({reason}{told}){has}"
    )
    lines = condition.where("status", "reason", "message") if condition else ()
    return Finding(_name(one), text, pieces(lines, one.where("host"), rival.where("host") if rival and has else ()))


def _claims(route: Route) -> bool:
    return any(each.admitted for each in route.ingresses)


def _young(one: Route, ages: Ages) -> bool:
    collected = ages.of(one.image_dir)
    return collected is not None and one.created is not None and one.created + timedelta(seconds=SETTLED) > collected


def _name(one: Route) -> str:
    return f"{one.namespace}/{one.name}"


def _host(one: Route) -> str:
    return f"{one.host or 'no host'}{one.path or ''}"
