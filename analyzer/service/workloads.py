"""The workloads whose pods a service selects: whether they are to have any."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from analyzer.rule import join
from parsers.kubernetes import unique
from parsers.replicated_workloads import ReplicatedWorkload, WorkloadKind


@dataclass(frozen=True, slots=True)
class Workloads:
    """Deployments, StatefulSets and DeploymentConfigs by namespace."""

    by_namespace: Mapping[str, tuple[ReplicatedWorkload, ...]] = field(default_factory=dict)

    def of(self, namespace: str, selector: Mapping[str, str]) -> tuple[ReplicatedWorkload, ...]:
        """Those whose pods a selector selects; none for an empty one."""
        found = self.by_namespace.get(namespace, ()) if selector else ()
        return tuple(one for one in found if all(_labels(one).get(key) == value for key, value in selector.items()))

    def off(self, namespace: str, selector: Mapping[str, str]) -> tuple[ReplicatedWorkload, ...]:
        """The same if somebody scaled all of them to zero, else none."""
        found = self.of(namespace, selector)
        return found if all(one.replicas == 0 for one in found) else ()


def _labels(one: ReplicatedWorkload) -> Mapping[str, str]:
    """The labels of its pods; those of a DeploymentConfig get its name too (openshift/library-go pkg/apps/appsutil)."""
    own = {"deploymentconfig": one.name} if one.kind is WorkloadKind.DEPLOYMENT_CONFIG else {}
    return {**own, **one.labels}


@join
def workloads(found: tuple[ReplicatedWorkload, ...] | None) -> Workloads:
    by_namespace: dict[str, list[ReplicatedWorkload]] = {}
    for one in unique(found or ()):
        by_namespace.setdefault(one.namespace or "", []).append(one)
    return Workloads({name: tuple(each) for name, each in by_namespace.items()})
