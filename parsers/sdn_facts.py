"""The objects of OpenShift SDN and the configuration of its nodes.

Sources: openshift/api network/v1 types.go and constants.go (HostSubnet, NetNamespace, ClusterNetwork,
EgressNetworkPolicy; `clusterNetworks` came with 3.7, `vxlanPort` and `mtu` with 4.x), openshift/api legacyconfig/v1
(NodeConfig). The network's other objects, `networks.config.openshift.io` and `networks.operator.openshift.io`, are
read by `network_config` and `network_settings`; ClusterNetwork by `sdn_objects` and `sdn_tables` alone.

A fact of a table (`oc get hostsubnets`) holds no uid, no annotations and no times; `from_table` says so. The same
object may be there as YAML too: the YAML then tells more.
"""

from enum import StrEnum

from parsers.egress import EgressAction
from parsers.host_facts import HostFact
from parsers.kubernetes import KubernetesFact
from parsers.part import Part


class HostSubnet(KubernetesFact):
    """The part of the pods' network that a node has. subnet: a prefix, None where none is assigned.

    host_ip: the address under which other nodes reach it by VXLAN. external: a host that is no node (F5), annotated
    with `assign-subnet` or `fixed-vnid-host` of pod.network.openshift.io, or still without subnet. deleting: whether it
    has a deletionTimestamp. node_uid: the node that it was made for. Marks: host, host_ip, subnet, egress_ips,
    egress_cidrs, external, deleting, node_uid, created.
    """

    host: str
    host_ip: str | None = None
    subnet: str | None = None
    egress_ips: tuple[str, ...] = ()
    egress_cidrs: tuple[str, ...] = ()
    external: bool = False
    deleting: bool = False
    node_uid: str | None = None
    from_table: bool = False


class NetNamespace(KubernetesFact):
    """The network id (VNID) of a namespace, 0 to 16777215, and its egress addresses. Marks: netid, egress_ips."""

    netid: int
    egress_ips: tuple[str, ...] = ()
    from_table: bool = False


class ClusterCidr(Part):
    """A network of pods. host_subnet_length: bits for the addresses of one node; None where a table leaves it out."""

    cidr: str
    host_subnet_length: int | None = None


class ClusterNetwork(KubernetesFact):
    """The networks of the cluster as OpenShift SDN was told. The object `default` is the only one in use.

    plugin: `redhat/openshift-ovs-networkpolicy`, `…-multitenant`, `…-subnet`. vxlan_port: None is 4789. mtu: of the
    pods' interfaces, in bytes. Marks: cidrs, service_network, plugin, vxlan_port, mtu.
    """

    cidrs: tuple[ClusterCidr, ...] = ()
    service_network: str | None = None
    plugin: str | None = None
    vxlan_port: int | None = None
    mtu: int | None = None
    from_table: bool = False


class EgressNetworkRule(Part):
    """A rule about a prefix or a name; the first one that matches decides. Marks: action, cidr, dns_name."""

    action: EgressAction
    cidr: str | None = None
    dns_name: str | None = None


class EgressNetworkPolicy(KubernetesFact):
    """What pods of a namespace may reach outside. Marks: rules.

    A table holds names alone: `from_table` is true and `rules` empty, whatever its rules are.
    """

    rules: tuple[EgressNetworkRule, ...] = ()
    from_table: bool = False


class ConfigPlace(StrEnum):
    """Where the configuration of a node stands."""

    FILE = "file"
    CONFIG_MAP = "ConfigMap"


class NodeConfig(HostFact):
    """What a node's configuration says of the network. mtu: of tun0 and the pods, in bytes.

    node: the host that the path or the prompt hints at (see `node_hint`). node_name: what the configuration says.
    plugin: `redhat/openshift-ovs-subnet` and others. config_map: `<namespace>/<name>` of the ConfigMap, None for a
    file; key: its key. group: the node group of 3.10 and 3.11 that a ConfigMap `openshift-node/node-config-<group>`
    is for. routable_mtu: of the routes while the MTU is migrated (4.10 and later, key mtu.yaml).
    Marks: mtu, plugin, node_name, routable_mtu.
    """

    place: ConfigPlace
    config_map: str | None = None
    key: str | None = None
    group: str | None = None
    mtu: int | None = None
    routable_mtu: int | None = None
    plugin: str | None = None
    node_name: str | None = None
