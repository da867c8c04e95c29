"""RC: OVN's databases have no leader, or do not answer."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.stated import alike, always, following, serious, stated

AFTER = (
    *(
        "southbound-connection-loss",
        "pod-without-logical-port",
        "pod-port-binding-timeout",
        "sandbox-creation-failures",
    ),
    *(
        "service-not-programmed",
        "load-balancer-backend-mismatch",
        "network-operator-unhealthy",
        "logical-port-not-bound",
    ),
)


@diagnosis
def ovn_databases_unhealthy(findings: Findings) -> Iterator[Cause]:
    """The cluster of OVN's database servers is not healthy: changes reach no node.

    Likely: it explains new pods and services that fail on every node; running traffic goes on.
    """
    for group in alike(serious(findings.of("raft-unhealthy"))):
        steps = (
            "`oc -n openshift-ovn-kubernetes get pods -o wide` and the logs of the nbdb and sbdb containers.",
            (
                "`ovs-appctl -t /var/run/ovn/ovnnb_db.ctl cluster/status OVN_Northbound` in each nbdb"
                " container (sbdb alike)."
            ),
            "Look at disk latency, CPU and clocks of the control-plane nodes.",
        )
        after = tuple(serious(following(findings, group, AFTER, always)))
        why = "Changes reach the nodes only through these databases; what ran before goes on."
        yield stated(group, Confidence.LIKELY, steps, because=(why,), symptoms=after)
