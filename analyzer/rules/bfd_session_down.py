"""A BFD session is down."""

from collections.abc import Iterator

from analyzer.bfd import BfdSessions, down, lines, not_run_by_remote, shut_here
from analyzer.bgp import name
from analyzer.frr import Session
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.vocabulary import BfdStatus, words

SIGNALED = "neighbor signaled session down"
MEANING = {
    "control detection time expired": "packets of the peer stopped arriving",
    SIGNALED: "the far end saw the loss, or hears nothing from this node",
    "echo function failed": "echo packets do not come back",
    "path down": "the path was declared down",
    "forwarding plane reset": "the forwarding plane was reset",
    "administratively down": "shut down by an administrator",
}


@rule(Severity.ERROR, area="bfd")
def bfd_session_down(sessions: BfdSessions) -> Iterator[Finding | Gap]:
    """A BFD session is down.

    ## Why it matters
    BFD is down where it was up, or hears the peer without being heard (`init`). From FRR 10 on BGP does not come up
    before BFD; before that, BGP goes down with every change of BFD from up to down.

    ## What to do
    The diagnostics say which direction is lost. `init`: this node hears the peer and the peer does not hear it: look
    at the return path and at filters on UDP 3784 (single hop) or 4784 (multihop). A session that never came up while
    BGP is established is bfd-not-run-by-remote.
    """
    for session in sessions:
        if session.bfd is None and session.brief is None:
            if session.instance.bfd_peers is None and session.block and session.block.bfd is None:
                yield Gap(session.peer, "show bfd peers gave no answer", session.node)
        elif session.bfd_status is BfdStatus.ADMIN_DOWN:
            text = f"BFD session to {name(session)} is shut down administratively"
            yield Finding(session.peer, text, lines(session, "status"), session.node, Severity.INFO, session.vrf)
        elif down(session) and not not_run_by_remote(session):
            yield _finding(session)


def _finding(session: Session) -> Finding:
    evidence = (
        *lines(session, "status", "diagnostics", "remote_diagnostics", "remote_id", "downtime"),
        *session.where("state"),
    )
    return Finding(session.peer, _message(session), evidence, session.node, _severity(session), session.vrf)


def _message(session: Session) -> str:
    bfd = session.bfd
    parts = [f"BFD session to {name(session)} is {session.bfd_status}"]
    if bfd and bfd.downtime is not None:
        parts.append(f"for {words(bfd.downtime)}")
    if _remote_shut(session):
        parts.append("because the peer shut its BFD session down administratively")
    elif bfd and bfd.diagnostics != "ok":
        parts.append(f"({bfd.diagnostics}: {MEANING.get(bfd.diagnostics, 'see the text')})")
    elif session.bfd_status is BfdStatus.INIT:
        parts.append("(this node hears the peer, the peer does not hear this node)")
    if bfd and bfd.diagnostics == SIGNALED and bfd.remote_id == 0 and session.established:
        parts.append("and sends nothing any more, as after an administrative shutdown there,")
    parts.append(f"while BGP is {session.state}" if session.state else "")
    young = f"; the pod is only {words(session.instance.age)} old" if session.instance.young else ""
    return " ".join(part for part in parts if part) + young


def _remote_shut(session: Session) -> bool:
    return bool(session.bfd and session.bfd.remote_diagnostics == "administratively down")


def _severity(session: Session) -> Severity | None:
    if shut_here(session):
        return Severity.INFO
    return Severity.WARNING if session.instance.young or _remote_shut(session) else None
