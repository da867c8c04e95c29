"""A BGP session is not Established."""

from collections import Counter
from collections.abc import Iterator

from analyzer.bfd import lines as bfd_lines
from analyzer.bgp import admin_down, cause, name, never_up, open_lines, password, unanswered, waits_for_bfd
from analyzer.frr import Session, Sessions
from analyzer.metrics import UP, PeerMetric, PeerMetrics, evidence_of, lost_everywhere, shown
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import NotCollectedError, rule
from parsers.base import Evidence
from parsers.dump_frr import BGP_NEIGHBOR
from parsers.vocabulary import words

NOTHING = "neither an output of FRR about its sessions nor saved metrics in this archive"


@rule(Severity.ERROR, area="bgp")
def bgp_session_down(sessions: Sessions | None, metrics: PeerMetrics | None) -> Iterator[Finding | Gap]:
    """A BGP session is not Established.

    ## Why it matters
    While the session is down the peer learns no route from this node: traffic to LoadBalancer addresses does not
    enter the cluster through it. When every peer of a node, or one peer on every node, is down, the finding is
    critical.

    ## What to do
    Read the cause in the message and the finding of the more specific rule beside this one. Without a cause, look at
    the state: `Connect` means that nobody answers the TCP connection to port 179 (routing, firewall, VLAN, password),
    `Active` that it was refused or closed, `Idle` that FRR does not dial (administrative shutdown, next hop, BFD).
    A pod that started less than three minutes before the collection may still be connecting: a warning then. A session
    that a person shut down is only information, unless a BGPPeer resource asks for it. Saved metrics speak for nodes
    whose FRR was not asked: save `show bgp neighbor` of such a node to see the cause.
    """
    if sessions is None and metrics is None:
        raise NotCollectedError(NOTHING)
    for one in metrics.alone if metrics else ():
        yield from _counted(one, metrics)
    yield from _shown(sessions) if sessions else ()


def _shown(sessions: Sessions) -> Iterator[Finding | Gap]:
    reach = _Reach(sessions)
    for session in sessions:
        if session.unwanted:
            continue
        if session.instance.bgpd_dead:
            yield _dead(session)
        elif session.state is None:
            yield Gap(session.peer, "neither show bgp neighbor nor a summary was collected", session.node)
        elif not session.established:
            yield Finding(
                session.peer,
                _message(session),
                _evidence(session),
                session.node,
                reach.severity(session),
                session.vrf,
            )
    yield from unanswered(sessions)


def _counted(one: PeerMetric, metrics: PeerMetrics | None) -> Iterator[Finding | Gap]:
    """What a saved metric says where FRR says nothing."""
    sample = one.sample(UP)
    if sample is None:
        if one.most(UP) is not None:
            yield Gap(one.peer, "saved metrics tell both that the session is up and that it is down", one.node)
        return
    if sample.value == 0:
        nodes_up, peers_up = lost_everywhere(metrics.alone if metrics else ())
        far = one.label not in nodes_up or one.peer not in peers_up
        severity = Severity.CRITICAL if far else Severity.ERROR
        where = "" if one.node else f" of {one.label}"
        text = f"BGP session to {one.title}{where} is down: {shown(sample)}"
        asked = (each.evidence for each in one.resources[:1])
        yield Finding(one.peer, text, (*evidence_of(sample), *asked), one.node, severity, f"{one.vrf} {one.label}")


def _dead(session: Session) -> Finding:
    one = session.instance
    section = one.sections[BGP_NEIGHBOR]
    runs = "instance not found" in (section.message or "")
    what = "bgpd has no such BGP instance" if runs else "bgpd does not run on this node"
    text = f"there is no BGP session to {name(session)}: {what}, although frr.conf asks for it"
    asked = session.config.where("remote_as") if session.config else ()
    wanted = (resource.evidence for resource in session.resources)
    evidence = (section.evidence, *section.where("message"), *asked, *wanted)
    return Finding(session.peer, text, evidence, one.node, Severity.CRITICAL, session.vrf)


def _message(session: Session) -> str:
    why = cause(session)
    state = f"BGP session to {name(session)} is {session.state}"
    if admin_down(session) and session.resources:
        why += f", although BGPPeer {session.resources[0].name} asks for it"
    young = f" The pod is only {words(session.instance.age)} old." if session.instance.young else ""
    return f"{state}: {why.rstrip('.')}.{young}" if why else f"{state}.{young}"


def _evidence(session: Session) -> tuple[Evidence, ...]:
    names = ["admin_down", "prefix_limit_exceeded", "state", "last_reset", "established"]
    if session.block and session.block.last_reset is None:
        names.remove("last_reset")
    if never_up(session):
        names += ["messages.opens", "messages.total"]
    more: tuple[Evidence, ...] = open_lines(session)
    if admin_down(session):
        more += (*session.configured("shutdown"), *(one.evidence for one in session.resources[:1]))
    elif waits_for_bfd(session):
        more += bfd_lines(session, "status")
    elif never_up(session) and password(session):
        more += session.configured("password")
        names.append("authentication")
    return (*session.where(*names), *more, *_started(session))


def _started(session: Session) -> tuple[Evidence, ...]:
    """When a young pod started."""
    pod = session.instance.pod
    if pod is None or not session.instance.young:
        return ()
    frr = pod.container("frr")
    return frr.where("started_at") if frr and frr.started_at else pod.where("start_time")


class _Reach:
    """How far a loss goes: which nodes have no session left, which peers have none on any node."""

    def __init__(self, sessions: Sessions) -> None:
        judged = [one for one in sessions if one.state is not None and not one.unwanted and not admin_down(one)]
        self.nodes_up = {id(one.instance) for one in judged if one.established}
        self.peers_up = {one.peer for one in judged if one.established}
        self.nodes_of_peer = Counter(one.peer for one in judged)

    def severity(self, session: Session) -> Severity:
        if admin_down(session):
            return Severity.WARNING if session.resources else Severity.INFO
        if session.instance.young:
            return Severity.WARNING
        everywhere = self.nodes_of_peer[session.peer] > 1 and session.peer not in self.peers_up
        return Severity.CRITICAL if everywhere or id(session.instance) not in self.nodes_up else Severity.ERROR
