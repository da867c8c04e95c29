"""What the components of MetalLB last said of their configuration: a refusal that no success follows still holds.

Sources: metallb/metallb internal/k8s/controllers/config_controller.go and internal/k8s/k8s.go, metallb/frr-k8s
internal/controller/frrconfiguration_controller.go. A component that refuses keeps the configuration that it had.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.rule import join
from parsers.base import Evidence
from parsers.metallb_log import MetallbLogEvent
from parsers.metallb_log_kinds import MetallbLogKind
from parsers.metallb_statuses import ConfigurationResult, ConfigurationState

_REFUSED = frozenset({MetallbLogKind.CONFIG_STALE, MetallbLogKind.CONVERSION_FAILED})
_TAKEN = frozenset({MetallbLogKind.CONFIG_LOADED, MetallbLogKind.FRRK8S_CONFIG_APPLIED, MetallbLogKind.STARTING})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a component, a pod or `controller`, does not take the configuration."""

    whose: str
    error: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Refusals:
    """The refusals that hold at the end, in the order of components."""

    items: tuple[Refusal, ...] = ()

    def saying(self, *texts: str) -> tuple[Refusal, ...]:
        """Those whose error has one of these texts."""
        return tuple(one for one in self.items if any(text in one.error for text in texts))


def texts(refusals: Iterable[Refusal]) -> dict[str, tuple[Refusal, ...]]:
    """The refusals by what they say: every component says the same of the same fault."""
    found: dict[str, tuple[Refusal, ...]] = {}
    for one in refusals:
        found[one.error] = (*found.get(one.error, ()), one)
    return found


@join
def refusals(logs: tuple[MetallbLogEvent, ...] | None, states: tuple[ConfigurationState, ...] | None) -> Refusals:
    found = [*_of_logs(logs or ()), *_of_states(states or ())]
    return Refusals(tuple(sorted(found, key=lambda one: one.whose)))


def _of_logs(logs: Iterable[MetallbLogEvent]) -> Iterator[Refusal]:
    last: dict[tuple[str | None, ...], MetallbLogEvent] = {}
    for one in logs:
        if one.kind in _REFUSED | _TAKEN:
            key = (one.origin.namespace, one.origin.pod, one.origin.folder, one.container)
            held = last.get(key)
            if held is None or _moment(one) >= _moment(held):
                last[key] = one
    for one in last.values():
        if one.kind in _REFUSED and one.error:
            mark = one.marks.get("error", one.evidence)
            yield Refusal(one.origin.pod or one.origin.folder or "saved log", one.error, mark)


def _moment(one: MetallbLogEvent) -> float:
    return one.time.timestamp() if one.time else 0.0


def _of_states(states: Iterable[ConfigurationState]) -> Iterator[Refusal]:
    for one in states:
        if one.result is ConfigurationResult.INVALID and one.error_summary:
            yield Refusal(one.name, one.error_summary, one.marks.get("error_summary", one.evidence))
