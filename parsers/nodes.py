"""Nodes: their labels, addresses, conditions, and what OVN-Kubernetes writes about them.

Sources: kubernetes/api core/v1 (NodeSpec, NodeStatus); the annotations k8s.ovn.org/* (ovn-org/ovn-kubernetes
go-controller/pkg/util/node_annotations.go). `oc adm inspect` writes one file per node.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from parsers.base import ParseFailure, SourceFile, failure, parser
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.objects import Reading, without
from parsers.part import Part
from parsers.tree import Tree
from parsers.values import flag, labels, marks, moment, required_text, text
from parsers.vocabulary import network

# Conditions that are as they should be when they are true; all others should be false (core/v1 NodeConditionType,
# kubernetes/node-problem-detector).
_WANTED = frozenset({"Ready"})
# Load balancers leave out a node with this label, whatever its value (kubernetes/api core/v1 well_known_labels.go).
EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"


class NodeCondition(Part):
    """A condition that is not as it should be."""

    type: str
    status: str
    reason: str | None = None
    message: str | None = None
    since: datetime | None = None


class Node(KubernetesFact):
    """A node. `host_networks` are its own addresses with their prefix lengths, as OVN-Kubernetes announces them."""

    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}
    internal_ips: tuple[str, ...] = ()
    hostname: str | None = None
    ready: bool | None = None
    conditions: tuple[NodeCondition, ...] = ()
    unschedulable: bool = False
    taints: tuple[str, ...] = ()
    kubelet_version: str | None = None
    os_image: str | None = None
    kernel_version: str | None = None
    host_networks: tuple[str, ...] = ()
    deleting: bool = False


_READING = Reading(drop=without("images", "managedFields", "volumesAttached", "volumesInUse"))


@parser(
    "cluster-scoped-resources/core/nodes/{node}.yaml",
    "cluster-scoped-resources/core/nodes.yaml",
    title="nodes",
    collect="oc adm must-gather, or oc adm inspect nodes; by hand: oc get nodes -o yaml > nodes.yaml",
    content=loose("Node"),
    words=kind_words("Node"),
)
def nodes(source: SourceFile) -> Iterator[Node | ParseFailure]:
    return read_objects(source, "nodes", {"Node": _node}, _READING)


def _node(tree: Tree, source: SourceFile) -> Iterator[Node | ParseFailure]:
    annotations = {
        key: value for key, value in labels(tree, "metadata", "annotations").items() if key.startswith("k8s.ovn.org/")
    }
    conditions = {text(one, "type") or "": one for one in tree.items("status", "conditions")}
    ready = conditions.get("Ready")
    found = marks(
        tree,
        labels=("metadata", "labels"),
        **{EXCLUDED: ("metadata", "labels", EXCLUDED)},
        internal_ips=("status", "addresses"),
        unschedulable=("spec", "unschedulable"),
        deleting=("metadata", "deletionTimestamp"),
        taints=("spec", "taints"),
        kubelet_version=("status", "nodeInfo", "kubeletVersion"),
        os_image=("status", "nodeInfo", "osImage"),
        kernel_version=("status", "nodeInfo", "kernelVersion"),
        **{key: ("metadata", "annotations", key) for key in annotations},
    )
    hostname = next(iter(_addresses(tree, "Hostname")), None)
    if hostname is not None:
        found["hostname"] = hostname.evidence()
    if ready is not None:
        found["ready"] = ready.evidence()
    networks_key = next((key for key in (_HOST_CIDRS, _PRIMARY) if key in annotations), None)
    host_networks: tuple[str, ...] = ()
    if networks_key:
        found["host_networks"] = found[networks_key]
        try:
            host_networks = _host_networks(annotations[networks_key])
        except (ValueError, RecursionError):
            yield failure(found[networks_key], "nodes", f"annotation {networks_key} cannot be read")
    yield Node(
        **metadata(tree, source),
        marks=found,
        labels=labels(tree, "metadata", "labels"),
        annotations=annotations,
        internal_ips=tuple(required_text(one, "address") for one in _addresses(tree, "InternalIP")),
        hostname=text(hostname, "address") if hostname else None,
        ready={"True": True, "False": False}.get(text(ready, "status") or "") if ready else None,
        conditions=tuple(_condition(one) for name, one in conditions.items() if _is_bad(name, one)),
        unschedulable=flag(tree, "spec", "unschedulable") or False,
        taints=tuple(_taint(one) for one in tree.items("spec", "taints")),
        kubelet_version=text(tree, "status", "nodeInfo", "kubeletVersion"),
        os_image=text(tree, "status", "nodeInfo", "osImage"),
        kernel_version=text(tree, "status", "nodeInfo", "kernelVersion"),
        host_networks=host_networks,
        deleting=tree.has("metadata", "deletionTimestamp"),
    )


def _addresses(tree: Tree, kind: str) -> list[Tree]:
    return [one for one in tree.items("status", "addresses") if text(one, "type") == kind]


def _is_bad(name: str, tree: Tree) -> bool:
    return text(tree, "status") != ("True" if name in _WANTED else "False")


def _condition(tree: Tree) -> NodeCondition:
    return NodeCondition(
        evidence=tree.evidence(),
        type=required_text(tree, "type"),
        status=required_text(tree, "status"),
        reason=text(tree, "reason"),
        message=text(tree, "message"),
        since=moment(tree, "lastTransitionTime"),
    )


def _taint(tree: Tree) -> str:
    """A taint as kubectl writes it: `key=value:effect`."""
    value = text(tree, "value")
    return f"{required_text(tree, 'key')}{'=' + value if value else ''}:{text(tree, 'effect') or ''}"


_HOST_CIDRS = "k8s.ovn.org/host-cidrs"  # from 4.14 on: ["192.0.2.20/24", "2001:db8::20/64"]
_PRIMARY = "k8s.ovn.org/node-primary-ifaddr"  # before too: {"ipv4": "192.0.2.20/24", "ipv6": …}


def _host_networks(annotation: str) -> tuple[str, ...]:
    """Masked addresses stay out: nothing can be computed from them."""
    value = json.loads(annotation)
    written = value.values() if isinstance(value, dict) else value
    if not isinstance(written, Iterable) or isinstance(written, str):
        raise ValueError("neither a list nor a mapping")  # noqa: TRY004 - a ValueError becomes a ParseFailure
    return tuple(one for one in written if isinstance(one, str) and "/" in one and network(one))
