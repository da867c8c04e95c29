"""RC: a network card, its link or a neighbor on it is at fault."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import Severity
from analyzer.stated import alike, following, same_node, serious, stated

ROOTS = ("link-down", "duplex-or-speed-mismatch", "interface-errors-or-drops", "arp-failed", "datapath-loss")


_WHY = {
    Confidence.CERTAIN: "The kernel of the node says that the interface has no link.",
    Confidence.LIKELY: "Counters or speed of the interface show it; whether packets are lost for it now is open.",
    Confidence.POSSIBLE: "A neighbor that does not answer may be down itself, or not be meant to answer.",
}


@diagnosis
def node_hardware_or_link(findings: Findings) -> Iterator[Cause]:
    """A network card of a node has no link, the wrong speed, errors, or a neighbor that does not answer.

    Certain for a link that is down; errors and slow cards are likely to lose packets, silent neighbors possible.
    """
    told: set[str] = set()
    for rule in ROOTS:
        for group in alike(one for one in serious(findings.of(rule)) if one.id not in told):
            after = tuple(serious(following(findings, group, ROOTS[ROOTS.index(rule) + 1 :], same_node)))
            told |= {one.id for one in after}
            down = rule == "link-down" and group[0].severity.at_least(Severity.ERROR)
            confidence = (
                Confidence.CERTAIN if down else Confidence.LIKELY if rule != "arp-failed" else Confidence.POSSIBLE
            )
            node, device = group[0].node or "NODE", _device(group[0].subject)
            steps = _steps(rule, node, device)
            yield stated(group, confidence, steps, because=(_WHY[confidence],), symptoms=after)


def _device(subject: str) -> str:
    """The interface, where the finding is about one; `br-ex/eno1` is the port eno1."""
    name = subject.rpartition("/")[2]
    return name if name and not any(char in name for char in ".: ") else "INTERFACE"


def _steps(rule: str, node: str, device: str) -> tuple[str, ...]:
    if rule == "datapath-loss":
        return (
            f"`oc debug node/{node} -- chroot /host ovs-appctl dpctl/show`, twice: does `lost` still grow?",
            "Look for bursts of new connections, and for CPUs that ovs-vswitchd has to share.",
        )
    if rule == "arp-failed":
        look = f"`oc debug node/{node} -- chroot /host ip neigh` shows whether it answers by now."
    else:
        on_node = f"`oc debug node/{node} -- chroot /host ethtool"
        look = f"{on_node} {device}` and {on_node} -S {device}`: link, speed, errors."
    return (look, "Check cable, transceiver, switch port, VLAN; on a virtual machine its card and port group.")
