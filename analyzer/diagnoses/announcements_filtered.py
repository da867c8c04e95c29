"""RC: a session is up and lets the node's prefixes not through."""

from collections.abc import Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import RankedFinding, Severity
from analyzer.stated import following, same_session, serious, stated

# The first of these that speaks of a session is the cause, the others are what follows from it.
ROOTS = ("bgp-policy-missing", "bgp-afi-not-negotiated", "outbound-filter-denies-prefix", "bgp-nothing-announced")
AFTER = ("outbound-filter-denies-prefix", "bgp-nothing-announced", "announcement-asymmetry")


@diagnosis
def announcements_filtered(findings: Findings) -> Iterator[Cause]:
    """A BGP session is established, but the node's prefixes do not pass it: a filter, a missing policy, a family.

    Certain where the running configuration or FRR itself says so; likely where only a count of zero does.
    """
    told: set[tuple[str | None, str]] = set()
    for rule in ROOTS:
        by_peer: dict[str, list[RankedFinding]] = {}
        for one in serious(findings.of(rule)):
            if (one.node, one.subject) not in told:
                by_peer.setdefault(one.subject, []).append(one)
        for group in by_peer.values():
            told |= {(one.node, one.subject) for one in group}
            beside = following(findings, group, (*ROOTS, *AFTER), same_session)
            confidence = Confidence.LIKELY if rule == "bgp-nothing-announced" else Confidence.CERTAIN
            yield stated(tuple(group), confidence, _steps(rule), symptoms=_no_remarks(beside))


def _no_remarks(found: tuple[RankedFinding, ...]) -> tuple[RankedFinding, ...]:
    return tuple(one for one in found if one.severity is not Severity.INFO)


def _steps(rule: str) -> tuple[str, ...]:
    show = "`vtysh -c 'show running-config'` in the frr container shows route-maps and prefix-lists of the peer."
    if rule == "bgp-policy-missing":
        return (
            "Give the neighbor an outbound policy, or set `no bgp ebgp-requires-policy` in the raw configuration.",
            show,
        )
    if rule == "bgp-afi-not-negotiated":
        return (
            "Activate the address family for this neighbor on the router.",
            "With IPv6 addresses over an IPv4 session, or the reverse, a BGPPeer per family is the usual way.",
        )
    return (
        "`oc get bgpadvertisements -A -o yaml`: does one of them that names this peer (or none) select the pool?",
        "With frr-k8s: `toAdvertise` of the FRRConfigurations that select the node.",
        show,
    )
