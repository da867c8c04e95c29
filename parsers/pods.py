"""Pods: where they run, whether they are ready, what their containers did.

Sources: kubernetes/api core/v1 (PodSpec, PodStatus); the two places of `oc adm inspect` (openshift/oc
pkg/cli/admin/inspect), a list per namespace and one file per pod; what people save with `oc get pods -o yaml`.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum

from parsers.base import ParseFailure, SourceFile, parser
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.objects import Reading, without
from parsers.part import Part
from parsers.tree import Tree
from parsers.values import flag, labels, marks, moment, number, required_text, required_word, text


class PodPhase(StrEnum):
    """Phases of a pod (core/v1 PodPhase)."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    UNKNOWN = "Unknown"


class ContainerState(StrEnum):
    """What a container does; unknown when the kubelet said nothing yet."""

    RUNNING = "running"
    WAITING = "waiting"
    TERMINATED = "terminated"
    UNKNOWN = "unknown"


class Container(Part):
    """A container of a pod. `env` holds the METALLB_ variables alone.

    `exit_code`, `reason` and `finished_at` are of a container that is terminated now, `last_…` of the run before.
    """

    name: str
    init: bool = False
    image: str | None = None
    ready: bool = False
    restarts: int = 0
    state: ContainerState = ContainerState.UNKNOWN
    started_at: datetime | None = None
    waiting_reason: str | None = None
    waiting_message: str | None = None
    exit_code: int | None = None
    reason: str | None = None
    finished_at: datetime | None = None
    last_exit_code: int | None = None
    last_reason: str | None = None
    last_finished_at: datetime | None = None
    env: Mapping[str, str] = {}


class Pod(KubernetesFact):
    """A pod. `ready` is its Ready condition; `reason` and `message` tell why a pod failed or does not start."""

    phase: PodPhase
    node: str | None = None
    labels: Mapping[str, str] = {}
    start_time: datetime | None = None
    deleting: bool = False
    host_network: bool = False
    pod_ips: tuple[str, ...] = ()
    host_ip: str | None = None
    ready: bool = False
    ready_reason: str | None = None
    reason: str | None = None
    message: str | None = None
    containers: tuple[Container, ...] = ()
    init_containers: tuple[Container, ...] = ()

    def container(self, name: str) -> Container | None:
        """The container of this name, init containers too."""
        return next((one for one in (*self.containers, *self.init_containers) if one.name == name), None)


# Most of a pod is of no use here. Some keys stand elsewhere too, where they are of no use either.
_READING = Reading(
    drop=without(
        *("affinity", "annotations", "args", "command", "envFrom", "imagePullSecrets", "lifecycle", "livenessProbe"),
        *("managedFields", "ownerReferences", "ports", "readinessProbe", "resources", "securityContext"),
        *("startupProbe", "tolerations", "topologySpreadConstraints", "volumeMounts", "volumes"),
    )
)


@parser(
    "namespaces/{namespace}/core/pods.yaml",
    "namespaces/{namespace}/pods/{pod}/*.yaml",
    title="pods",
    collect="oc adm must-gather, or oc adm inspect ns/<namespace>; by hand: oc get pods -A -o yaml > pods.yaml",
    content=loose("Pod"),
    words=kind_words("Pod"),
)
def pods(source: SourceFile) -> Iterator[Pod | ParseFailure]:
    return read_objects(source, "pods", {"Pod": _pod}, _READING)


