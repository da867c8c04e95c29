"""The tables of `oc get hostsubnets`, `netnamespaces`, `clusternetworks` and `egressnetworkpolicies`.

Columns by release (openshift/origin pkg/cmd/cli/describe/printer.go, later pkg/oc/lib/describe; from 4.2 on the
`additionalPrinterColumns` of the CRDs, openshift/api network/v1 types.go)::

    NAME HOST HOST IP SUBNET                             to 3.6; with EGRESS IPS, and EGRESS CIDRS before it, later
    NAME NETID                                           to 3.6; with EGRESS IPS later
    NAME NETWORK HOST SUBNET LENGTH                      to 3.1; with SERVICE NETWORK, PLUGIN NAME to 3.6
    NAME CLUSTER NETWORKS SERVICE NETWORK PLUGIN NAME    from 3.7, `10.128.0.0/14:9`; in 4.x CLUSTER NETWORK, no `:9`
    NAME, with AGE in 4.x                                of EgressNetworkPolicies: only the command tells what they are

Lists are written `[]`, `[192.0.2.7]`, `["192.0.2.7"]`, or left empty.
"""

import re
from collections.abc import Iterator
from typing import Any

from parsers.base import ParseFailure, SourceFile, parser
from parsers.oc_table import COMMON, LABELS, WORD, Column, Layout, OcRow, each
from parsers.sdn_facts import ClusterCidr, ClusterNetwork, EgressNetworkPolicy, HostSubnet, NetNamespace
from parsers.sdn_objects import VNIDS, is_one
from parsers.vocabulary import address

_IP = r"(?=[0-9a-fx])[0-9A-Fa-f:.]{2,45}|x-ip[\w-]{1,40}"
_PREFIX = r"(?:[0-9A-Fa-f:.]{2,45}|x-ip[\w-]{1,40})/\d{1,3}"
_ADDRESSES = rf"\[(?:\"?(?:{_IP})\"?(?:(?:, ?| )\"?(?:{_IP})\"?){{0,200}})?\]|<none>"
_PREFIXES = rf"\[(?:\"?(?:{_PREFIX})\"?(?:(?:, ?| )\"?(?:{_PREFIX})\"?){{0,200}})?\]|<none>"
_LIST = re.compile(r"[^\s,\[\]\"]+")
_MORE = {"LABELS": Column("labels", LABELS)}
_EGRESS_IPS = {"EGRESS IPS": Column("egress_ips", _ADDRESSES, blank=True)}

_HOST_SUBNETS = Layout(
    {
        **COMMON,
        "HOST": Column("host", r"[A-Za-z0-9][A-Za-z0-9._-]{0,252}"),
        "HOST IP": Column("host_ip", _IP),
        "SUBNET": Column("subnet", f"{_PREFIX}|<none>", blank=True),
        "EGRESS CIDRS": Column("egress_cidrs", _PREFIXES, blank=True),
        **_EGRESS_IPS,
        **_MORE,
    },
    (frozenset({"HOST", "HOST IP", "SUBNET"}),),
)
_NET_NAMESPACES = Layout(
    {**COMMON, "NETID": Column("netid", r"\d{1,10}"), **_EGRESS_IPS, **_MORE}, (frozenset({"NETID"}),)
)
_CLUSTER_NETWORKS = Layout(
    {
        **COMMON,
        **dict.fromkeys(
            ("NETWORK", "CLUSTER NETWORK", "CLUSTER NETWORKS"),
            Column("cidrs", rf"(?:{_PREFIX})(?::\d{{1,3}})?(?:,(?:{_PREFIX})(?::\d{{1,3}})?){{0,50}}", blank=True),
        ),
        "HOST SUBNET LENGTH": Column("length", r"\d{1,3}"),
        "SERVICE NETWORK": Column("service_network", _PREFIX),
        "PLUGIN NAME": Column("plugin", WORD, blank=True),
        **_MORE,
    },
    (
        frozenset({"NETWORK", "HOST SUBNET LENGTH"}),
        frozenset({"CLUSTER NETWORKS", "SERVICE NETWORK"}),
        frozenset({"CLUSTER NETWORK", "SERVICE NETWORK"}),
    ),
)
_EGRESS_POLICIES = Layout(
    {**COMMON, **_MORE}, (frozenset({"NAME"}),), re.compile(r"\bget\s.{0,80}?\begressnetworkpolic(?:y|ies)\b")
)


