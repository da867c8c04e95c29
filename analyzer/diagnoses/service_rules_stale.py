"""RC13: a node or OVN sends the traffic of a service to the wrong backends, or nowhere."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import RankedFinding, Severity
from analyzer.stated import alike, following, names_it, serious, stated

ROOTS = ("load-balancer-backend-mismatch", "service-not-programmed", "service-nat-chain-missing")
CHAINS, NAT = "KUBE-", "nat"  # chains of kube-proxy, which writes services; all of them


@diagnosis
def service_rules_stale(findings: Findings) -> Iterator[Cause]:
    """The backends that OVN or iptables hold for a service are not its endpoints, or there are none at all.

    Certain at error: both sides are in the archive and were compared; a difference that a change between the two
    copies may explain is likely at most.
    """
    told: set[str] = set()
    for rule in ROOTS:
        for group in alike(one for one in serious(findings.of(rule)) if one.id not in told):
            after = (
                *following(findings, group, (*ROOTS[ROOTS.index(rule) + 1 :], "some-endpoints-unhealthy"), names_it),
                *(one for one in serious(findings.of("sdn-netfilter-broken")) if _of_proxy(group, one)),
            )
            told |= {one.id for one in after}
            sure = group[0].severity.at_least(Severity.ERROR)
            confidence = Confidence.CERTAIN if sure else Confidence.LIKELY
            yield stated(group, confidence, _STEPS, because=(_WHY[confidence],), symptoms=after)


def _of_proxy(group: tuple[RankedFinding, ...], one: RankedFinding) -> bool:
    return one.subject.startswith((CHAINS, NAT)) and one.node in {each.node for each in group}


_WHY = {
    Confidence.CERTAIN: "The endpoints and what is programmed were both collected and compared.",
    Confidence.LIKELY: "The two copies are of different moments: a change between them may look the same.",
}
_STEPS = (
    (
        "Read the log of ovnkube-controller in the node's ovnkube-node pod (4.14 and later; before: ovnkube-master), or"
        " of the sdn pod, for this service."
    ),
    "Restart that pod on the node: it writes load balancers and rules anew; save its log first.",
    "A change of the service (a label that nobody uses) makes the controller write its load balancer again.",
)
