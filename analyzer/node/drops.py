"""What the kernels and switches of the nodes threw away, by node."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from analyzer.hosts import HostNames
from analyzer.instances import Ages, Group, PodsByName
from analyzer.rule import NotCollectedError, join
from parsers.host_facts import HostFact
from parsers.kernel_drops import DropKind, DropLog, KernelDrop
from parsers.log_clocks import on_clock, seconds_between

RECENT = 24 * 3600  # seconds before the end of a log in which a drop is of now, not of an earlier time (J)
_SERVICE_LOGS = "host_service_logs/"  # of a must-gather, taken when it was: quiet services may not log for days


@dataclass(frozen=True, slots=True)
class NodeDrops:
    """The drops that one log tells of; none where it tells of none. taken: when, where that is told apart from it."""

    label: str
    node: str | None
    log: DropLog
    drops: tuple[KernelDrop, ...]
    taken: datetime | None = None

    def old(self, drop: KernelDrop) -> bool:
        """Whether the host went on for long after the last of them, or was booted since."""
        if drop.rebooted:
            return True
        if drop.clock is None or drop.last is None:
            return False
        ends = (drop.end, on_clock(drop.clock, self.taken) if self.taken else None)
        return any(end is not None and seconds_between(drop.clock, drop.last, end) > RECENT for end in ends)

    def of(self, *kinds: DropKind) -> list[KernelDrop]:
        """Those of some kinds."""
        return [one for one in self.drops if one.kind in kinds]


class Drops(Group):
    """The logs in the order of nodes."""

    items: tuple[NodeDrops, ...]

    def __iter__(self) -> Iterator[NodeDrops]:
        return iter(self.items)


@join
def drops(
    logs: tuple[DropLog, ...], found: tuple[KernelDrop, ...], names: HostNames, pods: PodsByName, ages: Ages
) -> Drops:
    by_path: dict[str, list[KernelDrop]] = {}
    for one in found:
        by_path.setdefault(one.evidence.path, []).append(one)
    made = []
    for log in logs:
        own = node_of(log, names, pods)
        by_node: dict[str | None, list[KernelDrop]] = {own: []}
        for one in by_path.get(log.evidence.path, ()):
            by_node.setdefault(node_of(one, names, pods) or own, []).append(one)
        taken = ages.of(log.origin.image_dir) if _SERVICE_LOGS in log.evidence.path else None
        made += [NodeDrops(node or names.label(log), node, log, tuple(each), taken) for node, each in by_node.items()]
    if not made:
        raise NotCollectedError("no kernel log (dmesg) of a node was collected")
    return Drops(tuple(sorted(made, key=lambda one: (one.label, one.log.evidence.path))))


def node_of(fact: HostFact, names: HostNames, pods: PodsByName) -> str | None:
    """The node of an output that was taken in a pod, else the one that its path hints at."""
    pod = pods.get((fact.origin.namespace or "", fact.origin.pod)) if fact.origin.pod else None
    return (pod.node if pod else None) or names.node(fact)
