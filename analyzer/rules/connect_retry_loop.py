"""FRR's log tells of connection after connection to a peer that fails."""

from collections.abc import Iterator

from analyzer.frr import Session, Sessions
from analyzer.frr_daemons import FrrDaemonsView, FrrDaemonsViews
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.frr_log import NEWEST, FrrLogEvent, FrrLogKind
from parsers.vocabulary import address

K = FrrLogKind
TRIES = 5  # failed connections without a session between from which on it is a loop (J)
UP = (K.ESTABLISHED, K.ADJACENCY_UP, K.END_OF_RIB)


@rule(Severity.WARNING, area="frr")
def connect_retry_loop(views: FrrDaemonsViews, sessions: Sessions | None) -> Iterator[Finding | Gap]:
    """FRR's log tells of connection after connection to a peer that fails.

    ## Why it matters
    bgpd dials and is not let in: the TCP connection itself does not come about, BGP has not even begun.

    ## What to do
    Look at the error of the connection if the log has it: refused means that nobody listens, a timeout that packets
    are lost or dropped. Where the state of the session was collected, the rules about sessions tell more, and this one
    is silent. FRR writes these lines at log level debug only.
    """
    judged = {(id(one.instance), name) for one in sessions or () if one.state is not None for name in _names(one)}
    known = {whose for whose, _ in judged}
    for view in views:
        if view.events is None:
            yield Gap(view.label, "no log of FRR was collected", view.node)
            continue
        found = _tries(view)
        if not found and id(view.instance) not in known:
            yield Gap(view.label, "its log holds no connection, which only debugging writes", view.node)
        for peer, tries in found.items():
            if len(tries) >= TRIES and (id(view.instance), peer) not in judged:
                yield _finding(view, peer, tries)


def _names(session: Session) -> set[str]:
    return {session.peer, *([session.block.address] if session.block and session.block.address else [])}


def _tries(view: FrrDaemonsView) -> dict[str, list[FrrLogEvent]]:
    """The failed connections to each peer since its session was last seen up."""
    found: dict[str, list[FrrLogEvent]] = {}
    for one in view.of_kinds(K.CONNECT_OPEN_FAILED, *UP):
        peer = address(one.peer or "")
        found[peer] = [] if one.kind in UP else [*found.get(peer, []), one]
    return found


def _finding(view: FrrDaemonsView, peer: str, tries: list[FrrLogEvent]) -> Finding:
    more = " or more" if len(tries) >= NEWEST else ""
    first, last = tries[0], tries[-1]
    span = f" between {first.time:%Y-%m-%d %H:%M:%S} and {last.time:%H:%M:%S}" if first.time and last.time else ""
    errors = [one for one in view.of_kinds(K.CONNECT_FAILED) if one.peer and address(one.peer) == peer][-1:]
    why = "".join(f": {one.details.get('error')}" for one in errors if one.details.get("error"))
    text = f"{len(tries)}{more} connections to {peer} failed{span} without a session between{why}"
    lines = (first.evidence, last.evidence, *(one.evidence for one in errors))
    return Finding(peer, text, lines, view.node, key=view.label)
