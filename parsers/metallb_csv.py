"""The ClusterServiceVersion of the MetalLB operator: which version is installed, and whether that went well.

Source: operator-framework/api operators/v1alpha1 clusterserviceversion_types.go. Most of it is of no use here: its
install strategy, its resource definitions and its description are not parsed.
"""

import re
from collections.abc import Iterator

from parsers.base import ParseFailure, SourceFile, parser
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.objects import Reading, without
from parsers.tree import Tree
from parsers.values import marks, text

_NAME = re.compile(r"^ {2,4}name: [\"']?metallb-operator\.", re.MULTILINE)


class MetallbCsv(KubernetesFact):
    """An installed version. `phase` is `Succeeded` when it runs; `copied_from` names the namespace of the original.

    OLM copies the object of an operator that watches all namespaces into each of them.
    """

    version: str | None = None
    phase: str | None = None
    reason: str | None = None
    message: str | None = None
    copied_from: str | None = None


_READING = Reading(
    keep=lambda item: bool(_NAME.search(item)),
    drop=without(
        *("annotations", "apiservicedefinitions", "conditions", "customresourcedefinitions", "icon", "install"),
        *("installModes", "keywords", "links", "maintainers", "managedFields", "nativeAPIs", "ownerReferences"),
        *("relatedImages", "requirementStatus", "webhookdefinitions"),
    ),
)


@parser(
    "namespaces/{namespace}/operators.coreos.com/clusterserviceversions/{name}.yaml",
    "namespaces/{namespace}/operators.coreos.com/clusterserviceversions.yaml",
    title="ClusterServiceVersion of the MetalLB operator",
    collect="oc adm must-gather, or oc adm inspect ns/metallb-system; by hand: oc get csv -n metallb-system -o yaml",
    content=loose("ClusterServiceVersion"),
    words=kind_words("ClusterServiceVersion"),
    required_content=rb"metallb-operator\.",
)
def metallb_csv(source: SourceFile) -> Iterator[MetallbCsv | ParseFailure]:
    return read_objects(source, "metallb_csv", {"ClusterServiceVersion": _csv}, _READING)


def _csv(tree: Tree, source: SourceFile) -> Iterator[MetallbCsv]:
    if not (text(tree, "metadata", "name") or "").startswith("metallb-operator."):
        return
    copied = ("metadata", "labels", "olm.copiedFrom")
    yield MetallbCsv(
        **metadata(tree, source),
        marks=marks(
            tree,
            version=("spec", "version"),
            phase=("status", "phase"),
            reason=("status", "reason"),
            message=("status", "message"),
            copied_from=copied,
        ),
        version=text(tree, "spec", "version"),
        phase=text(tree, "status", "phase"),
        reason=text(tree, "status", "reason"),
        message=text(tree, "status", "message"),
        copied_from=text(tree, *copied),
    )
