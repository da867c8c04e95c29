"""RC: a route is not served."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import RankedFinding, Severity
from analyzer.stated import alike, always, following, names_it, serious, stated

ROOTS = ("router-not-serving", "route-missing-or-not-admitted", "route-backend-broken", "network-pod-crashloop")
AFTER = ("network-operator-unhealthy", "service-without-endpoints", "some-endpoints-unhealthy", "restarts-and-oom")
INGRESS = "openshift-ingress/"


_WHY = "Routers, routes, services and endpoints, or the operator's own conditions, are in the archive and say so."


@diagnosis
def ingress_not_serving(findings: Findings) -> Iterator[Cause]:
    """No router serves a route, or the route leads to no service that takes requests: clients get 503 or nothing.

    Certain at error: routers, routes, services and endpoints are in the archive. Else likely.
    """
    told: set[str] = set()
    for rule in ROOTS:
        for group in alike(one for one in serious(findings.of(rule)) if one.id not in told and _of_ingress(one)):
            follows = always if rule == ROOTS[0] else names_it
            after = following(findings, group, (*ROOTS[ROOTS.index(rule) + 1 :], *AFTER), follows)
            ingress = tuple(
                one for one in serious(after) if "ingress" in f"{one.subject} {one.message}" or rule != ROOTS[0]
            )
            told |= {one.id for one in ingress}
            confidence = Confidence.CERTAIN if group[0].severity.at_least(Severity.ERROR) else Confidence.LIKELY
            steps = (
                (
                    "`oc -n openshift-ingress get pods -o wide` and `oc -n openshift-ingress-operator get"
                    " ingresscontrollers -o yaml`"
                ),
                "`oc get route -A` with the column HOST/PORT: is it admitted, and by which router?",
                "`oc get endpoints` of the service that the route names: 503 means that it has none that is ready.",
            )
            yield stated(group, confidence, steps, because=(_WHY,), symptoms=ingress)


def _of_ingress(one: RankedFinding) -> bool:
    return not one.id.startswith("network-pod-crashloop") or one.subject.startswith(INGRESS)
