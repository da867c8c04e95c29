"""The Deployments of MetalLB, of its operator and of frr-k8s; others are not looked at.

Sources: kubernetes/api apps/v1 Deployment. Names: `controller` (metallb/metallb manifests/ and config/,
metallb/metallb-operator bindata), `<release>-metallb-controller` (charts), `metallb-operator-controller-manager` and
`metallb-operator-webhook-server` (metallb/metallb-operator config/), `frr-k8s-webhook-server` (metallb/frr-k8s until
0.0.20, openshift/cluster-network-operator until 4.20), after that `frr-k8s-statuscleaner` or `statuscleaner`.
"""

import re
from collections.abc import Iterator
from enum import StrEnum

from parsers.base import ParseFailure, SourceFile, parser
from parsers.conditions import Condition, conditions
from parsers.kubernetes import kind_words, loose, metadata, read_objects
from parsers.tree import Tree
from parsers.values import number, text
from parsers.workloads import Workload, belongs, named, workload


class Role(StrEnum):
    """What a Deployment does: assign addresses, install MetalLB, check its resources, check and clean up frr-k8s."""

    CONTROLLER = "controller"
    OPERATOR = "operator"
    OPERATOR_WEBHOOK = "operator webhook"
    FRRK8S_WEBHOOK = "frr-k8s webhook"
    STATUS_CLEANER = "status cleaner"


_ROLES = (
    (re.compile(r"(?:.{0,200}-)?operator-controller-manager"), Role.OPERATOR),
    (re.compile(r"(?:.{0,200}-)?operator-webhook-server"), Role.OPERATOR_WEBHOOK),
    (re.compile(r"(?:.{0,200}-)?webhook-server"), Role.FRRK8S_WEBHOOK),
    (re.compile(r"(?:.{0,200}-)?statuscleaner"), Role.STATUS_CLEANER),
    (re.compile(r"(?:.{0,200}-)?controller"), Role.CONTROLLER),
)


def _role(name: str) -> Role | None:
    return next((role for expression, role in _ROLES if expression.fullmatch(name)), None)


class Deployment(Workload):
    """A Deployment: how many pods it wants and how many are ready."""

    role: Role
    conditions: tuple[Condition, ...] = ()


@parser(
    "namespaces/{namespace}/apps/deployments.yaml",
    "namespaces/{namespace}/apps/deployments/{name}.yaml",
    title="Deployments of MetalLB, its operator and frr-k8s",
    collect="oc adm must-gather, or oc adm inspect ns/metallb-system ns/openshift-frr-k8s",
    content=loose("Deployment"),
    words=kind_words("Deployment"),
    required_content=rb"metallb|frr-k8s",
)
def metallb_deployments(source: SourceFile) -> Iterator[Deployment | ParseFailure]:
    return read_objects(
        source, "metallb_deployments", {"Deployment": _deployment}, named(lambda name: _role(name) is not None)
    )


def _deployment(tree: Tree, source: SourceFile) -> Iterator[Deployment]:
    role = _role(text(tree, "metadata", "name") or "")
    if role is None or not belongs(tree):
        return
    fields = workload(
        tree,
        {
            "desired": ("spec", "replicas"),
            "ready": ("status", "readyReplicas"),
            "available": ("status", "availableReplicas"),
            "unavailable": ("status", "unavailableReplicas"),
            "updated": ("status", "updatedReplicas"),
        },
    )
    if number(tree, "spec", "replicas") is None:  # apps/v1: one where nothing is written
        fields["desired"] = 1
    yield Deployment(**metadata(tree, source), **fields, role=role, conditions=conditions(tree, "status", "conditions"))
