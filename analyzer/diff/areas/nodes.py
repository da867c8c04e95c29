"""Nodes: whether they are ready, how they are labelled and addressed, and what OVN-Kubernetes writes about them."""

from analyzer.diff.area import Area, spot
from analyzer.diff.model import BAD, WELL, Facet, Item, Value
from analyzer.instances import NodesByName
from analyzer.rule import NotCollectedError
from analyzer.store import Store
from parsers.nodes import Node

# Annotations that are set once and mean something when they change; the rest are copies or ever new.
_ANNOTATIONS = (
    *("k8s.ovn.org/node-subnets", "k8s.ovn.org/node-chassis-id", "k8s.ovn.org/l3-gateway-config"),
    *("k8s.ovn.org/node-encap-ips", "k8s.ovn.org/zone-name", "k8s.ovn.org/host-cidrs", "k8s.ovn.org/host-addresses"),
)
_JUDGED = frozenset({"ready", "faulty conditions"})


def _read(store: Store) -> Facet:
    if store.facts(Node) is None:
        raise NotCollectedError("not collected: nodes")
    found: NodesByName = store.joined(NodesByName)
    items = tuple(_item(one) for _, one in sorted(found.items()))
    return Facet("nodes", NODES.title, items, proven=False, judged=_JUDGED)


def _item(one: Node) -> Item:
    values: dict[str, Value] = {
        "ready": one.ready,
        "unschedulable": one.unschedulable,
        "taints": one.taints,
        "faulty conditions": tuple(each.type for each in one.conditions if each.type != "Ready"),
        "addresses": one.internal_ips,
        **{f"label {name}": value for name, value in sorted(one.labels.items())},
        **{f"annotation {name}": one.annotations.get(name) for name in _ANNOTATIONS},
    }
    marks = {"ready": "ready", "unschedulable": "unschedulable", "taints": "taints", "addresses": "internal_ips"}
    ready = {True: "ready", False: "not ready", None: "readiness unknown"}[one.ready]
    return Item(
        key=one.name,
        values=values,
        place=spot(one.evidence),
        marks={
            **{name: spot(one.where(mark)) for name, mark in marks.items() if mark in one.marks},
            **{f"annotation {name}": spot(one.where(name)) for name in _ANNOTATIONS if name in one.marks},
        },
        text=f"{ready}, unschedulable" if one.unschedulable else ready,
        health=WELL if one.ready is not False else BAD,
        incarnation=(one.name, one.uid) if one.uid else None,
        whole=True,
    )


NODES = Area("nodes", "nodes", (NodesByName, Node), _read)
