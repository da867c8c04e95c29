"""RC: a pod is not connected to the network."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import Severity
from analyzer.stated import alike, following, names_it, serious, stated

ROOTS = (
    *("pod-without-logical-port", "logical-port-not-bound", "sdn-local-pod-flows-or-veth-missing", "port-with-error"),
    *("pod-port-binding-timeout", "sandbox-creation-failures", "logical-port-without-pod"),
)
LOGGED = frozenset({"pod-port-binding-timeout", "sandbox-creation-failures"})


@diagnosis
def pod_not_attached(findings: Findings) -> Iterator[Cause]:
    """A pod, or a port of the switch, is not connected: OVN has no port for it, bound none, or the device is gone.

    Certain where the port or its device is missing; what only a log or an event tells of is likely, for it may be over.
    """
    told: set[str] = set()
    for rule in ROOTS:
        for group in alike(one for one in serious(findings.of(rule)) if one.id not in told):
            after = tuple(serious(following(findings, group, ROOTS[ROOTS.index(rule) + 1 :], names_it)))
            told |= {one.id for one in after}
            sure = rule not in LOGGED and (rule == "port-with-error" or group[0].severity.at_least(Severity.ERROR))
            yield stated(
                group, Confidence.CERTAIN if sure else Confidence.LIKELY, _steps(group[0].node), symptoms=after
            )


def _steps(node: str | None) -> tuple[str, ...]:
    return (
        (
            "Delete the pod: it is attached anew. If many are concerned, restart the network plugin's pod"
            " of the node first."
        ),
        (
            f"`oc debug node/{node or 'NODE'} -- chroot /host ovs-vsctl show` shows whether the port"
            " still has its error; a port"
            " whose device is gone for good is removed with `ovs-vsctl del-port`."
        ),
        "The log of the network plugin on that node names the pod and the step that failed.",
    )
