"""RC: an address is announced and routed, and there is no answer."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.metallb.summary import ServiceVerdicts
from analyzer.model import ServiceVerdict, Severity
from analyzer.stated import serious, stated

# In this order: what stops packets of a service that do reach the node.
ROOTS = (
    *("ip-forwarding-off", "reverse-path-filter-blocks-lb", "service-not-programmed", "netpol-default-deny"),
    *("service-nat-chain-missing", "load-balancer-backend-mismatch", "ovn-overlay-mtu-too-large"),
)


@diagnosis
def announced_without_answer(findings: Findings, services: ServiceVerdicts) -> Iterator[Cause]:
    """Service addresses are announced, and something on the nodes keeps their traffic from being answered.

    Likely where a finding about the node's forwarding or the service itself fits.
    """
    announced = [one for one in services if _reached(one)]
    if not announced:
        return
    for rule in ROOTS[:3]:
        found = tuple(serious(findings.of(rule), Severity.ERROR))
        if found:
            why = f"{len(announced)} addresses of services are announced, so clients do reach the nodes."
            yield stated(found, Confidence.LIKELY, _STEPS, because=(why,))


def _reached(one: ServiceVerdict) -> bool:
    return one.reach in {"announced", "partly announced"}


_STEPS = (
    "`curl` to the address from a node proves only the cluster's own half; ping to such an address never answers.",
    (
        "Capture on the node's interface while a client tries: requests without answers point at the"
        " node, none at the way."
    ),
)
