"""Why no pod answers for a service that selects none: its pods bear other labels, or could not be created."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from analyzer.rule import join
from analyzer.service.backends import Backends, ServiceBackends
from analyzer.service.pods import NamespacePods, alive
from parsers.base import Evidence
from parsers.cluster_events import ClusterEvent
from parsers.pods import Pod

# What controllers append to the name of a workload: the hash of its template, five random letters, or a number
# (kubernetes/kubernetes pkg/controller, k8s.io/apimachinery util/rand).
_SUFFIX = re.compile(r"(?:-[a-z0-9]{6,10})?-[bcdfghjklmnpqrstvwxz2456789]{5}|-\d{1,4}")
_HASH = re.compile(r"(?:-[a-z0-9]{6,10})?")
_CONTROLLERS = frozenset({"ReplicaSet", "ReplicationController", "StatefulSet", "DaemonSet"})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a service selects no pod, as the end of a sentence, with the lines that prove it."""

    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class AbsentPods:
    """What pods and events tell of services that select no pod. stems: pods by the names they may be made from."""

    backends: ServiceBackends
    stems: dict[tuple[str, str], list[Pod]] = field(default_factory=dict)
    refused: dict[str, list[ClusterEvent]] = field(default_factory=dict)

    def reason(self, one: Backends) -> Reason | None:
        """Why there is no pod although there should be one; None where nothing says that there should."""
        return self._mislabelled(one) or self._refused(one)

    def _mislabelled(self, one: Backends) -> Reason | None:
        """Pods that are named for the service, run, and that no service of the namespace selects."""
        namespace, name = one.service.namespace or "", one.service.name
        named = [pod for pod in self.stems.get((namespace, name), ()) if _named_for(pod, name)]
        if not named:
            return None
        taken = {pod.name for each in self.backends if each.service.namespace == namespace for pod in each.pods}
        found = [pod for pod in named if pod.name not in taken and pod.ready and alive(pod)]
        if not found:
            return None
        wanted = one.service.selector or {}
        has = ", ".join(f"{key}={found[0].labels[key]}" for key in wanted if key in found[0].labels)
        lacks = ", ".join(key for key in wanted if key not in found[0].labels)
        told = " and ".join(filter(None, (has and f"has {has}", lacks and f"lacks {lacks}")))
        return Reason(f"{found[0].name} {told}", found[0].where("labels"))

    def _refused(self, one: Backends) -> Reason | None:
        """Pods of a workload of this name that the API did not accept."""
        names = {one.service.name, *(one.service.selector or {}).values()}
        for event in self.refused.get(one.service.namespace or "", ()):
            owner = event.object_name or ""
            if any(owner.startswith(name) and _HASH.fullmatch(owner.removeprefix(name)) for name in names):
                text = f"{event.kind} {owner} cannot create them: {event.message}"
                return Reason(text, event.where("message", "reason"))
        return None


def _named_for(pod: Pod, name: str) -> bool:
    return pod.name.startswith(name) and bool(_SUFFIX.fullmatch(pod.name.removeprefix(name)))


@join
def absent_pods(pods: NamespacePods, backends: ServiceBackends, events: tuple[ClusterEvent, ...] | None) -> AbsentPods:
    refused: dict[str, list[ClusterEvent]] = {}
    for namespace, event in _refusals(events or ()):
        refused.setdefault(namespace, []).append(event)
    stems: dict[tuple[str, str], list[Pod]] = {}
    for namespace, found in pods.by_namespace.items():
        for pod in found:
            owner = pod.name.rpartition("-")[0]
            for stem in (owner, owner.rpartition("-")[0]):
                stems.setdefault((namespace, stem), []).append(pod)
    return AbsentPods(backends, stems, refused)


def _refusals(events: tuple[ClusterEvent, ...]) -> Iterator[tuple[str, ClusterEvent]]:
    for event in events:
        if event.reason == "FailedCreate" and event.kind in _CONTROLLERS:
            yield event.object_namespace or event.namespace or "", event
