"""FRRNodeState: what frr-k8s says about the FRR of a node, its running configuration too.

Source: metallb/frr-k8s api/v1beta1/frr_node_state_types.go (OpenShift 4.16 and later). The resource has no namespace;
its name is the node's.
"""

from collections.abc import Iterator

from pydantic import field_serializer

from parsers.base import ParseFailure, SourceFile, Text, parser
from parsers.embedded_text import embedded
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.tree import Tree
from parsers.values import marks, text


class FrrNodeState(KubernetesFact):
    """The state of a node's FRR. `success` as a result means what it says, everything else is the error.

    The running configuration is the text of the member: it knows its lines there, and its secrets are masked.
    """

    node: str
    last_conversion_result: str | None = None
    last_reload_result: str | None = None
    running_config: Text | None = None

    @field_serializer("running_config")
    def _lines(self, value: Text | None) -> str | None:
        return f"{value.first_line}: {len(value)} lines" if value else None


@parser(
    "cluster-scoped-resources/frrk8s.metallb.io/frrnodestates/{node}.yaml",
    "cluster-scoped-resources/frrk8s.metallb.io/frrnodestates.yaml",
    title="FRRNodeState resources",
    collect="oc adm must-gather (4.16 or later); by hand: oc get frrnodestates -o yaml > frrnodestates.yaml",
    content=loose("FRRNodeState"),
    words=kind_words("FRRNodeState"),
)
def frrk8s_node_states(source: SourceFile) -> Iterator[FrrNodeState | ParseFailure]:
    return read_objects(source, "frrk8s_node_states", {"FRRNodeState": _state})


def _state(tree: Tree, source: SourceFile) -> Iterator[FrrNodeState]:
    common = metadata(tree, source)
    config = text(tree, "status", "runningConfig")
    yield FrrNodeState(
        **common,
        marks=marks(
            tree,
            last_conversion_result=("status", "lastConversionResult"),
            last_reload_result=("status", "lastReloadResult"),
            running_config=("status", "runningConfig"),
        ),
        node=common["name"],
        last_conversion_result=text(tree, "status", "lastConversionResult"),
        last_reload_result=text(tree, "status", "lastReloadResult"),
        running_config=embedded(tree, "status", "runningConfig") if config else None,
    )
