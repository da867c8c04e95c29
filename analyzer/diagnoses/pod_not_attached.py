"""RC15: pods of a node are not connected to the network."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import RankedFinding, Severity
from analyzer.stated import following, mentions, of_node, same_node, serious, stated

ROOTS = (
    *("pod-without-logical-port", "logical-port-not-bound", "sdn-local-pod-flows-or-veth-missing", "port-with-error"),
    *("pod-port-binding-timeout", "sandbox-creation-failures", "logical-port-without-pod"),
)
LOGGED = frozenset({"pod-port-binding-timeout", "sandbox-creation-failures"})
WIDE = frozenset({"sdn-local-pod-flows-or-veth-missing", "logical-port-not-bound"})


@diagnosis
def pod_not_attached(findings: Findings) -> Iterator[Cause]:
    """Pods, or ports of the switch, are not connected: OVN has no port for them, bound none, or the device is gone.

    Certain where the port or its device is missing; what only a log or an event tells of is likely, for it may be over.
    """
    told: set[str] = set()
    for rule in ROOTS:
        for group in of_node(one for one in serious(findings.of(rule)) if one.id not in told):
            after = tuple(serious(following(findings, group, ROOTS[ROOTS.index(rule) + 1 :], _follows)))
            told |= {one.id for one in after}
            sure = rule not in LOGGED and (rule == "port-with-error" or group[0].severity.at_least(Severity.ERROR))
            confidence = Confidence.CERTAIN if sure else Confidence.LIKELY
            why, steps = _WHY[confidence], _steps(rule, group[0])
            yield stated(group, confidence, steps, because=(why,), symptoms=after)


def _follows(root: RankedFinding, other: RankedFinding) -> bool:
    """What names the same pod; of a finding about a whole node, what is found there."""
    whole = root.subject == root.node and root.id.rpartition("-")[0] in WIDE
    return root.subject == other.subject or mentions(other, root.subject) or (whole and same_node(root, other))


_WHY = {
    Confidence.CERTAIN: "What the node has and what it is to have were both collected and compared.",
    Confidence.LIKELY: "A log, an event or a copy from another moment tells of it: it may be over by now.",
}


def _steps(rule: str, first: RankedFinding) -> tuple[str, ...]:
    node = first.node
    namespace, _, pod = first.subject.partition("/")
    known = rule != "port-with-error" and pod
    return (
        (
            f"`oc -n {namespace if known else 'NAMESPACE'} delete pod {pod if known else 'POD'}` attaches the pod anew."
            " If many are concerned, restart the network plugin's pod of the node first."
        ),
        (
            f"`oc debug node/{node or 'NODE'} -- chroot /host ovs-vsctl show` shows whether a port"
            " still has an error; one whose device is gone for good is removed with `ovs-vsctl del-port`."
        ),
        "The log of the network plugin on that node names the pod and the step that failed.",
    )
