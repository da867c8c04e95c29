"""The MetalLB resource: how the operator was asked to run MetalLB, and whether it could.

Source: metallb/metallb-operator api/v1beta1/metallb_types.go (0.10 and later), pkg/status. No must-gather collects it.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from parsers.base import ParseFailure, SourceFile, parser
from parsers.conditions import Condition, conditions
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.metallb_resources import places
from parsers.tree import Tree
from parsers.values import labels, marks, text, word


class BgpBackend(StrEnum):
    """Who speaks BGP: FRR in the speaker, MetalLB itself, frr-k8s of MetalLB's own or of the cluster."""

    FRR = "frr"
    NATIVE = "native"
    FRR_K8S = "frr-k8s"
    FRR_K8S_EXTERNAL = "frr-k8s-external"


class LogLevel(StrEnum):
    """How much controller and speaker log."""

    ALL = "all"
    DEBUG = "debug"
    INFO = "info"
    WARN = "warn"
    ERROR = "error"
    NONE = "none"


class MetallbInstance(KubernetesFact):
    """The one instance of MetalLB. What is None was left to the operator, which logs at `info`.

    `node_selector` is the speaker's; conditions are `Available`, `Progressing`, `Degraded` and `Upgradeable`.
    """

    log_level: LogLevel | None = None
    bgp_backend: BgpBackend | None = None
    node_selector: Mapping[str, str] = {}
    controller_node_selector: Mapping[str, str] = {}
    load_balancer_class: str | None = None
    frrk8s_namespace: str | None = None
    conditions: tuple[Condition, ...] = ()


@parser(
    *places("metallbs"),
    title="MetalLB resource",
    collect="not in a must-gather; by hand: oc get metallb -A -o yaml > metallb.yaml",
    content=loose("MetalLB"),
    words=kind_words("MetalLB"),
)
def metallb_instance(source: SourceFile) -> Iterator[MetallbInstance | ParseFailure]:
    return read_objects(source, "metallb_instance", {"MetalLB": _instance})


def _instance(tree: Tree, source: SourceFile) -> Iterator[MetallbInstance]:
    yield MetallbInstance(
        **metadata(tree, source),
        marks=marks(
            tree,
            log_level=("spec", "logLevel"),
            bgp_backend=("spec", "bgpBackend"),
            node_selector=("spec", "nodeSelector"),
            controller_node_selector=("spec", "controllerNodeSelector"),
            load_balancer_class=("spec", "loadBalancerClass"),
            frrk8s_namespace=("spec", "frrk8sConfig", "namespace"),
            conditions=("status", "conditions"),
        ),
        log_level=word(tree, LogLevel, "spec", "logLevel"),
        bgp_backend=word(tree, BgpBackend, "spec", "bgpBackend"),
        node_selector=labels(tree, "spec", "nodeSelector"),
        controller_node_selector=labels(tree, "spec", "controllerNodeSelector"),
        load_balancer_class=text(tree, "spec", "loadBalancerClass"),
        frrk8s_namespace=text(tree, "spec", "frrk8sConfig", "namespace"),
        conditions=conditions(tree, "status", "conditions"),
    )
