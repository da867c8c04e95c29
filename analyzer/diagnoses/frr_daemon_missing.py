"""RC: a daemon of FRR does not run on a node."""

from collections.abc import Iterator
from dataclasses import replace

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.loss_kinds import Kind
from analyzer.losses import DAEMONS, Losses, LossGroup, listed, peer_name
from analyzer.model import RankedFinding, Severity
from analyzer.session_causes import cause_of, said, with_words

BESIDE = ("empty-or-timed-out-section", "command-returned-error-text", "frr-starved-or-stuck", "bfd-peer-missing")


@diagnosis
def frr_daemon_missing(findings: Findings, losses: Losses) -> Iterator[Cause]:
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
        beside = tuple(one for one in findings.of(*BESIDE) if one.node in group.nodes)
        lost = f"Its sessions with {peer_name(group)} are down for that."
        cause = replace(cause, roots=proofs or cause.roots, symptoms=(*cause.roots, *cause.symptoms, *beside))
        yield with_words(cause, group, (*said(proofs or group.roots), lost), _steps(group))
    for one in findings.of(*DAEMONS):
        if one.id not in told and one.severity.at_least(Severity.ERROR):
            yield _alone(one)


def _of_node(findings: Findings, nodes: tuple[str, ...]) -> tuple[RankedFinding, ...]:
    found = (one for one in findings.of(*DAEMONS) if one.node in nodes)
    return tuple(one for one in found if one.severity.at_least(Severity.WARNING))


def _alone(one: RankedFinding) -> Cause:
    where = f" on {one.node}" if one.node else ""
    return Cause(
        title=f"{one.subject} of FRR does not run, or crashed{where}",
        confidence=Confidence.CERTAIN if one.id.startswith("frr-daemon-never-registered") else Confidence.LIKELY,
        because=said((one,)),
        subject=one.subject,
        nodes=(one.node,) if one.node else (),
        roots=(one,),
        next_steps=("Read the log of the frr container, of the run before too (`oc logs --previous`).",),
        key=one.id,
    )


def _steps(group: LossGroup) -> tuple[str, ...]:
    pod = next((one.instance.pod for one in group.sessions if one.instance.pod), None)
    if pod is None:
        return ("Read the log of the frr container, of the run before too; then delete the pod: it starts anew.",)
    return (
        f"`oc -n {pod.namespace} logs {pod.name} -c frr --previous` holds the reason where the daemon crashed.",
        f"`oc -n {pod.namespace} exec {pod.name} -c frr -- ps aux` shows which daemons run now.",
        f"`oc -n {pod.namespace} delete pod {pod.name}` starts all of them anew; save the logs first.",
    )
