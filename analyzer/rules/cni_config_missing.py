"""A node has no network plugin: nothing has written a CNI configuration."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from analyzer.instances import YOUNG, Ages, NodesByName, PodsByName
from analyzer.model import Finding, Gap, Severity
from analyzer.operators import is_agent
from analyzer.rule import NotCollectedError, rule
from parsers.base import Evidence
from parsers.network_log import NetworkLogCount, NetworkLogWindow
from parsers.network_log_kinds import NetworkLogKind
from parsers.nodes import Node, NodeCondition
from parsers.pods import Pod, PodPhase

NEW = timedelta(minutes=10)  # (J) that a new node may take until its network plugin runs
PIECES = 8  # of evidence
_MISSING = re.compile(r"NetworkPluginNotReady|No CNI configuration file|cni config uninitialized")


@rule(Severity.CRITICAL, area="operator")
def cni_config_missing(
    nodes: NodesByName,
    pods: PodsByName,
    ages: Ages,
    counts: tuple[NetworkLogCount, ...] | None,
    windows: tuple[NetworkLogWindow, ...] | None,
) -> Iterator[Finding | Gap]:
    """A node has no network plugin: nothing has written a CNI configuration.

    ## Why it matters
    The node is NotReady and no pod with a network of its own starts there. `No CNI configuration file in
    /etc/kubernetes/cni/net.d/` is a consequence: ovnkube-node, sdn or multus writes the file once it runs.

    ## What to do
    Look at the pods of ovnkube-node (or sdn) and multus on the node and at the first fatal line of their logs. A node
    that is new, or became NotReady only just before the collection, is not judged.
    """
    kubelets = [one for one in counts or () if one.kind is NetworkLogKind.CNI_CONFIG_MISSING]
    if not nodes and not any(one.program == "kubelet" for one in windows or ()):
        raise NotCollectedError("neither nodes nor journals of the kubelet in this archive")
    agents: dict[str, list[Pod]] = {}
    for pod in pods.values():
        if pod.node and is_agent(pod) and pod.phase in {PodPhase.PENDING, PodPhase.RUNNING}:
            agents.setdefault(pod.node, []).append(pod)
    for node in nodes.values():
        told = next((one for one in node.conditions if _MISSING.search(one.message or one.reason or "")), None)
        if told is not None:
            yield _of_node(node, told, agents.get(node.name, ()), ages.of(node.image_dir))
    if not nodes:
        yield from _of_logs(kubelets, windows or ())


def _of_node(node: Node, told: NodeCondition, agents: Iterable[Pod], at: datetime | None) -> Finding | Gap:
    if at and node.created and at - node.created < NEW:
        return Gap(node.name, "the node was added only just before the collection", node.name)
    if at and told.since and (at - told.since).total_seconds() < YOUNG:
        return Gap(node.name, "its network plugin is missing only just before the collection", node.name)
    since = f" since {told.since:%Y-%m-%d %H:%M:%S} UTC" if told.since else ""
    text = f"{node.name} has no network plugin{since}: {(told.message or told.reason or '')[:400]}"
    bad = sorted((one for one in agents if not one.ready), key=lambda one: one.name)
    lines: list[Evidence] = [told.evidence]
    if bad:
        text += "; not ready on it: " + ", ".join(f"{one.name} ({one.phase})" for one in bad)
        lines += [line for one in bad for line in one.where("ready", "phase")]
    return Finding(node.name, text, tuple(dict.fromkeys(lines))[:PIECES], node.name)


def _of_logs(counts: Iterable[NetworkLogCount], windows: Iterable[NetworkLogWindow]) -> Iterator[Finding]:
    """Where no nodes were collected: a kubelet that says so for minutes, and to the end of its journal."""
    ends = {one.evidence.path: one.last for one in windows}
    for one in counts:
        end = ends.get(one.evidence.path)
        if one.first and one.last and end and _to_the_end(one.last, end) and one.first[:11] != one.last[:11]:
            whose = one.node or "node"
            text = f"the kubelet of {whose} said {one.count} times up to {one.last} that no CNI configuration is there"
            yield Finding(whose, text, (one.evidence, *one.where("last")), one.node, key="journal")


def _to_the_end(last: str, end: str) -> bool:
    """Whether it was said in the last minute of the journal; both are `MM-DD HH:MM:SS`."""
    return last[:5] == end[:5] and _seconds(end) - _seconds(last) <= 60


def _seconds(moment: str) -> int:
    hours, minutes, seconds = (int(part) for part in moment[6:14].split(":"))
    return (hours * 60 + minutes) * 60 + seconds
