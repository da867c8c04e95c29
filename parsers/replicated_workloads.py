"""Deployments, StatefulSets and DeploymentConfigs: how many pods each is to have, and with which labels.

Sources: kubernetes/api apps/v1; openshift/api apps/v1 (DeploymentConfig). What their pods are made of is not read.
Deployments and DaemonSets of MetalLB are read in more detail by parsers of their own.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from parsers.base import ParseFailure, SourceFile, parser
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.objects import Reading, without
from parsers.tree import Tree
from parsers.values import labels, marks, number, required_word


class WorkloadKind(StrEnum):
    """Kinds that keep a number of equal pods."""

    DEPLOYMENT = "Deployment"
    STATEFUL_SET = "StatefulSet"
    DEPLOYMENT_CONFIG = "DeploymentConfig"


class ReplicatedWorkload(KubernetesFact):
    """A workload. `replicas` are asked for, 1 where nothing is written; `existing` are those that exist, ready or not.

    `labels` are those of its pods. The controller has not yet seen the newest specification while
    `observed_generation` is less than `generation`.
    """

    kind: WorkloadKind
    replicas: int = 1
    existing: int = 0
    labels: Mapping[str, str] = {}
    generation: int | None = None
    observed_generation: int | None = None

    @property
    def seen(self) -> bool:
        """Whether its controller has seen what is asked for."""
        return (self.observed_generation or 0) >= (self.generation or 0)


_READING = Reading(
    drop=without(
        *("affinity", "annotations", "conditions", "containers", "imagePullSecrets", "initContainers", "managedFields"),
        *("ownerReferences", "securityContext", "tolerations", "topologySpreadConstraints", "triggers"),
        *("volumeClaimTemplates", "volumes"),
    )
)
_KINDS = tuple(WorkloadKind)


@parser(
    "namespaces/{namespace}/apps/deployments.yaml",
    "namespaces/{namespace}/apps/statefulsets.yaml",
    "namespaces/{namespace}/apps.openshift.io/deploymentconfigs.yaml",
    title="Deployments, StatefulSets and DeploymentConfigs",
    collect="oc adm inspect ns/<namespace> (must-gather takes only the cluster's own namespaces); by hand: "
    "oc get deployments,statefulsets,deploymentconfigs -A -o yaml > workloads.yaml",
    content=loose(*_KINDS),
    words=kind_words(*_KINDS),
)
def replicated_workloads(source: SourceFile) -> Iterator[ReplicatedWorkload | ParseFailure]:
    return read_objects(source, "replicated_workloads", dict.fromkeys(_KINDS, _workload), _READING)


def _workload(tree: Tree, source: SourceFile) -> Iterator[ReplicatedWorkload]:
    asked, template = number(tree, "spec", "replicas"), ("spec", "template", "metadata", "labels")
    yield ReplicatedWorkload(
        **metadata(tree, source),
        marks=marks(tree, replicas=("spec", "replicas"), existing=("status", "replicas"), labels=template),
        kind=required_word(tree, WorkloadKind, "kind"),
        replicas=1 if asked is None else asked,
        existing=number(tree, "status", "replicas") or 0,
        labels=labels(tree, *template),
        generation=number(tree, "metadata", "generation"),
        observed_generation=number(tree, "status", "observedGeneration"),
    )
