"""Names that outlive a rollout: a pod of a DaemonSet is known by its owner and node, a replica by its owner.

The parts that are made up: five letters or digits behind the name (kubernetes/apimachinery pkg/util/rand) and, before
them, the hash of a ReplicaSet (up to ten of the same letters) or the number of a job.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from parsers.pods import Pod

_END = r"-[bcdfghjklmnpqrstvwxz2456789]{5}"
_OF_SET = re.compile(rf"(?P<owner>.{{1,250}}?){_END}")
_HASHED = re.compile(rf"(?P<owner>.{{1,250}}?)-(?P<hash>[0-9a-z]{{6,10}}){_END}")
_OF_JOB = re.compile(rf"(?P<owner>.{{1,250}}?)(?:-\d{{6,12}})?{_END}")
_JOB_LABELS = ("job-name", "batch.kubernetes.io/job-name")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{2,251}[a-z0-9])")
_GATHER = re.compile(r"must-gather\.local\.\d{1,30}")  # openshift/oc pkg/cli/admin/mustgather: a new name each time
_IMAGE = re.compile(r"-sha256-[0-9a-f]{4,64}(?![0-9a-z])")
_ROOT = re.compile(
    r"(?:^|[/!])(?=(?:namespaces|cluster-scoped-resources|network_logs|host_service_logs|sos_commands|ingress_controllers|"
    r"monitoring|static-pods|nodes|metallb|report)/)"
)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose pod it is. `each_node`: one of them runs on each node; `made_up`: its name changes with every pod."""

    name: str
    each_node: bool = False
    made_up: bool = False


def owner_of(pod: Pod) -> Owner:
    """The owner by the labels that its controller sets, else by the form of the name."""
    labels, name = pod.labels, pod.name
    if "statefulset.kubernetes.io/pod-name" in labels or "apps.kubernetes.io/pod-index" in labels:
        return Owner(name)
    hashed, of_set = _HASHED.fullmatch(name), _OF_SET.fullmatch(name)
    if (label := labels.get("pod-template-hash")) and f"-{label}-" in name:
        return Owner(name.rpartition(f"-{label}-")[0], made_up=True)
    if of_set and "controller-revision-hash" in labels:
        return Owner(of_set["owner"], each_node=True, made_up=True)
    if any(one in labels for one in _JOB_LABELS) and (job := _OF_JOB.fullmatch(name)):
        return Owner(job["owner"], made_up=True)
    if hashed and any(letter.isdigit() for letter in hashed["hash"]):
        return Owner(hashed["owner"], made_up=True)
    return Owner(of_set["owner"], each_node=True, made_up=True) if of_set else Owner(name)


def stable(pod: Pod) -> str:
    """`ovnkube-node@worker-0`, `web@`, or the name itself where it is not made up."""
    owner = owner_of(pod)
    if not owner.made_up:
        return pod.name
    return f"{owner.name}@{pod.node or ''}" if owner.each_node else f"{owner.name}@"


def settled(text: str, pods: Mapping[str, str]) -> str:
    """The text with the stable names of the pods and collections that it names. `pods`: stable names by names."""
    text = _GATHER.sub("must-gather", _IMAGE.sub("", text))
    return _NAME.sub(lambda found: pods.get(found[0], found[0]), text) if pods else text


def member(path: str, pods: Mapping[str, str]) -> str:
    """A member's path without what differs from one collection to the next: folders around, pods, rotated logs."""
    found = _ROOT.search(path)
    inner = path[found.end() :] if found else path.rpartition("/")[2]
    parts = [_part(part, pods) for part in inner.split("/")]
    if parts[-1] in {"previous.log", "previous.insecure.log"}:
        parts[-1] = "current.log"
    return "/".join(parts)


def _part(part: str, pods: Mapping[str, str]) -> str:
    head, mark, rest = part.partition("_")
    name = head.removesuffix(".yaml")
    return pods.get(name, name) + head[len(name) :] + mark + rest