@parser(
    title="saved `oc get hostsubnets`",
    collect="oc get hostsubnets > hostsubnets.txt",
    content=rb"\bNAME\s{1,80}HOST\s{1,80}HOST IP\s{1,80}SUBNET\b",
    words=(b"HOST IP",),
)
def sdn_host_subnet_table(source: SourceFile) -> Iterator[HostSubnet | ParseFailure]:
    return each(source, "sdn_host_subnet_table", _HOST_SUBNETS, _host_subnet)


@parser(
    title="saved `oc get netnamespaces`",
    collect="oc get netnamespaces > netnamespaces.txt",
    content=rb"\bNAME\s{1,80}NETID\b",
    words=(b"NETID",),
)
def sdn_net_namespace_table(source: SourceFile) -> Iterator[NetNamespace | ParseFailure]:
    return each(source, "sdn_net_namespace_table", _NET_NAMESPACES, _net_namespace)


@parser(
    title="saved `oc get clusternetworks`",
    collect="oc get clusternetworks > clusternetworks.txt",
    content=rb"\bNAME\s{1,80}(?:NETWORK\s{1,80}HOST SUBNET LENGTH|CLUSTER NETWORKS?\s{1,80}SERVICE NETWORK)\b",
    words=(b"HOST SUBNET LENGTH", b"SERVICE NETWORK"),
)
def sdn_cluster_network_table(source: SourceFile) -> Iterator[ClusterNetwork | ParseFailure]:
    return each(source, "sdn_cluster_network_table", _CLUSTER_NETWORKS, _cluster_network)


@parser(
    title="saved `oc get egressnetworkpolicies`",
    collect="oc get egressnetworkpolicies -A > egressnetworkpolicies.txt (the rules stand in -o yaml only)",
    content=rb"\bget\s[^\n]{0,80}?\begressnetworkpolic(?:y|ies)\b[^\n]{0,200}\s{1,40}(?:NAMESPACE\s{1,80})?NAME\b",
    words=(b"egressnetworkpolic",),
)
def sdn_egress_policy_table(source: SourceFile) -> Iterator[EgressNetworkPolicy | ParseFailure]:
    return each(source, "sdn_egress_policy_table", _EGRESS_POLICIES, _egress_policy)


def _fields(row: OcRow, source: SourceFile, *names: str) -> dict[str, Any]:
    """What all these facts have: their identity, and the row as the place of each value that it holds."""
    return {**row.identity(source), "marks": row.marks(*names), "from_table": True}


def _listed(row: OcRow, name: str) -> tuple[str, ...]:
    return tuple(map(address, _LIST.findall(row.get(name) or "")))


def _checked(value: str, what: str) -> str:
    if not is_one(value):
        raise ValueError(f"not {what}: {value[:60]!r}")
    return value


def _host_subnet(row: OcRow, source: SourceFile) -> HostSubnet:
    subnet = row.get("subnet")
    return HostSubnet(
        **_fields(row, source, "host", "host_ip", "subnet", "egress_ips", "egress_cidrs"),
        host=row.cells["host"],
        host_ip=address(_checked(row.cells["host_ip"], "an address")),
        subnet=_checked(subnet, "a prefix") if subnet else None,
        egress_ips=_listed(row, "egress_ips"),
        egress_cidrs=_listed(row, "egress_cidrs"),
        external=subnet is None,
    )


def _net_namespace(row: OcRow, source: SourceFile) -> NetNamespace:
    netid = int(row.cells["netid"])
    if netid >= VNIDS:
        raise ValueError(f"NETID is no network id: {netid}")
    return NetNamespace(
        **_fields(row, source, "netid", "egress_ips"), netid=netid, egress_ips=_listed(row, "egress_ips")
    )


def _cluster_network(row: OcRow, source: SourceFile) -> ClusterNetwork:
    service = row.get("service_network")
    return ClusterNetwork(
        **_fields(row, source, "cidrs", "service_network", "plugin"),
        cidrs=tuple(_cidr(row, one) for one in (row.get("cidrs") or "").split(",") if one),
        service_network=_checked(service, "a prefix") if service else None,
        plugin=row.get("plugin"),
    )


def _cidr(row: OcRow, written: str) -> ClusterCidr:
    prefix, slash, rest = written.rpartition("/")
    bits, colon, length = rest.partition(":")
    known = length if colon else row.get("length")
    return ClusterCidr(
        evidence=row.evidence,
        marks={"cidr": row.evidence} | ({"host_subnet_length": row.evidence} if known else {}),
        cidr=_checked(f"{prefix}{slash}{bits}", "a prefix"),
        host_subnet_length=int(known) if known else None,
    )


def _egress_policy(row: OcRow, source: SourceFile) -> EgressNetworkPolicy:
    return EgressNetworkPolicy(**_fields(row, source))
