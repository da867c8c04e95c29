"""RC: an address that is announced by layer 2 is answered by nobody, by two, or where nobody hears it."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.stated import alike, following, names_it, serious, stated

CERTAINTY = {
    "l2-interface-selector-miss": Confidence.CERTAIN,
    "l2-service-without-announcer": Confidence.LIKELY,
    "l2-split-brain": Confidence.LIKELY,
    "lb-ip-owned-elsewhere-or-off-link": Confidence.LIKELY,
    "l2-responder-missing": Confidence.POSSIBLE,
}


@diagnosis
def layer2_announcement_broken(findings: Findings) -> Iterator[Cause]:
    """Nobody answers ARP or NDP for an address of a service, two nodes do, or the one that does is not heard.

    Certain where an L2Advertisement names interfaces that the node does not have; else likely.
    """
    told: set[str] = set()
    for rule, confidence in CERTAINTY.items():
        for group in alike(one for one in serious(findings.of(rule)) if one.id not in told):
            after = following(findings, group, CERTAINTY, names_it)
            told |= {one.id for one in after}
            certain = confidence is Confidence.CERTAIN
            settles = () if certain else _SETTLES
            yield stated(group, confidence, _STEPS, because=(_WHY[certain],), symptoms=after, settles=settles)


_WHY = {
    True: "The advertisement and the interfaces of the node are both in the archive.",
    False: "It follows from the resources and the nodes' addresses; who answers ARP now was not collected.",
}
_STEPS = (
    "`oc get servicel2statuses -A` (from MetalLB 0.14 on) and the event nodeAssigned of the service name the node.",
    "`arping -I INTERFACE ADDRESS` from a host on the same network shows who answers, and with which MAC address.",
    "Compare `interfaces` and `nodeSelectors` of the L2Advertisement with the nodes.",
)
_SETTLES = ("Two MAC addresses that answer `arping` prove two owners; none proves that nobody answers.",)
