"""A BFD session is down."""

from collections.abc import Iterator

from analyzer.bfd import BfdSessions, down, lines, never_heard, not_run_by_remote, shut_here
from analyzer.bgp import name
from analyzer.frr import Session
from analyzer.metrics import BFD_UP, UP, PeerMetric, PeerMetrics, evidence_of, shown
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import NotCollectedError, rule
from parsers.bfd_facts import BfdPeer
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
SILENT = 3  # seconds after which a far end that still runs BFD would have been heard: it sends once a second


@rule(Severity.ERROR, area="bfd")
def bfd_session_down(sessions: BfdSessions | None, metrics: PeerMetrics | None) -> Iterator[Finding | Gap]:
    """A BFD session is down.

    ## Why it matters
    BFD is down where it was up, or hears the peer without being heard (`init`). From FRR 10 on BGP does not come up
    before BFD; before that, BGP goes down with every change of BFD from up to down.

    ## What to do
    The diagnostics say which direction is lost. `init`: this node hears the peer and the peer does not hear it: look
    at the return path and at filters on UDP 3784 (single hop) or 4784 (multihop). A session that never came up while
    BGP is established is bfd-not-run-by-remote. Saved metrics speak for nodes whose FRR was not asked: save `show bfd
    peers` of such a node to see the diagnostics.
    """
    counted = [one for one in metrics.alone if one.most(BFD_UP) is not None] if metrics else []
    if sessions is None and not counted:
        raise NotCollectedError("no answer of show bfd peers and no saved metrics of BFD in this archive")
    for one in counted:
        yield from _counted(one)
    for session in sessions or ():
        if session.bfd is None and session.brief is None:
            yield from _told_by_bgp(session)
        elif session.bfd_status is BfdStatus.ADMIN_DOWN:
            text = f"BFD session to {name(session)} is shut down administratively"
            yield Finding(session.peer, text, lines(session, "status"), session.node, Severity.INFO, session.vrf)
        elif down(session) and not not_run_by_remote(session):
            yield _finding(session)


def _counted(one: PeerMetric) -> Iterator[Finding | Gap]:
    """What a saved metric says where FRR says nothing."""
    sample, bgp = one.sample(BFD_UP), one.sample(UP)
    if sample is None:
        yield Gap(one.peer, "saved metrics tell both that the BFD session is up and that it is down", one.node)
    elif sample.value == 0:
        where = "" if one.node else f" of {one.label}"
        up = bgp is not None and bgp.value == 1
        text = f"BFD session to {one.title}{where} is down{' while BGP is up' if up else ''}: {shown(sample)}"
        severity = Severity.WARNING if up else None
        yield Finding(one.peer, text, evidence_of(sample, bgp), one.node, severity, f"{one.vrf} {one.label}")


def _told_by_bgp(session: Session) -> Iterator[Finding | Gap]:
    """Without an answer of bfdd only a Down is to be believed: bgpd keeps the last Up of a bfdd that has died."""
    if session.instance.bfd_peers is not None:
        return  # bfdd has no such session: bfd-peer-missing
    told = session.block.bfd.status if session.block and session.block.bfd else None
    if told is BfdStatus.DOWN and not shut_here(session):
        text = f"BGP says that BFD to {name(session)} is down, while BGP is {session.state}; bfdd's own word is missing"
        severity = Severity.WARNING if session.established or session.instance.young else None
        yield Finding(session.peer, text, lines(session), session.node, severity, session.vrf)
    else:
        yield Gap(session.peer, "show bfd peers gave no answer", session.node)


def _finding(session: Session) -> Finding:
    evidence = (
        *lines(session, "status", "diagnostics", "remote_diagnostics", "remote_id", "downtime", "passive"),
        *session.where("state"),
    )
    return Finding(session.peer, _message(session), evidence, session.node, _severity(session), session.vrf)


def _message(session: Session) -> str:
    parts = [f"BFD session to {name(session)} is {session.bfd_status}"]
    if session.bfd:
        parts += _details(session, session.bfd)
    if session.state:
        parts.append(f"while BGP is {session.state}")
    young = f"; the pod is only {words(session.instance.age)} old" if session.instance.young else ""
    return " ".join(parts) + young


def _details(session: Session, bfd: BfdPeer) -> Iterator[str]:
    if bfd.downtime is not None:
        yield f"for {words(bfd.downtime)}"
    if _remote_shut(session):
        yield "because the peer shut its BFD session down administratively"
    elif session.bfd_status is BfdStatus.INIT:
        yield "(this node hears the peer, the peer does not hear this node)"
    elif bfd.diagnostics != "ok":
        meaning = MEANING.get(bfd.diagnostics)
        yield f"({bfd.diagnostics}: {meaning})" if meaning else f"({bfd.diagnostics})"
        if bfd.diagnostics == SIGNALED and bfd.remote_id == 0 and (bfd.downtime or 0) >= SILENT and session.established:
            yield "and the peer sends nothing any more, as after an administrative shutdown there,"
    elif never_heard(session):
        yield "(never up: nothing was heard from the peer" + (", and this end is passive)" if bfd.passive else ")")


def _remote_shut(session: Session) -> bool:
    return bool(session.bfd and session.bfd.remote_diagnostics == "administratively down")


def _severity(session: Session) -> Severity | None:
    if shut_here(session):
        return Severity.INFO
    return Severity.WARNING if session.instance.young or _remote_shut(session) else None
