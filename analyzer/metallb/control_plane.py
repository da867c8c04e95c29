"""MetalLB's controller, its operator and the webhooks: whether they run, and whether calling them fails.

Sources: metallb/metallb internal/k8s/webhook.go (the controller serves MetalLB's webhooks), metallb/metallb-operator
config/ (operator and its webhook server), metallb/frr-k8s cmd (a webhook server up to 0.0.20, then the status cleaner
serves the webhooks); open-policy-agent/cert-controller. Which of them there are depends on the release.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from analyzer.instances import YOUNG, Ages, Group, PodsByName
from analyzer.metallb.health import young
from analyzer.metallb.installation import is_controller, is_operator
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.cluster_events import ClusterEvent
from parsers.conditions import ConditionStatus, condition
from parsers.kubernetes import unique
from parsers.metallb_deployments import Deployment, Role
from parsers.metallb_log import MetallbLogEvent, MetallbLogKind, MetallbLogWindow
from parsers.pods import Pod, PodPhase

RECENT = 1_800  # seconds (J) before the end of the logs: a caller tries again every quarter of an hour at least
_WEBHOOK = re.compile(r'failed calling webhook "?([^"\s:\\]{1,253})')
_STATUS = ("observed_generation", "ready", "available", "unavailable", "updated")
_ENDED = frozenset({PodPhase.SUCCEEDED, PodPhase.FAILED})


@dataclass(frozen=True, slots=True)
class Plane:
    """One part of the control plane: its Deployment, its pods that are not ended, or both."""

    role: Role
    namespace: str
    name: str
    deployment: Deployment | None = None
    pods: tuple[Pod, ...] = ()

    @property
    def told(self) -> bool:
        """Whether the Deployment's status was written: without one its numbers say nothing."""
        one = self.deployment
        return one is not None and (bool(one.conditions) or any(name in one.marks for name in _STATUS))

    @property
    def desired(self) -> int:
        """How many pods it shall have; what is there counts where no Deployment says so."""
        return self.deployment.desired if self.deployment else len(self.pods)

    @property
    def ready(self) -> int | None:
        """How many of its pods are ready; None where nothing says so."""
        if self.deployment and self.told:
            return self.deployment.ready
        return sum(_is_well(one) for one in self.pods) if self.pods else None

    def starting(self, ages: Ages) -> bool:
        """Whether it may still be coming up: unavailable, or started, for less than YOUNG seconds."""
        available = condition(self.deployment.conditions, "Available") if self.deployment else None
        at = ages.of(self.deployment.image_dir) if self.deployment else None
        if available and available.status is ConditionStatus.FALSE and available.since and at:
            return (at - available.since).total_seconds() < YOUNG
        return bool(self.pods) and all(young(one, ages) for one in self.pods)

    def where(self) -> tuple[Evidence, ...]:
        """The Deployment's numbers and its condition, and whether its pods are ready."""
        found: list[Evidence] = []
        if self.deployment:
            available = condition(self.deployment.conditions, "Available")
            found += self.deployment.where("desired", "ready", "unavailable")
            found += [available.evidence] if available else []
        return (*found, *(line for one in self.pods for line in one.where("ready", "phase")))


class ControlPlane(Group):
    """Every part of the control plane, in the order of roles."""

    items: tuple[Plane, ...]

    def __iter__(self) -> Iterator[Plane]:
        return iter(self.items)


def _is_well(pod: Pod) -> bool:
    """Whether a pod is ready, and none of its containers died after its condition was written."""
    return pod.ready and all(one.ready or one.waiting_reason is None for one in pod.containers)


def role_of(pod: Pod) -> Role | None:
    """What a pod does in the control plane."""
    if is_controller(pod):
        return Role.CONTROLLER
    if is_operator(pod):
        return Role.OPERATOR
    names = {"metallb-operator-webhook-server": Role.OPERATOR_WEBHOOK, "frr-k8s-webhook-server": Role.FRRK8S_WEBHOOK}
    names |= {"frr-k8s-statuscleaner": Role.STATUS_CLEANER}
    return next((role for name, role in names.items() if name in pod.name), None)


