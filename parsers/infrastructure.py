"""Infrastructure: on what platform the cluster stands (openshift/api config/v1 types_infrastructure.go)."""

from collections.abc import Iterator
from typing import Any

from parsers.base import ParseFailure, SourceFile, parser
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.tree import Tree
from parsers.values import marks, text


class Infrastructure(KubernetesFact):
    """The platform (`BareMetal`, `None`, `VSphere`, …) and whether the control plane is highly available.

    The words are kept as written: new platforms come with new releases and none of them is an error.
    """

    platform: str | None = None
    infrastructure_name: str | None = None
    control_plane_topology: str | None = None
    infrastructure_topology: str | None = None


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
    yield Infrastructure(**metadata(tree, source), marks=marks(tree, **paths), **values)
