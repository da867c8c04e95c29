"""Whether MetalLB is installed and runs where it should: its OLM Subscription, and the DaemonSets of FRR.

Sources: operator-framework/api operators/v1alpha1 subscription_types.go; kubernetes/api apps/v1 DaemonSet.
"""

from collections.abc import Iterator, Mapping

from parsers.base import ParseFailure, SourceFile, parser
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.objects import Reading
from parsers.tree import Tree
from parsers.values import labels, marks, number, text

# The DaemonSets that run FRR or announce services (openshift/metallb-operator bindata/deployment,
# openshift/cluster-network-operator bindata/network/frr-k8s); others are not looked at.
ANNOUNCERS = frozenset({"speaker", "frr-k8s", "metallb-speaker", "metallb-frr-k8s"})
_METALLB = "metallb-operator"


class MetallbSubscription(KubernetesFact):
    """The operator is subscribed to. `installed` is None until a version was installed."""

    channel: str | None = None
    installed: str | None = None
    state: str | None = None


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
    installed = next((one for one in ("installedCSV", "currentCSV") if tree.has("status", one)), "installedCSV")
    yield MetallbSubscription(
        **metadata(tree, source),
        marks=marks(tree, channel=("spec", "channel"), installed=("status", installed), state=("status", "state")),
        channel=text(tree, "spec", "channel"),
        installed=text(tree, "status", installed),
        state=text(tree, "status", "state"),
    )


class DaemonSet(KubernetesFact):
    """How many nodes shall run speaker or frr-k8s, and on how many it is ready."""

    desired: int = 0
    ready: int = 0
    unavailable: int = 0
    node_selector: Mapping[str, str] = {}


@parser(
    "namespaces/{namespace}/apps/daemonsets.yaml",
    title="DaemonSets of speaker and frr-k8s",
    collect="oc adm must-gather, or oc adm inspect ns/metallb-system ns/openshift-frr-k8s",
    content=loose("DaemonSet"),
    words=kind_words("DaemonSet"),
)
def metallb_daemonsets(source: SourceFile) -> Iterator[DaemonSet | ParseFailure]:
    return read_objects(
        source,
        "metallb_daemonsets",
        {"DaemonSet": _daemonset},
        Reading(keep=lambda item: any(f"name: {name}\n" in item for name in ANNOUNCERS)),
    )


def _daemonset(tree: Tree, source: SourceFile) -> Iterator[DaemonSet]:
    if text(tree, "metadata", "name") not in ANNOUNCERS:
        return
    template = ("spec", "template", "spec", "nodeSelector")
    yield DaemonSet(
        **metadata(tree, source),
        marks=marks(
            tree,
            desired=("status", "desiredNumberScheduled"),
            ready=("status", "numberReady"),
            unavailable=("status", "numberUnavailable"),
            node_selector=template,
        ),
        desired=number(tree, "status", "desiredNumberScheduled") or 0,
        ready=number(tree, "status", "numberReady") or 0,
        unavailable=number(tree, "status", "numberUnavailable") or 0,
        node_selector=labels(tree, *template),
    )
