"""Whether MetalLB is installed and runs where it should: its OLM Subscription, and the DaemonSets of FRR.

Sources: operator-framework/api operators/v1alpha1 subscription_types.go; kubernetes/api apps/v1 DaemonSet.
"""

import re
from collections.abc import Iterator
from enum import StrEnum

from parsers.base import ParseFailure, SourceFile, parser
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.objects import Reading
from parsers.tree import Tree
from parsers.values import labels, marks, text, word
from parsers.workloads import Workload, belongs, named, workload

# The DaemonSets that run FRR or announce services (openshift/metallb-operator bindata/deployment,
# openshift/cluster-network-operator bindata/network/frr-k8s); others are not looked at.
ANNOUNCERS = frozenset({"speaker", "frr-k8s", "metallb-speaker", "metallb-frr-k8s"})
_OF_A_CHART = ("-metallb-speaker", "-frr-k8s")  # behind the name of the release (charts/metallb, charts/frr-k8s)
_METALLB = "metallb-operator"
_VERSION = re.compile(r"metallb-operator\.v?([0-9][\w.+-]{0,80})")  # metallb-operator.v4.16.0-202409051837


class Approval(StrEnum):
    """Whether somebody must approve what OLM installs (operators/v1alpha1 Approval)."""

    AUTOMATIC = "Automatic"
    MANUAL = "Manual"


class MetallbSubscription(KubernetesFact):
    """The operator is subscribed to. `installed` is None until a version was installed.

    `current` is the version that OLM is at or on the way to; `version` is the number in the name of the installed one.
    """

    channel: str | None = None
    installed: str | None = None
    current: str | None = None
    version: str | None = None
    state: str | None = None
    approval: Approval | None = None


@parser(
    "namespaces/{namespace}/operators.coreos.com/subscriptions/{name}.yaml",
    title="subscription of the MetalLB operator",
    collect="oc adm must-gather; by hand: oc get subscriptions.operators.coreos.com -A -o yaml > subscriptions.yaml",
    content=loose("Subscription"),
    words=kind_words("Subscription"),
)
def metallb_subscription(source: SourceFile) -> Iterator[MetallbSubscription | ParseFailure]:
    return read_objects(
        source, "metallb_subscription", {"Subscription": _subscription}, Reading(keep=lambda item: _METALLB in item)
    )


def _subscription(tree: Tree, source: SourceFile) -> Iterator[MetallbSubscription]:
    if text(tree, "spec", "name") != _METALLB:
        return
    # A must-gather may lack installedCSV; currentCSV is the version that OLM is at or on the way to.
    key = next((one for one in ("installedCSV", "currentCSV") if tree.has("status", one)), "installedCSV")
    installed = text(tree, "status", key)
    version = _VERSION.fullmatch(installed or "")
    yield MetallbSubscription(
        **metadata(tree, source),
        marks=marks(
            tree,
            channel=("spec", "channel"),
            installed=("status", key),
            current=("status", "currentCSV"),
            version=("status", key),
            state=("status", "state"),
            approval=("spec", "installPlanApproval"),
        ),
        channel=text(tree, "spec", "channel"),
        installed=installed,
        current=text(tree, "status", "currentCSV"),
        version=version[1] if version else None,
        state=text(tree, "status", "state"),
        approval=word(tree, Approval, "spec", "installPlanApproval"),
    )


class DaemonSet(Workload):
    """How many nodes shall run speaker or frr-k8s, and on how many it is ready.

    A speaker with a container `frr` runs FRR itself; without one it speaks BGP natively, or leaves that to frr-k8s.
    """


@parser(
    "namespaces/{namespace}/apps/daemonsets.yaml",
    "namespaces/{namespace}/apps/daemonsets/{name}.yaml",
    title="DaemonSets of speaker and frr-k8s",
    collect="oc adm must-gather, or oc adm inspect ns/metallb-system ns/openshift-frr-k8s",
    content=loose("DaemonSet"),
    words=kind_words("DaemonSet"),
    required_content=rb"speaker|frr-k8s",
)
def metallb_daemonsets(source: SourceFile) -> Iterator[DaemonSet | ParseFailure]:
    return read_objects(source, "metallb_daemonsets", {"DaemonSet": _daemonset}, named(_announces))


def _announces(name: str) -> bool:
    return name in ANNOUNCERS or name.endswith(_OF_A_CHART)


def _daemonset(tree: Tree, source: SourceFile) -> Iterator[DaemonSet]:
    name = text(tree, "metadata", "name") or ""
    # A DaemonSet of this name without any label is taken: there is nothing to say that it is of another product.
    if not _announces(name) or (labels(tree, "metadata", "labels") and not belongs(tree)):
        return
    fields = workload(
        tree,
        {
            "desired": ("status", "desiredNumberScheduled"),
            "ready": ("status", "numberReady"),
            "available": ("status", "numberAvailable"),
            "unavailable": ("status", "numberUnavailable"),
            "updated": ("status", "updatedNumberScheduled"),
        },
    )
    yield DaemonSet(**metadata(tree, source), **fields)
