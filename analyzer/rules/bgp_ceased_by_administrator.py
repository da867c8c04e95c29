"""A BGP session was ended by an administrator."""

from collections.abc import Iterator

from analyzer.bgp import ADMIN_RESETS, REFUSALS, admin_down, ago, name, notification, reset, settled, unanswered
from analyzer.frr import Session, Sessions
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.vocabulary import Direction


@rule(Severity.WARNING, area="bgp")
def bgp_ceased_by_administrator(sessions: Sessions) -> Iterator[Finding | Gap]:
    """A BGP session was ended by an administrator.

    ## Why it matters
    Nothing is broken in the network: somebody, here or on the router, shut the session down, reset it, or removed the
    neighbor. A shutdown on this node is information; one by the router is a warning.

    ## What to do
    Here: confirm the intent; MetalLB never renders `shutdown`, so it came from raw configuration or a hand edit.
    There: ask the router's owner. `Connection Rejected` and `Peer De-configured` usually mean that the router has no
    neighbor statement or listen range for this node.
    """
    for session in sessions:
        last = reset(session)
        if session.unwanted:
            continue
        if admin_down(session):
            yield _local(session)
        elif session.block is None:
            yield Gap(session.peer, "show bgp neighbor was not collected", session.node)
        elif notification(session, "Cease", *ADMIN_RESETS, *REFUSALS) is Direction.RECEIVED:
            yield _remote(session)
        elif last and last.reason.startswith("Admin. shutdown") and not session.established:
            text = f"the session to {name(session)} was shut down on this node {ago(session)}"
            yield Finding(
                session.peer, text, session.where("state", "last_reset"), session.node, Severity.INFO, session.vrf
            )
    yield from unanswered(sessions)


def _remote(session: Session) -> Finding:
    last = reset(session)
    quoted = session.block.admin_message if session.block else None  # the text that came with the NOTIFICATION
    text = f"{name(session)} ended the session {ago(session)}: {last.subcode if last else 'Cease'}{_saying(quoted)}"
    severity = Severity.INFO if settled(session) else Severity.WARNING
    evidence = session.where("state", "last_reset", "admin_message")
    return Finding(session.peer, text, evidence, session.node, severity, session.vrf)


def _local(session: Session) -> Finding:
    quoted = session.config.shutdown_message if session.config else None
    evidence = (*session.where("admin_down", "state"), *session.configured("shutdown"))
    text = f"the session to {name(session)} is shut down on this node{_saying(quoted)}"
    return Finding(session.peer, text, evidence, session.node, Severity.INFO, session.vrf)


def _saying(quoted: str | None) -> str:
    return f" with the message {quoted!r}" if quoted else ""
