"""RC: MetalLB gave a service no address."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import RankedFinding
from analyzer.stated import alike, following, names_it, serious, stated

PROVEN = ("which does not exist", "MetalLB says")


_WHY = {
    Confidence.CERTAIN: "MetalLB itself says so, or what the service asks for is not in the list of pools.",
    Confidence.LIKELY: "The pools were compared with what the service asks for; MetalLB's own word was not collected.",
}


@diagnosis
def service_without_address(findings: Findings) -> Iterator[Cause]:
    """A LoadBalancer service has no address: no pool fits, none has one left, or nobody assigns one.

    Certain where MetalLB itself says why, or the pool that the service asks for is not there; else likely.
    """
    for group in alike(serious(findings.of("lb-service-without-ip"))):
        full = findings.of("pool-exhausted", "metallb-control-plane-down")
        confidence = Confidence.CERTAIN if _proven(group[0]) else Confidence.LIKELY
        symptoms = (
            *(one for one in serious(full)),
            *following(findings, group, ("service-without-endpoints",), names_it),
        )
        namespace, _, name = group[0].subject.rpartition("/")
        steps = (
            (
                "Compare what the service asks for (annotations `metallb.io/address-pool`, `metallb.universe.tf/…`,"
                " `spec.loadBalancerIP`, `spec.loadBalancerClass`, IP families) with the pools."
            ),
            "`oc get ipaddresspools -A -o yaml` shows ranges, `autoAssign` and `serviceAllocation` of each pool.",
            f"`oc -n {namespace} describe service {name}` ends with MetalLB's own events: AllocationFailed says why.",
        )
        yield stated(group, confidence, steps, because=(_WHY[confidence],), symptoms=symptoms)


def _proven(one: RankedFinding) -> bool:
    return any(word in one.message for word in PROVEN)
