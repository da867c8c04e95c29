"""The settings of the cluster's network in each place where they stand: asked for, in use, and with the operator.

Sources: openshift/api config/v1 types_network.go (NetworkSpec, NetworkStatus, NetworkMigration), operator/v1
types_network.go (NetworkSpec; v4InternalSubnet until 4.14, internalJoinSubnet and others from then on).
"""

from collections.abc import Iterator
from enum import StrEnum

from parsers.base import ParseFailure, SourceFile, parser
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.part import Part
from parsers.tree import Tree
from parsers.values import marks, number, required_text, text, texts


class Place(StrEnum):
    """Where the settings stand."""

    ASKED = "spec of network.config"
    IN_USE = "status of network.config"
    OPERATOR = "spec of network.operator"


class NetworkSettings(KubernetesFact):
    """The settings in one place. cluster_networks: `10.128.0.0/14 host prefix 23`, a host prefix of 0 is left out.

    migration_type, migration_mtu: what a migration that is set leads to. migrating: whether one is set at all.
    inner: the ranges that OVN-Kubernetes uses within, where they are set, by the names of their fields.
    """

    place: Place
    network_type: str | None = None
    cluster_networks: tuple[str, ...] = ()
    service_networks: tuple[str, ...] = ()
    mtu: int | None = None
    migrating: bool = False
    migration_type: str | None = None
    migration_mtu: int | None = None
    in_progress: bool | None = None
    inner: tuple["InnerRange", ...] = ()


class InnerRange(Part):
    """A range that OVN-Kubernetes uses within."""

    name: str
    network: str


_INNER = (
    ("v4InternalSubnet",),
    ("v6InternalSubnet",),
    *((family, name) for family in ("ipv4", "ipv6") for name in ("internalJoinSubnet", "internalTransitSwitchSubnet")),
    *(("gatewayConfig", family, "internalMasqueradeSubnet") for family in ("ipv4", "ipv6")),
)


@parser(
    "cluster-scoped-resources/config.openshift.io/networks.yaml",
    "cluster-scoped-resources/config.openshift.io/networks/{name}.yaml",
    "cluster-scoped-resources/operator.openshift.io/networks.yaml",
    "cluster-scoped-resources/operator.openshift.io/networks/{name}.yaml",
    title="settings of the network, asked for and in use",
    collect="oc adm must-gather; by hand: oc get network.config cluster -o yaml > network.yaml, "
    "oc get network.operator cluster -o yaml > network-operator.yaml",
    content=loose("Network"),
    words=kind_words("Network"),
)
def network_settings(source: SourceFile) -> Iterator[NetworkSettings | ParseFailure]:
    return read_objects(source, "network_settings", {"Network": _settings})


def _settings(tree: Tree, source: SourceFile) -> Iterator[NetworkSettings]:
    group = str(tree.get("apiVersion")).partition("/")[0]
    if group == "config.openshift.io":
        yield _of(tree, source, Place.ASKED, ("spec",), ("networkType",), ("clusterNetworkMTU",))
        if tree.has("status"):
            yield _of(tree, source, Place.IN_USE, ("status",), ("networkType",), ("clusterNetworkMTU",))
    elif group == "operator.openshift.io":
        own = (
            "openshiftSDNConfig" if tree.has("spec", "defaultNetwork", "openshiftSDNConfig") else "ovnKubernetesConfig"
        )
        mtu = ("defaultNetwork", own, "mtu")
        yield _of(tree, source, Place.OPERATOR, ("spec",), ("defaultNetwork", "type"), mtu)


def _of(  # noqa: PLR0913, PLR0917 - the two objects have other names for the same
    tree: Tree, source: SourceFile, place: Place, top: tuple[str], kind: tuple[str, ...], mtu: tuple[str, ...]
) -> NetworkSettings:
    progress = next(
        (one for one in tree.items("status", "conditions") if text(one, "type") == "NetworkTypeMigrationInProgress"),
        None,
    )
    paths = {
        "network_type": (*top, *kind),
        "cluster_networks": (*top, "clusterNetwork"),
        "service_networks": (*top, "serviceNetwork"),
        "mtu": (*top, *mtu),
        "migration": (*top, "migration"),
    }
    migration = (*top, "migration")
    return NetworkSettings(
        **metadata(tree, source),
        marks=marks(tree, **paths),
        place=place,
        network_type=text(tree, *paths["network_type"]) or None,
        cluster_networks=tuple(written_network(one) for one in tree.items(*paths["cluster_networks"])),
        service_networks=texts(tree, *paths["service_networks"]),
        mtu=number(tree, *paths["mtu"]),
        migrating=bool(tree.get(*migration)),
        migration_type=text(tree, *migration, "networkType") or None,
        migration_mtu=number(tree, *migration, "mtu", "network", "to"),
        in_progress={"True": True, "False": False}.get(text(progress, "status") or "") if progress else None,
        inner=tuple(_inner(tree)) if place is Place.OPERATOR else (),
    )


def written_network(tree: Tree) -> str:
    """A network of pods as NetworkSettings holds it."""
    prefix = number(tree, "hostPrefix")
    return required_text(tree, "cidr") + (f" host prefix {prefix}" if prefix else "")


def _inner(tree: Tree) -> Iterator[InnerRange]:
    for path in _INNER:
        where = ("spec", "defaultNetwork", "ovnKubernetesConfig", *path)
        if network := text(tree, *where):
            place = tree.evidence(*where)
            yield InnerRange(evidence=place, name=path[-1], network=network)
