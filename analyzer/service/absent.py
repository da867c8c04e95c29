"""Why no pod answers for a service that selects none: its pods bear other labels, or were not created."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from analyzer.rule import join
from analyzer.service.backends import Backends, ServiceBackends
from analyzer.service.pods import NamespacePods, PodAges, alive
from analyzer.service.workloads import Workloads
from parsers.base import Evidence
from parsers.cluster_events import ClusterEvent
from parsers.pods import Pod
from parsers.replicated_workloads import ReplicatedWorkload

# What controllers append to the name of a workload: the hash of its template, five random letters, or a number
# (kubernetes/kubernetes pkg/controller, k8s.io/apimachinery util/rand).
_SUFFIX = re.compile(r"(?:-[a-z0-9]{6,10})?-[bcdfghjklmnpqrstvwxz2456789]{5}|-\d{1,4}")
# What people append to the name of a workload for that of its service.
_OF_A_SERVICE = re.compile(r"-(?:svc|service|lb|loadbalancer|nodeport|internal|external)$")
_DIGITS = re.compile(r"\d+")
_HASH = re.compile(r"(?:-[a-z0-9]{6,10})?")
ALIKE = 0.85  # (J) of the letters from which on a word is taken for another one, misspelt
VALUES = 200  # of a label in a namespace up to which they are compared letter by letter
_SHORT = 5  # letters of a word up to which one letter more, less, or out of place is all that may differ
_CONTROLLERS = frozenset({"ReplicaSet", "ReplicationController", "StatefulSet", "DaemonSet"})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a service selects no pod, as the end of a sentence, with the lines that prove it."""

    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class AbsentPods:
    """What pods, workloads and events tell of services that select no pod.

    stems: pods by the names they may be made from. values: the values of each label, by namespace and label.
    taken: by namespace the names of the pods that a service selects.
    """

    pods: NamespacePods
    workloads: Workloads
    ages: PodAges
    stems: dict[tuple[str, str], list[Pod]] = field(default_factory=dict)
    values: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    taken: dict[str, set[str]] = field(default_factory=dict)
    refused: dict[str, list[ClusterEvent]] = field(default_factory=dict)

    def off(self, one: Backends) -> Reason | None:
        """The workloads of its pods, where all of them are scaled to zero; None where that is not known."""
        found = self.workloads.off(one.service.namespace or "", one.service.selector or {})
        if not found:
            return None
        names = ", ".join(f"{each.kind} {each.name}" for each in found[:3])
        lines = tuple(line for each in found[:3] for line in each.where("replicas"))
        return Reason(f"{names} {'is' if len(found) == 1 else 'are'} scaled to 0", lines)

    def reason(self, one: Backends) -> Reason | None:
        """Why there is no pod although there should be one; None where nothing says that there should."""
        found = self._mislabelled(one) or self._refused(one) or self._misspelt(one)
        return found or (None if self.moving(one) else self._lacking(one))

    def moving(self, one: Backends) -> str | None:
        """A workload that may have been given pods only while the archive was collected."""
        for each in self.workloads.of(one.service.namespace or "", one.service.selector or {}):
            if each.replicas and (each.existing or not each.seen or self._new(each)):
                return f"{each.kind} {each.name} was only just to have {each.replicas} pods"
        return None

    def _new(self, one: ReplicatedWorkload) -> bool:
        return self.ages.passed(one.image_dir, one.created) is False

    def _lacking(self, one: Backends) -> Reason | None:
        """A workload that is to have pods, for long, and has none."""
        found = self.workloads.of(one.service.namespace or "", one.service.selector or {})
        lacking = next((each for each in found if each.replicas and not each.existing), None)
        if lacking is None or one.every_pod is None:
            return None
        text = f"{lacking.kind} {lacking.name} is to have {lacking.replicas} and has none"
        return Reason(text, (*lacking.where("replicas", "existing"), one.every_pod))

    def _free(self, namespace: str, pods: list[Pod]) -> list[Pod]:
        """Those of the pods that are ready and that no service of the namespace selects."""
        taken = self.taken.get(namespace, set())
        return [pod for pod in pods if pod.ready and alive(pod) and pod.name not in taken]

    def _mislabelled(self, one: Backends) -> Reason | None:
        """Pods that are named for the service, run, and that no service of the namespace selects."""
        namespace, name = one.service.namespace or "", one.service.name
        names = dict.fromkeys((name, _OF_A_SERVICE.sub("", name)))
        named = [pod for stem in names for pod in self.stems.get((namespace, stem), ()) if _named_for(pod, stem)]
        found = self._free(namespace, named)
        if not found:
            return None
        wanted = one.service.selector or {}
        has = ", ".join(f"{key}={found[0].labels[key]}" for key in wanted if key in found[0].labels)
        lacks = ", ".join(key for key in wanted if key not in found[0].labels)
        told = " and ".join(filter(None, (has and f"has {has}", lacks and f"lacks {lacks}")))
        return Reason(f"{found[0].name} {told}", found[0].where("labels"))

    def _misspelt(self, one: Backends) -> Reason | None:
        """Pods that run, that no service selects, and whose labels are those of the selector but for a letter."""
        namespace, selector = one.service.namespace or "", one.service.selector or {}
        for key, value in selector.items():
            known = self.values.get((namespace, key), set())
            for other in sorted(known) if value not in known and len(known) <= VALUES else ():
                if _alike(value, other):
                    found = self._free(namespace, list(self.pods.selected(namespace, {**selector, key: other})))
                    if found:
                        return Reason(f"{found[0].name} has {key}={other}", found[0].where("labels"))
        return None

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


