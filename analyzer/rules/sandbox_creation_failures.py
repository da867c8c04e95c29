"""Pods cannot be started because they get no network."""

from collections.abc import Iterable, Iterator

from analyzer.model import Finding, Severity
from analyzer.rule import rule
from analyzer.sandboxes import Sandbox, Sandboxes
from parsers.base import Evidence
from parsers.cni_failures import CniFailure

PODS = 3  # (J) pods, or EVENTS, from which on it is more than a hiccup
EVENTS = 10
NAMED = 3  # pods that a message names
PIECES = 8  # of evidence
_CAUSES = {
    CniFailure.PORT_BINDING: "ovn-controller did not bind their ports in time",
    CniFailure.ANNOTATIONS: "the control plane of OVN-Kubernetes gave them no addresses in time",
    CniFailure.DEFAULT_NETWORK_NOT_READY: "multus still waits for the cluster's default network",
    CniFailure.DAEMON_DOWN: "the daemon of ovnkube or multus does not answer on its socket",
    CniFailure.NO_DEFINITION: "a NetworkAttachmentDefinition does not exist",
    CniFailure.NO_ADDRESS: "the range of addresses is full",
    CniFailure.NO_CONFIG: "no network plugin has written its configuration on the node",
    CniFailure.OTHER: "the container runtime could not set up their sandbox",
}


@rule(Severity.ERROR, area="operator")
def sandbox_creation_failures(sandboxes: Sandboxes) -> Iterator[Finding]:
    """Pods cannot be started because they get no network.

    ## Why it matters
    Every new pod of the node hangs in ContainerCreating: rollouts stop, and what the scheduler moves there is down.

    ## What to do
    The cause that is named decides. No answer of the daemon: look at ovnkube-node and multus of the node. Ports that
    are not bound: at ovn-controller, Open vSwitch and the southbound database. No addresses: at the control plane of
    OVN-Kubernetes. A full range: at whereabouts or the node's subnet. What was overcome is told as information.
    """
    for failure in CniFailure:
        found = [one for one in sandboxes if one.failure is failure]
        yield from _grouped(failure, [one for one in found if not one.over], over=False)
        yield from _grouped(failure, [one for one in found if one.over], over=True)


def _grouped(failure: CniFailure, found: list[Sandbox], *, over: bool) -> Iterator[Finding]:
    """One finding for each node with many, one for what is left of all others."""
    by_node: dict[str | None, list[Sandbox]] = {}
    for one in found:
        by_node.setdefault(one.node, []).append(one)
    rest: list[Sandbox] = []
    for node, each in by_node.items():
        if _many(each):
            yield _finding(failure, each, node, over=over)
        else:
            rest += each
    if _many(rest):
        yield _finding(failure, rest, next(iter({one.node for one in rest})) if _one_node(rest) else None, over=over)


def _one_node(found: Iterable[Sandbox]) -> bool:
    return len({one.node for one in found}) == 1


def _many(found: list[Sandbox]) -> bool:
    return len({one.name for one in found}) >= PODS or sum(one.count for one in found) >= EVENTS


def _finding(failure: CniFailure, found: list[Sandbox], node: str | None, *, over: bool) -> Finding:
    names = sorted({one.name for one in found})
    named = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
    nodes = sorted({one.node for one in found if one.node})
    where = f" on {node}" if node else f" on {len(nodes)} nodes" if nodes else ""
    times = sum(one.count for one in found)
    newest = max(found, key=lambda one: one.last.timestamp() if one.last else 0.0)
    head = f"{len(names)} pod{'s' * (len(names) > 1)}{where} got no network in {times} attempts"
    text = f"{head}, {_CAUSES[failure]}: {named}"
    text += "; meanwhile they have one, are gone, or their node was starting" if over else ""
    said = " ".join(newest.text.split())
    text += f"; the last message: …{said[-300:]}" if said else ""
    lines: list[Evidence] = [line for one in (newest, *found) for line in one.evidence]
    subject = names[0] if len(names) == 1 else node or "pods"
    severity = Severity.INFO if over else None
    evidence = tuple(dict.fromkeys(lines))[:PIECES]
    return Finding(subject, text, evidence, node, severity, f"{failure} {'over' if over else 'now'}")
