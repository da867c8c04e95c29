"""RC13: a setting of a node stops traffic that reaches it."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import RankedFinding, Severity
from analyzer.stated import alike, mentions, same_node, serious, stated

ROOTS = (
    *("ip-forwarding-off", "management-port-problem", "sdn-routes-missing", "route-wrong-or-missing"),
    *("sdn-netfilter-broken", "host-firewall-blocks-control-traffic", "kernel-table-full"),
)
# Of these the archive holds the setting itself, or packets that were counted as dropped.
STATE = frozenset({*ROOTS[:6]})
TWICE = frozenset({"route-wrong-or-missing", "host-firewall-blocks-control-traffic"})  # of one route, of one chain
ROUTES = frozenset({"sdn-routes-missing", "route-wrong-or-missing"})
MIXED = "mixed-versions-or-settings"
AFTER = (
    *("connectivity-check-outage", "nexthop-tracking-unresolved"),
    *("bgp-no-path-to-neighbor", "network-diagnostics-failed", "ovnkube-trace-failure", "sdn-setup-log-errors"),
)
PORT = "port-with-error"  # of Open vSwitch, for a device that is gone


@diagnosis
def node_settings_wrong(findings: Findings) -> Iterator[Cause]:
    """A node does not forward, has a wrong route, a firewall rule or a full table: traffic ends there.

    Certain at error for forwarding, routes and rules, which were collected as they are; else likely.
    """
    told: set[str] = set()
    for rule in ROOTS:
        for group in alike(one for one in serious(findings.of(rule)) if one.id not in told):
            found = serious(findings.of(*ROOTS[ROOTS.index(rule) + 1 :], *AFTER, MIXED, PORT))
            after = tuple({one.id: one for one in found if any(_follows(root, one) for root in group)}.values())
            told |= {one.id for one in after}
            sure = rule in STATE and group[0].severity.at_least(Severity.ERROR)
            confidence = Confidence.CERTAIN if sure else Confidence.LIKELY
            why = _WHY[confidence]
            yield stated(group, confidence, _steps(rule, group[0].node or "NODE"), because=(why,), symptoms=after)


def _follows(root: RankedFinding, other: RankedFinding) -> bool:
    name = other.id.rpartition("-")[0]
    if name == MIXED:  # nodes that differ in this very setting
        return mentions(other, root.subject)
    if root.id == other.id or not same_node(root, other):
        return False
    # Routes go with the port that they lead to.
    port = root.subject.rpartition("/")[2] if root.id.startswith("management-port-problem") else None
    by_port = port is not None and name in ROUTES and mentions(other, port)
    return name in AFTER or by_port or (name in {*TWICE, PORT} and root.subject == other.subject)


_WHY = {
    Confidence.CERTAIN: "The setting itself was collected on the node.",
    Confidence.LIKELY: "It can stop traffic; that it stops what was complained of is not shown.",
}


def _steps(rule: str, node: str) -> tuple[str, ...]:
    on_node = f"`oc debug node/{node} -- chroot /host"
    if rule in {"sdn-routes-missing", "route-wrong-or-missing"}:
        look = f"{on_node} ip route`; `ip rule` lists other tables."
    elif rule in {"sdn-netfilter-broken", "host-firewall-blocks-control-traffic"}:
        look = f"{on_node} iptables-save -c` shows the rules with their counters, `nft list ruleset` those of nftables."
    elif rule == "management-port-problem":
        look = f"{on_node} ip -s address` and `ovs-vsctl show` there: the port, its address, its counters."
    else:
        look = f"{on_node} sysctl -a` (ip_forward, rp_filter, nf_conntrack_max, gc_thresh3)."
    return (look, "Find what set it: a MachineConfig, an NMState policy, a Tuned profile, a firewall service.")