def _alike(one: str, other: str) -> bool:
    """Whether two words differ as a slip of the pen does, and not by a number that tells things apart."""
    if _DIGITS.sub("", one) == _DIGITS.sub("", other):
        return False
    if 2 * min(len(one), len(other)) < ALIKE * (len(one) + len(other)) and min(len(one), len(other)) > _SHORT:
        return False  # the same as below, at no cost
    if max(len(one), len(other)) > _SHORT:
        return SequenceMatcher(None, one, other, autojunk=False).ratio() >= ALIKE
    return min(len(one), len(other)) > 2 and (sorted(one) == sorted(other) or _one_more(one, other))


def _one_more(one: str, other: str) -> bool:
    """Whether the longer word is the shorter one with a letter more."""
    short, long = sorted((one, other), key=len)
    return len(long) == len(short) + 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


@join
def absent_pods(
    pods: NamespacePods,
    backends: ServiceBackends,
    found: Workloads,
    ages: PodAges,
    events: tuple[ClusterEvent, ...] | None,
) -> AbsentPods:
    refused: dict[str, list[ClusterEvent]] = {}
    for namespace, event in _refusals(events or ()):
        refused.setdefault(namespace, []).append(event)
    stems: dict[tuple[str, str], list[Pod]] = {}
    values: dict[tuple[str, str], set[str]] = {}
    for namespace, each in pods.by_namespace.items():
        for pod in each:
            owner = pod.name.rpartition("-")[0]
            for stem in (owner, owner.rpartition("-")[0]):
                stems.setdefault((namespace, stem), []).append(pod)
            for key, value in pod.labels.items():
                values.setdefault((namespace, key), set()).add(value)
    taken: dict[str, set[str]] = {}
    for one in backends:
        taken.setdefault(one.service.namespace or "", set()).update(pod.name for pod in one.pods)
    return AbsentPods(pods, found, ages, stems, values, taken, refused)


def _refusals(events: tuple[ClusterEvent, ...]) -> Iterator[tuple[str, ClusterEvent]]:
    for event in events:
        if event.reason == "FailedCreate" and event.kind in _CONTROLLERS:
            yield event.object_namespace or event.namespace or "", event
