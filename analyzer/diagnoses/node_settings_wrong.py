"""RC: settings of a node keep traffic from passing."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import Severity
from analyzer.stated import alike, following, same_node, serious, stated

ROOTS = (
    *("ip-forwarding-off", "route-wrong-or-missing", "sdn-routes-missing", "sdn-netfilter-broken"),
    *("host-firewall-blocks-control-traffic", "reverse-path-filter-blocks-lb", "kernel-table-full"),
    *("management-port-problem", "tunnel-port-missing-or-stale"),
)
AFTER = (
    "management-port-problem",
    "connectivity-check-outage",
    "nexthop-tracking-unresolved",
    "bgp-no-path-to-neighbor",
)


@diagnosis
def node_settings_wrong(findings: Findings) -> Iterator[Cause]:
    """A node does not forward, has a wrong route, a firewall rule or a full table: traffic ends there.

    Certain at error for forwarding and routes, which were collected as they are; else likely.
    """
    told: set[str] = set()
    for rule in ROOTS[:-1]:
        for group in alike(one for one in serious(findings.of(rule)) if one.id not in told):
            after = tuple(serious(following(findings, group, AFTER, same_node)))
            told |= {one.id for one in after}
            sure = rule in ROOTS[:3] and group[0].severity.at_least(Severity.ERROR)
            node = group[0].node or "NODE"
            steps = (
                (
                    f"`oc debug node/{node} -- chroot /host sysctl -a` (ip_forward, rp_filter, conntrack)"
                    " and `ip route`, `ip rule`."
                ),
                "Find what set it: a MachineConfig, an NMState policy, a Tuned profile, a firewall service.",
            )
            yield stated(group, Confidence.CERTAIN if sure else Confidence.LIKELY, steps, symptoms=after)
