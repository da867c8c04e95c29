"""Pods of saved `oc get pods` tables of which the archive holds nothing else."""

import re

from analyzer.instances import Group, PodsByName
from analyzer.rule import join
from parsers.base import Evidence
from parsers.oc_facts import ListedPod
from parsers.vocabulary import words

YOUNG = 180  # seconds after its start in which a pod may still be starting
_OVER = frozenset({"Completed", "Succeeded", "Terminating", "Evicted"})


class ListedPods(Group):
    """The rows of the tables, in their order, each pod once."""

    items: tuple[ListedPod, ...]

    def of(self, daemonset: str) -> tuple[ListedPod, ...]:
        """The pods of a DaemonSet, told by their names: tables show no owners, and often no namespace."""
        name = re.compile(rf"{re.escape(daemonset)}-[a-z0-9]{{5}}")
        return tuple(one for one in self.items if name.fullmatch(one.name))


@join
def listed_pods(rows: tuple[ListedPod, ...], pods: PodsByName) -> ListedPods:
    told = {name for _, name in pods}
    newest = {(one.namespace, one.name): one for one in rows}  # who saves twice shows a change
    return ListedPods(tuple(one for one in newest.values() if one.name not in told))


def unwell(pod: ListedPod) -> bool:
    """Whether it is to run and does not, or is not ready."""
    return pod.status not in _OVER and (pod.status != "Running" or pod.ready < pod.containers)


def young(pod: ListedPod) -> bool:
    """Whether it may still be starting; a table without AGE does not excuse it."""
    return pod.age is not None and pod.age < YOUNG


def state_of(pod: ListedPod) -> str:
    """`3/4 containers ready (CrashLoopBackOff, 11 restarts, 9 min old)`."""
    parts = [pod.status] if pod.status != "Running" else []
    parts += [f"{pod.restarts} restarts"] if pod.restarts else []
    parts += [f"{words(pod.age)} old"] if pod.age is not None else []
    return f"{pod.ready}/{pod.containers} containers ready" + (f" ({', '.join(parts)})" if parts else "")


def lines_of(pod: ListedPod) -> tuple[Evidence, ...]:
    """The row."""
    return pod.where("ready", "status", "restarts")
