"""RC: the loss of a router was noticed only by the hold timer."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.frr import Sessions
from analyzer.stated import stated

SLOW = (
    90  # seconds of hold time from which the loss of a router is felt as an outage (RFC 4271's and MetalLB's default)
)


@diagnosis
def failover_slow(findings: Findings, sessions: Sessions) -> Iterator[Cause]:
    """Without BFD the loss of a router is noticed after the hold time: traffic is lost for minutes until then.

    Possible: a hold timer of 90 s or more expired on a session that uses no BFD.
    """
    slow = {
        (one.node, one.peer)
        for one in sessions
        if not one.uses_bfd and one.established and one.block is not None and (one.block.hold_time or 0) >= SLOW
    }
    for one in findings.of("bgp-hold-timer-expired"):
        if (one.node, one.subject) in slow:
            steps = (
                (
                    "Give the BGPPeer a BFDProfile (`spec.bfdProfile`) and switch BFD on at the router,"
                    " or lower `holdTime`."
                ),
                "Compare how long traffic was lost with the hold time: if they are alike, this is it.",
            )
            why = "The session uses no BFD, so only the hold timer notices that the router is gone."
            yield stated((one,), Confidence.POSSIBLE, steps, because=(why,))
