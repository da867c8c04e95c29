"""The two ends of a BGP session do not agree on an AS number."""

from collections.abc import Iterator

from analyzer.bgp import (
    corrected,
    events,
    expected_as,
    name,
    notification,
    of_peer,
    open_lines,
    rejected_open,
    reset,
    unanswered,
)
from analyzer.frr import Session, Sessions
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.frr_log import FrrLogKind
from parsers.vocabulary import Direction


@rule(Severity.ERROR, area="bgp")
def bgp_asn_mismatch(sessions: Sessions) -> Iterator[Finding | Gap]:
    """The two ends of a BGP session do not agree on an AS number.

    ## Why it matters
    Every OPEN is answered with `Bad Peer AS` and the session never comes up. When this node sent that NOTIFICATION,
    the peer's OPEN is in the archive and the AS that the peer really has is decoded from it. When the peer sent it,
    the peer expects another AS of this node than the configured one.

    ## What to do
    Sent: correct `peerASN` of the BGPPeer, or the router's AS. Received: correct `myASN` (or `localASN`), or the
    router's neighbor statement for this node.
    """
    for session in sessions:
        if session.unwanted:
            continue
        if session.block is None:
            yield Gap(session.peer, "show bgp neighbor was not collected", session.node)
        elif not session.established:
            found = notification(session, "OPEN Message Error", "Bad Peer AS")
            if found is Direction.SENT:
                yield from _sent(session)
            elif found is Direction.RECEIVED:
                yield _received(session)
            else:
                yield from _logged(session)
    yield from unanswered(sessions)


def _not_in(session: Session) -> str:
    """What the peer is not, as this node has it: `tor1 is not in AS 64512`."""
    wanted = expected_as(session)
    if isinstance(wanted, int):
        return f"{name(session)} is not in AS {wanted}"
    own = session.block.local_as if session.block else None
    return f"{name(session)} does not fit remote-as {wanted or 'as configured'} of this node in AS {own}"


def _resources(session: Session) -> tuple[Evidence, ...]:
    return tuple(line for one in session.resources for line in one.where("peer_asn"))


def _sent(session: Session) -> Iterator[Finding]:
    dump = rejected_open(session)
    if dump and corrected(session, dump):
        return  # the configuration was corrected since that reset
    wanted = expected_as(session)
    says = f"its OPEN says AS {dump.my_as}" if dump else "its OPEN carries another AS"
    here = f", remote-as here is {wanted}" if wanted is not None else ""
    text = f"{_not_in(session)}: {says}{here}"
    evidence = (
        *session.where("remote_as", "last_reset"),
        *open_lines(session),
        *session.configured("remote_as"),
        *_resources(session),
    )
    yield Finding(session.peer, text, evidence, session.node, key=session.vrf)


def _received(session: Session) -> Finding:
    own = session.block.local_as if session.block else None
    text = f"{name(session)} rejects this node's AS {own}: its neighbor statement expects another one"
    evidence = (*session.where("remote_as", "last_reset"), *((session.router.evidence,) if session.router else ()))
    return Finding(session.peer, text, evidence, session.node, key=session.vrf)


def _logged(session: Session) -> Iterator[Finding]:
    last = reset(session)
    if last and last.direction:
        return  # a younger NOTIFICATION of another kind says more than the log
    found = of_peer(events(session.instance, FrrLogKind.BAD_PEER_AS), session)
    if not found:
        return
    seen, wanted = found[-1].details.get("remote_as"), expected_as(session)
    if seen is None or seen != wanted:
        says = f"the log says remote AS {seen}" if seen is not None else f"the log says {found[-1].text}"
        evidence = (found[-1].evidence, *session.where("remote_as"), *session.configured("remote_as"))
        yield Finding(session.peer, f"{_not_in(session)}: {says}", evidence, session.node, key=session.vrf)
