"""RC: a resource of MetalLB names something that is not there, or contradicts another one."""

import re
from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import RankedFinding, Severity
from analyzer.stated import alike, mentions, serious, stated

ROOTS = ("bgppeer-dangling-reference", "bgppeer-config-conflict", "metallb-cr-problem", "pool-invalid-or-overlapping")
AFTER = (
    *("neighbor-attribute-drift", "bgppeer-not-in-running-config", "bfd-profile-not-applied", "lb-service-without-ip"),
    *("metallb-config-stale", "announcer-missing-on-node", "lb-ip-owned-elsewhere-or-off-link"),
)


_RESOURCE = re.compile(r"(?:BGPPeer|BFDProfile|FRRConfiguration|pool) [a-z0-9.-]*[a-z0-9]")


@diagnosis
def metallb_reference_broken(findings: Findings) -> Iterator[Cause]:
    """A resource of MetalLB is wrong by itself: it names what does not exist, contradicts another one, or is invalid.

    Certain: both resources are in the archive, or the list in which one of them is missing.
    """
    for group in alike(serious(findings.of(*ROOTS), Severity.ERROR)):
        steps = (
            "Correct the resource that is named, or create what it names.",
            "`oc -n metallb-system get bgppeers,bfdprofiles,ipaddresspools,secrets` shows what there is.",
        )
        why = "It stands in the resources themselves, whatever else is going on."
        yield stated(group, Confidence.CERTAIN, steps, because=(why,), symptoms=_after(findings, group))


def _after(findings: Findings, group: tuple[RankedFinding, ...]) -> tuple[RankedFinding, ...]:
    """What names one of the resources that the cause names: a conflict has two sides."""
    named = {name for one in group for name in (one.subject, *_RESOURCE.findall(one.message))}
    return tuple(one for one in findings.of(*AFTER) if one not in group and any(mentions(one, name) for name in named))