def _pod(tree: Tree, source: SourceFile) -> Iterator[Pod]:
    conditions = {one.get("type"): one for one in tree.items("status", "conditions")}
    ready = conditions.get("Ready")
    found = marks(
        tree,
        node=("spec", "nodeName"),
        phase=("status", "phase"),
        start_time=("status", "startTime"),
        deleting=("metadata", "deletionTimestamp"),
        host_network=("spec", "hostNetwork"),
        pod_ips=("status", "podIPs"),
        host_ip=("status", "hostIP"),
        reason=("status", "reason"),
        message=("status", "message"),
        labels=("metadata", "labels"),
    )
    if ready is not None:
        found["ready"] = ready.evidence()
    yield Pod(
        **metadata(tree, source),
        marks=found,
        phase=required_word(tree, PodPhase, "status", "phase"),
        node=text(tree, "spec", "nodeName"),
        labels=labels(tree, "metadata", "labels"),
        start_time=moment(tree, "status", "startTime"),
        deleting=tree.has("metadata", "deletionTimestamp"),
        host_network=flag(tree, "spec", "hostNetwork") or False,
        pod_ips=_addresses(tree),
        host_ip=text(tree, "status", "hostIP"),
        ready=ready is not None and ready.get("status") == "True",
        ready_reason=text(ready, "reason") if ready else None,
        reason=text(tree, "status", "reason"),
        message=text(tree, "status", "message"),
        containers=_containers(tree, "containers", "containerStatuses"),
        init_containers=_containers(tree, "initContainers", "initContainerStatuses"),
    )


def _addresses(tree: Tree) -> tuple[str, ...]:
    several = tuple(found for one in tree.items("status", "podIPs") if (found := text(one, "ip")))
    single = text(tree, "status", "podIP")
    return several or ((single,) if single else ())


def _containers(tree: Tree, field: str, status_field: str) -> tuple[Container, ...]:
    """The containers of the specification, in its order, each with what the kubelet says of it."""
    statuses = {one.get("name"): one for one in tree.items("status", status_field)}
    return tuple(
        _container(one, statuses.get(one.get("name")), init=field == "initContainers")
        for one in tree.items("spec", field)
    )


def _container(spec: Tree, status: Tree | None, *, init: bool) -> Container:
    name, image = required_text(spec, "name"), text(spec, "image")
    variables = {key: one for one in spec.items("env") if (key := text(one, "name") or "") in _VARIABLES}
    env = {key: value for key, one in variables.items() if (value := text(one, "value")) is not None}
    found = marks(spec, image=("image",)) | {key: one.evidence() for key, one in variables.items()}
    if status is None:
        return Container(evidence=spec.evidence("name"), marks=found, name=name, init=init, image=image, env=env)
    state = next((one for one in ContainerState if status.has("state", one)), ContainerState.UNKNOWN)
    found |= marks(
        status,
        ready=("ready",),
        restarts=("restartCount",),
        state=("state",),
        last_state=("lastState",),
        started_at=("state", state, "startedAt"),
        waiting_reason=("state", "waiting", "reason"),
        waiting_message=("state", "waiting", "message"),
        exit_code=("state", "terminated", "exitCode"),
        reason=("state", "terminated", "reason"),
        last_exit_code=("lastState", "terminated", "exitCode"),
        last_reason=("lastState", "terminated", "reason"),
        last_finished_at=("lastState", "terminated", "finishedAt"),
    )
    return Container(
        evidence=status.evidence("name"),
        marks=found,
        name=name,
        init=init,
        image=image,
        ready=flag(status, "ready") or False,
        restarts=number(status, "restartCount") or 0,
        state=state,
        started_at=moment(status, "state", state, "startedAt"),
        waiting_reason=text(status, "state", "waiting", "reason"),
        waiting_message=text(status, "state", "waiting", "message"),
        exit_code=number(status, "state", "terminated", "exitCode"),
        reason=text(status, "state", "terminated", "reason"),
        finished_at=moment(status, "state", "terminated", "finishedAt"),
        last_exit_code=number(status, "lastState", "terminated", "exitCode"),
        last_reason=text(status, "lastState", "terminated", "reason"),
        last_finished_at=moment(status, "lastState", "terminated", "finishedAt"),
        env=env,
    )


# METALLB_ML_SECRET_KEY of the speaker is a secret (metallb/metallb charts), these say how it is set up.
_VARIABLES = frozenset(
    {
        "METALLB_BGP_TYPE",
        "METALLB_NODE_NAME",
        "METALLB_HOST",
        "METALLB_ML_BIND_ADDR",
        "METALLB_ML_BIND_PORT",
        "METALLB_ML_LABELS",
        "METALLB_NAMESPACE",
        "METALLB_POD_NAME",
    }
)
