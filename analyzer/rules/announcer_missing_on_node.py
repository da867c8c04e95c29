"""A node that shall announce has no running speaker, or no frr-k8s."""

from collections.abc import Iterator

from analyzer.instances import Ages, NodesByName
from analyzer.metallb.health import Announcers, Fleet, Kind
from analyzer.metallb.missing import Missing, missing, running_on
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.cluster_events import ClusterEvent

NAMED = 4  # nodes that a message names
MANY = 20  # nodes from which on one finding tells of all of them
PIECES = 8  # of evidence


@rule(Severity.ERROR, area="speaker")
def announcer_missing_on_node(
    announcers: Announcers, nodes: NodesByName, ages: Ages, events: tuple[ClusterEvent, ...] | None
) -> Iterator[Finding | Gap]:
    """A node that shall announce has no running speaker, or no frr-k8s.

    ## Why it matters
    Such a node announces nothing. Services with the traffic policy Local lose its pods; when it is the only node that
    an advertisement selects, their addresses are not reachable at all.

    ## What to do
    A taint of the node needs a toleration in the MetalLB resource (`speakerTolerations`), or the node must not be
    selected. A pod without a node shows in its events why; a node that is not ready must be repaired first. Look at
    `oc get pods -o wide` in the namespace of MetalLB, and of frr-k8s where that speaks BGP.
    """
    found = list(missing(announcers, nodes, ages, events or ()))
    if announcers.hands_over and not announcers.of_kind(Kind.FRRK8S):
        yield Gap("frr-k8s", "the speakers leave BGP to frr-k8s, of which neither pods nor DaemonSet were collected")
    for fleet in announcers:
        of = [one for one in found if one.fleet is fleet]
        yield from (Gap(str(fleet.kind), one.waits, one.node) for one in of if one.waits)
        yield from _findings(fleet, [one for one in of if not one.waits])
        if fleet.kind is Kind.SPEAKER and fleet.desired == 0 and not fleet.pods:
            text = f"{fleet.name} wants a pod on no node{_selector(fleet)}: nothing is announced from anywhere"
            yield Finding(fleet.kind, text, fleet.where(), key=fleet.namespace)


def _findings(fleet: Fleet, found: list[Missing]) -> Iterator[Finding]:
    sure = [one for one in found if one.node]
    if len(sure) > MANY:
        names = [one.node or "" for one in sure]
        text = f"no {fleet.kind} runs on {_list(names)}, {len(names)} nodes in all{_wanted(fleet)}; {sure[0].reason}"
        yield Finding(fleet.kind, text.removesuffix("; "), sure[0].evidence[:PIECES], key=fleet.namespace)
        sure = []
    for one in sure:
        reason = f": {one.reason}" if one.reason else ""
        text = f"no {fleet.kind} runs on {one.node}{_wanted(fleet)}{reason}{_map(fleet)}"
        yield Finding(fleet.kind, text, one.evidence[:PIECES], one.node, key=fleet.namespace)
    for one in found:
        if one.node is None:
            among = f" (of {_list(one.among)})" if one.among else ""
            numbers = f"{fleet.name} is ready on {fleet.ready} of {fleet.desired} nodes, {one.count} of them without"
            text = f"{numbers} a pod that was collected{among}{f': {one.reason}' if one.reason else ''}{_map(fleet)}"
            yield Finding(fleet.kind, text, one.evidence[:PIECES], key=fleet.namespace)


def _wanted(fleet: Fleet) -> str:
    """What asks for it."""
    if fleet.explicit and fleet.asked:
        return f", which MetalLB {fleet.asked.name} selects by {_labels(fleet)}"
    if fleet.desired is not None:
        return f" ({fleet.name} is ready on {fleet.ready} of {fleet.desired} nodes)"
    return ""


def _selector(fleet: Fleet) -> str:
    return f", no node has the labels {_labels(fleet)}" if fleet.selector else ""


def _labels(fleet: Fleet) -> str:
    return ", ".join(f"{key}={value}" if value else key for key, value in fleet.selector.items())


def _map(fleet: Fleet) -> str:
    found = running_on(fleet)
    return f"; it runs on {_list(found)}" if found else ""


def _list(names: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
