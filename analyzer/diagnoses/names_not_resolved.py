"""RC: the cluster's DNS does not answer, or answers wrongly."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import RankedFinding, Severity
from analyzer.stated import alike, always, following, serious, stated

ROOTS = ("cluster-dns-unhealthy", "resolver-wildcard-or-search-problem")


AFTER = ("network-operator-unhealthy", "network-pod-crashloop", "service-without-endpoints", "restarts-and-oom")
_WHY = {
    Confidence.CERTAIN: "The state of all its pods was collected, and without them no name is resolved in a pod.",
    Confidence.LIKELY: "The DNS pods or their logs show it; other causes may add to what clients see.",
    Confidence.POSSIBLE: "The settings are unusual; that names fail for that is not shown.",
}


@diagnosis
def names_not_resolved(findings: Findings) -> Iterator[Cause]:
    """Names are not resolved in pods, or to the wrong address: the DNS pods, their upstream servers, a search domain.

    Certain where no pod of the cluster's DNS is ready. Likely from the state of some DNS pods and their logs; possible
    where only a resolver's settings are unusual.
    """
    told: set[str] = set()
    for rule in ROOTS:
        for group in alike(one for one in serious(findings.of(rule)) if one.id not in told):
            after = following(findings, group, AFTER, always) if rule == ROOTS[0] else ()
            dns = tuple(one for one in after if "dns" in f"{one.subject} {one.message}".casefold())
            told |= {one.id for one in dns}
            confidence = _confidence(group[0])
            steps = (
                "`oc -n openshift-dns get pods -o wide` and `oc -n openshift-dns logs ds/dns-default -c dns`",
                (
                    "`dig +search +noall +answer NAME` in a pod and on its node: an address of your"
                    " own for a foreign name is a"
                    " wildcard in a search domain."
                ),
                "Check the servers of `/etc/resolv.conf` on the nodes and `spec.upstreamResolvers` of dns.operator.",
            )
            yield stated(group, confidence, steps, because=(_WHY[confidence],), symptoms=dns)


def _confidence(first: RankedFinding) -> Confidence:
    if first.severity is Severity.CRITICAL:
        return Confidence.CERTAIN
    return Confidence.LIKELY if first.severity is Severity.ERROR else Confidence.POSSIBLE
