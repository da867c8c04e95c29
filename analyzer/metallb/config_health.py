"""Which configurations are frozen: the newest attempt of each pod to load one failed, and the last good one runs on.

Told by the logs of MetalLB, frr-k8s and the reloader (`config_outcomes`), by FRRNodeState and ConfigurationState, and
by saved metrics. The states stand for the time of the collection.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from analyzer.instances import YOUNG, Ages, Group, NodesByName, PodsByName
from analyzer.metallb.config_outcomes import Attempt, TroubleKind, attempts, in_order
from analyzer.metallb.config_states import Statement, of_configuration_states, of_metrics, of_node_states
from analyzer.rule import join
from parsers.base import Evidence
from parsers.frrk8s_node_states import FrrNodeState
from parsers.metallb_log import MetallbLogEvent, MetallbLogWindow
from parsers.metallb_statuses import ConfigurationState
from parsers.metrics import MetricSample
from parsers.pods import Pod

__all__ = ["ConfigTrouble", "ConfigTroubles", "TroubleKind"]

STARTUP = 60  # seconds after the start of FRR's container in which its daemons may not yet take a configuration (J)
STATE_LAG = 180  # seconds (J) that an FRRNodeState may be behind FRR: frr-k8s looks every two minutes
RETRIED = 1200  # seconds after which a failure would have come again: controller-runtime retries within 1000 s
_Whose = tuple[str | None, str]  # namespace and pod, or None and the file of a log without one


@dataclass(frozen=True, slots=True)
class ConfigTrouble:
    """One pod, or the state of one node, whose configuration could not be loaded.

    node: None for MetalLB's controller, which runs for the whole cluster, and where nothing names the node.
    component: `speaker`, `controller`, `frr-k8s` or `reloader`. error: why, in the program's words.
    time: of the newest failure; loaded: of the last success before it; None where nothing tells.
    resolved: a success, or a start of the program, came later. starting: the pod was too young to judge it.
    only_read: the resources could not be read, which says nothing against them. failures: how many are known.
    at_start: every failure came while the daemons of FRR started.
    """

    kind: TroubleKind
    node: str | None
    pod: str | None
    component: str
    text: str
    error: str | None
    time: datetime | None
    evidence: tuple[Evidence, ...]
    resolved: bool = False
    starting: bool = False
    only_read: bool = False
    failures: int = 1
    at_start: bool = False
    loaded: datetime | None = None
    loaded_where: tuple[Evidence, ...] = ()

    @property
    def freezes(self) -> bool:
        """Whether the last good configuration runs on in place of what the resources ask for."""
        return not (self.resolved or self.starting or self.only_read)


@dataclass(frozen=True, slots=True)
class ConfigTroubles(Group):
    """Every trouble, in the order of nodes, pods and kinds; what was resolved too.

    judged: of each kind how many pods and nodes tell how their configuration fared. silent: the pods, with their
    nodes, of which only a log without a word on that was collected.
    """

    items: tuple[ConfigTrouble, ...]
    judged: Mapping[TroubleKind, int] = field(default_factory=dict)
    silent: tuple[tuple[str, str | None], ...] = ()

    def __len__(self) -> int:
        return sum(self.judged.values())

    def __iter__(self) -> Iterator[ConfigTrouble]:
        return iter(self.items)

    def of(self, node: str | None) -> tuple[ConfigTrouble, ...]:
        """What freezes the configuration of this node; with None that of MetalLB's controller."""
        return tuple(one for one in self.items if one.freezes and one.node == node)


_WHAT = {
    TroubleKind.STALE: "rejected the resources",
    TroubleKind.CONVERSION: "could not convert the FRRConfigurations",
    TroubleKind.RELOAD: "FRR did not load the configuration",
}


