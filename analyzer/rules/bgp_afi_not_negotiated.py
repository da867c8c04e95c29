"""A peer did not agree to an address family in which the node has prefixes for it."""

from collections.abc import Iterator

from analyzer.bgp import NAMED, Announcement, announcements, name, prefixes_of, refused, unanswered
from analyzer.frr import Session, Sessions
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.vocabulary import Family


@rule(Severity.WARNING, area="bgp")
def bgp_afi_not_negotiated(sessions: Sessions) -> Iterator[Finding | Gap]:
    """A peer did not agree to an address family in which the node has prefixes for it.

    ## Why it matters
    The session is up, but prefixes of this family never leave (`NoNeg` in a summary). Only families matter in which
    the node has a `network` statement that the peer's policy permits: MetalLB 0.13 activates both families on every
    peer, so a family without prefixes is normally not negotiated.

    ## What to do
    Activate the family for this node on the router, or peer over an address of that family.
    """
    for session in sessions:
        if session.unwanted:
            continue
        if session.state is None:
            yield Gap(session.peer, "neither show bgp neighbor nor a summary was collected", session.node)
        for family in Family:
            if session.established and refused(session, family):
                yield from _judged(session, family)
    yield from unanswered(sessions)


def _judged(session: Session, family: Family) -> Iterator[Finding | Gap]:
    statements = announcements(session, family)
    if statements is None:
        yield Gap(session.peer, "the running configuration was not collected", session.node)
    elif lost := [one for one in statements if one[1].permitted]:
        yield _finding(session, family, lost)
    elif any(not verdict.denied for _, verdict in statements):
        yield Gap(session.peer, "the outbound policy uses a match that cannot be judged offline", session.node)


def _finding(session: Session, family: Family, lost: list[Announcement]) -> Finding:
    unicast = f"{family} unicast"
    rows = tuple(row.evidence for row in session.rows if row.family == unicast)
    where = (*session.where(f"family_capabilities.{unicast}"), *rows)
    text = f"{name(session)} did not negotiate {unicast}: {prefixes_of(lost)} cannot be announced to it"
    evidence = (*where, *(statement.evidence for statement, _ in lost[:NAMED]))
    return Finding(session.peer, text, evidence, session.node, key=f"{session.vrf} {family}")
