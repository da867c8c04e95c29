"""A BGP neighbor asks for BFD and has no BFD session."""

from collections.abc import Iterator

from analyzer.bfd import BfdSessions
from analyzer.bgp import name
from analyzer.frr import Session
from analyzer.masks import nameless
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule


@rule(Severity.ERROR, area="bfd")
def bfd_peer_missing(sessions: BfdSessions) -> Iterator[Finding | Gap]:
    """A BGP neighbor asks for BFD and has no BFD session.

    ## Why it matters
    BGP is established, but bfdd knows nothing of the peer: its loss is noticed only when the hold timer expires.

    ## What to do
    Check that bfdd runs in the pod; clear the BGP session or restart the pod. FRR 10.2 is known to lose BFD sessions
    after a restart.
    """
    for session in sessions:
        one = session.instance
        if one.bfd_peers is None:
            yield Gap(session.peer, "show bfd peers gave no answer", session.node)
        elif nameless(session.peer):
            yield Gap(session.peer, "its address is masked like every other one", session.node)
        elif _missing(session):
            others = tuple(peer.evidence for peer in one.bfd_peers or one.brief)
            count = f"{len(others)} BFD sessions on this node, none to this peer"
            text = f"BGP to {name(session)} is established and asks for BFD, but there is no BFD session ({count})"
            heading = (one.sections["show bfd peer"].evidence,) if "show bfd peer" in one.sections else ()
            evidence = (*session.configured("bfd", "bfd_profile"), *session.where("state"), *heading, *others[:3])
            yield Finding(session.peer, text, evidence, session.node, key=session.vrf)


def _missing(session: Session) -> bool:
    listed = session.bfd is not None or session.brief is not None
    return session.established and not listed and bool(session.configured("bfd", "bfd_profile"))
