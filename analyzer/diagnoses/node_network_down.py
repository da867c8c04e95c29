"""RC: the network plugin or Open vSwitch of one node does not work."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import RankedFinding, Severity
from analyzer.stated import following, same_node, serious, stated

# What stands first explains what stands behind it on the same node.
ROOTS = (
    *("ovs-service-restarts", "bridge-missing-or-fail-open", "br-ex-without-uplink", "gateway-or-node-init-failed"),
    *("sdn-base-ports-missing", "patch-ports-broken", "southbound-connection-loss", "network-pod-crashloop"),
    *("cni-config-missing", "vswitchd-or-ovn-stall"),
)
AFTER = (
    *("sandbox-creation-failures", "pod-port-binding-timeout", "logical-port-not-bound", "management-port-problem"),
    *(
        "restarts-and-oom",
        "tunnel-port-missing-or-stale",
        "sdn-setup-log-errors",
        "sdn-routes-missing",
        "datapath-loss",
    ),
    *("sdn-local-pod-flows-or-veth-missing", "sdn-remote-node-flows-missing", "sdn-netfilter-broken"),
    *("connectivity-check-outage", "network-operator-unhealthy", "service-not-programmed", "port-with-error"),
)
PROVEN = frozenset(
    {
        *("bridge-missing-or-fail-open", "br-ex-without-uplink", "patch-ports-broken", "sdn-base-ports-missing"),
        *("network-pod-crashloop", "cni-config-missing", "gateway-or-node-init-failed"),
    }
)


@diagnosis
def node_network_down(findings: Findings) -> Iterator[Cause]:
    """The network of one node does not work: Open vSwitch, its bridges, the plugin's pods or its connection to OVN.

    Certain where the state itself was collected (a bridge that is missing, a pod that crashes); what logs tell of a
    time before is likely. New pods of that node get no network, running ones may go on.
    """
    told: set[str] = set()
    for rule in ROOTS:
        for one in serious(findings.of(rule)):
            if one.id in told:
                continue
            later = ROOTS[ROOTS.index(rule) + 1 :]
            after = _after(findings, one, later) if one.node else ()
            told |= {one.id, *(each.id for each in after)}
            proven = rule in PROVEN and one.severity.at_least(Severity.ERROR)
            confidence = Confidence.CERTAIN if proven else Confidence.LIKELY if after else Confidence.POSSIBLE
            yield stated((one,), confidence, _steps(one), symptoms=after)


def _after(findings: Findings, one: RankedFinding, later: tuple[str, ...]) -> tuple[RankedFinding, ...]:
    return tuple(serious(following(findings, (one,), (*later, *AFTER), same_node)))


def _steps(one: RankedFinding) -> tuple[str, ...]:
    node = one.node or "NODE"
    return (
        f"`oc get pods -A -o wide --field-selector spec.nodeName={node}` and the logs of the network's pods there.",
        (
            f"`oc debug node/{node} -- chroot /host systemctl status openvswitch ovs-vswitchd ovsdb-server"
            " ovs-configuration`"
        ),
        f"`oc debug node/{node} -- chroot /host ovs-vsctl show` shows bridges, ports and errors.",
        "Restart the network plugin's pod of that node once its logs are saved; a reboot sets up the bridges anew.",
    )
