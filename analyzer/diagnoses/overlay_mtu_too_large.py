"""RC: the pods' MTU does not fit into the tunnels."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import RankedFinding, Severity
from analyzer.stated import alike, always, following, nodes_of, same_node, serious, stated

ROOTS = ("ovn-overlay-mtu-too-large", "sdn-overlay-mtu-too-large", "node-mtu-inconsistent", "oversize-drops-observed")
AFTER = (
    *("node-mtu-inconsistent", "oversize-drops-observed", "tls-timeout-with-mtu-gap", "interface-errors-or-drops"),
    *("gateway-or-node-init-failed", "management-port-problem", "network-pod-crashloop", "sdn-setup-log-errors"),
)

_PLUGINS = ("openshift-sdn/", "openshift-ovn-kubernetes/")  # whose pods compare the MTUs when they start


@diagnosis
def overlay_mtu_too_large(findings: Findings) -> Iterator[Cause]:
    """Large packets between pods of two nodes are lost: MTU and header of the tunnel do not fit into the uplink.

    Certain where both values are known and do not fit: it is arithmetic. Interfaces that merely disagree make it
    likely, drops of large packets or TLS time-outs alone possible.
    """
    told: set[str] = set()
    for rule in ROOTS:
        for group in alike(one for one in serious(findings.of(rule)) if one.id not in told):
            follows = _of_the_node if nodes_of(group) else always
            after = following(findings, group, (*ROOTS[ROOTS.index(rule) + 1 :], *AFTER), follows)
            wide = following(findings, group, ("tls-timeout-with-mtu-gap",), always)
            told |= {one.id for one in (*after, *wide)}
            certain = rule.endswith("mtu-too-large") and group[0].severity.at_least(Severity.ERROR)
            confidence = Confidence.CERTAIN if certain else Confidence.LIKELY
            yield stated(group, confidence, _STEPS, because=(_WHY[certain],), symptoms=(*after, *wide))
    for group in alike(one for one in serious(findings.of("tls-timeout-with-mtu-gap")) if one.id not in told):
        why = "Small packets pass and large ones seem not to; no MTU that was collected proves it."
        yield stated(group, Confidence.POSSIBLE, _STEPS, because=(why,), settles=_SETTLES)


def _of_the_node(root: RankedFinding, other: RankedFinding) -> bool:
    """What is found on the node; of pods that crash those which refuse to start for their MTU."""
    crashed = other.id.startswith("network-pod-crashloop")
    return same_node(root, other) and (not crashed or other.subject.startswith(_PLUGINS))


_WHY = {
    True: "Both values were collected: a full packet of a pod and the header of the tunnel are larger than the uplink.",
    False: "The values disagree or large packets were dropped; which packets are lost depends on the way they take.",
}
_STEPS = (
    (
        "Lower the cluster's MTU (100 bytes below the uplink for OVN-Kubernetes, 50 for OpenShift SDN, 46 more with"
        " IPsec), or raise the MTU of the uplink and of every switch on the way."
    ),
    (
        "The cluster's MTU is changed by a migration (`spec.migration.mtu` of network.operator, then machine configs,"
        " as the product's documentation says); the nodes reboot twice."
    ),
    "`oc debug node/NODE -- chroot /host ping -M do -s 1472 -c 3 ADDRESS` of another node: 1500 bytes pass or not.",
)
_SETTLES = ("A `ping -M do -s 1472` between the nodes that is lost, while a small one is answered, proves it.",)
