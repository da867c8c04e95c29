"""Services of every type, with what rules on the cluster's own network ask of them (kubernetes/api core/v1 Service).

There may be ten thousands of them: labels, annotations and other things that no such rule reads are not parsed.
`services` reads the same members for what MetalLB does with services of type LoadBalancer, and tells of which
namespaces they were collected (`ServicesListed`).
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from parsers.base import ParseFailure, SourceFile, parser
from parsers.endpoint_facts import Protocol
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.objects import Reading, without
from parsers.services import ServicePort, TrafficPolicy
from parsers.tree import Tree
from parsers.values import Path, flag, labels, marks, number, required_number, text, texts, word

_HEADLESS = "None"


class ServiceType(StrEnum):
    """Types of services (core/v1 ServiceType); ClusterIP where none is written."""

    CLUSTER_IP = "ClusterIP"
    NODE_PORT = "NodePort"
    LOAD_BALANCER = "LoadBalancer"
    EXTERNAL_NAME = "ExternalName"


class SessionAffinity(StrEnum):
    """Whether a client is kept at one endpoint (core/v1 ServiceAffinity)."""

    NONE = "None"
    CLIENT_IP = "ClientIP"


class ClusterService(KubernetesFact):
    """A service. A headless one has no `cluster_ips`; `selector` is None where the endpoints are made by hand."""

    type: ServiceType = ServiceType.CLUSTER_IP
    headless: bool = False
    cluster_ips: tuple[str, ...] = ()
    external_ips: tuple[str, ...] = ()
    ingress_ips: tuple[str, ...] = ()
    external_name: str | None = None
    selector: Mapping[str, str] | None = None
    ports: tuple[ServicePort, ...] = ()
    external_traffic_policy: TrafficPolicy = TrafficPolicy.CLUSTER
    internal_traffic_policy: TrafficPolicy = TrafficPolicy.CLUSTER
    publish_not_ready: bool = False
    session_affinity: SessionAffinity = SessionAffinity.NONE
    allocate_node_ports: bool = True
    deleting: bool = False


# What few services have, or have otherwise than in the usual way: only then is its line of interest.
_SELDOM: dict[str, Path] = {
    "external_ips": ("spec", "externalIPs"),
    "ingress_ips": ("status", "loadBalancer"),
    "external_name": ("spec", "externalName"),
    "external_traffic_policy": ("spec", "externalTrafficPolicy"),
    "internal_traffic_policy": ("spec", "internalTrafficPolicy"),
    "publish_not_ready": ("spec", "publishNotReadyAddresses"),
    "session_affinity": ("spec", "sessionAffinity"),
    "allocate_node_ports": ("spec", "allocateLoadBalancerNodePorts"),
    "deleting": ("metadata", "deletionTimestamp"),
}
_USUAL: tuple[object, ...] = (None, {}, TrafficPolicy.CLUSTER, SessionAffinity.NONE, [])

_READING = Reading(
    drop=without(
        *("annotations", "conditions", "finalizers", "ipFamilies", "labels", "managedFields", "ownerReferences"),
    )
)


@parser(
    "namespaces/{namespace}/core/services.yaml",
    "namespaces/{namespace}/core/services/{service}.yaml",
    title="services",
    collect="oc adm inspect ns/<namespace> (must-gather takes only the cluster's own namespaces); by hand: "
    "oc get services -A -o yaml > services.yaml",
    content=loose("Service"),
    words=kind_words("Service"),
)
def cluster_services(source: SourceFile) -> Iterator[ClusterService | ParseFailure]:
    return read_objects(source, "cluster_services", {"Service": _service}, _READING)


def _service(tree: Tree, source: SourceFile) -> Iterator[ClusterService]:
    if tree.get("apiVersion") != "v1":
        return  # Knative has a kind of this name too
    addresses = texts(tree, "spec", "clusterIPs") or tuple(filter(None, (text(tree, "spec", "clusterIP"),)))
    selected = labels(tree, "spec", "selector")
    yield ClusterService(
        **metadata(tree, source),
        marks=marks(
            tree,
            type=("spec", "type"),
            cluster_ips=("spec", "clusterIPs" if tree.has("spec", "clusterIPs") else "clusterIP"),
            selector=("spec", "selector"),
            **{name: path for name, path in _SELDOM.items() if tree.get(*path) not in _USUAL},
        ),
        type=word(tree, ServiceType, "spec", "type") or ServiceType.CLUSTER_IP,
        headless=_HEADLESS in addresses,
        cluster_ips=tuple(one for one in addresses if one != _HEADLESS),
        external_ips=texts(tree, "spec", "externalIPs"),
        ingress_ips=tuple(ip for one in tree.items("status", "loadBalancer", "ingress") if (ip := text(one, "ip"))),
        external_name=text(tree, "spec", "externalName"),
        selector=selected or None,
        ports=tuple(_port(one) for one in tree.items("spec", "ports")),
        external_traffic_policy=word(tree, TrafficPolicy, "spec", "externalTrafficPolicy") or TrafficPolicy.CLUSTER,
        internal_traffic_policy=word(tree, TrafficPolicy, "spec", "internalTrafficPolicy") or TrafficPolicy.CLUSTER,
        publish_not_ready=flag(tree, "spec", "publishNotReadyAddresses") or False,
        session_affinity=word(tree, SessionAffinity, "spec", "sessionAffinity") or SessionAffinity.NONE,
        allocate_node_ports=flag(tree, "spec", "allocateLoadBalancerNodePorts") is not False,
        deleting=tree.has("metadata", "deletionTimestamp"),
    )


def _port(tree: Tree) -> ServicePort:
    """A port; its evidence is the whole of it, a handful of lines."""
    return ServicePort(
        evidence=tree.evidence(),
        marks=marks(tree, port=("port",), target_port=("targetPort",), node_port=("nodePort",)),
        name=text(tree, "name"),
        protocol=word(tree, Protocol, "protocol") or Protocol.TCP,
        port=required_number(tree, "port"),
        target_port=text(tree, "targetPort"),
        node_port=number(tree, "nodePort") or None,
    )
