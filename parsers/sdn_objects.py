"""HostSubnets, NetNamespaces, ClusterNetworks and EgressNetworkPolicies (openshift/api network/v1 types.go).

Up to OpenShift 3.6 their apiVersion is `v1`, later `network.openshift.io/v1`. A must-gather holds the ClusterNetwork in
all releases with OpenShift SDN, the HostSubnets from 4.13 on, the others never (openshift/must-gather
collection-scripts/gather_network_logs). Each kind has a parser of its own: one that was not collected stays absent.
"""

from collections.abc import Iterator

from parsers.base import ParseFailure, SourceFile, parser
from parsers.egress import EgressAction
from parsers.kubernetes import kind_words, loose, metadata, read_objects
from parsers.sdn_facts import (
    ClusterCidr,
    ClusterNetwork,
    EgressNetworkPolicy,
    EgressNetworkRule,
    HostSubnet,
    NetNamespace,
)
from parsers.spans import MalformedError
from parsers.tree import Tree
from parsers.values import labels, marks, number, required_number, required_text, required_word, text, texts
from parsers.vocabulary import address, network

VNIDS = 1 << 24  # network ids have 24 bits
_CLUSTER = "cluster-scoped-resources/network.openshift.io"
_NOTES = "pod.network.openshift.io/"
_EXTERNAL = (f"{_NOTES}assign-subnet", f"{_NOTES}fixed-vnid-host")
_NODE_UID = f"{_NOTES}node-uid"


@parser(
    f"{_CLUSTER}/hostsubnets.yaml",
    f"{_CLUSTER}/hostsubnets/{{name}}.yaml",
    title="HostSubnets of OpenShift SDN",
    collect="oc adm must-gather of OpenShift 4.13 or later; by hand: oc get hostsubnets -o yaml > hostsubnets.yaml",
    content=loose("HostSubnet"),
    words=kind_words("HostSubnet"),
)
def sdn_host_subnets(source: SourceFile) -> Iterator[HostSubnet | ParseFailure]:
    return read_objects(source, "sdn_host_subnets", {"HostSubnet": _host_subnet})


@parser(
    f"{_CLUSTER}/netnamespaces.yaml",
    f"{_CLUSTER}/netnamespaces/{{name}}.yaml",
    title="NetNamespaces of OpenShift SDN",
    collect="by hand: oc get netnamespaces -o yaml > netnamespaces.yaml",
    content=loose("NetNamespace"),
    words=kind_words("NetNamespace"),
)
def sdn_net_namespaces(source: SourceFile) -> Iterator[NetNamespace | ParseFailure]:
    return read_objects(source, "sdn_net_namespaces", {"NetNamespace": _net_namespace})


@parser(
    f"{_CLUSTER}/clusternetworks.yaml",
    f"{_CLUSTER}/clusternetworks/{{name}}.yaml",
    title="ClusterNetwork of OpenShift SDN",
    collect="oc adm must-gather; by hand: oc get clusternetworks -o yaml > clusternetworks.yaml",
    content=loose("ClusterNetwork"),
    words=kind_words("ClusterNetwork"),
)
def sdn_cluster_networks(source: SourceFile) -> Iterator[ClusterNetwork | ParseFailure]:
    return read_objects(source, "sdn_cluster_networks", {"ClusterNetwork": _cluster_network})


@parser(
    "namespaces/{namespace}/network.openshift.io/egressnetworkpolicies.yaml",
    "namespaces/{namespace}/network.openshift.io/egressnetworkpolicies/{name}.yaml",
    title="EgressNetworkPolicies of OpenShift SDN",
    collect="by hand: oc get egressnetworkpolicies -A -o yaml > egressnetworkpolicies.yaml",
    content=loose("EgressNetworkPolicy"),
    words=kind_words("EgressNetworkPolicy"),
)
def sdn_egress_policies(source: SourceFile) -> Iterator[EgressNetworkPolicy | ParseFailure]:
    return read_objects(source, "sdn_egress_policies", {"EgressNetworkPolicy": _egress_policy})


def _own(tree: Tree) -> bool:
    """Whether the object is of OpenShift's network API; other products may have kinds of these names."""
    return str(tree.get("apiVersion")) in {"v1", "network.openshift.io/v1"}


