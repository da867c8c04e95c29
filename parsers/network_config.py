"""The network of the cluster: what runs (config.openshift.io) and how the operator is to set it up.

Sources: openshift/api config/v1 types_network.go, operator/v1 types_network.go. Both objects are of kind Network:
their API group tells them apart.
"""

from collections.abc import Iterator
from enum import StrEnum

from parsers.base import ParseFailure, SourceFile, parser
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.tree import Tree
from parsers.values import flag, marks, number, required_text, text, texts


class GatewayMode(StrEnum):
    """Whether OVN-Kubernetes sends traffic that leaves the cluster through the host's routing table."""

    SHARED = "shared"
    LOCAL = "local"


class NetworkConfig(KubernetesFact):
    """The cluster's network as it runs; where the status says nothing yet, as it is asked for. `mtu` is of the pods."""

    network_type: str | None = None
    cluster_networks: tuple[str, ...] = ()
    service_networks: tuple[str, ...] = ()
    mtu: int | None = None


class NetworkOperatorConfig(KubernetesFact):
    """What the network operator is to do. `routing_providers` holds `FRR` where frr-k8s comes with the cluster."""

    network_type: str | None = None
    mtu: int | None = None
    routing_providers: tuple[str, ...] = ()
    route_advertisements: str | None = None
    gateway_mode: GatewayMode | None = None
    ip_forwarding: str | None = None


@parser(
    "cluster-scoped-resources/config.openshift.io/networks.yaml",
    "cluster-scoped-resources/config.openshift.io/networks/{name}.yaml",
    title="network of the cluster",
    collect="oc adm must-gather; by hand: oc get network.config cluster -o yaml > network.yaml",
    content=loose("Network"),
    words=kind_words("Network"),
)
def network_config(source: SourceFile) -> Iterator[NetworkConfig | ParseFailure]:
    return read_objects(source, "network_config", {"Network": _network})


def _network(tree: Tree, source: SourceFile) -> Iterator[NetworkConfig]:
    if not str(tree.get("apiVersion")).startswith("config.openshift.io/"):
        return
    networks, services, kind = (
        ("status" if tree.has("status", field) else "spec", field)
        for field in ("clusterNetwork", "serviceNetwork", "networkType")
    )
    yield NetworkConfig(
        **metadata(tree, source),
        marks=marks(
            tree,
            network_type=kind,
            cluster_networks=networks,
            service_networks=services,
            mtu=("status", "clusterNetworkMTU"),
        ),
        network_type=text(tree, *kind),
        cluster_networks=tuple(required_text(one, "cidr") for one in tree.items(*networks)),
        service_networks=texts(tree, *services),
        mtu=number(tree, "status", "clusterNetworkMTU"),
    )


@parser(
    "cluster-scoped-resources/operator.openshift.io/networks/{name}.yaml",
    "cluster-scoped-resources/operator.openshift.io/networks.yaml",
    title="configuration of the network operator",
    collect="oc adm must-gather; by hand: oc get network.operator cluster -o yaml > network-operator.yaml",
    content=loose("Network"),
    words=kind_words("Network"),
)
def network_operator_config(source: SourceFile) -> Iterator[NetworkOperatorConfig | ParseFailure]:
    return read_objects(source, "network_operator_config", {"Network": _operator})


def _operator(tree: Tree, source: SourceFile) -> Iterator[NetworkOperatorConfig]:
    if not str(tree.get("apiVersion")).startswith("operator.openshift.io/"):
        return
    default = ("spec", "defaultNetwork")
    own = next((name for name in ("ovnKubernetesConfig", "openshiftSDNConfig") if tree.has(*default, name)), "")
    gateway = (*default, "ovnKubernetesConfig", "gatewayConfig")
    via_host = flag(tree, *gateway, "routingViaHost")
    modes = {True: GatewayMode.LOCAL, False: GatewayMode.SHARED, None: None}
    yield NetworkOperatorConfig(
        **metadata(tree, source),
        marks=marks(
            tree,
            network_type=(*default, "type"),
            mtu=(*default, own, "mtu"),
            routing_providers=("spec", "additionalRoutingCapabilities", "providers"),
            route_advertisements=(*default, "ovnKubernetesConfig", "routeAdvertisements"),
            gateway_mode=(*gateway, "routingViaHost"),
            ip_forwarding=(*gateway, "ipForwarding"),
        ),
        network_type=text(tree, *default, "type"),
        mtu=number(tree, *default, own, "mtu"),
        routing_providers=texts(tree, "spec", "additionalRoutingCapabilities", "providers"),
        route_advertisements=text(tree, *default, "ovnKubernetesConfig", "routeAdvertisements"),
        gateway_mode=modes[via_host],
        ip_forwarding=text(tree, *gateway, "ipForwarding"),
    )