@join
def control_plane(pods: PodsByName, deployments: tuple[Deployment, ...] | None) -> ControlPlane:
    members: dict[tuple[Role, str], list[Pod]] = {}
    for pod in pods.values():
        role = role_of(pod)
        if role is not None and pod.phase not in _ENDED and not pod.deleting:
            members.setdefault((role, pod.namespace or ""), []).append(pod)
    found: dict[tuple[Role, str], Plane] = {}
    for one in unique(deployments or ()):
        key = (one.role, one.namespace or "")
        found[key] = Plane(*key, one.name, one, tuple(members.get(key, ())))
    for key, each in members.items():
        found.setdefault(key, Plane(*key, each[0].name, pods=tuple(each)))
    if not found:
        raise NotCollectedError("neither pods nor Deployments of MetalLB's controller or operator in this archive")
    return ControlPlane(tuple(found[key] for key in sorted(found)))


@dataclass(frozen=True, slots=True)
class Failures:
    """The same failure of a call or of a certificate, as often as it was told."""

    subject: str
    text: str
    count: int
    first: datetime | None
    last: datetime | None
    evidence: tuple[Evidence, ...]

    @property
    def lasting(self) -> bool:
        """Whether it is more than what an upgrade brings: several within a few seconds, and then none."""
        if self.count < 2:
            return False
        return self.first is None or self.last is None or (self.last - self.first).total_seconds() >= YOUNG


def failures(
    events: Iterable[ClusterEvent], logs: Iterable[MetallbLogEvent], windows: Iterable[MetallbLogWindow], ages: Ages
) -> tuple[Failures, ...]:
    """The failures that last and reach to the end of what was collected."""
    ends = {_whose(one): one.last_time for one in windows if one.last_time}
    found: dict[str, list[tuple[Failures, datetime | None]]] = {}
    for event in unique(events):
        if (one := _of_event(event)) is not None:
            found.setdefault(one.subject, []).append((one, ages.of(event.image_dir)))
    for log in _current(logs):
        one = _of_log(log)
        if one is not None:
            found.setdefault(one.subject, []).append((one, ends.get(_whose(log)) or ages.of(log.origin.image_dir)))
    merged = (_merged(each) for each in found.values())
    return tuple(sorted((one for one in merged if one and one.lasting), key=lambda one: one.subject))


def _whose(one: MetallbLogEvent | MetallbLogWindow) -> tuple[str | None, str | None, str]:
    return (one.origin.namespace, one.origin.pod, one.container if one.origin.pod else one.evidence.path)


def _current(logs: Iterable[MetallbLogEvent]) -> Iterator[MetallbLogEvent]:
    """The messages of each program since its last start."""
    found = list(logs)
    starts: dict[tuple[str | None, str | None, str], float] = {}
    for one in found:
        if one.kind is MetallbLogKind.STARTING and one.time:
            starts[_whose(one)] = max(one.time.timestamp(), starts.get(_whose(one), 0.0))
    for one in found:
        if one.time is None or one.time.timestamp() >= starts.get(_whose(one), 0.0):
            yield one


def _of_event(event: ClusterEvent) -> Failures | None:
    match = _WEBHOOK.search(event.message or "")
    if match is None or "metallb" not in (event.message or ""):
        return None
    said = (event.message or "")[:400]
    lines = (event.evidence, *event.where("count", "last_time"))
    return Failures(f"webhook {match[1]}", said, event.count, event.first_time, event.last_time, lines)


def _of_log(one: MetallbLogEvent) -> Failures | None:
    said = one.error or one.text
    line = (one.marks.get("error", one.evidence),)
    if one.kind is MetallbLogKind.CERT_ROTATION_ERROR:
        told = f"{one.text}: {one.error}" if one.error and one.error != one.text else one.text
        return Failures(f"certificate of {one.origin.pod or one.container}", told[:400], 1, one.time, one.time, line)
    match = _WEBHOOK.search(f"{one.text} {said}")
    if one.kind is not MetallbLogKind.WEBHOOK_FAILED or match is None or "metallb" not in said:
        return None
    return Failures(f"webhook {match[1]}", said[:400], 1, one.time, one.time, line)


def _merged(found: list[tuple[Failures, datetime | None]]) -> Failures | None:
    """All failures of one subject together; none where they ended long before the end of what was collected."""
    recent = [one for one, end in found if one.last is None or end is None or (end - one.last).total_seconds() < RECENT]
    if not recent:
        return None
    newest = max(recent, key=lambda one: one.last.timestamp() if one.last else 0.0)
    times = [time for one, _ in found for time in (one.first, one.last) if time]
    lines = dict.fromkeys((*newest.evidence, *(line for one, _ in found for line in one.evidence)))
    count = sum(one.count for one, _ in found)
    span = (min(times), max(times)) if times else (None, None)
    return replace(newest, count=count, first=span[0], last=span[1], evidence=tuple(lines))
