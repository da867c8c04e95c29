"""The tunnels of a node with OVN-Kubernetes, and the nodes to which it must have one.

ovn-controller makes one port for each address of each other chassis, called `ovn-<first 6 characters of the chassis
id>-<number>` (ovn-org/ovn controller/encaps.c tunnel_create_name). The address is the chassis's own choice
(`ovn-encap-ip`): its row in the southbound table Encap is the truth, the node's addresses are what it is most often.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain

from analyzer.instances import Group, NodesByName
from analyzer.ovn.chassis import CHASSIS_ID, OvnChassis
from analyzer.ovn.databases import is_linux
from analyzer.ovs.logs import OvsDaemons, Signs
from analyzer.ovs.roles import INTEGRATION, NetworkKind
from analyzer.ovs.services import VSWITCHD
from analyzer.ovs.sources import SwitchPort
from analyzer.ovs.switches import OvnSwitches, Switch, Switches
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.kubernetes import unique
from parsers.network_config import NetworkConfig
from parsers.nodes import Node
from parsers.ovn_databases import SwitchDatabase
from parsers.ovsdb_switch_rows import OpenVSwitch
from parsers.vocabulary import address

ENCAP_IPS = "k8s.ovn.org/node-encap-ips"  # `["192.0.2.20"]`, from 4.16 on
NEW = timedelta(minutes=5)  # in which a node that joins may still be setting up its tunnels (J)
_NAME = re.compile(r"ovn-([0-9a-f]{6})-\d+")
_TYPES = frozenset({"geneve", "vxlan"})


@dataclass(frozen=True, slots=True, eq=False)
class Tunnel:
    """A tunnel port; `remote` is None where the address is taken from each packet, `chassis` the start of an id."""

    port: SwitchPort
    remote: str | None
    chassis: str | None


@dataclass(frozen=True, slots=True)
class Remote:
    """Another node: its addresses, those of its chassis where they are known, and where these stand."""

    name: str
    addresses: frozenset[str]
    encaps: frozenset[str]
    chassis: str | None
    evidence: tuple[Evidence, ...] = ()

    @property
    def shown(self) -> str:
        """Its tunnel addresses, else its addresses, for a sentence."""
        return ", ".join(sorted(self.encaps or self.addresses)) or "no known address"


@dataclass(frozen=True, slots=True)
class NodeTunnels:
    """The tunnels of one node. required: the nodes to which one must be there. known: every other node."""

    switch: Switch
    tunnels: tuple[Tunnel, ...]
    required: tuple[Remote, ...]
    known: tuple[Remote, ...]
    _by_remote: Mapping[str | None, list[Tunnel]] = field(default_factory=dict, repr=False)
    _by_chassis: Mapping[str | None, list[Tunnel]] = field(default_factory=dict, repr=False)

    def to(self, remote: Remote) -> tuple[Tunnel, ...]:
        """The tunnels to a node, by its addresses or by the id of its chassis."""
        found = [self._by_remote.get(ip, ()) for ip in sorted(remote.encaps | remote.addresses)]
        named = self._by_chassis.get(remote.chassis, ()) if remote.chassis else ()
        return tuple(dict.fromkeys(chain(*found, named)))

    def strangers(self) -> tuple[Tunnel, ...]:
        """The tunnels to no node."""
        known = {ip for one in self.known for ip in (*one.addresses, *one.encaps)}
        ids = {one.chassis for one in self.known}
        return tuple(
            one
            for one in self.tunnels
            if one.remote and one.remote not in known and (one.chassis is None or one.chassis not in ids)
        )


@dataclass(frozen=True, slots=True)
class Tunnels(Group):
    """The nodes with OVN-Kubernetes of which the switch was collected, and the logs of ovs-vswitchd, which tell too."""

    items: tuple[NodeTunnels | Signs, ...]
    nodes: tuple[NodeTunnels, ...]
    logs: tuple[Signs, ...]
    by_node: Mapping[str, NodeTunnels] = field(default_factory=dict, repr=False)


@join
def ovs_tunnels(  # noqa: PLR0913, PLR0917 - each source is one parameter, none of them is sure to be there
    switches: OvnSwitches | None,
    every: Switches | None,
    daemons: OvsDaemons | None,
    nodes: NodesByName,
    chassis: OvnChassis | None,
    databases: tuple[SwitchDatabase, ...] | None,
    networks: tuple[NetworkConfig, ...] | None,
) -> Tunnels:
    encaps = _encaps(chassis, databases or ())
    remotes = {name: _remote(node, encaps) for name, node in sorted(nodes.items())}
    found = tuple(_of(one, nodes, remotes) for one in switches or ())
    told = next((one.kind for one in every or () if one.kind), NetworkKind.OVN)
    network = next((one.network_type for one in unique(networks or ()) if one.network_type), told)
    if not found and network != NetworkKind.OVN:
        raise NotCollectedError(f"the network of the cluster is {network}, which has no tunnel ports of this kind")
    logs = tuple(one for one in daemons or () if one.name == VSWITCHD)
    if not found and not logs:
        raise NotCollectedError(
            "no Open vSwitch of a node with OVN-Kubernetes and no log of ovs-vswitchd was collected"
        )
    return Tunnels((*found, *logs), found, logs, {one.switch.node: one for one in found if one.switch.node})


_Encaps = dict[str, dict[str, Evidence]]


def _encaps(chassis: OvnChassis | None, databases: Iterable[SwitchDatabase]) -> _Encaps:
    """The tunnel addresses by the id of the chassis."""
    found: _Encaps = {}
    for zone in chassis or ():
        for row in zone.encaps:
            found.setdefault(row.chassis_name, {}).setdefault(address(row.ip), row.where("ip", "chassis_name")[0])
    for one in databases:
        for own in one.rows(OpenVSwitch):
            for ip in own.external_ids.get("ovn-encap-ip", "").split(","):
                if ip:
                    ids = found.setdefault(own.external_ids.get("system-id", ""), {})
                    ids.setdefault(address(ip), own.where("external_ids")[0])
    return found


def _remote(node: Node, encaps: _Encaps) -> Remote:
    chassis = node.annotations.get(CHASSIS_ID)
    told = encaps.get(chassis or "-", {})
    own = {address(ip) for ip in node.internal_ips} | {address(one.partition("/")[0]) for one in node.host_networks}
    named = dict.fromkeys(_annotated(node), node.marks.get(ENCAP_IPS, node.evidence))
    lines = (*node.where("internal_ips"), *told.values())
    return Remote(node.name, frozenset(own), frozenset({*told, *named}), chassis[:6] if chassis else None, lines)


def _annotated(node: Node) -> list[str]:
    try:
        written = json.loads(node.annotations.get(ENCAP_IPS, "[]"))
    except (ValueError, RecursionError):
        return []
    return [address(one) for one in written if isinstance(one, str)] if isinstance(written, list) else []


def _of(one: Switch, nodes: Mapping[str, Node], remotes: Mapping[str, Remote]) -> NodeTunnels:
    others = {name: remote for name, remote in remotes.items() if name != one.node}
    required = [
        remote for name, remote in others.items() if _settled(nodes[name], one) and (remote.addresses or remote.encaps)
    ]
    tunnels = tuple(
        Tunnel(
            port, _address(port.options.get("remote_ip")), named[1] if (named := _NAME.fullmatch(port.name)) else None
        )
        for port in one.on(INTEGRATION)
        if port.type in _TYPES
    )
    by_remote: dict[str | None, list[Tunnel]] = {}
    by_chassis: dict[str | None, list[Tunnel]] = {}
    for tunnel in tunnels:
        by_remote.setdefault(tunnel.remote, []).append(tunnel)
        by_chassis.setdefault(tunnel.chassis, []).append(tunnel)
    wanted = tuple(required) if one.resource else ()
    return NodeTunnels(one, tunnels, wanted, tuple(others.values()), by_remote, by_chassis)


def _address(text: str | None) -> str | None:
    return None if text is None or text == "flow" else address(text)


def _settled(node: Node, switch: Switch) -> bool:
    """Whether the node was there, ready and set up when the switch was looked at."""
    if node.ready is not True or not is_linux(node) or not node.annotations.get(CHASSIS_ID):
        return False
    return switch.taken is None or node.created is None or node.created <= switch.taken - NEW
