"""What states and saved metrics say of the configuration that a program uses.

Sources: metallb/frr-k8s api/v1beta1/frr_node_state_types.go and internal/controller/stats.go; metallb/metallb
api/v1beta1/configurationstate_types.go, internal/k8s/controllers/configuration_state_controller.go and stats.go.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from analyzer.instances import NodesByName, PodsByName
from analyzer.metallb.config_outcomes import TroubleKind, is_api_error
from analyzer.metrics import Homes
from parsers.base import Evidence
from parsers.conditions import ConditionStatus
from parsers.frrk8s_node_states import FrrNodeState
from parsers.kubernetes import unique
from parsers.metallb_statuses import ConfigurationResult, ConfigurationState
from parsers.metrics import MetricSample
from parsers.pods import Pod

SUCCESS = "success"
_TEXT = 1000  # characters of an error that are kept


@dataclass(frozen=True, slots=True)
class Statement:
    """What a state says of one component; the fields are those of a trouble."""

    kind: TroubleKind
    ok: bool
    component: str
    evidence: tuple[Evidence, ...]
    node: str | None = None
    pod: str | None = None
    error: str | None = None
    time: datetime | None = None
    only_read: bool = False

    def is_about(self, kind: TroubleKind, node: str | None, pod: str | None, component: str) -> bool:
        """Whether it speaks of the trouble of this pod on this node."""
        if self.kind is not kind:
            return False
        if self.pod is not None and pod is not None:
            return self.pod == pod
        # A configuration that the webhook of frr-k8s denies never reaches frr-k8s: its state stays what it was.
        if kind is not TroubleKind.RELOAD and self.component != component:
            return False
        return self.node == node


def of_node_states(states: Iterable[FrrNodeState], pods: PodsByName) -> Iterator[Statement]:
    """FRRNodeState: how frr-k8s converted the resources and how FRR took the result.

    That of a node on which no frr-k8s runs any more is old and tells nothing.
    """
    running = {pod.node for pod in pods.values() if is_frrk8s(pod)}
    for one in unique(states):
        if running and one.node not in running:
            continue
        results = {
            TroubleKind.CONVERSION: ("last_conversion_result", one.last_conversion_result),
            TroubleKind.RELOAD: ("last_reload_result", one.last_reload_result),
        }
        for kind, (mark, result) in results.items():
            if result and result.strip():
                ok = result.strip().casefold() == SUCCESS
                error = None if ok else _short(result)
                only_read = is_api_error((error or "").removeprefix("failed: "))
                yield Statement(kind, ok, "frr-k8s", one.where(mark), one.node, error=error, only_read=only_read)


def is_frrk8s(pod: Pod) -> bool:
    """Whether a pod is frr-k8s' own of one node: FRR without a speaker of MetalLB beside it."""
    return pod.container("frr") is not None and pod.container("speaker") is None


def _short(result: str) -> str:
    """The line of a long result that tells most: vtysh's complaint, else the error, else the last line."""
    lines = [line.strip() for line in result.splitlines() if line.strip()]
    for words in ("line ", "b'line ", "% ", "failed"):
        if found := [line for line in lines if line.startswith(words)]:
            return found[0][:_TEXT]
    errors = [line for line in lines if "ERROR" in line]
    return (errors or lines[-1:])[0][:_TEXT]


def of_configuration_states(states: Iterable[ConfigurationState]) -> Iterator[Statement]:
    """ConfigurationState: whether the controller, or the speaker of a node, could use the resources."""
    for one in unique(states):
        failed = [each for each in one.conditions if each.status is ConditionStatus.FALSE]
        if one.result is None and not failed:
            continue
        ok = one.result is ConfigurationResult.VALID or (one.result is ConfigurationResult.UNKNOWN and not failed)
        if ok and one.result is ConfigurationResult.UNKNOWN:
            continue
        reasons = {each.reason for each in failed}
        yield Statement(
            TroubleKind.STALE,
            ok,
            one.component or ("speaker" if one.node else "controller"),
            tuple(
                dict.fromkeys(
                    (
                        *one.where("error_summary", "result"),
                        *(line for each in failed for line in each.where("message")),
                    )
                )
            ),
            one.node,
            error=None if ok else one.error_summary or next((each.message for each in failed if each.message), None),
            time=next((each.since for each in failed), None),
            # An error of the API is no verdict on the resources.
            only_read=one.result is ConfigurationResult.UNKNOWN or reasons == {"InfraError"},
        )


_STALE, _LOADED = "k8s_client_config_stale_bool", "k8s_client_config_loaded_bool"


def of_metrics(samples: Iterable[MetricSample], pods: PodsByName, nodes: NodesByName) -> Iterator[Statement]:
    """The gauges `config_stale_bool` and `config_loaded_bool`. frr-k8s without any resource counts as not loaded."""
    homes = Homes(pods, nodes)
    for one in samples:
        stale = one.name == _STALE and one.value == 1
        never = one.name == _LOADED and one.prefix == "metallb" and one.value == 0
        if not (stale or never):
            continue
        pod, node = homes.pod(one), homes.node(one)
        kind = TroubleKind.CONVERSION if one.prefix == "frrk8s" else TroubleKind.STALE
        component = "frr-k8s" if kind is TroubleKind.CONVERSION else _component(one, pod)
        error = f"{one.prefix}_{one.name} is {one.value:g}"
        yield Statement(
            *(kind, False, component, (one.evidence,)),
            None if component == "controller" else node,
            pod.name if pod else None,
            error,
        )


def _component(one: MetricSample, pod: Pod | None) -> str:
    containers = ("speaker", "controller")
    told = one.labels.get("container") or next((each for each in containers if pod and pod.container(each)), None)
    return told or "MetalLB"
