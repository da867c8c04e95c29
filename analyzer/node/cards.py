"""Network cards of the nodes that can be compared: physical ones, with what they are for."""

from analyzer.node.network import NOT_PHYSICAL
from analyzer.node.roles import NodeRoles
from parsers.host_link_facts import HostLink
from parsers.nodes import Node

# Drivers whose speed and duplex are made up, or unknown (Linux drivers/net; the platforms' paravirtual cards).
VIRTUAL = frozenset(
    {
        "veth",
        "tun",
        "openvswitch",
        "bridge",
        "virtio_net",
        "vmxnet3",
        "hv_netvsc",
        "xen_netfront",
        "ena",
        "gve",
        "dummy",
    }
)
_NAMES = (
    "lo",
    "br-",
    "ovs-",
    "genev_sys_",
    "vxlan_sys_",
    "ovn-k8s-mp",
    "tun",
    "veth",
    "docker",
    "cni",
    "virbr",
    "patch-",
)
_STACKED = frozenset({"bond", "team", "vlan", "bridge", "macvlan", "ipvlan"})
_ROLE = "node-role.kubernetes.io/"


def is_card(role: NodeRoles, name: str) -> bool:
    """Whether it is a network card, as far as anything tells: no bridge, tunnel, bond or end of a pod."""
    link, driver = role.host.links.get(name), role.host.drivers.get(name)
    if name == "lo" or name.startswith(_NAMES) or (driver is not None and driver.driver in VIRTUAL):
        return False
    return link is None or _plain(link)


def _plain(link: HostLink) -> bool:
    veth = (link.lower or "").startswith("if") or link.kind == "veth"
    return not veth and link.kind not in NOT_PHYSICAL | _STACKED and "MASTER" not in link.flags


def group_of(node: Node | None) -> str:
    """The roles of a node, to compare like with like."""
    return ",".join(sorted(one.removeprefix(_ROLE) for one in node.labels if one.startswith(_ROLE))) if node else ""
