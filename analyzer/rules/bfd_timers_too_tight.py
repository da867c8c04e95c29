"""BFD declares a peer dead after less than 300 ms."""

from collections.abc import Iterator

from analyzer.bfd import BfdSessions, detection_time, lines
from analyzer.bgp import name
from analyzer.frr import Session
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.vocabulary import BfdStatus, words

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
        detection = detection_time(session.bfd) if session.bfd else None
        if detection is None:
            yield Gap(session.peer, "show bfd peers does not tell both ends' timers", session.node)
        elif session.bfd_status is BfdStatus.UP and detection < TIGHT:
            yield _finding(session, detection)


def _finding(session: Session, detection: int) -> Finding:
    uptime = session.bfd.uptime if session.bfd else None
    proven = uptime is not None and uptime > MONTH
    remark = f"it has held for {words(uptime)}" if proven else "too tight for a process in a container"
    text = f"BFD to {name(session)} detects a loss after {detection} ms: {remark}"
    marks = ["local_timers.receive", "remote_timers.detect_multiplier", "remote_timers.transmit"]
    evidence = lines(session, *marks, *(["uptime"] if proven else []))
    return Finding(session.peer, text, evidence, session.node, Severity.INFO if proven else None, session.vrf)
