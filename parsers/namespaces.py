"""Namespaces: their labels, and whether they are being deleted (kubernetes/api core/v1 Namespace).

`oc adm inspect` writes a namespace that it visits to a file of its own name in the folder of the namespace.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from parsers.base import ParseFailure, SourceFile, parser
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.objects import Reading, without
from parsers.tree import Tree
from parsers.values import labels, marks, word


class NamespacePhase(StrEnum):
    """Phases of a namespace (core/v1 NamespacePhase)."""

    ACTIVE = "Active"
    TERMINATING = "Terminating"


class Namespace(KubernetesFact):
    """A namespace. The namespace selectors of MetalLB's pools and of network policies go by its labels."""

    labels: Mapping[str, str] = {}
    phase: NamespacePhase | None = None
    terminating: bool = False


_READING = Reading(drop=without("annotations", "managedFields"))


@parser(
    "namespaces/{namespace}/*.yaml",
    "cluster-scoped-resources/core/namespaces/{name}.yaml",
    "cluster-scoped-resources/core/namespaces.yaml",
    title="namespaces",
    collect="oc adm must-gather, or oc adm inspect ns/<namespace>; "
    "by hand: oc get namespaces -o yaml > namespaces.yaml",
    content=loose("Namespace"),
    words=kind_words("Namespace"),
)
def namespaces(source: SourceFile) -> Iterator[Namespace | ParseFailure]:
    return read_objects(source, "namespaces", {"Namespace": _namespace}, _READING)


def _namespace(tree: Tree, source: SourceFile) -> Iterator[Namespace]:
    phase = word(tree, NamespacePhase, "status", "phase")
    deleting = tree.has("metadata", "deletionTimestamp")
    yield Namespace(
        **metadata(tree, source),
        marks=marks(
            tree,
            labels=("metadata", "labels"),
            phase=("status", "phase"),
            terminating=("metadata", "deletionTimestamp") if deleting else ("status", "phase"),
        ),
        labels=labels(tree, "metadata", "labels"),
        phase=phase,
        terminating=deleting or phase is NamespacePhase.TERMINATING,
    )
