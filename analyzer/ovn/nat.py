"""How services are programmed: the translations in a host's iptables, and the addresses in the northbound databases.

OVN-Kubernetes sends node ports and external addresses of the host's own traffic to the cluster IP (ovn-org/ovn-
kubernetes go-controller/pkg/node/gateway_iptables.go getGatewayIPTRules): chain OVN-KUBE-NODEPORT by node port,
OVN-KUBE-EXTERNALIP by address. With externalTrafficPolicy Local rules in OVN-KUBE-ETP go before, to other targets.
Addresses of load balancers have rules since December 2021 (OpenShift 4.10).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from analyzer.hosts import HostNames
from analyzer.instances import Ages, Group
from analyzer.ovn.balancers import OWNER, pair_of
from analyzer.ovn.databases import OvnDatabases, Zone
from analyzer.ovn.ports import NETWORK
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.cluster_services import ClusterService, ServiceType
from parsers.host_iptables_facts import IptablesChain, IptablesRule
from parsers.kubernetes import unique
from parsers.ovn_northbound_rows import LoadBalancer
from parsers.services import TrafficPolicy
from parsers.vocabulary import Family, address, family_of

NODE_PORTS, EXTERNAL = "OVN-KUBE-NODEPORT", "OVN-KUBE-EXTERNALIP"
_CHAINS = frozenset({NODE_PORTS, EXTERNAL, "OVN-KUBE-ETP"})
_TABLES = frozenset({"nat", None})

Pair = tuple[str, str, int]  # protocol, address (empty for those of the host), port


@dataclass(frozen=True, slots=True)
class HostNat:
    """The translations of one host and family. made: when the archive with it was collected.

    chains: those that were read to their end. rules: by what they match, all that stand there.
    """

    label: str
    node: str | None
    family: Family
    made: datetime | None
    chains: Mapping[str, IptablesChain]
    rules: Mapping[Pair, tuple[IptablesRule, ...]]

    def knows_external(self) -> bool:
        """Whether any external address has a rule here."""
        return any(ip for _, ip, _ in self.rules)


class HostNats(Group):
    """The hosts in the order of names."""

    items: tuple[HostNat, ...]

    def __iter__(self) -> Iterator[HostNat]:
        return iter(self.items)


@join
def host_nats(
    chains: tuple[IptablesChain, ...], rules: tuple[IptablesRule, ...] | None, names: HostNames, ages: Ages
) -> HostNats:
    own = [one for one in chains if one.chain in _CHAINS and one.table in _TABLES and one.complete]
    if not own:
        raise NotCollectedError("no chain of OVN-Kubernetes in the iptables of any host")
    found: dict[tuple[str, Family], dict[str, IptablesChain]] = {}
    for chain in own:
        found.setdefault((names.label(chain), chain.family), {})[chain.chain] = chain
    matches: dict[tuple[str, Family], dict[Pair, list[IptablesRule]]] = {}
    for rule in rules or ():
        if rule.chain in _CHAINS and rule.table in _TABLES:
            there = matches.setdefault((names.label(rule), rule.family), {})
            for pair in _pairs(rule):
                there.setdefault(pair, []).append(rule)
    return HostNats(
        tuple(
            HostNat(
                label,
                names.node(next(iter(each.values()))),
                family,
                max((ages.of(one.origin.image_dir) for one in each.values()), key=_order),
                each,
                {pair: tuple(several) for pair, several in matches.get((label, family), {}).items()},
            )
            for (label, family), each in sorted(found.items())
        )
    )


def _order(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0


def _pairs(rule: IptablesRule) -> Iterator[Pair]:
    """What a rule is for; the destination of a rule for the host itself is empty."""
    ip = address((rule.destination or "").partition("/")[0])
    for port in rule.destination_ports:
        if port.isdecimal():
            yield (rule.protocol or "").lower(), ip, int(port)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A translation that a host must have: from pair to the cluster IP. exact: whether it must lead there."""

    service: ClusterService
    pair: Pair
    to: str
    chain: str
    exact: bool

    @property
    def text(self) -> str:
        """`tcp 30080` or `tcp 192.0.2.10:80`."""
        protocol, ip, port = self.pair
        return f"{protocol} {_socket(ip, port) if ip else port}"


def _socket(ip: str, port: int) -> str:
    return f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"


def wanted(service: ClusterService, family: Family) -> Iterator[Wanted]:
    """What a host must hold of a service in a family."""
    ips = {family_of(ip): ip for ip in service.cluster_ips}
    cluster_ip = ips.get(family)
    if cluster_ip is None or service.headless or service.type is ServiceType.EXTERNAL_NAME:
        return
    exact = service.external_traffic_policy is TrafficPolicy.CLUSTER
    outside = [ip for ip in (*service.external_ips, *service.ingress_ips) if family_of(ip) is family]
    for port in service.ports:
        protocol, to = port.protocol.lower(), _socket(address(cluster_ip), port.port)
        if port.node_port and service.type in {ServiceType.NODE_PORT, ServiceType.LOAD_BALANCER}:
            yield Wanted(service, (protocol, "", port.node_port), to, NODE_PORTS, exact)
        for ip in outside:
            yield Wanted(service, (protocol, address(ip), port.port), to, EXTERNAL, exact)


@dataclass(frozen=True, slots=True)
class ZoneVips:
    """The addresses and ports that a northbound database balances. owned: whether load balancers name services.

    foreign: those of services of user-defined networks, which nodes without a pod there may lack.
    """

    zone: Zone
    vips: frozenset[Pair]
    owned: bool
    foreign: frozenset[Pair] = frozenset()


@dataclass(frozen=True, slots=True)
class ServiceVips(Group):
    """The zones whose northbound database was collected."""

    items: tuple[ZoneVips, ...] = field(default=())


@join
def service_vips(databases: OvnDatabases) -> ServiceVips:
    found = tuple(_vips(zone) for zone in databases if zone.northbound)
    if not found:
        raise NotCollectedError("not collected: OVN northbound database")
    return ServiceVips(found)


def _vips(zone: Zone) -> ZoneVips:
    rows = zone.northbound.fact.rows(LoadBalancer) if zone.northbound else ()
    foreign = frozenset(pair for one in rows if NETWORK in one.external_ids for pair in _frontends(one))
    vips = frozenset(pair for one in rows for pair in _frontends(one))
    return ZoneVips(zone, vips, any(OWNER in one.external_ids for one in rows), foreign)


def _frontends(one: LoadBalancer) -> Iterator[Pair]:
    for vip in one.vips:
        if (pair := pair_of(vip)) is not None:
            yield (one.protocol or "tcp", *pair)


def balanced(service: ClusterService) -> Iterator[Pair]:
    """The cluster IPs and ports of a service that every zone must balance."""
    if service.headless or service.type is ServiceType.EXTERNAL_NAME:
        return
    for ip in service.cluster_ips:
        for port in service.ports:
            yield port.protocol.lower(), address(ip), port.port


def each_service(services: Iterable[ClusterService]) -> list[ClusterService]:
    """The services that stay, each once."""
    return [one for one in unique(services) if not one.deleting]


def places(services: Iterable[ClusterService]) -> Iterator[Evidence]:
    """Where the services are written."""
    for one in services:
        yield from one.where("cluster_ips")
