"""RC: the cluster's DNS does not answer, or answers wrongly."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import Severity
from analyzer.stated import alike, always, following, serious, stated

ROOTS = ("cluster-dns-unhealthy", "resolver-wildcard-or-search-problem")


@diagnosis
def names_not_resolved(findings: Findings) -> Iterator[Cause]:
    """Names are not resolved in pods, or to the wrong address: the DNS pods, their upstream servers, a search domain.

    Likely from the state of the DNS pods and their logs; possible where only a resolver's settings are unusual.
    """
    told: set[str] = set()
    for rule in ROOTS:
        for group in alike(one for one in serious(findings.of(rule)) if one.id not in told):
            after = following(findings, group, ("network-operator-unhealthy",), always) if rule == ROOTS[0] else ()
            dns = tuple(one for one in after if "dns" in f"{one.subject} {one.message}".casefold())
            told |= {one.id for one in dns}
            confidence = Confidence.LIKELY if group[0].severity.at_least(Severity.ERROR) else Confidence.POSSIBLE
            steps = (
                "`oc -n openshift-dns get pods -o wide` and `oc -n openshift-dns logs ds/dns-default -c dns`",
                (
                    "`dig +search +noall +answer NAME` in a pod and on its node: an address of your"
                    " own for a foreign name is a"
                    " wildcard in a search domain."
                ),
                "Check the servers of `/etc/resolv.conf` on the nodes and `spec.upstreamResolvers` of dns.operator.",
            )
            yield stated(group, confidence, steps, symptoms=dns)
