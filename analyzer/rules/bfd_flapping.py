"""A BFD session goes up and down again and again."""

from collections.abc import Iterator

from analyzer.bfd import BfdSessions, lines
from analyzer.bgp import events, name, of_peer
from analyzer.frr import Session
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.frr_log import FrrLogEvent, FrrLogKind

EVENTS = 3  # changes from up to down that count as flapping


@rule(Severity.WARNING, area="bfd")
def bfd_flapping(sessions: BfdSessions) -> Iterator[Finding | Gap]:
    """A BFD session goes up and down again and again.

    ## Why it matters
    Every change from up to down takes BGP down too and withdraws the node's addresses. One loss while a session comes
    up for the first time is normal in FRR 8.

    ## What to do
    Loss on the path, CPU stalls of bfdd, or timers that are too tight: compare with bfd-timers-too-tight. Counters
    come from `show bfd peers counters`, which a must-gather does not hold; the log tells changes from FRR 10.4 on or
    at level debug.
    """
    for session in sessions:
        log = of_peer(events(session.instance, FrrLogKind.BFD_DOWN, FrrLogKind.ADJACENCY_DOWN), session)
        log = [one for one in log if one.kind is FrrLogKind.BFD_DOWN or "BFD" in one.text]
        counters = session.counters
        if counters is not None and counters.down_events is not None and counters.down_events >= EVENTS:
            text = f"BFD to {name(session)} went down {counters.down_events} times since FRR started"
            evidence = (counters.evidence, *counters.where("down_events"), *lines(session, "status"))
            yield Finding(session.peer, text, evidence, session.node, key=session.vrf)
        elif len(log) >= EVENTS:
            yield _logged(session, log)
        elif counters is None and not log:
            yield Gap(session.peer, "neither BFD counters nor BFD changes in the log", session.node)


def _logged(session: Session, log: list[FrrLogEvent]) -> Finding:
    text = f"BFD to {name(session)} went down {len(log)} times in the log"
    return Finding(session.peer, text, (log[0].evidence, log[-1].evidence), session.node, key=session.vrf)
