"""BFD declares a peer dead after less than 300 ms."""

from collections.abc import Iterator

from analyzer.bfd import BfdSessions, lines
from analyzer.bgp import name
from analyzer.frr import Session
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.vocabulary import BfdStatus

TIGHT = 300  # milliseconds of detection time
MONTH = 30 * 86_400  # seconds up without an event that prove the timers


@rule(Severity.WARNING, area="bfd")
def bfd_timers_too_tight(sessions: BfdSessions) -> Iterator[Finding | Gap]:
    """BFD declares a peer dead after less than 300 ms.

    ## Why it matters
    FRR's bfdd is a process in a container: a busy node delays its packets by more than that, and the session is torn
    down although the link is fine.

    ## What to do
    Use at least 300 ms and a multiplier of 3 unless shorter timers are proven on this hardware.
    """
    for session in sessions:
        bfd = session.bfd
        if bfd is None or bfd.remote_timers is None or bfd.local_timers is None:
            yield Gap(session.peer, "show bfd peers does not tell both ends' timers", session.node)
            continue
        detection = _detection(session)
        if session.bfd_status is BfdStatus.UP and detection is not None and detection < TIGHT:
            proven = bfd.uptime is not None and bfd.uptime > MONTH
            text = f"BFD to {name(session)} detects a loss after {detection} ms: too tight for a process in a container"
            marks = ("local_timers.receive", "remote_timers.detect_multiplier", "remote_timers.transmit")
            severity = Severity.INFO if proven else None
            yield Finding(session.peer, text, lines(session, *marks), session.node, severity, session.vrf)


def _detection(session: Session) -> int | None:
    bfd = session.bfd
    if bfd is None or bfd.local_timers is None or bfd.remote_timers is None:
        return None
    multiplier, transmit = bfd.remote_timers.detect_multiplier, bfd.remote_timers.transmit
    receive = bfd.local_timers.receive
    if multiplier is None or transmit is None or receive is None:
        return None
    return multiplier * max(receive, transmit)