def _host_subnet(tree: Tree, source: SourceFile) -> Iterator[HostSubnet]:
    if not _own(tree):
        return
    notes = labels(tree, "metadata", "annotations")
    subnet = _prefix(tree, "subnet")
    external = next((("metadata", "annotations", one) for one in _EXTERNAL if one in notes), ("subnet",))
    yield HostSubnet(
        **metadata(tree, source),
        marks=marks(
            tree,
            host=("host",),
            host_ip=("hostIP",),
            subnet=("subnet",),
            egress_ips=("egressIPs",),
            egress_cidrs=("egressCIDRs",),
            external=external,
            deleting=("metadata", "deletionTimestamp"),
            node_uid=("metadata", "annotations", _NODE_UID),
            created=("metadata", "creationTimestamp"),
        ),
        host=required_text(tree, "host"),
        host_ip=_address(tree, "hostIP"),
        subnet=subnet,
        egress_ips=tuple(map(address, texts(tree, "egressIPs"))),
        egress_cidrs=texts(tree, "egressCIDRs"),
        external=subnet is None or external != ("subnet",),
        deleting=tree.has("metadata", "deletionTimestamp"),
        node_uid=notes.get(_NODE_UID) or None,
    )


def _net_namespace(tree: Tree, source: SourceFile) -> Iterator[NetNamespace]:
    if not _own(tree):
        return
    netid = required_number(tree, "netid")
    if not 0 <= netid < VNIDS:
        raise MalformedError(tree.sub("netid").span[0], f"netid is no network id: {str(netid)[:40]}")
    yield NetNamespace(
        **metadata(tree, source),
        marks=marks(tree, netid=("netid",), egress_ips=("egressIPs",)),
        netid=netid,
        egress_ips=tuple(map(address, texts(tree, "egressIPs"))),
    )


def _cluster_network(tree: Tree, source: SourceFile) -> Iterator[ClusterNetwork]:
    if not _own(tree):
        return
    several = tuple(_cidr(one, "CIDR", "hostSubnetLength") for one in tree.items("clusterNetworks"))
    single = (_cidr(tree, "network", "hostsubnetlength"),) if not several and text(tree, "network") else ()
    yield ClusterNetwork(
        **metadata(tree, source),
        marks=marks(
            tree,
            cidrs=("clusterNetworks",) if several else ("network",),
            service_network=("serviceNetwork",),
            plugin=("pluginName",),
            vxlan_port=("vxlanPort",),
            mtu=("mtu",),
        ),
        cidrs=several or single,
        service_network=_prefix(tree, "serviceNetwork"),
        plugin=text(tree, "pluginName") or None,
        vxlan_port=number(tree, "vxlanPort"),
        mtu=number(tree, "mtu"),
    )


def _cidr(tree: Tree, cidr: str, length: str) -> ClusterCidr:
    """A network of the list, or the only one of objects before 3.7."""
    return ClusterCidr(
        evidence=tree.evidence(cidr),
        marks=marks(tree, cidr=(cidr,), host_subnet_length=(length,)),
        cidr=_prefix(tree, cidr) or required_text(tree, cidr),
        host_subnet_length=number(tree, length),
    )


def _egress_policy(tree: Tree, source: SourceFile) -> Iterator[EgressNetworkPolicy]:
    if not _own(tree):
        return
    yield EgressNetworkPolicy(
        **metadata(tree, source),
        marks=marks(tree, rules=("spec", "egress")),
        rules=tuple(_rule(one) for one in tree.items("spec", "egress")),
    )


def _rule(tree: Tree) -> EgressNetworkRule:
    return EgressNetworkRule(
        evidence=tree.evidence(),
        marks=marks(tree, action=("type",), cidr=("to", "cidrSelector"), dns_name=("to", "dnsName")),
        action=required_word(tree, EgressAction, "type"),
        cidr=_prefix(tree, "to", "cidrSelector"),
        dns_name=text(tree, "to", "dnsName") or None,
    )


def _address(tree: Tree, *path: str) -> str | None:
    found = text(tree, *path)
    if not found:
        return None
    if not is_one(found) or "/" in found:
        raise MalformedError(tree.sub(*path).span[0], f"{'.'.join(path)} is not an address: {found[:60]!r}")
    return address(found)


def _prefix(tree: Tree, *path: str) -> str | None:
    found = text(tree, *path)
    if not found:
        return None
    if not is_one(found) or "/" not in found:
        raise MalformedError(tree.sub(*path).span[0], f"{'.'.join(path)} is not a prefix: {found[:60]!r}")
    return found


def is_one(found: str) -> bool:
    """Whether a text is an address or a prefix, or one that was masked (`x-ipv4-0000000001-x/23`)."""
    return network(found) is not None or found.startswith("x-ip")
