"""RC: MetalLB or frr-k8s does not run where it is to announce."""

import re
from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import RankedFinding, Severity
from analyzer.stated import alike, following, nodes_of, same_node, serious, stated

ROOTS = (
    *("announcer-missing-on-node", "announcer-not-ready", "metallb-control-plane-down", "bgp-port-or-socket-conflict"),
)
AFTER = (
    *("network-pod-crashloop", "restarts-and-oom", "bgp-session-down", "bfd-session-down", "announcement-asymmetry"),
    *("empty-or-timed-out-section", "expected-collection-missing", "announced-prefix-missing", "state-asymmetry"),
)


_NAMESPACE = re.compile(r"(?:^|/)namespaces/([a-z0-9-]+)/")
_POD = re.compile(r"[a-z0-9-]+-[a-z0-9]{5}")


@diagnosis
def announcer_down(findings: Findings) -> Iterator[Cause]:
    """A speaker, frr-k8s or MetalLB's controller does not run or is not ready: its node announces nothing new.

    Certain: the state of the pods says so. Why they do not run stands in their own state and logs.
    """
    for group in alike(serious(findings.of(*ROOTS), Severity.ERROR)):
        after = following(findings, group, AFTER, same_node) if nodes_of(group) else ()
        namespace, pod = _namespace(group[0]), _pod(group[0])
        steps = (
            f"`oc -n {namespace} get pods -o wide` and `oc -n {namespace} describe pod {pod}`: state and events.",
            f"`oc -n {namespace} logs {pod} --all-containers --previous` where containers were restarted.",
            "No pod at all: compare the DaemonSet's nodeSelector and tolerations with the node's labels and taints.",
        )
        why = "The cluster itself reports it (pods, DaemonSets or events); the reason stands in the pods' logs."
        yield stated(group, Confidence.CERTAIN, steps, because=(why,), symptoms=after)


def _namespace(one: RankedFinding) -> str:
    """The namespace whose pods the finding quotes: it differs between releases."""
    found = (match[1] for each in one.evidence if (match := _NAMESPACE.search(each.path)))
    return next(found, "metallb-system")


def _pod(one: RankedFinding) -> str:
    name = one.subject.rpartition("/")[2]
    return name if _POD.fullmatch(name) else "POD"
