"""RC: an address is announced and routed, and there is no answer."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.metallb.summary import ServiceVerdicts
from analyzer.model import ServiceVerdict
from analyzer.stated import alike, serious, stated

# What is about addresses of services alone; forwarding and stale rules have causes of their own.
ROOTS = ("reverse-path-filter-blocks-lb",)


@diagnosis
def announced_without_answer(findings: Findings, services: ServiceVerdicts | None) -> Iterator[Cause]:
    """Service addresses are announced, and a node drops their traffic because it would answer by another interface.

    Likely: the setting is there, and the routes do not fit it; whether packets are lost depends on where they come in.
    """
    announced = [one for one in services or () if _reached(one)]
    for group in alike(serious(findings.of(*ROOTS))):
        why = "The kernel drops a packet whose answer would leave by another interface than it came in by."
        count = (f"{len(announced)} of {len(services or ())} service addresses are announced.",) if announced else ()
        yield stated(group, Confidence.LIKELY, _STEPS, because=(why, *count))


def _reached(one: ServiceVerdict) -> bool:
    return one.reach in {"announced", "partly announced"}


_STEPS = (
    "`curl` to the address from a node proves only the cluster's own half; ping to such an address never answers.",
    (
        "Capture on the node's interface while a client tries: requests without answers point at the"
        " node, none at the way."
    ),
)
