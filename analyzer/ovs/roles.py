"""What a switch is for: the network that it serves, its bridge to the outside, the names of its management port."""

import json
import re
from enum import StrEnum

from analyzer.hosts import Host
from analyzer.ovs.sources import Configuration
from parsers.network_config import NetworkConfig
from parsers.nodes import Node

GATEWAY = "k8s.ovn.org/l3-gateway-config"
INTEGRATION, SDN_BRIDGE = "br-int", "br0"
# Labels of nodes whose network runs on a card of its own, wholly or in part (openshift/cluster-network-operator).
_CARDS = ("network.operator.openshift.io/dpu", "network.operator.openshift.io/smart-nic")
# The management port of OVN-Kubernetes: `ovn-k8s-mp0`, with hardware offload its representor `ovn-k8s-mp0_0`, `k8s-`
# and the node before OpenShift 4.4 (ovn-org/ovn-kubernetes go-controller/pkg/types/const.go, K8sMgmtIntfName).
MANAGEMENT = re.compile(r"ovn-k8s-mp0(?:_\d+)?|k8s-[\w.-]+")
PATCH = re.compile(r"patch-br-int-to-(br[\w.-]*?)_.+")
_OF_OVNKUBE = re.compile(r"ovn-k8s-mp\d+(?:_\d+)?|patch-br-int-to-br-(?:ex|local)_.+")


class NetworkKind(StrEnum):
    """The cluster network that a switch serves."""

    OVN = "OVNKubernetes"
    SDN = "OpenShiftSDN"


def on_card(node: Node | None) -> bool:
    """Whether the network of a node runs on a card with a processor of its own."""
    return node is not None and any(key.startswith(_CARDS) for key in node.labels)


def kind_of(
    configuration: Configuration, host: Host, network: NetworkConfig | None, *, sdn: bool = False
) -> NetworkKind | None:
    """What the ports say; the cluster's own word only for its nodes, for a migration changes node by node.

    sdn: other objects show that the cluster has OpenShift SDN, as in OpenShift 3, where no object names the network.
    """
    on = {(one.bridge, one.name) for one in configuration.ports}
    if any(bridge == INTEGRATION and _OF_OVNKUBE.fullmatch(name) for bridge, name in on):
        return NetworkKind.OVN
    if {(SDN_BRIDGE, "tun0"), (SDN_BRIDGE, "vxlan0")} <= on:
        return NetworkKind.SDN
    told = network.network_type if network and host.node else None
    if told is None and sdn and host.node:
        return NetworkKind.SDN
    return NetworkKind(told) if told in set(NetworkKind) else None


def told_gateway(node: Node | None) -> str | None:
    """The bridge that the node's annotation names; empty where it has no gateway, None where nothing tells.

    `{"default":{"mode":"shared","bridge-id":"br-ex","interface-id":"br-ex_worker-0",…}}`, without `bridge-id` before
    4.12 (ovn-org/ovn-kubernetes go-controller/pkg/util/node_annotations.go, L3GatewayConfig).
    """
    if node is None or GATEWAY not in node.annotations:
        return None
    try:
        written = json.loads(node.annotations[GATEWAY])
    except (ValueError, RecursionError):
        return None
    config = written.get("default") if isinstance(written, dict) else None
    if not isinstance(config, dict):
        return None
    if config.get("mode") in {"", "disabled"}:
        return ""
    bridge, interface = config.get("bridge-id"), config.get("interface-id")
    if isinstance(bridge, str) and bridge:
        return bridge
    return interface.removesuffix(f"_{node.name}") if isinstance(interface, str) and interface else None
