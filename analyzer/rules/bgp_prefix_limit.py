"""A limit on the number of prefixes closed a BGP session."""

from collections.abc import Iterator

from analyzer.bgp import ago, events, name, notification, of_peer, settled, unanswered
from analyzer.frr import Session, Sessions
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.frr_log import FrrLogKind
from parsers.vocabulary import Direction


@rule(Severity.ERROR, area="bgp")
def bgp_prefix_limit(sessions: Sessions) -> Iterator[Finding | Gap]:
    """A limit on the number of prefixes closed a BGP session.

    ## Why it matters
    Received: the router's limit was exceeded by what this node announces, one /32 or /128 per service address unless
    aggregated. Routers keep such a session down until somebody clears it. Sent: the node's own limit was hit.

    ## What to do
    Raise the limit on the router, or set `aggregationLength` in the BGPAdvertisement; then clear the session there.
    """
    for session in sessions:
        if session.unwanted:
            continue
        if session.block is None and not session.rows:
            yield Gap(session.peer, "neither show bgp neighbor nor a summary was collected", session.node)
            continue
        direction = notification(session, "Cease", "Maximum Number of Prefixes Reached")
        exceeded = bool(session.block and session.block.prefix_limit_exceeded) or any(
            row.prefix_limit for row in session.rows
        )
        log = of_peer(events(session.instance, FrrLogKind.PREFIX_LIMIT), session)
        warned = of_peer(events(session.instance, FrrLogKind.PREFIX_THRESHOLD), session)
        if direction is Direction.RECEIVED and not settled(session):
            yield _received(session)
        elif exceeded or (direction and not settled(session)) or (log and not session.established):
            text = f"{name(session)} announced more prefixes than this node accepts"
            where = session.where("prefix_limit_exceeded", "state", "last_reset")
            yield Finding(
                session.peer, text, (*where, *(one.evidence for one in log[-1:])), session.node, key=session.vrf
            )
        elif warned and session.established:
            text = f"{name(session)} comes near the limit of prefixes"
            yield Finding(session.peer, text, (warned[-1].evidence,), session.node, Severity.WARNING, session.vrf)
    yield from unanswered(sessions)


def _received(session: Session) -> Finding:
    networks = session.router.networks if session.router else ()
    count = f"this node originates {len(networks)} prefixes; " if networks else ""
    now = "established again" if session.established else f"now {session.state}"
    text = f"{count}{name(session)} closed the session {ago(session)} because its prefix limit was exceeded; {now}"
    evidence: tuple[Evidence, ...] = (*session.where("state", "last_reset"), *(one.evidence for one in networks[:8]))
    return Finding(session.peer, text, evidence, session.node, key=session.vrf)
