"""RC: a service is reached and nobody serves it."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.stated import alike, following, names_it, serious, stated

ROOTS = ("lb-service-no-serving-endpoint", "service-without-endpoints", "etp-local-without-local-endpoint")
AFTER = (
    *("service-without-endpoints", "some-endpoints-unhealthy", "route-backend-broken", "l2-service-without-announcer"),
    *("announcement-asymmetry", "network-operator-unhealthy"),
)


@diagnosis
def service_has_no_backend(findings: Findings) -> Iterator[Cause]:
    """A service has no endpoint that takes traffic, or none on the nodes that announce it: clients are refused.

    Certain: the endpoints of the service are in the archive. Why its pods are not ready is their own matter.
    """
    for group in alike(serious(findings.of(*ROOTS))):
        steps = (
            f"`oc -n {_namespace(group[0].subject)} get pods,endpointslices -o wide`: which pods are ready, and where?",
            "No pod at all: compare the service's selector with the labels of the pods; scaled to zero on purpose?",
            "Pods that are not ready: their readiness probe and their own log.",
        )
        why = "The endpoints of the service are in the archive; why its pods are not ready is their own matter."
        after = following(findings, group, AFTER, names_it)
        yield stated(group, Confidence.CERTAIN, steps, because=(why,), symptoms=after)


def _namespace(subject: str) -> str:
    return subject.partition("/")[0] if "/" in subject else "NAMESPACE"
