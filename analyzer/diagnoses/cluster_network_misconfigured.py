"""RC: the cluster's network settings do not fit together."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import RankedFinding, Severity
from analyzer.stated import alike, always, following, same_node, serious, stated

SUBNET = "hostsubnet-missing-or-overlapping"
ROOTS = ("network-config-inconsistent", "host-subnet-exhausted", SUBNET, "mixed-versions-or-settings")
AFTER = (
    *("gateway-or-node-init-failed", "sandbox-creation-failures", "pod-port-binding-timeout", "sdn-setup-log-errors"),
    *("network-operator-unhealthy", "network-pod-crashloop"),
)
OF_SUBNET = (
    *("management-port-problem", "sdn-routes-missing", "sdn-remote-node-flows-missing", "sdn-base-ports-missing"),
    *("sdn-local-pod-flows-or-veth-missing", "connectivity-check-outage", "network-diagnostics-failed"),
)


@diagnosis
def cluster_network_misconfigured(findings: Findings) -> Iterator[Cause]:
    """Networks overlap, are used up, or nodes of one kind run different versions or settings.

    Certain for ranges that overlap or are used up; different versions are possible causes only.
    """
    told: set[str] = set()
    for rule in ROOTS:
        for group in alike(one for one in serious(findings.of(rule)) if one.id not in told):
            error = group[0].severity.at_least(Severity.ERROR)
            after = tuple(serious(_after(findings, group, rule)))
            told |= {one.id for one in after}
            confidence = Confidence.CERTAIN if error else Confidence.POSSIBLE
            steps = (
                (
                    "`oc get network.config cluster -o yaml` and `oc get network.operator cluster -o"
                    " yaml`: ranges, MTU, migration."
                ),
                (
                    "Ranges cannot be changed at will: which one can be depends on the release; see its"
                    " documentation first."
                ),
            )
            yield stated(group, confidence, steps, because=(_WHY[confidence],), symptoms=after)


def _after(findings: Findings, group: tuple[RankedFinding, ...], rule: str) -> tuple[RankedFinding, ...]:
    if rule == "host-subnet-exhausted":
        return following(findings, group, AFTER, always)
    return following(findings, group, (*AFTER, *OF_SUBNET), same_node) if rule == SUBNET else ()


_WHY = {
    Confidence.CERTAIN: "The cluster's own objects, or the log of their controller, say so.",
    Confidence.POSSIBLE: "Versions or settings that differ are a fact; that anything fails for that is not shown.",
}
