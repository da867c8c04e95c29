"""The kubelet refuses a pod because its CPUs do not fill whole cores."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from analyzer.instances import PodsByName
from analyzer.model import Finding, Severity
from analyzer.rule import NotCollectedError, rule
from parsers.base import Evidence
from parsers.cluster_events import ClusterEvent
from parsers.kubernetes import unique
from parsers.network_log import NetworkLogEvent, NetworkLogWindow
from parsers.network_log_kinds import NetworkLogKind
from parsers.pods import Pod, PodPhase
from parsers.pods_listed import PodsListed
from parsers.smt_pods import REASON, SmtPod

ONE_BY_ONE = 3  # refused pods of one owner up to which each has a finding of its own
PIECES = 8  # of evidence
_NEVER = datetime.min.replace(tzinfo=UTC)
_NOT_MULTIPLE = re.compile(r"requested (?P<asked>\d{1,6}) cpus not multiple cpus per core = (?P<core>\d{1,6})")
_NOT_FREE = re.compile(
    r"not enough free physical CPUs: available physical CPUs = (?P<free>\d{1,6}), "
    r"requested CPUs = (?P<asked>\d{1,6}), CPUs per core = (?P<core>\d{1,6})"
)


@rule(Severity.ERROR, area="operator")
def smt_alignment_error(  # noqa: PLR0913, PLR0917 - pods, events and journals tell of the same
    pods: PodsByName,
    refused: tuple[SmtPod, ...] | None,
    listed: tuple[PodsListed, ...] | None,
    events: tuple[ClusterEvent, ...] | None,
    logs: tuple[NetworkLogEvent, ...] | None,
    windows: tuple[NetworkLogWindow, ...] | None,
) -> Iterator[Finding]:
    """The kubelet refuses a pod because its CPUs do not fill whole cores.

    ## Why it matters
    With the policy option `full-pcpus-only` of the CPU manager a pod with CPUs of its own gets whole cores alone. A pod
    that asks for an odd number on a machine with two threads per core ends in `SMTAlignmentError` and never starts.

    ## What to do
    Ask for a whole multiple of the threads per core, an even number with hyper-threading, in requests and limits. Where
    the number is right and too few whole cores are free, free some or use another node. Delete the pods that failed.
    """
    if not pods and refused is None and events is None and not any(one.program == "kubelet" for one in windows or ()):
        raise NotCollectedError("neither pods nor events nor journals of the kubelet in this archive")
    cpus = {(one.namespace or "", one.name): one for one in unique(refused or ())}
    families: dict[tuple[str, str], list[Pod]] = {}
    for pod in pods.values():
        families.setdefault((pod.namespace or "", family(pod)), []).append(pod)
    for each in families.values():
        failed = [one for one in each if one.phase is PodPhase.FAILED and one.reason == REASON]
        newest = max((one.created or _NEVER for one in failed), default=_NEVER)
        replaced = any(one.phase is PodPhase.RUNNING and one.created and one.created > newest for one in each)
        if failed and not (replaced and newest > _NEVER):
            yield from _findings(failed, cpus)
    whole = {name for one in listed or () for name in one.namespaces}
    yield from _told(events or (), logs or (), pods, whole)


def family(pod: Pod) -> str:
    """The name of what made the pod, where that gives its pods names of its own."""
    if "pod-template-hash" in pod.labels:
        return pod.name.removesuffix("-" + pod.name.rpartition("-")[2]).removesuffix(
            "-" + pod.labels["pod-template-hash"]
        )
    return re.sub(r"-(?:[bcdf-hj-np-tv-z2456789]{5}|\d{1,5})$", "", pod.name)


def _findings(failed: list[Pod], cpus: dict[tuple[str, str], SmtPod]) -> Iterator[Finding]:
    newest = sorted(failed, key=lambda one: (one.created or _NEVER, one.name), reverse=True)
    for one in newest[: ONE_BY_ONE if len(newest) <= ONE_BY_ONE else 1]:
        text = f"pod {one.name}{f' on {one.node}' if one.node else ''} was refused: {said(one.message or REASON)}"
        lines = list(one.where("reason", "message", "phase"))
        asked = cpus.get((one.namespace or "", one.name))
        named = [each for each in asked.cpus if each.request or each.limit] if asked else []
        text += "".join(f"; container {each.name} asks for {each.request or each.limit}" for each in named[:4])
        lines += [line for each in named for line in each.where("request", "limit")]
        node = one.node
        if len(newest) > ONE_BY_ONE:
            text += f"; the same happened to {len(newest) - 1} more pods of {family(one)}"
            lines += [line for each in newest[1:4] for line in each.where("reason")]
            node = one.node if len({each.node for each in newest}) == 1 else None
        yield Finding(f"{one.namespace}/{one.name}", text, tuple(dict.fromkeys(lines))[:PIECES], node)


def said(message: str) -> str:
    """The message with what it means."""
    if found := _NOT_MULTIPLE.search(message):
        return f"it asks for {found['asked']} CPUs, which is no multiple of the {found['core']} threads of a core"
    if found := _NOT_FREE.search(message):
        return (
            f"it asks for {found['asked']} CPUs and only {found['free']} are free in whole cores "
            f"of {found['core']} threads"
        )
    return " ".join(message.split())[:300]


def _told(
    events: Iterable[ClusterEvent], logs: Iterable[NetworkLogEvent], pods: PodsByName, whole: set[str]
) -> Iterator[Finding]:
    """What events and journals say of pods that were not collected; one that is gone needs nothing any more."""
    found: dict[str, tuple[str, str | None, list[Evidence]]] = {}
    for event in unique(events):
        if event.reason == REASON and event.object_name and event.object_namespace not in whole:
            name = f"{event.object_namespace}/{event.object_name}"
            found.setdefault(name, (event.message or REASON, event.host, []))[2].append(event.evidence)
    for log in logs:
        if log.kind is NetworkLogKind.SMT_ALIGNMENT and log.subject and log.subject.partition("/")[0] not in whole:
            found.setdefault(log.subject, (log.text, log.node, []))[2].append(log.evidence)
    for name, (message, node, lines) in found.items():
        namespace, _, pod = name.partition("/")
        if (namespace, pod) not in pods:
            where = f" on {node}" if node else ""
            yield Finding(name, f"pod {pod}{where} was refused: {said(message)}", tuple(lines[:PIECES]), node)
