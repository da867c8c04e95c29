"""Services of type LoadBalancer (kubernetes/api core/v1 ServiceSpec, ServiceStatus); the others are not looked at.

The annotations are MetalLB's: `metallb.universe.tf/…`, since 0.14 also `metallb.io/…` (metallb/metallb
internal/k8s/controllers and controller/service.go).
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from parsers.base import ParseFailure, SourceFile, parser
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.objects import Reading
from parsers.tree import Tree
from parsers.values import flag, labels, marks, text, texts, word


class TrafficPolicy(StrEnum):
    """Whether only nodes with an endpoint take traffic (core/v1 ServiceExternalTrafficPolicy)."""

    CLUSTER = "Cluster"
    LOCAL = "Local"


class Service(KubernetesFact):
    """A LoadBalancer service. `ingress_ips` are given to it, `wanted_ip` is what it asks for."""

    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}
    ingress_ips: tuple[str, ...] = ()
    wanted_ip: str | None = None
    load_balancer_class: str | None = None
    external_traffic_policy: TrafficPolicy = TrafficPolicy.CLUSTER
    cluster_ips: tuple[str, ...] = ()
    ip_families: tuple[str, ...] = ()
    selector: Mapping[str, str] = {}
    publish_not_ready: bool = False


_LOAD_BALANCERS = Reading(keep=lambda item: "LoadBalancer" in item)


@parser(
    "namespaces/{namespace}/core/services.yaml",
    title="services of type LoadBalancer",
    collect="oc adm inspect ns/<namespace> for every namespace with such services (must-gather takes only the "
    "cluster's own); by hand: oc get services -A -o yaml > services.yaml",
    content=loose("Service"),
    words=kind_words("Service"),
)
def services(source: SourceFile) -> Iterator[Service | ParseFailure]:
    return read_objects(source, "services", {"Service": _service}, _LOAD_BALANCERS)


def _service(tree: Tree, source: SourceFile) -> Iterator[Service]:
    if text(tree, "spec", "type") != "LoadBalancer":
        return
    annotations = {
        key: value for key, value in labels(tree, "metadata", "annotations").items() if key.startswith("metallb.")
    }
    yield Service(
        **metadata(tree, source),
        marks=marks(
            tree,
            type=("spec", "type"),
            labels=("metadata", "labels"),
            ingress_ips=("status", "loadBalancer"),
            wanted_ip=("spec", "loadBalancerIP"),
            load_balancer_class=("spec", "loadBalancerClass"),
            external_traffic_policy=("spec", "externalTrafficPolicy"),
            ip_families=("spec", "ipFamilies"),
            **{key: ("metadata", "annotations", key) for key in annotations},
        ),
        labels=labels(tree, "metadata", "labels"),
        annotations=annotations,
        ingress_ips=tuple(ip for one in tree.items("status", "loadBalancer", "ingress") if (ip := text(one, "ip"))),
        wanted_ip=text(tree, "spec", "loadBalancerIP"),
        load_balancer_class=text(tree, "spec", "loadBalancerClass"),
        external_traffic_policy=word(tree, TrafficPolicy, "spec", "externalTrafficPolicy") or TrafficPolicy.CLUSTER,
        cluster_ips=texts(tree, "spec", "clusterIPs"),
        ip_families=texts(tree, "spec", "ipFamilies"),
        selector=labels(tree, "spec", "selector"),
        publish_not_ready=flag(tree, "spec", "publishNotReadyAddresses") or False,
    )
