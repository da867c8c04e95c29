"""RC: a daemon of FRR does not run on a node."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from analyzer.bgp import reset
from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.frr_daemons import FrrDaemonsViews, daemon_of
from analyzer.loss_kinds import Kind
from analyzer.losses import DAEMONS, Losses, LossGroup, listed, peer_name
from analyzer.model import RankedFinding, Severity
from analyzer.session_causes import cause_of, said, with_words
from analyzer.stated import following, mentions, same_node, serious
from parsers.frr_log import FrrLogKind

CRASHED = ("bgp-session-down", "bfd-session-down", "bgp-flapping", "bgp-hold-timer-expired", "restarts-and-oom")
BESIDE = ("empty-or-timed-out-section", "command-returned-error-text", "frr-starved-or-stuck", "bfd-peer-missing")

SOON = timedelta(seconds=60)  # between a crash and the resets that come of it (judgement)


@diagnosis
def frr_daemon_missing(findings: Findings, losses: Losses, views: FrrDaemonsViews | None) -> Iterator[Cause]:
    """A daemon of FRR does not run on a node, or crashed there: the node's sessions are down for that.

    Certain: the daemon did not answer and its configuration is gone, or its crash stands in the log.
    """
    told: set[str] = set()
    for group in losses.of(Kind.DAEMON):
        proofs = _of_node(findings, group.nodes)
        told |= {one.id for one in proofs}
        names = listed(dict.fromkeys(one.subject for one in proofs)) or "bgpd"
        node = listed(group.nodes) or "a node"
        cause = cause_of(losses, group, f"{names} of FRR does not run on {node}", Confidence.CERTAIN)
        daemons = {one.subject for one in proofs}
        beside = tuple(one for one in findings.of(*BESIDE) if one.node in group.nodes or _is_of(one, daemons))
        lost = f"Its sessions with {peer_name(group)} are down for that."
        cause = replace(cause, roots=proofs or cause.roots, symptoms=(*cause.roots, *cause.symptoms, *beside))
        yield with_words(cause, group, (*said(proofs or group.roots), lost), _steps(group))
    for one in findings.of(*DAEMONS):
        if one.id not in told and one.severity.at_least(Severity.WARNING):
            yield _alone(findings, losses, one, coincides=_coincides(one, losses, views))


def _is_of(one: RankedFinding, daemons: set[str]) -> bool:
    """Whether it tells, without a node, that vtysh did not reach one of these daemons."""
    return one.node is None and any(mentions(one, name) for name in daemons)


def _of_node(findings: Findings, nodes: tuple[str, ...]) -> tuple[RankedFinding, ...]:
    found = (one for one in findings.of(*DAEMONS) if one.node in nodes)
    return tuple(one for one in found if one.severity.at_least(Severity.WARNING))


def _coincides(one: RankedFinding, losses: Losses, views: FrrDaemonsViews | None) -> bool:
    """Whether sessions of the node were reset within a minute of the crash."""
    crashes = [
        event.time
        for view in views or ()
        if view.node == one.node and one.node
        for event in view.of_kinds(FrrLogKind.CRASH, FrrLogKind.PROCESS_KILLED, FrrLogKind.PROCESS_FAILED)
        if event.time and daemon_of(event) == one.subject
    ]
    sessions = [session for group in losses for session in group.sessions if session.node == one.node]
    resets = [
        session.instance.collected - timedelta(seconds=last.age)
        for session in sessions
        if (last := reset(session)) and last.age is not None and session.instance.collected
    ]
    return any(abs(crash - at) <= SOON for crash in crashes for at in resets)


def _alone(findings: Findings, losses: Losses, one: RankedFinding, *, coincides: bool) -> Cause:
    """A daemon whose sessions do not tell that it is the reason; with times that coincide its crash is."""
    rule = one.id.rpartition("-")[0]
    after = following(findings, (one,), (*BESIDE, *CRASHED), same_node) if one.node else ()
    return Cause(
        title=f"{one.subject} of FRR {_WHAT[rule]} on {one.node or 'a node'}",
        confidence=Confidence.CERTAIN if rule == DAEMONS[0] or coincides else Confidence.LIKELY,
        because=(*said((one,)), _WHY[rule], *(("Sessions of the node were reset within a minute of it.",) * coincides)),
        symptoms=(*serious(after), *(_of_sessions(losses, one.node) if coincides else ())),
        subject=one.subject,
        nodes=(one.node,) if one.node else (),
        roots=(one,),
        next_steps=(
            "`oc -n NAMESPACE logs POD -c frr` of the speaker or frr-k8s pod of that node, with `--previous` too.",
            "`oc -n NAMESPACE exec POD -c frr -- cat /etc/frr/daemons` shows which daemons are switched on.",
        ),
        key=one.id,
    )


def _of_sessions(losses: Losses, node: str | None) -> tuple[RankedFinding, ...]:
    """What is said of the sessions that were reset."""
    return tuple(each for group in losses for loss in group.losses if loss.node == node for each in loss.findings)


_WHAT = {DAEMONS[0]: "does not run", DAEMONS[1]: "crashed", DAEMONS[2]: "does not run"}
_WHY = {
    DAEMONS[0]: "The daemon gave no answer while the archive was collected.",
    DAEMONS[1]: "The crash stands in the log; the daemon may run again since.",
    DAEMONS[2]: "The daemons file or vtysh says so; that it is needed follows from the resources.",
}


def _steps(group: LossGroup) -> tuple[str, ...]:
    pod = next((one.instance.pod for one in group.sessions if one.instance.pod), None)
    if pod is None:
        return ("Read the log of the frr container, of the run before too; then delete the pod: it starts anew.",)
    return (
        f"`oc -n {pod.namespace} logs {pod.name} -c frr` (`--previous` after a restart) holds the reason of a crash.",
        f"`oc -n {pod.namespace} exec {pod.name} -c frr -- ps aux` shows which daemons run now.",
        f"`oc -n {pod.namespace} delete pod {pod.name}` starts all of them anew; save the logs first.",
    )
