"""RC: the clocks of the nodes differ."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.stated import alike, serious, stated


@diagnosis
def clocks_differ(findings: Findings) -> Iterator[Cause]:
    """The clock of a node is wrong: certificates and leases fail, and times of logs cannot be compared.

    Likely as far as the clocks go; whether anything else follows from it is open.
    """
    for group in alike(serious(findings.of("time-skew"))):
        steps = (
            f"`oc debug node/{group[0].node or 'NODE'} -- chroot /host chronyc tracking` and `chronyc sources`",
            "Check that the node reaches its time servers (UDP 123).",
        )
        why = "Times that were taken together differ by more than the collection can explain."
        yield stated(group, Confidence.LIKELY, steps, because=(why,))
