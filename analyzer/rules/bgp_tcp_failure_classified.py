"""The TCP connection to a BGP peer fails with a known error."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from analyzer.bgp import admin_down, events, name, of_peer, times, unanswered
from analyzer.frr import Session, Sessions
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from analyzer.saved_tests import MEANS
from parsers.frr_log import FrrLogEvent, FrrLogKind
from parsers.probe_answers import Answer
from parsers.tcp_probe import TcpProbe

BGP_PORT = 179
MEANING = {
    111: "refused: the host answers, but nothing listens on the port or it rejects this source",
    110: "timed out: filtered or unreachable",
    113: "no route to host: the next hop does not answer ARP",
    101: "network unreachable: the node has no route",
}

_ANSWERS = {
    Answer.REFUSED: MEANING[111],
    Answer.TIMED_OUT: MEANING[110],
    Answer.NO_ROUTE: MEANING[113],
    Answer.UNREACHABLE: MEANING[101],
}


@rule(Severity.ERROR, area="bgp")
def bgp_tcp_failure_classified(sessions: Sessions, probes: tuple[TcpProbe, ...] | None) -> Iterator[Finding | Gap]:
    """The TCP connection to a BGP peer fails with a known error.

    ## Why it matters
    Refused, timed out and unreachable have different owners: the router's configuration, a filter on the way, the
    node's own routing. FRR logs the error only with `debug bgp neighbor-events`.

    ## What to do
    Refused: neighbor statement or access list on the router. Timed out: firewall, VLAN, wrong source address.
    Unreachable: route and ARP on the node. Without the debug log: set `logLevel: debug` and collect again, or test
    with `nc -vz PEER 179` from the node; a saved answer of nc, telnet or curl is read too.
    """
    for session in sessions:
        if session.established or session.unwanted or admin_down(session):
            continue
        found = of_peer(events(session.instance, FrrLogKind.CONNECT_FAILED), session)
        kinds = (FrrLogKind.ESTABLISHED, FrrLogKind.END_OF_RIB, FrrLogKind.ADJACENCY_UP)
        up = of_peer(events(session.instance, *kinds), session)
        found = [event for event in found if not _older(event, up)]
        if found:
            yield _finding(session, found)
        elif (saved := [one for one in probes or () if _of_session(one, session)]) and not saved[-1].good:
            yield _probed(session, saved[-1])
        else:
            yield Gap(session.peer, "FRR logs TCP errors only at level debug", session.node)
    yield from unanswered(sessions)


def _of_session(one: TcpProbe, session: Session) -> bool:
    """Whether a saved test is about this session: its peer and port, from its node or one that nothing names."""
    port = (session.config.port if session.config else None) or BGP_PORT
    named = {*PurePosixPath(one.origin.folder).parts} | ({one.node} if one.node else set())
    names = {session.node, (session.node or "").partition(".")[0]}
    elsewhere = bool(named) and session.node is not None and not named & names
    return one.target == session.peer and one.port in {None, port} and not elsewhere


def _probed(session: Session, one: TcpProbe) -> Finding:
    text = f"a saved test of {name(session)} ({one.tool}) failed: {_ANSWERS.get(one.answer) or MEANS[one.answer]}"
    lines = dict.fromkeys((one.evidence, *one.where("target", "answer"), *session.where("state")))
    return Finding(session.peer, text, tuple(lines), session.node, key=session.vrf)


def _older(event: FrrLogEvent, up: list[FrrLogEvent]) -> bool:
    return bool(up and up[-1].time and event.time and event.time < up[-1].time)


def _finding(session: Session, found: list[FrrLogEvent]) -> Finding:
    number = int(found[-1].details["errno"])
    meaning = MEANING.get(number, found[-1].text)
    text = f"connecting to {name(session)} fails ({times(found)} in the log): {meaning}"
    return Finding(session.peer, text, (found[-1].evidence,), session.node, key=session.vrf)
