"""The network of the cluster: what runs (config.openshift.io) and how the operator is to set it up.

Sources: openshift/api config/v1 types_network.go, operator/v1 types_network.go. Both objects are of kind Network:
their API group tells them apart.
"""

from collections.abc import Iterator
from enum import StrEnum

from parsers.base import ParseFailure, SourceFile, parser
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.part import Part
from parsers.tree import Tree
from parsers.values import flag, marks, number, required_text, text, texts


class GatewayMode(StrEnum):
    """Whether OVN-Kubernetes sends traffic that leaves the cluster through the host's routing table."""

    SHARED = "shared"
    LOCAL = "local"


class MtuMigration(Part):
    """A change of the MTU that is under way, in bytes: of the pods' network and of the machines' uplinks."""

    network_from: int | None = None
    network_to: int | None = None
    machine_from: int | None = None
    machine_to: int | None = None


class NetworkConfig(KubernetesFact):
    """The cluster's network as it runs; where the status says nothing yet, as it is asked for. `mtu` is of the pods."""

    network_type: str | None = None
    cluster_networks: tuple[str, ...] = ()
    service_networks: tuple[str, ...] = ()
    mtu: int | None = None
    migration: MtuMigration | None = None


class NetworkOperatorConfig(KubernetesFact):
    """What the network operator is to do. `routing_providers` holds `FRR` where frr-k8s comes with the cluster.

    ipsec: the mode; an `ipsecConfig` without one, as before 4.15, is `Full`. transport: `NoOverlay` or None.
    """

    network_type: str | None = None
    mtu: int | None = None
    routing_providers: tuple[str, ...] = ()
    route_advertisements: str | None = None
    gateway_mode: GatewayMode | None = None
    ip_forwarding: str | None = None
    ipsec: str | None = None
    transport: str | None = None
    migration: MtuMigration | None = None


def mtu_migration(tree: Tree, *path: str) -> MtuMigration | None:
    """What `migration.mtu` says; None without one."""
    if not tree.has(*path):
        return None
    ways = {f"{who}_{way}": (*path, who, way) for who in ("network", "machine") for way in ("from", "to")}
    return MtuMigration(
        evidence=tree.evidence(*path),
        marks=marks(tree, **ways),
        **{name: number(tree, *where) for name, where in ways.items()},
    )


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
            migration=("status", "migration", "mtu"),
        ),
        network_type=text(tree, *kind),
        cluster_networks=tuple(required_text(one, "cidr") for one in tree.items(*networks)),
        service_networks=texts(tree, *services),
        mtu=number(tree, "status", "clusterNetworkMTU"),
        migration=mtu_migration(tree, "status", "migration", "mtu"),
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
    ovn = (*default, "ovnKubernetesConfig")
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
            ipsec=(*ovn, "ipsecConfig"),
            transport=(*ovn, "transport"),
            migration=("spec", "migration", "mtu"),
        ),
        network_type=text(tree, *default, "type"),
        mtu=number(tree, *default, own, "mtu"),
        routing_providers=texts(tree, "spec", "additionalRoutingCapabilities", "providers"),
        route_advertisements=text(tree, *default, "ovnKubernetesConfig", "routeAdvertisements"),
        gateway_mode=modes[via_host],
        ip_forwarding=text(tree, *gateway, "ipForwarding"),
        ipsec=(text(tree, *ovn, "ipsecConfig", "mode") or "Full") if tree.has(*ovn, "ipsecConfig") else None,
        transport=text(tree, *ovn, "transport"),
        migration=mtu_migration(tree, "spec", "migration", "mtu"),
    )
