"""The load balancers of the northbound databases, address by address, with the port of the service that each is for.

OVN-Kubernetes names them `Service_<namespace>/<name>_<protocol>_<scope>` with the scopes `cluster`,
`node_switch_<node>`, `node_router_<node>`, `node_local_router_<node>`, `node_router+switch_<node>`, `…_merged` and
`node_…_template_<family>`, and writes the service to the external id `k8s.ovn.org/owner` (ovn-org/ovn-kubernetes
go-controller/pkg/ovn/controller/services/lb_config.go). Up to OpenShift 4.8 a few load balancers hold the addresses of
all services and name no owner. Templates (`^NAME`) mean for each chassis what the table Chassis_Template_Var says
(svc_template_var.go).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from analyzer.ovn.databases import OvnDatabases, Zone
from analyzer.ovn.endpoints import Pair, ServiceName
from analyzer.ovn.ports import NETWORK
from analyzer.rule import join
from parsers.base import Evidence
from parsers.cluster_services import ClusterService
from parsers.kubernetes import unique
from parsers.ovn_northbound_rows import ChassisTemplateVar, LoadBalancer
from parsers.services import ServicePort
from parsers.vocabulary import address

KNOWN = 50_000  # texts of addresses that are remembered: every node has the same ones
OWNER, KIND = "k8s.ovn.org/owner", "k8s.ovn.org/kind"
_PAIR = re.compile(r"(?:\[(?P<v6>[^\]]{2,64})\]|(?P<v4>[^\[\]:]{1,255}))(?::(?P<port>\d{1,5}))?")


class Scope(StrEnum):
    """Which of a service's addresses a frontend is."""

    CLUSTER = "cluster IP"
    EXTERNAL = "external address"
    NODE_PORT = "node port"


@dataclass(frozen=True, slots=True)
class Frontend:
    """One address and port of a load balancer with its backends. `row` is where `vips` or a template's value stands.

    at: which of the service's ports it is. targets: the backends as they are written. chassis: of a template's value.
    """

    zone: Zone
    balancer: LoadBalancer
    row: LoadBalancer | ChassisTemplateVar
    service: ClusterService
    port: ServicePort
    at: int
    scope: Scope
    vip: str
    targets: str
    chassis: str | None = None

    @property
    def ip(self) -> str:
        """The address without its port."""
        return self.vip.rpartition(":")[0].strip("[]")

    @property
    def column(self) -> str:
        """The column that holds the backends."""
        return "vips" if isinstance(self.row, LoadBalancer) else "variables"

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Where the backends are written."""
        return self.row.where(self.column)


class Services:
    """Services by name, and for load balancers without an owner by their addresses."""

    def __init__(self, services: Iterable[ClusterService]) -> None:
        self.by_name: dict[ServiceName, ClusterService] = {}
        self._by_address: dict[tuple[str, str, int], tuple[ClusterService, int, Scope]] = {}
        self._ports: dict[tuple[ServiceName, str, str, int], tuple[int, Scope]] = {}
        for one in unique(services):
            self._add(one)

    def _add(self, one: ClusterService) -> None:
        name = (one.namespace or "", one.name)
        self.by_name[name] = one
        outside = [address(ip) for ip in (*one.external_ips, *one.ingress_ips)]
        frontends = [(address(ip), Scope.CLUSTER) for ip in one.cluster_ips] + [(ip, Scope.EXTERNAL) for ip in outside]
        for at, port in enumerate(one.ports):
            protocol = port.protocol.lower()
            for ip, scope in frontends:
                self._ports.setdefault((name, protocol, ip, port.port), (at, scope))
                self._by_address.setdefault((protocol, ip, port.port), (one, at, scope))
            if port.node_port:
                self._ports.setdefault((name, protocol, "", port.node_port), (at, Scope.NODE_PORT))

    def of(self, balancer: LoadBalancer, ip: str, port: int) -> tuple[ClusterService, int, Scope] | None:
        """The service, its port and the kind of address that a frontend stands for; None where no service has it."""
        protocol = balancer.protocol or "tcp"
        owner = balancer.external_ids.get(OWNER)
        if owner is None:
            return self._by_address.get((protocol, ip, port))
        namespace, _, name = owner.partition("/")
        service = self.by_name.get((namespace, name))
        found = self._ports.get(((namespace, name), protocol, ip, port)) or self._ports.get(
            ((namespace, name), protocol, "", port)
        )
        return (service, *found) if service and found else None


@dataclass(frozen=True, slots=True)
class OvnLoadBalancers:
    """The frontends of every zone, made as they are asked for: there may be a hundred thousand."""

    databases: OvnDatabases
    services: Services

    def __len__(self) -> int:
        """How many services can be judged, and how many databases cannot be used."""
        sound = [zone for zone in self.databases if not zone.unsound()]
        rows = [one for zone in sound if zone.northbound for one in zone.northbound.fact.rows(LoadBalancer)]
        owners = {one.external_ids.get(OWNER) for one in rows}
        known = {f"{namespace}/{name}" for namespace, name in self.services.by_name}
        count = len(known) if None in owners else len(known.intersection(owner for owner in owners if owner))
        return count + len(self.databases) - len(sound)

    def of(self, zone: Zone) -> Iterator[Frontend]:
        """The frontends in a sound northbound database that are of a known service on the default network."""
        if zone.northbound is None or zone.unsound():
            return
        database = zone.northbound.fact
        variables = database.rows(ChassisTemplateVar)
        for one in database.rows(LoadBalancer):
            if one.external_ids.get(KIND, "Service") != "Service" or NETWORK in one.external_ids:
                continue
            for vip, targets in one.vips.items():
                pair = pair_of(vip)
                if pair and (found := self.services.of(one, *pair)):
                    service, at, scope = found
                    for row, written, chassis in _meant(one, targets, variables):
                        yield Frontend(zone, one, row, service, service.ports[at], at, scope, vip, written, chassis)


def _meant(
    one: LoadBalancer, targets: str, variables: Iterable[ChassisTemplateVar]
) -> Iterator[tuple[LoadBalancer | ChassisTemplateVar, str, str | None]]:
    """The backends, or for each chassis what the template means there."""
    if not targets.startswith("^"):
        yield one, targets, None
        return
    for row in variables:
        if (value := row.variables.get(targets[1:])) is not None:
            yield row, value, row.chassis


@join
def ovn_load_balancers(databases: OvnDatabases, services: tuple[ClusterService, ...]) -> OvnLoadBalancers:
    return OvnLoadBalancers(databases, Services(services))


@lru_cache(KNOWN)
def pair_of(text: str) -> tuple[str, int] | None:
    """`192.0.2.1:80`, `[2001:db8::1]:80` or `^NODEIP_IPv4_0:30080` as address and port."""
    found = _PAIR.fullmatch(text.strip())
    if found is None:
        return None
    return address(found["v6"] or found["v4"]), int(found["port"] or 0)


def backends(targets: str) -> tuple[Pair, ...]:
    """The backends of a frontend, as pairs of address and port."""
    return tuple(pair for text in targets.split(",") if text.strip() and (pair := pair_of(text)))
