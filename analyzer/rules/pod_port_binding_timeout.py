"""Pods get no network: OVN-Kubernetes gave them no address, or did not bind their ports, in time."""

from collections.abc import Iterator
from datetime import timedelta

from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.attachments import Attachment, Attachments, Cause, Fate
from analyzer.ovn.databases import named, pieces
from analyzer.ovn.moments import RECENT, clock
from analyzer.rule import rule

FEW = 3  # pods of a node that are told one by one (J)
AGAIN = 3  # tries of a pod of which nothing else is known: the first ones often fail on a busy node (J)
YOUNG = timedelta(minutes=3)  # that a pod may be waiting after one failure: the next try may do (J)
NOW = timedelta(minutes=10)  # before the collection: the kubelet tries again every few minutes (J)
_ADVICE = {
    Cause.PORT_BINDING: "timed out waiting for OVS port binding",
    Cause.ANNOTATIONS: "timed out waiting for annotations",
    Cause.INTERFACE: "failed to configure pod interface",
}


@rule(Severity.ERROR, area="ovn")
def pod_port_binding_timeout(attachments: Attachments) -> Iterator[Finding | Gap]:
    """Pods get no network: OVN-Kubernetes gave them no address, or did not bind their ports, in time.

    ## Why it matters
    The pods stay in ContainerCreating; the kubelet tries again, each time in vain, until what OVN waits for is there.

    ## What to do
    Port binding, on one node: look at ovn-controller and Open vSwitch of that node (poll intervals, connection to the
    southbound database) and at the port in its databases. Port binding on all nodes: look at the databases.
    Annotations: ovnkube-control-plane (ovnkube-master before OpenShift 4.14) or the node's ovnkube-controller never
    gave the pod an address; its log names the pod.
    """
    groups: dict[tuple[str, Cause], list[Attachment]] = {}
    for one in attachments:
        if one.fate is Fate.STUCK and _since(one, RECENT) and not _young(one):
            groups.setdefault((one.node or "", one.cause), []).append(one)
    for (_, cause), found in sorted(groups.items()):
        severity = _severity(found, attachments)
        if len(found) > FEW:
            yield _together(found, cause, severity)
        else:
            yield from (_stuck(one, severity) for one in found)
    yield from _elsewhere(attachments)


def _since(one: Attachment, within: timedelta) -> bool:
    """Whether the last failure is not long ago; so is one without a time."""
    return one.last is None or one.end is None or one.last >= one.end - within


def _young(one: Attachment) -> bool:
    """Whether it has only just come and failed once."""
    since = (one.resource.start_time or one.resource.created) if one.resource else None
    return one.count == 1 and one.end is not None and since is not None and since > one.end - YOUNG


def _severity(found: list[Attachment], attachments: Attachments) -> Severity:
    """Critical where most of the pods that came to the node of late have no network."""
    node = found[0].node or ""
    stuck = {one.pod for one in attachments if one.fate is Fate.STUCK and (one.node or "") == node}
    most = len(stuck) >= FEW and 2 * len(stuck) > attachments.newcomers.get(node, len(stuck))
    return Severity.CRITICAL if most else Severity.ERROR


def _stuck(one: Attachment, severity: Severity) -> Finding:
    times = f"{one.count} times, last {clock(one.last)}" if one.last else f"{one.count} times"
    where = f" on {one.node}" if one.node else ""
    text = f'{one.name} waits{where} for its network: {one.cause}: "{_ADVICE[one.cause]}" {times}'
    return Finding(one.name, text, pieces(one.evidence), one.node, severity, str(one.cause))


def _together(found: list[Attachment], cause: Cause, severity: Severity) -> Finding:
    node = found[0].node
    text = (
        f"{len(found)} pods wait{f' on {node}' if node else ''} for their network,"
        f' "{_ADVICE[cause]}": {named(one.name for one in found)}'
    )
    lines = pieces(*(one.evidence[:1] for one in found[:4]), *(one.evidence[-1:] for one in found[:4]))
    return Finding(node or "pods", text, lines, node, severity, str(cause))


def _elsewhere(attachments: Attachments) -> Iterator[Finding]:
    """Pods of namespaces that were not collected: whether they still wait, only the time of the last try tells."""
    groups: dict[tuple[str, Cause], list[Attachment]] = {}
    for one in attachments:
        if one.fate is Fate.UNKNOWN and one.count >= AGAIN and one.last and one.end and _since(one, NOW):
            groups.setdefault((one.node or "", one.cause), []).append(one)
    for (node, cause), found in sorted(groups.items()):
        where = f" on {node}" if node else ""
        text = (
            f'pods got no network{where} up to the end of the archive, "{_ADVICE[cause]}":'
            f" {named(f'{one.name} ({one.count} times, last {clock(one.last)})' for one in found)};"
            " whether they still wait is not known, their namespaces were not collected"
        )
        subject = found[0].name if len(found) == 1 else node or "pods"
        lines = pieces(*(one.evidence for one in found))
        yield Finding(subject, text, lines, node or None, Severity.WARNING, f"unknown {cause}")
