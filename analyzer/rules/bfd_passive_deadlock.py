"""A passive BFD session waits for its peer."""

from collections.abc import Iterator

from analyzer.bfd import BfdSessions, lines, never_heard
from analyzer.bgp import name
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence


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
        if session.bfd is None or session.bfd.passive is None:
            if session.instance.bfd_peers is None:
                yield Gap(session.peer, "show bfd peers gave no answer", session.node)
        elif session.bfd.passive and never_heard(session):
            text = f"BFD to {name(session)} is passive here and heard nothing: it waits for the peer to begin"
            profile: tuple[Evidence, ...] = session.configured("bfd_profile")
            evidence = (*lines(session, "passive", "status", "remote_id"), *profile)
            yield Finding(session.peer, text, evidence, session.node, key=session.vrf)
