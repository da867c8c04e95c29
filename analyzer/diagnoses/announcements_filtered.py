"""RC: a session is up and lets the node's prefixes not through."""

from collections.abc import Iterable, Iterator

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.frr import Sessions
from analyzer.model import RankedFinding, Severity
from analyzer.stated import following, same_session, serious, stated

# The first of these that speaks of a session is the cause, the others are what follows from it.
ROOTS = ("bgp-policy-missing", "bgp-afi-not-negotiated", "outbound-filter-denies-prefix", "bgp-nothing-announced")
AFTER = ("outbound-filter-denies-prefix", "bgp-nothing-announced", "announcement-asymmetry")


_WHY = {
    Confidence.CERTAIN: "The session is up, and FRR's own configuration or state on the node says so.",
    Confidence.LIKELY: "The session is up and its count of announced prefixes is zero; the reason was not collected.",
}


@diagnosis
def announcements_filtered(findings: Findings, sessions: Sessions | None) -> Iterator[Cause]:
    """A BGP session is established, but the node's prefixes do not pass it: a filter, a missing policy, a family.

    Certain where the running configuration or FRR itself says so; likely where only a count of zero does.
    """
    told: set[tuple[str | None, str]] = set()
    for rule in ROOTS:
        by_peer: dict[str, list[RankedFinding]] = {}
        for one in serious(findings.of(rule)):
            if (one.node, one.subject) not in told:
                by_peer.setdefault(one.subject, []).append(one)
        for group in _same_nodes(by_peer.values()):
            told |= {(one.node, one.subject) for one in group}
            beside = following(findings, group, (*ROOTS, *AFTER), same_session)
            confidence = Confidence.LIKELY if rule == "bgp-nothing-announced" else Confidence.CERTAIN
            drift = (
                one for one in findings.of("frr-conf-vs-running-drift") if one.node in {each.node for each in group}
            )
            symptoms = (*_no_remarks(beside), *serious(drift))
            steps = _steps(rule, _pod(sessions, group[0]))
            yield stated(tuple(group), confidence, steps, because=(_WHY[confidence],), symptoms=symptoms)


def _same_nodes(groups: Iterable[list[RankedFinding]]) -> list[list[RankedFinding]]:
    """Peers together that lack the same on the same nodes: what these nodes have in common is the cause."""
    merged: dict[frozenset[str | None], list[RankedFinding]] = {}
    for group in groups:
        merged.setdefault(frozenset(one.node for one in group), []).extend(group)
    return list(merged.values())


def _no_remarks(found: tuple[RankedFinding, ...]) -> tuple[RankedFinding, ...]:
    return tuple(one for one in found if one.severity is not Severity.INFO)


def _pod(sessions: Sessions | None, one: RankedFinding) -> str:
    """`-n metallb-system exec speaker-x`: the pod of the node whose session it is."""
    pods = (each.instance.pod for each in sessions or () if each.node == one.node and each.peer == one.subject)
    pod = next((each for each in pods if each is not None), None)
    return f"-n {pod.namespace} exec {pod.name}" if pod else "-n NAMESPACE exec POD"


def _steps(rule: str, pod: str) -> tuple[str, ...]:
    show = f"`oc {pod} -c frr -- vtysh -c 'show running-config'` shows the route-maps and prefix-lists of the peer."
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
