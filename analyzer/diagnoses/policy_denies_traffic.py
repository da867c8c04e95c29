"""RC: a policy drops the traffic, as it was told to."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import RankedFinding
from analyzer.stated import alike, following, mentions, serious, stated

ROOTS = ("netpol-default-deny", "ovnkube-trace-failure")


@diagnosis
def policy_denies_traffic(findings: Findings) -> Iterator[Cause]:
    """A network policy drops traffic between two pods, or a saved trace ends somewhere else.

    Certain where a saved trace ends at the access rule of a policy; a trace that ends elsewhere is likely to show where
    packets are lost, for the moment at which it was made.
    """
    traces = findings.of("ovnkube-trace-failure")
    denied = tuple(findings.of("netpol-default-deny"))
    told: set[str] = set()
    for group in alike(one for one in denied if any(_same(one, each) for each in traces)):
        after = tuple(each for each in traces if any(_same(one, each) for one in group))
        told |= {one.id for one in (*group, *after)}
        why = "The saved trace itself ends at the access rule of this policy."
        yield stated(group, Confidence.CERTAIN, _STEPS, because=(why,), symptoms=after)
    for group in alike(one for one in serious((*denied, *traces)) if one.id not in told):
        after = following(findings, group, ROOTS, lambda root, other: mentions(other, root.subject))
        why = "It holds for the moment and the addresses of the trace or the rule that is quoted."
        yield stated(group, Confidence.LIKELY, _STEPS, because=(why,), symptoms=after)


def _same(one: RankedFinding, trace: RankedFinding) -> bool:
    """Whether a denial and a trace quote the same lines."""
    places = {(each.path, each.first_line) for each in one.evidence}
    return any((each.path, each.first_line) in places for each in trace.evidence)


_STEPS = (
    "`gatherscope show policies` lists what each policy selects and lets pass, and whose access rules drop in OVN.",
    "If the traffic is meant to pass, add a policy that allows it: policies only add up, none takes away.",
)
