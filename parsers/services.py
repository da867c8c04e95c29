"""Services of type LoadBalancer (kubernetes/api core/v1 ServiceSpec, ServiceStatus); the others are not looked at.

The annotations are MetalLB's: `metallb.universe.tf/…`, since 0.14 also `metallb.io/…` (metallb/metallb
internal/k8s/controllers and controller/service.go). `loadBalancerIPs` among them asks for several addresses.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from parsers.base import ParseFailure, SourceFile, parser
from parsers.endpoint_facts import Protocol
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata
from parsers.listed import Listed, Listing
from parsers.objects import Reading, without
from parsers.part import Part
from parsers.tree import Tree
from parsers.values import flag, labels, marks, number, required_number, text, texts, word


class TrafficPolicy(StrEnum):
    """Whether only nodes with an endpoint take traffic (core/v1 ServiceExternalTrafficPolicy)."""

    CLUSTER = "Cluster"
    LOCAL = "Local"


class IpFamilyPolicy(StrEnum):
    """Whether a service has addresses of one family or of both (core/v1 IPFamilyPolicy)."""

    SINGLE_STACK = "SingleStack"
    PREFER_DUAL_STACK = "PreferDualStack"
    REQUIRE_DUAL_STACK = "RequireDualStack"


class ServicePort(Part):
    """A port of a service. `target_port` is the number or the name of a port of the pods."""

    name: str | None = None
    protocol: Protocol = Protocol.TCP
    port: int
    target_port: str | None = None
    node_port: int | None = None


class Service(KubernetesFact):
    """A LoadBalancer service. `ingress_ips` are given to it, `wanted_ip` is what it asks for.

    Load balancers of a cloud give `ingress_hostnames` instead. `health_check_node_port` is there for the policy Local.
    """

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
    ports: tuple[ServicePort, ...] = ()
    ip_family_policy: IpFamilyPolicy | None = None
    health_check_node_port: int | None = None
    ingress_hostnames: tuple[str, ...] = ()
    deleting: bool = False


class ServicesListed(Listed):
    """Of which namespaces the services were collected, be there one of type LoadBalancer among them or not."""


_LOAD_BALANCERS = Reading(keep=lambda item: "LoadBalancer" in item, drop=without("managedFields"))


@parser(
    "namespaces/{namespace}/core/services.yaml",
    title="services of type LoadBalancer",
    collect="oc adm inspect ns/<namespace> for every namespace with such services (must-gather takes only the "
    "cluster's own); by hand: oc get services -A -o yaml > services.yaml",
    content=loose("Service"),
    words=kind_words("Service"),
)
def services(source: SourceFile) -> Iterator[Service | ServicesListed | ParseFailure]:
    return Listing("services", "Service", _service, ServicesListed, _LOAD_BALANCERS).read(source)


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
            ip_family_policy=("spec", "ipFamilyPolicy"),
            health_check_node_port=("spec", "healthCheckNodePort"),
            ingress_hostnames=("status", "loadBalancer"),
            selector=("spec", "selector"),
            publish_not_ready=("spec", "publishNotReadyAddresses"),
            deleting=("metadata", "deletionTimestamp"),
            **{key: ("metadata", "annotations", key) for key in annotations},
        ),
        labels=labels(tree, "metadata", "labels"),
        annotations=annotations,
        ingress_ips=_ingress(tree, "ip"),
        wanted_ip=text(tree, "spec", "loadBalancerIP"),
        load_balancer_class=text(tree, "spec", "loadBalancerClass"),
        external_traffic_policy=word(tree, TrafficPolicy, "spec", "externalTrafficPolicy") or TrafficPolicy.CLUSTER,
        cluster_ips=texts(tree, "spec", "clusterIPs"),
        ip_families=texts(tree, "spec", "ipFamilies"),
        selector=labels(tree, "spec", "selector"),
        publish_not_ready=flag(tree, "spec", "publishNotReadyAddresses") or False,
        ports=tuple(_port(one) for one in tree.items("spec", "ports")),
        ip_family_policy=word(tree, IpFamilyPolicy, "spec", "ipFamilyPolicy"),
        health_check_node_port=number(tree, "spec", "healthCheckNodePort") or None,
        ingress_hostnames=_ingress(tree, "hostname"),
        deleting=tree.has("metadata", "deletionTimestamp"),
    )


def _ingress(tree: Tree, field: str) -> tuple[str, ...]:
    return tuple(found for one in tree.items("status", "loadBalancer", "ingress") if (found := text(one, field)))


def _port(tree: Tree) -> ServicePort:
    return ServicePort(
        evidence=tree.evidence(),
        marks=marks(
            tree,
            name=("name",),
            protocol=("protocol",),
            port=("port",),
            target_port=("targetPort",),
            node_port=("nodePort",),
        ),
        name=text(tree, "name"),
        protocol=word(tree, Protocol, "protocol") or Protocol.TCP,
        port=required_number(tree, "port"),
        target_port=text(tree, "targetPort"),
        node_port=number(tree, "nodePort") or None,
    )
