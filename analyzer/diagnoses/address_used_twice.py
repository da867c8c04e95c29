"""RC: two owners have one address."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.stated import alike, following, names_it, serious, stated

AFTER = ("arp-failed", "lb-ip-owned-elsewhere-or-off-link", "chassis-missing-or-duplicate", "hostsubnet-ip-mismatch")


@diagnosis
def address_used_twice(findings: Findings) -> Iterator[Cause]:
    """Two nodes, pods, services or logical ports have the same address: traffic for one reaches the other.

    Certain: both owners are in the archive.
    """
    for group in alike(serious(findings.of("duplicate-addresses"))):
        steps = (
            "Find out which of the two owners is right, and delete or re-create the other one.",
            "A pod gets a new address when it is deleted: `oc -n NAMESPACE delete pod POD`.",
            "A node: fix DHCP or its static address. Services that are to share it: `metallb.io/allow-shared-ip`.",
        )
        yield stated(
            group,
            Confidence.CERTAIN,
            steps,
            because=("Both owners are in the archive with this address.",),
            symptoms=following(findings, group, AFTER, names_it),
            nodes=group[0].about,
        )
