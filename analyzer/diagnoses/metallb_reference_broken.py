"""RC: a resource of MetalLB names something that is not there, or contradicts another one."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import Severity
from analyzer.stated import alike, following, names_it, serious, stated

ROOTS = ("bgppeer-dangling-reference", "bgppeer-config-conflict", "metallb-cr-problem", "pool-invalid-or-overlapping")
AFTER = (
    *("neighbor-attribute-drift", "bgppeer-not-in-running-config", "bfd-profile-not-applied", "lb-service-without-ip"),
    *("metallb-config-stale", "announcer-missing-on-node", "lb-ip-owned-elsewhere-or-off-link"),
)


@diagnosis
def metallb_reference_broken(findings: Findings) -> Iterator[Cause]:
    """A resource of MetalLB is wrong by itself: it names what does not exist, contradicts another one, or is invalid.

    Certain: both resources are in the archive, or the list in which one of them is missing.
    """
    for group in alike(serious(findings.of(*ROOTS), Severity.ERROR)):
        steps = (
            "Correct the resource that is named, or create what it names; MetalLB takes all changes again then.",
            "`oc -n metallb-system get bgppeers,bfdprofiles,ipaddresspools,secrets` shows what there is.",
        )
        yield stated(group, Confidence.CERTAIN, steps, symptoms=following(findings, group, AFTER, names_it))
