"""RC: a network card, its link or a neighbor on it is at fault."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import Severity
from analyzer.stated import alike, following, same_node, serious, stated

ROOTS = ("link-down", "duplex-or-speed-mismatch", "interface-errors-or-drops", "arp-failed", "datapath-loss")


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
            node = group[0].node or "NODE"
            steps = (
                (
                    f"`oc debug node/{node} -- chroot /host ethtool INTERFACE` and `ethtool -S INTERFACE`:"
                    " link, speed, errors."
                ),
                "Check cable, transceiver, switch port, VLAN; on a virtual machine its card and port group.",
            )
            yield stated(group, confidence, steps, symptoms=after)
