"""MetalLB's controller, its operator or its webhooks do not run."""

from collections.abc import Iterator

from analyzer.instances import Ages, NodesByName
from analyzer.metallb.containers import troubles
from analyzer.metallb.control_plane import ControlPlane, Failures, Plane, failures
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import NotCollectedError, rule
from parsers.base import Evidence
from parsers.cluster_events import ClusterEvent
from parsers.kubernetes import unique
from parsers.metallb_deployments import Role
from parsers.metallb_log import MetallbLogEvent, MetallbLogWindow
from parsers.pods import Pod

PIECES = 8  # of evidence
_EFFECTS = {
    Role.CONTROLLER: "no service gets a new address",
    Role.OPERATOR: "the MetalLB resource has no effect",
    Role.OPERATOR_WEBHOOK: "changes of MetalLB's resources are refused",
    Role.FRRK8S_WEBHOOK: "changes of FRRConfigurations are refused",
    Role.STATUS_CLEANER: "changes of FRRConfigurations are refused, states of nodes that are gone remain",
}


@rule(Severity.ERROR, area="speaker")
def metallb_control_plane_down(  # noqa: PLR0913, PLR0917 - each source tells another part of it
    plane: ControlPlane | None,
    nodes: NodesByName,
    ages: Ages,
    events: tuple[ClusterEvent, ...] | None,
    logs: tuple[MetallbLogEvent, ...] | None,
    windows: tuple[MetallbLogWindow, ...] | None,
) -> Iterator[Finding | Gap]:
    """MetalLB's controller, its operator or its webhooks do not run.

    ## Why it matters
    Without the controller no service gets an address; what is announced stays announced. Without the webhooks every
    change of a MetalLB resource is refused.

    ## What to do
    Look at the pod: its containers, its events, and whether it has a node. Where the pods are well and calls still
    fail, look at the certificate of the webhook, at network policies, and at the way from the API server to the pod.
    A part that has some but not all of its pods, or whose pods restart, is a warning.
    """
    failed = failures(events or (), logs or (), windows or (), ages)
    if plane is None and not failed:
        raise NotCollectedError("neither pods nor Deployments of MetalLB's controller or operator in this archive")
    for one in plane or ():
        yield from _judged(one, nodes, ages, events or ())
    for each in failed:
        yield _failing(each)


def _judged(one: Plane, nodes: NodesByName, ages: Ages, events: tuple[ClusterEvent, ...]) -> Iterator[Finding | Gap]:
    ready = one.ready
    if ready is None:
        yield Gap(one.name, "neither the status of its Deployment nor its pods were collected")
        return
    whole = 0 < one.desired <= ready
    if not whole and one.starting(ages):
        yield Gap(one.name, "it started, or became unavailable, only just before the collection")
        return
    reasons, lines = _reasons(one, nodes, ages, events)
    if whole and not reasons:
        return
    state = "scaled to 0" if one.desired == 0 else f"{ready} of {one.desired} pods ready"
    effect = "" if ready else f", so {_EFFECTS[one.role]}"
    text = f"the {one.role} {one.namespace}/{one.name} has {state}{effect}"
    text = text.replace("has scaled to 0", "is scaled to 0") + (f": {'; '.join(reasons)}" if reasons else "")
    severity = None if not ready else Severity.WARNING
    evidence = tuple(dict.fromkeys((*lines, *one.where()))) if whole else tuple(dict.fromkeys((*one.where(), *lines)))
    node = one.pods[0].node if len(one.pods) == 1 else None
    yield Finding(f"{one.namespace}/{one.name}", text, evidence[:PIECES], node, severity, key=str(one.role))


def _reasons(
    one: Plane, nodes: NodesByName, ages: Ages, events: tuple[ClusterEvent, ...]
) -> tuple[list[str], list[Evidence]]:
    """Why its pods are not well."""
    reasons: list[str] = []
    lines: list[Evidence] = []
    for pod in one.pods:
        for trouble in troubles(pod, ages.of(pod.image_dir)):
            reasons.append(f"in {pod.name} {trouble.text}")
            lines += trouble.evidence
        host = nodes.get(pod.node or "")
        if not pod.ready and host is not None and host.ready is not True and "ready" in host.marks:
            reasons.append(f"{pod.name} is on {pod.node}, which is NotReady")
            lines += host.where("ready")
        if pod.node is None and (told := _unscheduled(pod, events)):
            reasons.append(f"{pod.name} has no node: {(told.message or '')[:300]}")
            lines.append(told.evidence)
    return reasons, lines


def _unscheduled(pod: Pod, events: tuple[ClusterEvent, ...]) -> ClusterEvent | None:
    found = [
        one
        for one in unique(events)
        if one.reason == "FailedScheduling" and (one.object_namespace, one.object_name) == (pod.namespace, pod.name)
    ]
    return max(found, key=lambda one: one.last_time.timestamp() if one.last_time else 0.0, default=None)


def _failing(one: Failures) -> Finding:
    span = f" between {one.first:%Y-%m-%d %H:%M:%S} and {one.last:%H:%M:%S} UTC" if one.first and one.last else ""
    what = "could not be called" if one.subject.startswith("webhook") else "could not be renewed"
    text = f"the {one.subject} {what} {one.count} times{span}: {one.text}"
    return Finding(one.subject, text, one.evidence[:PIECES], key="failures")
