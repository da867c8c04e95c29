"""RC08: a daemon does not get to run in time."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.stated import alike, following, same_node, serious, stated

AFTER = ("bgp-hold-timer-expired", "bgp-flapping", "bfd-flapping", "bfd-timers-too-tight")


@diagnosis
def daemon_held_up(findings: Findings) -> Iterator[Cause]:
    """A daemon of FRR on a node is held up for seconds: the CPU is overloaded, or one task takes too long.

    Likely where sessions of the same node are lost again and again, else possible: a delay alone breaks nothing.
    """
    for group in alike(serious(findings.of("frr-starved-or-stuck"))):
        after = tuple(serious(following(findings, group, AFTER, same_node)))
        confidence = Confidence.LIKELY if after else Confidence.POSSIBLE
        yield stated(group, confidence, _STEPS, because=(_WHY[confidence],), symptoms=after)


_WHY = {
    Confidence.LIKELY: "Sessions of the same node are lost again and again, as they are when their daemon is held up.",
    Confidence.POSSIBLE: "The log says so; that anything else suffers from it is not visible.",
}
_STEPS = (
    "Compare the times with the node's load: `oc adm top node`, and the metrics of CPU and steal time of that node.",
    "Look for CPU limits of the pod, isolated CPUs on which it runs, and slow disks for its log.",
)
