"""RC: the cluster's network settings do not fit together."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import Severity
from analyzer.stated import alike, always, following, serious, stated

ROOTS = (
    "network-config-inconsistent",
    "host-subnet-exhausted",
    "hostsubnet-missing-or-overlapping",
    "mixed-versions-or-settings",
)
AFTER = (
    "gateway-or-node-init-failed",
    "sandbox-creation-failures",
    "pod-port-binding-timeout",
    "network-operator-unhealthy",
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
            after = tuple(serious(following(findings, group, AFTER, always))) if rule == "host-subnet-exhausted" else ()
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
            yield stated(group, confidence, steps, symptoms=after)
