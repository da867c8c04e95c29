"""A BGPPeer is for no node that could speak to it."""

from collections.abc import Iterable, Iterator

from analyzer.instances import NodesByName, PodsByName
from analyzer.metallb.installation import every_node
from analyzer.metallb.selectors import inventory, names, words
from analyzer.metallb.speakers import is_speaker
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.cluster_events import ClusterEvent
from parsers.kubernetes import unique
from parsers.metallb_instance import MetallbInstance
from parsers.metallb_log import MetallbLogEvent
from parsers.metallb_log_kinds import MetallbLogKind
from parsers.metallb_peers import BgpPeer
from parsers.metallb_workloads import DaemonSet
from parsers.nodes import Node
from parsers.pods import Pod

HOSTNAME = "kubernetes.io/hostname"
SHOWN = 4  # nodes whose labels are quoted
CROWD = 20  # peers of one kind that are told one by one


@rule(Severity.WARNING, area="metallb")
def bgppeer_selects_no_node(  # noqa: PLR0913, PLR0917 - who runs where stands in all of them
    peers: tuple[BgpPeer, ...],
    nodes: NodesByName,
    pods: PodsByName,
    instances: tuple[MetallbInstance, ...] | None,
    daemonsets: tuple[DaemonSet, ...] | None,
    events: tuple[ClusterEvent, ...] | None,
    logs: tuple[MetallbLogEvent, ...] | None,
) -> Iterator[Finding | Gap]:
    """A BGPPeer is for no node that could speak to it.

    ## Why it matters
    MetalLB sets up no session with this peer, and says so nowhere: the router waits for neighbors that never call.

    ## What to do
    Correct the labels in `nodeSelectors`, label the nodes, or let the speakers run on the nodes that are selected.
    """
    homes = _homes(pods.values())
    removed = {one.object_name: one for one in events or () if one.reason == "RemovingNode" and one.object_name}
    found: dict[tuple[str, Severity | None], list[Finding]] = {}
    for peer in unique(peers):
        if not peer.node_selectors:
            continue
        if every_node(nodes, pods) is None:
            yield Gap(f"BGPPeer {peer.name}", "the nodes were not collected, or not all: what it selects is not known")
            continue
        chosen = [one for one in nodes.values() if any(each.matches(one.labels) for each in peer.node_selectors)]
        if not chosen:
            one = _no_node(peer, nodes, [removed[name] for name in _hosts(peer) if name in removed])
            found.setdefault((one.key, one.severity), []).append(one)
        elif homes and not any(each.name in homes for each in chosen):
            one = _no_speaker(peer, chosen, homes, _limits(instances, daemonsets), logs or ())
            found.setdefault((one.key, one.severity), []).append(one)
    for same in found.values():
        yield from same if len(same) <= CROWD else (_together(same),)


def _together(same: list[Finding]) -> Finding:
    text = f"{len(same)} BGPPeers are for no node that could speak to them, among them "
    text += f"{names(one.subject for one in same)}: {same[0].message}"
    lines = tuple(line for one in same[:3] for line in one.evidence)[:8]
    return Finding("BGPPeer resources", text, lines, severity=same[0].severity, key=same[0].key)


def _homes(pods: Iterable[Pod]) -> dict[str, Pod]:
    """The nodes on which a speaker or a FRR of frr-k8s is to run, be it ready or not."""
    found = (one for one in pods if is_speaker(one) or (one.name.startswith("frr-k8s") and one.container("frr")))
    return {one.node: one for one in found if one.node}


def _hosts(peer: BgpPeer) -> Iterator[str]:
    """The names of the nodes that it asks for by name."""
    for each in peer.node_selectors:
        yield from (value for key, value in each.match_labels.items() if key == HOSTNAME)
        yield from (value for one in each.match_expressions if one.key == HOSTNAME for value in one.values)


def _no_node(peer: BgpPeer, nodes: NodesByName, removed: list[ClusterEvent]) -> Finding:
    labels = [one.labels for one in nodes.values()]
    text = f"BGPPeer {peer.name} ({peer.address or peer.interface}) is for nodes with {words(peer.node_selectors)}, "
    text += f"which none of {len(labels)} nodes has; {inventory(peer.node_selectors, labels, 'node')}"
    if removed:
        text += f"; {names(one.object_name or '' for one in removed)} was removed from the cluster"
    shown = (line for one in list(nodes.values())[:SHOWN] for line in one.where("labels"))
    lines = (*peer.where("node_selectors", "address", "interface"), *(one.evidence for one in removed[:2]), *shown)
    return Finding(f"BGPPeer {peer.name}", text, lines, severity=Severity.INFO if removed else None, key="nodes")


def _no_speaker(
    peer: BgpPeer,
    chosen: list[Node],
    homes: dict[str, Pod],
    limits: tuple[str, tuple[Evidence, ...]] | None,
    logs: Iterable[MetallbLogEvent],
) -> Finding:
    text = f"BGPPeer {peer.name} ({peer.address or peer.interface}) is for {names(one.name for one in chosen)} alone, "
    text += f"where no speaker runs; speakers run on {names(homes)}"
    dropped = [
        one
        for one in logs
        if one.kind is MetallbLogKind.PEER_DECONFIGURED
        and one.peer in {peer.name, peer.address}
        and one.reason == "filteredByNodeSelector"
    ]
    lines = [
        *peer.where("node_selectors", "address", "interface"),
        *(line for one in chosen[:2] for line in one.where("labels")),
    ]
    lines += [one.where("node")[0] for _, one in sorted(homes.items())[:SHOWN]]
    if limits:
        text, lines = f"{text}; {limits[0]}", [*lines, *limits[1]]
    return Finding(f"BGPPeer {peer.name}", text, (*lines, *(one.evidence for one in dropped[-1:])), key="speakers")


def _limits(
    instances: tuple[MetallbInstance, ...] | None, daemonsets: tuple[DaemonSet, ...] | None
) -> tuple[str, tuple[Evidence, ...]] | None:
    """To which nodes the speakers are limited, where that is known and not to all of Linux."""
    found: list[MetallbInstance | DaemonSet] = [*unique(instances or ()), *unique(daemonsets or ())]
    for one in found:
        wanted = {key: value for key, value in one.node_selector.items() if key != "kubernetes.io/os"}
        if wanted:
            told = ", ".join(f"{key}={value}" for key, value in wanted.items())
            return f"they are limited to nodes with {told}", one.where("node_selector")
    return None
