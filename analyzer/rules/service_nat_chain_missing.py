"""A node lacks kube-proxy's rules for a service, or they lead to addresses that are no endpoints of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from analyzer.hosts import Host
from analyzer.instances import Ages
from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.databases import named, pieces
from analyzer.rule import rule
from analyzer.service.backends import Backends, ServiceBackends, judged
from analyzer.service.nat import ENTRY, NatTable, NatTables, written
from analyzer.service.pods import PodAges
from parsers.base import Evidence
from parsers.cluster_services import ClusterService
from parsers.host_iptables_facts import IptablesRule
from parsers.network_config import NetworkConfig
from parsers.services import ServicePort, TrafficPolicy
from parsers.vocabulary import Family, address, family_of

MANY = 20  # services with the same fault from which on one finding names them all


@dataclass(slots=True)
class _Fault:
    """One difference, and the nodes that have it."""

    service: str
    text: str
    evidence: tuple[Evidence, ...]
    hosts: list[Host] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Frontend:
    """One address of a service and one of its ports, with the endpoints behind it and their nodes.

    steady: whether no endpoint is new.
    """

    backends: Backends
    port: ServicePort
    ip: str
    family: Family
    expected: Mapping[str, str | None]
    steady: bool

    @property
    def service(self) -> ClusterService:
        """The service."""
        return self.backends.service

    @property
    def name(self) -> str:
        """`namespace/name`."""
        return self.backends.name

    @property
    def created(self) -> datetime | None:
        """When the service was made."""
        return self.service.created

    @property
    def text(self) -> str:
        """`192.0.2.1:80`."""
        return written(self.ip, self.port.port)

    @property
    def lines(self) -> tuple[Evidence, ...]:
        """Where the address and the port stand in the service."""
        mark = "cluster_ips" if self.ip in map(address, self.service.cluster_ips) else "ingress_ips"
        return (*self.service.where(mark), *self.port.where("port"))


@rule(Severity.ERROR, area="service")
def service_nat_chain_missing(
    tables: NatTables,
    backends: ServiceBackends,
    pods: PodAges,
    ages: Ages,
    networks: tuple[NetworkConfig, ...] | None,
) -> Iterator[Finding | Gap]:
    """A node lacks kube-proxy's rules for a service, or they lead to addresses that are no endpoints of it.

    ## Why it matters
    On networks with kube-proxy, as OpenShift SDN, each node translates the address of a service by its own rules. On a
    node without them clients get no answer from the service while it works on all others; a rule for an address that is
    no endpoint fails its share of the connections. OVN-Kubernetes needs no such rules.

    ## What to do
    Look into the log of the pod `sdn` (kube-proxy) on the node for errors of iptables or of the watch of services, then
    restart the pod: it writes all rules anew. The alert NodeProxyApplyStale tells the same.
    """
    if any("ovn" in (one.network_type or "").lower() for one in networks or ()):
        yield from (
            Gap(one.host.label, "OVN-Kubernetes needs no chains of kube-proxy", one.host.node) for one in tables
        )
        return
    used = any(one.entry is not None for one in tables)
    faults: dict[tuple[str, str], _Fault] = {}
    frontends = [each for one in backends if _expected(one, ages) for each in _frontends(one, pods)]
    for table in tables:
        reason = _unsound(table, used=used)
        if reason is not None:
            yield Gap(table.host.label, reason, table.host.node)
        elif table.entry is None:
            other = next(one.entry for one in tables if one.entry is not None)
            text = f"{table.host.label} has no chain {ENTRY}, and translates the address of no service; other nodes do"
            yield Finding(table.host.label, text, pieces((table.evidence, other.evidence)), table.host.node, key=ENTRY)
        else:
            for fault in _compared(table, [one for one in frontends if one.family is table.family]):
                faults.setdefault((fault.service, fault.text), fault).hosts.append(table.host)
    yield from _findings(list(faults.values()))


def _unsound(table: NatTable, *, used: bool) -> str | None:
    if not table.complete:
        return "its nat table is not whole"
    if not used:
        return f"no node has a chain {ENTRY}: is there another proxy?"
    return None if table.numeric else "its rules name ports by words"


def _expected(one: Backends, ages: Ages) -> bool:
    """Whether every node must have rules for the service by now."""
    created, collected = one.service.created, ages.of(one.service.image_dir)
    young = created is not None and collected is not None and created >= collected
    return judged(one) and bool(one.serving()) and not young


def _frontends(one: Backends, pods: PodAges) -> Iterator[_Frontend]:
    """The addresses of a service with the endpoints of their ports; ports without an endpoint need no rule."""
    service = one.service
    local = service.internal_traffic_policy is TrafficPolicy.LOCAL
    steady = bool(one.pods) and all(pods.settled(pod) for pod in one.pods) and not one.truncated and not local
    for port in service.ports:
        targets = list(one.of_port(port))
        for ip in (*service.cluster_ips, *service.ingress_ips):
            family = family_of(ip)
            found = {written(each, number): to.node for each, number, to in targets if family_of(each) is family}
            if found and family is not None:
                yield _Frontend(one, port, address(ip), family, found, steady)


def _compared(table: NatTable, frontends: list[_Frontend]) -> Iterator[_Fault]:
    """Differences; a table that was not collected with the services may be older than they are."""
    held = {id(one): table.frontends.get((one.ip, one.port.protocol.lower(), str(one.port.port))) for one in frontends}
    newest = max((one.created for one in frontends if one.created and held[id(one)]), default=None)
    for one in frontends:
        together = one.service.image_dir == table.image_dir
        rule_ = held[id(one)]
        if rule_ is not None:
            yield from _of_chain(table, one, rule_, compare=together and one.steady)
        elif together or (newest is not None and one.created is not None and one.created < newest):
            entry = (table.entry.evidence,) if table.entry else ()
            yield _Fault(one.name, f"{ENTRY} has no rule for {one.text}", (*one.lines, *entry))


def _of_chain(table: NatTable, one: _Frontend, entry: IptablesRule, *, compare: bool) -> Iterator[_Fault]:
    chain = entry.target or ""
    if not chain.startswith("KUBE-SVC-"):
        return
    targets = dict(table.endpoints(chain))
    if not targets:
        yield _Fault(one.name, f"{one.text} leads to {chain}, which leads to no endpoint", (entry.evidence, *one.lines))
    elif compare:
        dead, lacking = sorted(set(targets) - set(one.expected)), sorted(set(one.expected) - set(targets))
        if dead:
            lines = (*(targets[each].evidence for each in dead[:3]), *one.backends.evidence[:2])
            yield _Fault(one.name, f"{one.text} leads to {named(dead)}, no endpoint of the service", lines)
        # A node may keep to its own endpoints: OpenShift SDN does so for DNS, other services with topology hints.
        own = table.host.node is not None and all(one.expected.get(each) == table.host.node for each in targets)
        if lacking and not own:
            lines = (entry.evidence, *one.backends.evidence[:2])
            yield _Fault(one.name, f"{one.text} does not lead to the ready endpoint {named(lacking)}", lines)


def _findings(faults: list[_Fault]) -> Iterator[Finding]:
    if len({one.service for one in faults}) > MANY:
        by_host: dict[str, list[_Fault]] = {}
        for one in faults:
            for host in one.hosts:
                by_host.setdefault(host.label, []).append(one)
        for label, each in by_host.items():
            services = list(dict.fromkeys(one.service for one in each))
            text = (
                f"the rules of kube-proxy for {len(services)} services are not right: {named(services)}; {each[0].text}"
            )
            node = next(host.node for host in each[0].hosts if host.label == label)
            yield Finding(label, text, pieces(*(one.evidence for one in each[:4])), node, key="many")
        return
    for one in faults:
        nodes = list(dict.fromkeys(host.node for host in one.hosts))
        labels = list(dict.fromkeys(host.label for host in one.hosts))
        text = f"on {named(labels)} {one.text}"
        yield Finding(one.service, text, pieces(one.evidence), nodes[0] if len(nodes) == 1 else None, key=one.text)
