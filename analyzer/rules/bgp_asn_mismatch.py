"""The two ends of a BGP session do not agree on an AS number."""

from collections.abc import Iterator

from analyzer.bgp import events, name, notification, of_peer, open_lines, rejected_open, reset
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


def _configured(session: Session) -> str:
    found = session.config.remote_as if session.config else None
    if found is None and session.block:
        found = session.block.remote_as
    return str(found)


def _resources(session: Session) -> tuple[Evidence, ...]:
    return tuple(line for one in session.resources for line in one.where("peer_asn"))


def _sent(session: Session) -> Iterator[Finding]:
    dump = rejected_open(session)
    wanted = _configured(session)
    if dump and str(dump.my_as) == wanted:
        return  # the configuration was corrected since that reset
    says = f"its OPEN says AS {dump.my_as}" if dump else "its OPEN carries another AS"
    text = f"{name(session)} is not in AS {wanted}: {says}, remote-as here is {wanted}"
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
    if found and found[-1].details.get("remote_as") != _configured(session):
        seen = found[-1].details.get("remote_as", "another")
        text = f"{name(session)} is not in AS {_configured(session)}: the log says remote AS {seen}"
        evidence = (found[-1].evidence, *session.configured("remote_as"))
        yield Finding(session.peer, text, evidence, session.node, key=session.vrf)
