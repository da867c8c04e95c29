"""RC: selectors exclude every node, peer, pool or service."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.stated import alike, following, names_it, serious, stated

ROOTS = ("advertisement-selects-nothing", "bgppeer-selects-no-node", "node-excluded-from-lb")
AFTER = (
    *("pool-not-advertised", "l2-service-without-announcer", "etp-local-without-local-endpoint", "neighbor-without-cr"),
    *("bgp-nothing-announced", "announcement-asymmetry"),
)


@diagnosis
def nobody_is_selected(findings: Findings) -> Iterator[Cause]:
    """The selectors of an advertisement or a peer, or a label of a node, leave nobody who announces an address.

    Certain: it is arithmetic over sets that are all in the archive; where a list may not be whole the rules keep quiet.
    """
    told: set[str] = set()
    for group in alike(serious(findings.of(*ROOTS))):
        after = following(findings, group, AFTER, names_it)
        told |= {one.id for one in after}
        yield stated(group, Confidence.CERTAIN, _STEPS, because=(_WHY,), symptoms=after)
    for group in alike(one for one in serious(findings.of("pool-not-advertised")) if one.id not in told):
        after = following(findings, group, AFTER[1:], names_it)
        yield stated(group, Confidence.CERTAIN, _STEPS, because=(_WHY,), symptoms=after)


_WHY = "It follows from selectors, labels and conditions alone, which are in the archive."
_STEPS = (
    "Compare the selectors with the labels: `oc get nodes --show-labels`, `oc get ipaddresspools -A --show-labels`.",
    "`oc get bgpadvertisements,l2advertisements -A -o yaml` shows which pools, nodes and peers each one is for.",
)
