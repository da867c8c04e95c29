"""A service is missing where OVN-Kubernetes must have programmed it: in a host's iptables or in OVN."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from analyzer.instances import PodsByName
from analyzer.masks import hidden
from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.databases import FRESH, STARTING, Copy, Zone, named, pieces
from analyzer.ovn.endpoints import OvnEndpoints
from analyzer.ovn.nat import (
    EXTERNAL,
    HostNat,
    HostNats,
    Pair,
    ServiceVips,
    Wanted,
    ZoneVips,
    balanced,
    each_service,
    places,
    wanted,
)
from analyzer.rule import NotCollectedError, rule
from parsers.base import Evidence
from parsers.cluster_services import ClusterService
from parsers.network_log import NetworkLogCount
from parsers.network_log_kinds import NetworkLogKind
from parsers.ovn_databases import NorthboundDatabase
from parsers.vocabulary import Family

MANY = 20  # services of one host or zone from which on one finding tells of all of them


@dataclass(frozen=True, slots=True)
class _Lack:
    """What one service lacks at one place; several are said together."""

    service: ClusterService
    text: str
    evidence: tuple[Evidence, ...]

    @property
    def name(self) -> str:
        """`namespace/name`."""
        return f"{self.service.namespace}/{self.service.name}"


@rule(Severity.ERROR, area="ovn")
def service_not_programmed(  # noqa: PLR0913, PLR0917 - two places where services are written, and what excuses a lack
    services: tuple[ClusterService, ...],
    nats: HostNats | None,
    vips: ServiceVips | None,
    endpoints: OvnEndpoints | None,
    counts: tuple[NetworkLogCount, ...] | None,
    pods: PodsByName,
) -> Iterator[Finding | Gap]:
    """A service is missing where OVN-Kubernetes must have programmed it: in a host's iptables or in OVN.

    ## Why it matters
    Without its load balancer in OVN the pods of that node cannot reach the cluster IP; without its rules in iptables
    processes of that node cannot reach the node port or the external address. Elsewhere the service works.

    ## What to do
    Look for the service in the log of ovnkube-controller on that node (ovnkube-node and ovnkube-master before OpenShift
    4.14); restarting it writes all services anew.
    """
    if nats is None and vips is None:
        raise NotCollectedError("not collected: iptables of a host with OVN-Kubernetes, or OVN northbound database")
    every = each_service(services)
    known = [one for one in every if not hidden(one)]
    yield from (Gap(f"{one.namespace}/{one.name}", "its addresses are masked") for one in every if hidden(one))
    logged = {one.subject: one for one in counts or () if one.kind is NetworkLogKind.SERVICE_FAILED}
    for family in Family:  # what is wanted is the same on each of many nodes
        asked = [(one, tuple(wanted(one, family))) for one in known]
        for nat in nats or ():
            if nat.family is family:
                yield from _host(nat, [one for one in asked if one[1]], logged)
    foreign = {pair for zone in vips or () for pair in zone.foreign}
    frontends = [(one, tuple(pair for pair in balanced(one) if pair not in foreign)) for one in known]
    yield from _zones(vips or (), frontends, endpoints, logged, pods)


_Logged = dict[str | None, NetworkLogCount]


def _host(
    nat: HostNat, services: Iterable[tuple[ClusterService, tuple[Wanted, ...]]], logged: _Logged
) -> Iterator[Finding | Gap]:
    """The translations of one host. Services younger than its output are not judged."""
    if nat.made is None:
        yield Gap(nat.label, "when its iptables were saved is not known: services may be younger", nat.node)
        return
    lacks = []
    for service, asked in services:
        if not _old(service, nat.made):
            continue
        absent, wrong = [], []
        for one in asked:
            rules = nat.rules.get(one.pair, ())
            if not rules and _judged(nat, one):
                absent.append(one)
            elif rules and one.exact and not any(rule.to == one.to for rule in rules):
                wrong.append(one)
        if absent or wrong:
            lacks.append(_lack_of_host(nat, service, absent, wrong))
    yield from _findings(lacks, "iptables", nat.label, nat.node, logged)


def _judged(nat: HostNat, one: Wanted) -> bool:
    """Whether the rule must be there: its chain was read, and this release makes rules for such addresses."""
    if one.chain not in nat.chains:
        return False
    return one.chain != EXTERNAL or one.pair[1] in one.service.external_ips or nat.knows_external()


def _old(service: ClusterService, at: datetime) -> bool:
    return service.created is not None and service.created <= at - timedelta(seconds=FRESH)


def _lack_of_host(nat: HostNat, service: ClusterService, absent: list[Wanted], wrong: list[Wanted]) -> _Lack:
    said, lines = [], []
    if absent:
        chains = " and ".join(dict.fromkeys(one.chain for one in absent))
        said.append(f"has no rule in {chains} for {named(f'{one.text} (to {one.to})' for one in absent)}")
        lines += [nat.chains[chain].evidence for chain in dict.fromkeys(one.chain for one in absent)]
    for one in wrong[:2]:
        rules = nat.rules[one.pair]
        said.append(f"sends {one.text} to {named(rule.to or '?' for rule in rules)} instead of {one.to}")
        lines += [rule.evidence for rule in rules]
    ports = [port.evidence for port in service.ports[:3]]
    return _Lack(service, f"iptables {' and '.join(said)}", pieces(lines, ports, places([service])))


_Frontends = list[tuple[ClusterService, tuple[Pair, ...]]]


def _zones(
    vips: Iterable[ZoneVips],
    services: _Frontends,
    endpoints: OvnEndpoints | None,
    logged: _Logged,
    pods: PodsByName,
) -> Iterator[Finding | Gap]:
    """The load balancers of every northbound database: what several of them lack is told once."""
    same: dict[tuple[str, str], list[tuple[ZoneVips, _Lack]]] = {}
    for one in vips:
        zone, copy = one.zone, one.zone.northbound
        reason = zone.unsound()
        if copy is None or reason or _starting(one, pods):
            yield Gap("services", reason or "ovnkube had just started: it writes all services anew then", zone.node)
            continue
        lacks = [lack for service, asked in services if (lack := _lack(one, copy, service, asked, endpoints))]
        if len(lacks) > MANY:
            yield _many(lacks, "load balancer", zone.name, zone.node)
            continue
        for lack in lacks:
            same.setdefault((lack.name, lack.text), []).append((one, lack))
    for each in same.values():
        yield _lacking([one.zone for one, _ in each], each[0][1], pieces(*(lack.evidence for _, lack in each)), logged)


def _lack(
    one: ZoneVips,
    copy: Copy[NorthboundDatabase],
    service: ClusterService,
    asked: tuple[Pair, ...],
    endpoints: OvnEndpoints | None,
) -> _Lack | None:
    """What a database lacks of a service. Of an empty backend list load-balancer-backend-mismatch tells."""
    absent = [pair for pair in asked if pair not in one.vips]
    if not absent or not copy.held(service.created) or not (one.owned or _serves(service, endpoints)):
        return None
    ports = named(f"{protocol} {f'[{ip}]' if ':' in ip else ip}:{port}" for protocol, ip, port in absent)
    return _Lack(service, f"has no load balancer for {ports}", pieces(places([service]), [copy.fact.evidence]))


def _lacking(zones: list[Zone], lack: _Lack, lines: tuple[Evidence, ...], logged: _Logged) -> Finding:
    said = logged.get(lack.name)
    names = [one.name for one in zones]
    where = f"of {named(names)}" if zones[0].interconnect else zones[0].label
    text = f"{lack.name} is not programmed: the northbound database {where} {lack.text}{_why(said)}"
    proof = pieces(lines, said.where("last") if said else ())
    node = zones[0].node if len(zones) == 1 else None
    return Finding(lack.name, text, proof, node, key=f"load balancer {lack.text}")


def _starting(one: ZoneVips, pods: PodsByName) -> bool:
    """Whether a container of the pod that the database was copied from was young then."""
    copy = one.zone.northbound
    origin = copy.fact.origin if copy else None
    pod = pods.get((origin.namespace or "", origin.pod or "")) if origin else None
    after = copy.after if copy else None
    starts = [each.started_at for each in pod.containers if each.name.startswith("ovnkube")] if pod else []
    return after is not None and any(at is not None and at > after - STARTING for at in starts)


def _serves(service: ClusterService, endpoints: OvnEndpoints | None) -> bool:
    """Whether any port of the service has an endpoint: old releases balance only these."""
    if endpoints is None:
        return False
    found = (endpoints.of(service, port, at) for at, port in enumerate(service.ports))
    return any(one is not None and one.wanted for one in found)


def _findings(lacks: list[_Lack], key: str, place: str, node: str | None, logged: _Logged) -> Iterator[Finding]:
    if len(lacks) > MANY:
        yield _many(lacks, key, place, node)
        return
    for one in lacks:
        said = logged.get(one.name)
        lines = pieces(one.evidence, said.where("last") if said else ())
        text = f"{one.name} is not programmed on {place}: {one.text}{_why(said)}"
        yield Finding(one.name, text, lines, node, key=f"{key} {place}")


def _many(lacks: list[_Lack], key: str, place: str, node: str | None) -> Finding:
    text = f"{len(lacks)} services are not programmed on {place}: {named(one.name for one in lacks)}"
    first = f"{lacks[0].name} {lacks[0].text}"
    return Finding(
        place, f"{text}; of the first, {first}", pieces(*(one.evidence[:2] for one in lacks[:4])), node, key=key
    )


def _why(said: NetworkLogCount | None) -> str:
    return f"; ovnkube gave up on the service {said.count} times" if said else ""
