"""Pods that the kubelet refused because their CPUs do not fill whole cores, with the CPUs that they ask for.

Sources: kubernetes/kubernetes pkg/kubelet/cm/cpumanager/policy_static.go (SMTAlignmentError, its two texts), core/v1
ResourceRequirements. All other pods are deliberately passed over: `pods` reads them.
"""

from collections.abc import Iterator

from parsers.base import ParseFailure, SourceFile, parser
from parsers.kubernetes import KubernetesFact, metadata, read_objects
from parsers.objects import Reading
from parsers.part import Part
from parsers.tree import Tree
from parsers.values import marks, required_text, text

REASON = "SMTAlignmentError"


class CpuRequest(Part):
    """The CPUs that a container asks for, as they are written: `5`, `1500m`."""

    name: str
    request: str | None = None
    limit: str | None = None


class SmtPod(KubernetesFact):
    """A pod that was refused so. The evidence is the reason."""

    cpus: tuple[CpuRequest, ...] = ()


_READING = Reading(keep=lambda item: REASON in item)


@parser(
    "namespaces/{namespace}/core/pods.yaml",
    "namespaces/{namespace}/pods/{pod}/*.yaml",
    title="pods that were refused for their CPUs",
    collect="oc adm must-gather, or oc adm inspect ns/<namespace>; by hand: oc get pods -A -o yaml > pods.yaml",
    content=rb"^ *\"?reason\"?: \"?SMTAlignmentError\b",
    words=(REASON.encode(),),
    required_content=REASON.encode(),
)
def smt_pods(source: SourceFile) -> Iterator[SmtPod | ParseFailure]:
    return read_objects(source, "smt_pods", {"Pod": _pod}, _READING)


def _pod(tree: Tree, source: SourceFile) -> Iterator[SmtPod]:
    if text(tree, "status", "reason") == REASON:
        found = {**metadata(tree, source), "evidence": tree.evidence("status", "reason")}
        yield SmtPod(**found, cpus=tuple(_cpus(one) for one in tree.items("spec", "containers")))


def _cpus(tree: Tree) -> CpuRequest:
    request, limit = ("resources", "requests", "cpu"), ("resources", "limits", "cpu")
    return CpuRequest(
        evidence=tree.evidence("name"),
        marks=marks(tree, request=request, limit=limit),
        name=required_text(tree, "name"),
        request=text(tree, *request),
        limit=text(tree, *limit),
    )
