"""A passive BFD session waits for its peer."""

from collections.abc import Iterator

from analyzer.bfd import BfdSessions, lines, never_heard, shut_here, unknown
from analyzer.bgp import name
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule


@rule(Severity.INFO, area="bfd")
def bfd_passive_deadlock(sessions: BfdSessions) -> Iterator[Finding | Gap]:
    """A passive BFD session waits for its peer.

    ## Why it matters
    A passive end sends nothing before the peer does. If the peer is passive too, or runs no BFD, the session stays
    down forever: no fault of the link.

    ## What to do
    Make one of the two ends active: remove `passiveMode` from the BFDProfile, or start the session from the router.
    """
    for session in sessions:
        if gap := unknown(session):
            yield gap
        elif session.bfd and session.bfd.passive and never_heard(session) and not shut_here(session):
            text = f"BFD to {name(session)} is passive here and heard nothing: it waits for the peer to begin"
            evidence = (*lines(session, "passive", "status", "remote_id"), *session.configured("bfd_profile"))
            yield Finding(session.peer, text, evidence, session.node, key=session.vrf)
