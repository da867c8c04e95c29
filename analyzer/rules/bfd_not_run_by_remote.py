"""BGP is established with a peer that never answered BFD."""

from collections.abc import Iterator

from analyzer.bfd import BfdSessions, lines, not_run_by_remote, shut_here, unknown
from analyzer.bgp import name
from analyzer.frr import Session
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.vocabulary import words

YOUNG_SESSION = 300  # seconds of BGP uptime below which the message says that the session is young


@rule(Severity.WARNING, area="bfd")
def bfd_not_run_by_remote(sessions: BfdSessions) -> Iterator[Finding | Gap]:
    """BGP is established with a peer that never answered BFD.

    ## Why it matters
    FRR 8 and 9 tear BGP down only when BFD goes from up to down. A BFD session that never came up protects nothing:
    a dead link is noticed after the hold time. The peer runs no BFD for this node, both ends are passive, or UDP 3784
    or 4784 never arrives.

    ## What to do
    Enable BFD for this neighbor on the router, or remove the BFD profile from the BGPPeer. If the router does run BFD,
    look for a filter on UDP 3784 (single hop) or 4784 (multihop).
    """
    for session in sessions:
        if gap := unknown(session):
            yield gap
        elif not_run_by_remote(session) and not shut_here(session):
            names = ("remote_id", "status", "downtime", "diagnostics", "passive")
            evidence = (*lines(session, *names), *session.where("state"), *session.configured("bfd", "bfd_profile"))
            yield Finding(session.peer, _message(session), evidence, session.node, key=session.vrf)


def _message(session: Session) -> str:
    up = words(session.uptime) if session.uptime is not None else "some time"
    young = " (young)" if session.uptime is not None and session.uptime < YOUNG_SESSION else ""
    passive = "; this end is passive and waits for the peer" if session.bfd and session.bfd.passive else ""
    return (
        f"BGP to {name(session)} is established for {up}{young}, but BFD never came up: the peer does not run BFD, or "
        f"its packets never arrive{passive}"
    )
