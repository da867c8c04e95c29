"""The routers of ingress controllers: the resource, the pods and the service of each.

Names and labels: openshift/cluster-ingress-operator pkg/operator/controller/names.go. OpenShift 3 has one router, the
service `router` in the namespace `default` (openshift/origin, oc adm router).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analyzer.instances import Group
from analyzer.rule import NotCollectedError, join
from analyzer.service.backends import Backends, ServiceBackends
from analyzer.service.pods import NamespacePods, alive
from parsers.base import Evidence
from parsers.cluster_operators import ClusterOperator
from parsers.conditions import Condition, ConditionStatus
from parsers.ingress_controllers import IngressController
from parsers.kubernetes import unique
from parsers.pods import Pod

NAMESPACE = "openshift-ingress"
_OWNER = "ingresscontroller.operator.openshift.io/deployment-ingresscontroller"


@dataclass(frozen=True, slots=True)
class Router:
    """One ingress controller with its router pods. listed: the list of all pods there, None if it was not collected."""

    name: str
    controller: IngressController | None = None
    operator: ClusterOperator | None = None
    pods: tuple[Pod, ...] = ()
    listed: Evidence | None = None
    service: Backends | None = None

    @property
    def ready(self) -> tuple[Pod, ...]:
        """The pods that are ready."""
        return tuple(one for one in self.pods if one.ready and alive(one))

    @property
    def alive(self) -> tuple[Pod, ...]:
        """The pods that run or are to run."""
        return tuple(one for one in self.pods if alive(one))

    def bad(self, kind: str, status: ConditionStatus) -> Condition | None:
        """The condition of this type if it has this status."""
        for one in (self.controller, self.operator):
            if one is not None:
                found = one.condition(kind)
                return found if found and found.status is status else None
        return None

    @property
    def unwanted(self) -> bool:
        """Whether no router pod is wanted."""
        return self.controller is not None and self.controller.replicas == 0


class Routers(Group):
    """Every router that anything tells of, by name."""

    items: tuple[Router, ...]


@join
def routers(
    controllers: tuple[IngressController, ...] | None,
    operators: tuple[ClusterOperator, ...] | None,
    pods: NamespacePods,
    backends: ServiceBackends | None,
) -> Routers:
    resources = {one.name: one for one in unique(controllers or ())}
    by_owner = _by_owner(pods.by_namespace.get(NAMESPACE, ()))
    listed = pods.listed.get(NAMESPACE)
    names = sorted({*resources, *by_owner})
    found = [
        Router(
            name,
            resources.get(name),
            pods=tuple(by_owner.get(name, ())),
            listed=listed,
            service=backends.get(NAMESPACE, f"router-internal-{name}") if backends else None,
        )
        for name in names
    ]
    if not resources:
        told = (one for one in unique(operators or ()) if one.name == "ingress")
        found += [Router("ingress", operator=one) for one in told]
    old = backends.get("default", "router") if backends else None
    if old is not None:
        found.append(Router("router", pods=old.pods, listed=old.every_pod, service=old))
    if not found:
        raise NotCollectedError("not collected: ingress controllers, their pods, and the cluster operator ingress")
    return Routers(tuple(found))


def _by_owner(pods: Iterable[Pod]) -> Mapping[str, list[Pod]]:
    found: dict[str, list[Pod]] = {}
    for pod in pods:
        if _OWNER in pod.labels:
            found.setdefault(pod.labels[_OWNER], []).append(pod)
    return found
