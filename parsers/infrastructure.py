"""Infrastructure: on what platform the cluster stands (openshift/api config/v1 types_infrastructure.go)."""

from collections.abc import Iterator
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, parser
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.tree import Tree
from parsers.values import Path, marks, text, texts

# The platforms whose status names the virtual addresses of the API and of the routers, which keepalived holds.
_WITH_VIPS = ("baremetal", "vsphere", "openstack", "ovirt", "nutanix")


class Infrastructure(KubernetesFact):
    """The platform (`BareMetal`, `None`, `VSphere`, …) and whether the control plane is highly available.

    The words are kept as written: new platforms come with new releases and none of them is an error. `api_vips` and
    `ingress_vips` are virtual addresses of the cluster itself; with `user_managed` a load balancer outside holds them.
    """

    platform: str | None = None
    infrastructure_name: str | None = None
    control_plane_topology: str | None = None
    infrastructure_topology: str | None = None
    api_vips: tuple[str, ...] = ()
    ingress_vips: tuple[str, ...] = ()
    user_managed: bool = False


@parser(
    "cluster-scoped-resources/config.openshift.io/infrastructures.yaml",
    "cluster-scoped-resources/config.openshift.io/infrastructures/{name}.yaml",
    title="infrastructure",
    collect="oc adm must-gather; by hand: oc get infrastructure cluster -o yaml > infrastructure.yaml",
    content=loose("Infrastructure"),
    words=kind_words("Infrastructure"),
)
def infrastructure(source: SourceFile) -> Iterator[Infrastructure | ParseFailure]:
    return read_objects(source, "infrastructure", {"Infrastructure": _infrastructure})


def _infrastructure(tree: Tree, source: SourceFile) -> Iterator[Infrastructure]:
    # `status.platform` is the older field of the two, and still written.
    platform = ("status", "platformStatus", "type") if tree.has("status", "platformStatus") else ("status", "platform")
    paths = {
        "platform": platform,
        "infrastructure_name": ("status", "infrastructureName"),
        "control_plane_topology": ("status", "controlPlaneTopology"),
        "infrastructure_topology": ("status", "infrastructureTopology"),
    }
    values: dict[str, Any] = {field: text(tree, *path) for field, path in paths.items()}
    own = next((one for one in _WITH_VIPS if tree.has("status", "platformStatus", one)), _WITH_VIPS[0])
    status: Path = ("status", "platformStatus", own)
    api, api_mark = _vips(tree, status, "apiServerInternalIP")
    ingress, ingress_mark = _vips(tree, status, "ingressIP")
    yield Infrastructure(
        **metadata(tree, source),
        marks=marks(tree, **paths, user_managed=(*status, "loadBalancer")) | api_mark | ingress_mark,
        **values,
        api_vips=api,
        ingress_vips=ingress,
        user_managed=text(tree, *status, "loadBalancer", "type") == "UserManaged",
    )


_FIELDS = {"apiServerInternalIP": "api_vips", "ingressIP": "ingress_vips"}


def _vips(tree: Tree, status: Path, field: str) -> tuple[tuple[str, ...], dict[str, Evidence]]:
    """The addresses and their mark. The list came with 4.12; the single address before it is still written."""
    several = texts(tree, *status, f"{field}s")
    if several:
        return several, marks(tree, **{_FIELDS[field]: (*status, f"{field}s")})
    single = text(tree, *status, field)
    return (single,) if single else (), marks(tree, **{_FIELDS[field]: (*status, field)})