@join
def config_troubles(  # noqa: PLR0913, PLR0917 - each source is one parameter, none of them is sure to be there
    events: tuple[MetallbLogEvent, ...] | None,
    windows: tuple[MetallbLogWindow, ...] | None,
    node_states: tuple[FrrNodeState, ...] | None,
    states: tuple[ConfigurationState, ...] | None,
    samples: tuple[MetricSample, ...] | None,
    pods: PodsByName,
    nodes: NodesByName,
    ages: Ages,
) -> ConfigTroubles:
    logs = _by_pod(events or ())
    ends = _ends(windows or ())
    found = {key: _of_log(key, each, _Around(pods, ages, ends)) for key, each in logs.items()}
    judged = {key for key in found if any(one.ok is not None for one in logs[key])}
    judged |= {(TroubleKind.CONVERSION, _whose(one)) for one in windows or () if _of_frrk8s(one, pods)}
    statements = [
        *of_node_states(node_states or (), pods),
        *of_configuration_states(states or ()),
        *of_metrics(samples or (), pods, nodes),
    ]
    fresh = {at for at, (key, one) in enumerate(found.items()) if _is_fresh(one, _pod(key[1], pods), ages)}
    troubles = _with_statements(list(found.values()), statements, fresh)
    troubles.sort(key=lambda one: (one.node or "", one.pod or "", one.kind, one.evidence[0].path))
    counted: dict[TroubleKind, set[object]] = {}
    for kind, whose in judged:
        pod = pods.get((whose[0] or "", whose[1]))
        counted.setdefault(kind, set()).add((pod.node if pod else None) or whose)
    for each in statements:
        counted.setdefault(each.kind, set()).add(each.node or each.component)
    return ConfigTroubles(
        tuple(troubles),
        {kind: len(whose) for kind, whose in counted.items()},
        tuple(_silent(windows or (), judged, statements, pods)),
    )


def _silent(
    windows: Iterable[MetallbLogWindow],
    judged: Container[tuple[TroubleKind, _Whose]],
    statements: Iterable[Statement],
    pods: PodsByName,
) -> Iterator[tuple[str, str | None]]:
    """The pods of MetalLB whose logs and states tell nothing of their configuration."""
    stated = {(one.component, one.node) for one in statements if one.kind is TroubleKind.STALE}
    whose = {_whose(one): one for one in windows if one.container in {"speaker", "controller"}}
    for key, one in whose.items():
        pod = pods.get((key[0] or "", key[1]))
        node = pod.node if pod and one.container == "speaker" else None
        if (TroubleKind.STALE, key) not in judged and (one.container, node) not in stated and not _of_frrk8s(one, pods):
            yield key[1], node


def _whose(one: MetallbLogEvent | MetallbLogWindow) -> _Whose:
    return (one.origin.namespace, one.origin.pod) if one.origin.pod else (None, one.evidence.path)


def _by_pod(events: Iterable[MetallbLogEvent]) -> dict[tuple[TroubleKind, _Whose], list[Attempt]]:
    found: dict[tuple[TroubleKind, _Whose], list[Attempt]] = {}
    for one in attempts(events):
        found.setdefault((one.kind, _whose(one.event)), []).append(one)
    return found


def _of_frrk8s(window: MetallbLogWindow, pods: PodsByName) -> bool:
    """Whether a log is one of frr-k8s' controller: it tells of a failed conversion, a successful one is silent."""
    pod = pods.get((window.origin.namespace or "", window.origin.pod or ""))
    return window.container == "controller" and (
        pod.container("frr") is not None if pod else "frr-k8s" in (window.origin.pod or "")
    )


@dataclass(frozen=True, slots=True)
class _Around:
    """What is known of the pods: when their logs end, when they were collected."""

    pods: PodsByName
    ages: Ages
    ends: Mapping[_Whose, datetime]

    def over(self, last: Attempt, whose: _Whose, pod: Pod | None) -> bool:
        """Whether a failure that is tried again and again was so long ago that one of the tries succeeded."""
        known = (self.ends.get(whose), self.ages.of(pod.image_dir) if pod else None)
        end = max((one for one in known if one), default=None)
        return last.retried and None not in {end, last.time} and _seconds(last.time, end) > RETRIED


def _seconds(first: datetime | None, then: datetime | None) -> float:
    """From one time to another; 0 where one is unknown."""
    return (then - first).total_seconds() if first and then else 0


def _ends(windows: Iterable[MetallbLogWindow]) -> dict[_Whose, datetime]:
    found: dict[_Whose, datetime] = {}
    for one in windows:
        if one.last_time:
            found[_whose(one)] = max(one.last_time, found.get(_whose(one), one.last_time))
    return found


