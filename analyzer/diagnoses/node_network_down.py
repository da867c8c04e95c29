"""RC: the network plugin or Open vSwitch of one node does not work."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import RankedFinding, Severity
from analyzer.stated import alike, following, same_node, serious, stated

# What stands first explains what stands behind it on the same node.
ROOTS = (
    *("ovs-service-restarts", "bridge-missing-or-fail-open", "br-ex-without-uplink", "gateway-or-node-init-failed"),
    *("sdn-base-ports-missing", "patch-ports-broken", "southbound-connection-loss", "network-pod-crashloop"),
    *("cni-config-missing", "vswitchd-or-ovn-stall", "sdn-setup-log-errors"),
)
AFTER = (
    *("sandbox-creation-failures", "pod-port-binding-timeout", "logical-port-not-bound", "management-port-problem"),
    *(
        "restarts-and-oom",
        "tunnel-port-missing-or-stale",
        "sdn-routes-missing",
        "datapath-loss",
    ),
    *("sdn-local-pod-flows-or-veth-missing", "sdn-remote-node-flows-missing", "sdn-netfilter-broken"),
    *("connectivity-check-outage", "network-operator-unhealthy", "service-not-programmed", "port-with-error"),
    *("network-diagnostics-failed", "service-nat-chain-missing", "interface-errors-or-drops"),
)
BRIDGES = ("bridge-missing-or-fail-open", "br-ex-without-uplink", "sdn-base-ports-missing")
ROUTES = ("route-wrong-or-missing", "sdn-routes-missing", "ip-forwarding-off")  # which need the bridge
CRASH = "network-pod-crashloop"
AGENTS = ("openshift-ovn-kubernetes/", "openshift-sdn/", "openshift-multus/")  # their namespaces
OPERATOR = "network-operator-unhealthy"
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
        for group in alike(one for one in serious(findings.of(rule)) if one.id not in told and _of_nodes(one)):
            after = _after(findings, group, ROOTS[ROOTS.index(rule) + 1 :])
            told |= {one.id for one in (*group, *after)}
            proven = rule in PROVEN and group[0].severity.at_least(Severity.ERROR)
            confidence = Confidence.CERTAIN if proven else Confidence.LIKELY if after else Confidence.POSSIBLE
            yield stated(group, confidence, _steps(group[0]), because=(_WHY[confidence],), symptoms=after)


def _of_nodes(one: RankedFinding) -> bool:
    """Of pods only those that make the network of their node; DNS and routers are served by it."""
    return not one.id.startswith(CRASH) or one.subject.startswith(AGENTS) or "/" not in one.subject


def _after(findings: Findings, group: tuple[RankedFinding, ...], later: tuple[str, ...]) -> tuple[RankedFinding, ...]:
    placed = tuple(one for one in group if one.node)
    built = tuple(one for one in placed if one.id.startswith(BRIDGES))
    found = (
        *following(findings, placed, (*later, *AFTER), same_node),
        *following(findings, built, ROUTES, same_node),
        *following(findings, placed, ("link-down",), _is_its_card),
        *following(findings, placed, (OPERATOR,), _names_its_pods),
        *following(findings, placed, ("some-endpoints-unhealthy",), _is_of_the_plugin),
    )
    return tuple(serious(found))


def _is_of_the_plugin(root: RankedFinding, other: RankedFinding) -> bool:
    """Whether a service of the network's own pods lacks the one of this node."""
    return same_node(root, other) and other.subject.startswith(AGENTS)


def _names_its_pods(root: RankedFinding, other: RankedFinding) -> bool:
    """Whether the operator complains about the workload of the pod that crashes."""
    return root.id.startswith(CRASH) and f"{root.subject.partition('/')[0]}/" in other.message


def _is_its_card(root: RankedFinding, other: RankedFinding) -> bool:
    """Whether a link that is down is the card of the bridge that the root names: `br-ex/ens3`."""
    return same_node(root, other) and other.subject in root.subject.split("/")


_WHY = {
    Confidence.CERTAIN: "The state of the node itself was collected and shows it.",
    Confidence.LIKELY: "Logs tell of it, and what else was found on the same node fits; it may be over by now.",
    Confidence.POSSIBLE: "Only a log tells of it, and nothing else on that node suffers visibly.",
}


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
