"""The cluster's DNS: what its operator says, its pods and service, and the resolvers that do not answer it.

Names and labels: openshift/cluster-dns-operator pkg/operator/controller/names.go and controller_dns_daemonset.go.
"""

from dataclasses import dataclass
from datetime import timedelta

from analyzer.instances import Ages, NodesByName
from analyzer.rule import NotCollectedError, join
from analyzer.service.backends import Backends, ServiceBackends
from analyzer.service.pods import NamespacePods
from parsers.base import Evidence
from parsers.cluster_dns import ClusterDns
from parsers.cluster_operators import ClusterOperator
from parsers.conditions import Condition, ConditionStatus
from parsers.coredns_log import DnsForwardError, DnsLog, DnsLoop
from parsers.kubernetes import unique
from parsers.pods import Pod

NAMESPACE, SERVICE = "openshift-dns", "dns-default"
RECENT = 3600  # (J) seconds before the collection in which failures of a resolver count
DENSE = 600  # (J) seconds within which BURST failures of one pod show that a resolver is broken, not that one got lost
_DAEMONSET = "dns.operator.openshift.io/daemonset-dns"


@dataclass(frozen=True, slots=True)
class Silent:
    """A resolver that does not answer: the failures of each pod."""

    upstream: str
    port: int
    errors: tuple[DnsForwardError, ...]
    logs: int


@dataclass(frozen=True, slots=True)
class DnsState:
    """Everything that tells of the cluster's DNS. listed: the list of all pods of its namespace."""

    resources: tuple[ClusterDns | ClusterOperator, ...] = ()
    pods: tuple[Pod, ...] = ()
    listed: Evidence | None = None
    service: Backends | None = None
    errors: tuple[DnsForwardError, ...] = ()
    loops: tuple[DnsLoop, ...] = ()
    logs: tuple[DnsLog, ...] = ()

    def __len__(self) -> int:
        return len(self.pods) or 1

    def bad(self, kind: str, status: ConditionStatus) -> Condition | None:
        """The condition of this type, of the resource of the DNS or of the cluster operator, if it has this status."""
        found = (one.condition(kind) for one in self.resources)
        return next((one for one in found if one is not None and one.status is status), None)

    def silent(self, ages: Ages) -> tuple[Silent, ...]:
        """The resolvers that failed many times in a short while, not long before the collection."""
        by_resolver: dict[tuple[str, int], list[DnsForwardError]] = {}
        for one in self.errors:
            if _dense(one, ages):
                by_resolver.setdefault((one.upstream, one.port), []).append(one)
        logs = len({one.origin.pod or one.evidence.path for one in self.logs})
        return tuple(Silent(*key, tuple(found), logs) for key, found in sorted(by_resolver.items()))


def _dense(one: DnsForwardError, ages: Ages) -> bool:
    if one.last is None or one.burst is None or one.last - one.burst > timedelta(seconds=DENSE):
        return False
    collected = ages.of(one.origin.image_dir)
    return collected is None or one.last + timedelta(seconds=RECENT) >= collected


@join
def dns_state(  # noqa: PLR0913, PLR0917 - each source is one parameter, none of them is sure to be there
    resources: tuple[ClusterDns, ...] | None,
    operators: tuple[ClusterOperator, ...] | None,
    pods: NamespacePods,
    backends: ServiceBackends | None,
    logs: tuple[DnsLog, ...] | None,
    errors: tuple[DnsForwardError, ...] | None,
    loops: tuple[DnsLoop, ...] | None,
) -> DnsState:
    told: tuple[ClusterDns | ClusterOperator, ...] = tuple(unique(resources or ()))
    told += tuple(one for one in unique(operators or ()) if one.name == "dns")
    found = tuple(one for one in pods.by_namespace.get(NAMESPACE, ()) if _DAEMONSET in one.labels)
    service = backends.get(NAMESPACE, SERVICE) if backends else None
    if not (told or found or service or logs):
        raise NotCollectedError("not collected: the DNS operator, the pods, service and logs of openshift-dns")
    return DnsState(
        told, found, pods.listed.get(NAMESPACE), service, tuple(errors or ()), tuple(loops or ()), tuple(logs or ())
    )


def down(nodes: NodesByName, name: str | None) -> bool:
    """Whether the node of this name is not ready, or has not been heard of."""
    node = nodes.get(name or "")
    return node is not None and (node.ready is False or any(one.type == "Ready" for one in node.conditions))
