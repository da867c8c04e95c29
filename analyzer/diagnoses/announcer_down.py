"""RC: MetalLB or frr-k8s does not run where it is to announce."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import Severity
from analyzer.stated import alike, following, nodes_of, same_node, serious, stated

ROOTS = (
    *("announcer-missing-on-node", "announcer-not-ready", "metallb-control-plane-down", "bgp-port-or-socket-conflict"),
)
AFTER = (
    *("network-pod-crashloop", "restarts-and-oom", "bgp-session-down", "bfd-session-down", "announcement-asymmetry"),
    *("empty-or-timed-out-section", "expected-collection-missing", "announced-prefix-missing", "state-asymmetry"),
)


@diagnosis
def announcer_down(findings: Findings) -> Iterator[Cause]:
    """A speaker, frr-k8s or MetalLB's controller does not run or is not ready: its node announces nothing new.

    Certain: the state of the pods says so. Why they do not run stands in their own state and logs.
    """
    for group in alike(serious(findings.of(*ROOTS), Severity.ERROR)):
        after = following(findings, group, AFTER, same_node) if nodes_of(group) else ()
        steps = (
            "`oc -n metallb-system get pods -o wide` and `oc -n metallb-system describe pod` of the one that is named.",
            "`oc -n metallb-system logs POD --all-containers --previous` where containers were restarted.",
            "No pod at all: compare the DaemonSet's nodeSelector and tolerations with the node's labels and taints.",
        )
        yield stated(group, Confidence.CERTAIN, steps, symptoms=after)
