"""What the kernels and switches of the nodes threw away, by node."""

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.hosts import HostNames
from analyzer.instances import Group, PodsByName
from analyzer.rule import join
from parsers.host_facts import HostFact
from parsers.kernel_drops import DropKind, DropLog, KernelDrop

RECENT = 24 * 3600  # seconds before the end of a log in which a drop is of now, not of an earlier time (J)


@dataclass(frozen=True, slots=True)
class NodeDrops:
    """The drops that one log tells of; none where it tells of none."""

    label: str
    node: str | None
    log: DropLog
    drops: tuple[KernelDrop, ...]

    def of(self, *kinds: DropKind) -> list[KernelDrop]:
        """Those of some kinds."""
        return [one for one in self.drops if one.kind in kinds]


class Drops(Group):
    """The logs in the order of nodes."""

    items: tuple[NodeDrops, ...]

    def __iter__(self) -> Iterator[NodeDrops]:
        return iter(self.items)


@join
def drops(logs: tuple[DropLog, ...], found: tuple[KernelDrop, ...], names: HostNames, pods: PodsByName) -> Drops:
    by_path: dict[str, list[KernelDrop]] = {}
    for one in found:
        by_path.setdefault(one.evidence.path, []).append(one)
    made = []
    for log in logs:
        own = node_of(log, names, pods)
        by_node: dict[str | None, list[KernelDrop]] = {own: []}
        for one in by_path.get(log.evidence.path, ()):
            by_node.setdefault(node_of(one, names, pods) or own, []).append(one)
        made += [NodeDrops(node or names.label(log), node, log, tuple(each)) for node, each in by_node.items()]
    return Drops(tuple(sorted(made, key=lambda one: (one.label, one.log.evidence.path))))


def node_of(fact: HostFact, names: HostNames, pods: PodsByName) -> str | None:
    """The node of an output that was taken in a pod, else the one that its path hints at."""
    pod = pods.get((fact.origin.namespace or "", fact.origin.pod)) if fact.origin.pod else None
    return (pod.node if pod else None) or names.node(fact)


def old(drop: KernelDrop) -> bool:
    """Whether the log goes on for long after the last of them."""
    return drop.last is not None and drop.end is not None and drop.end - drop.last > RECENT