def _of_log(key: tuple[TroubleKind, _Whose], found: Iterable[Attempt], around: _Around) -> ConfigTrouble | None:
    """The trouble of one pod, by the newest of its attempts."""
    kind, whose = key
    tried = in_order(found)
    failed = [at for at, one in enumerate(tried) if one.ok is False]
    if not failed:
        return None
    at = next((at for at in reversed(failed) if not tried[at].detail), failed[-1])
    last, after = tried[at], tried[failed[-1] + 1 :]
    if after and all(tried[each].detail for each in failed):
        return None  # complaints within attempts that succeeded
    near = [tried[each] for each in failed[-3:]]
    pod = around.pods.get((whose[0] or "", whose[1]))
    component = _component(last, pod)
    before = next((one for one in reversed(tried[:at]) if one.ok), None)
    lines = (line for one in (last, *reversed(near), *after[:1]) for line in one.evidence)
    return ConfigTrouble(
        kind=kind,
        node=_node(last, component, pod),
        pod=last.event.origin.pod,
        component=component,
        text=_WHAT[kind],
        error=_in_one_line(
            last.event.error or next((one.event.error for one in reversed(near) if one.event.error), None)
        ),
        time=last.time,
        evidence=tuple(dict.fromkeys(lines)),
        resolved=bool(after) or around.over(last, whose, pod),
        starting=_young(pod, around.ages),
        only_read=last.only_read,
        failures=sum(not tried[each].detail for each in failed) or len(failed),
        at_start=all(_just_started(tried[each], pod) for each in failed),
        loaded=before.time if before else None,
        loaded_where=before.evidence if before else (),
    )


def _in_one_line(error: str | None) -> str | None:
    return "; ".join(line.strip() for line in error.splitlines() if line.strip()) if error else None


def _node(last: Attempt, component: str, pod: Pod | None) -> str | None:
    """The node whose configuration it is; MetalLB's controller works for all of them, wherever it runs."""
    if last.kind is TroubleKind.CONVERSION and last.event.node:
        return last.event.node
    return pod.node if pod and component != "controller" else None


def _component(last: Attempt, pod: Pod | None) -> str:
    container = last.event.container
    if last.kind is TroubleKind.RELOAD:
        return "reloader"
    if container == "controller" and (
        pod.container("frr") is not None if pod else "frr-k8s" in (last.event.origin.pod or "")
    ):
        return "frr-k8s"
    return container or "MetalLB"


def _young(pod: Pod | None, ages: Ages) -> bool:
    """Whether the containers started so shortly before the collection that the first attempts may still fail."""
    at, since = ages.of(pod.image_dir) if pod else None, _started(pod)
    return at is not None and since is not None and (at - since).total_seconds() < YOUNG


def _started(pod: Pod | None) -> datetime | None:
    frr = pod.container("frr") if pod else None
    return (frr.started_at if frr else None) or (pod.start_time if pod else None)


def _just_started(one: Attempt, pod: Pod | None) -> bool:
    since = _started(pod)
    return since is not None and one.time is not None and 0 <= (one.time - since).total_seconds() < STARTUP


def _pod(whose: _Whose, pods: PodsByName) -> Pod | None:
    return pods.get((whose[0] or "", whose[1]))


def _is_fresh(one: ConfigTrouble | None, pod: Pod | None, ages: Ages) -> bool:
    """Whether a reload failed so short before the collection that the FRRNodeState may not tell of it yet."""
    at = ages.of(pod.image_dir) if pod else None
    if one is None or one.kind is not TroubleKind.RELOAD or one.resolved or one.time is None or at is None:
        return False
    return (at - one.time).total_seconds() < STATE_LAG


def _with_statements(
    troubles: list[ConfigTrouble | None], statements: Iterable[Statement], fresh: Container[int]
) -> list[ConfigTrouble]:
    """The troubles of the logs with what states and metrics say: these know what is now, the logs when and why.

    fresh: places of those that are newer than any success that a state tells.
    """
    found = {at: each for at, each in enumerate(troubles) if each is not None}
    for one in statements:
        same = [at for at, each in found.items() if one.is_about(each.kind, each.node, each.pod, each.component)]
        for at in same:
            each = found[at]
            if one.ok and at in fresh:
                continue
            later = () if each.resolved and not one.ok else one.evidence
            found[at] = replace(
                each,
                resolved=each.resolved or one.ok,
                error=each.error or one.error,
                evidence=tuple(dict.fromkeys((*each.evidence, *later))),
            )
        if not same and not one.ok:
            found[len(troubles) + len(found)] = _of_statement(one)
    return list(found.values())


def _of_statement(one: Statement) -> ConfigTrouble:
    return ConfigTrouble(
        kind=one.kind,
        node=one.node,
        pod=one.pod,
        component=one.component,
        text=_WHAT[one.kind],
        error=one.error,
        time=one.time,
        evidence=one.evidence,
        only_read=one.only_read,
    )
