"""What the operators' remarks on rollouts mean: whether the pods that they wait for run, or wait for a node.

The network operator says of a DaemonSet, Deployment or StatefulSet that it is not available while a pod of it is not,
and that it is hung ten minutes later (openshift/cluster-network-operator pkg/controller/statusmanager/pod_status.go).
It says so too while a node is drained and restarted for a new machine configuration, which takes long on bare metal.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.instances import NodesByName
from analyzer.rule import join
from analyzer.service.pods import NamespacePods, alive
from parsers.base import Evidence
from parsers.kubernetes import unique
from parsers.machine_config_pools import MachineConfigPool
from parsers.nodes import Node
from parsers.pods import Pod

_WORKLOAD = r'(?:DaemonSet|Deployment|StatefulSet) "/?(?P<namespace>[a-z0-9-]{1,63})/(?P<name>[a-z0-9.-]{1,253})"'
_HUNG = re.compile(rf"{_WORKLOAD} rollout is not making progress - last change \S+")
_AWAITS = re.compile(rf"{_WORKLOAD} is not available \(awaiting \d{{1,6}} nodes\)")
# What a DaemonSet, and what a Deployment or a StatefulSet, appends to its name for a pod.
_OF_A_POD = re.compile(r"-(?:[a-z0-9]{6,10}-)?[bcdfghjklmnpqrstvwxz2456789]{5}|-\d{1,4}")


@dataclass(frozen=True, slots=True)
class Calm:
    """Why a remark is not as bad as it sounds, as the end of a sentence, with the lines that prove it."""

    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Rollouts:
    """Pods and machine config pools, to judge remarks by."""

    pods: NamespacePods
    nodes: NodesByName
    pools: tuple[MachineConfigPool, ...] = ()

    def restarting(self, message: str) -> Calm | None:
        """Why workloads wait for nodes: these are restarted, one after the other. None for any other message."""
        told = list(_lines(message))
        return self._updating() if told and all(map(_AWAITS.fullmatch, told)) else None

    def hung(self, message: str) -> Calm | None:
        """Why rollouts that are said to hang do no harm; None where one of them does, or that is not known."""
        told = [_HUNG.fullmatch(line) for line in _lines(message)]
        fleets = [self._of(one["namespace"], one["name"]) for one in told if one]
        if not fleets or len(fleets) < len(told) or not all(fleets):
            return None
        waiting = [pod for fleet in fleets for pod in fleet if not pod.ready]
        if not waiting:
            lines = tuple(line for fleet in fleets for pod in fleet[:2] for line in pod.where("ready"))
            return Calm("by now all pods of these are ready", lines)
        # A pod that is new on a node that starts counts as little as one that the node has lost.
        return self._updating() if all(_away(self.nodes.get(pod.node or "")) for pod in waiting) else None

    def _of(self, namespace: str, name: str) -> list[Pod]:
        found = (one for one in self.pods.by_namespace.get(namespace, ()) if one.name.startswith(name) and alive(one))
        return [one for one in found if _OF_A_POD.fullmatch(one.name.removeprefix(name))]

    def _updating(self) -> Calm | None:
        """The pools that are being updated, if any."""
        found = [(one, one.updating) for one in self.pools]
        going = [(one, why) for one, why in found if why]
        if not going:
            return None
        names = ", ".join(f"{one.name} ({one.updated} of {one.machines} nodes done)" for one, _ in going)
        are = "pool is" if len(going) == 1 else "pools are"
        text = f"nodes are restarted one after the other: the machine config {are} being updated: {names}"
        lines = tuple(line for one, why in going for line in (*why.where("type", "status"), *one.where("updated")))
        return Calm(text, lines)


def _lines(message: str) -> Iterator[str]:
    return (line.strip() for line in message.splitlines() if line.strip())


def _away(node: Node | None) -> bool:
    """Whether the node is drained, or is not there."""
    return node is not None and (node.unschedulable or node.ready is not True)


@join
def rollouts(pods: NamespacePods, nodes: NodesByName, pools: tuple[MachineConfigPool, ...] | None) -> Rollouts:
    return Rollouts(pods, nodes, tuple(sorted(unique(pools or ()), key=lambda one: one.name)))
