"""The logical ports of pods: northbound, southbound and in the API.

OVN-Kubernetes names the port of a pod on the default network `<namespace>_<pod>` and writes the external ids `pod` and
`namespace`; ports on further networks carry `k8s.ovn.org/nad` too (ovn-org/ovn-kubernetes
go-controller/pkg/ovn/base_network_controller_pods.go). A zone holds the ports of its own nodes' pods alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from analyzer.instances import Group, PodsByName
from analyzer.ovn.databases import FRESH, OvnDatabases, Zone
from analyzer.ovn.written import inserted
from analyzer.rule import NotCollectedError, join
from parsers.ovn_northbound_rows import LogicalSwitch, LogicalSwitchPort
from parsers.ovn_southbound_rows import PortBinding
from parsers.pods import Pod
from parsers.vocabulary import address, is_address

NETWORK, NAD = "k8s.ovn.org/network", "k8s.ovn.org/nad"
PodName = tuple[str, str]


@dataclass(frozen=True, slots=True)
class LogicalPort:
    """The port of a pod in the northbound database of a zone, its switch, and its southbound binding.

    `bound_known` is False where the zone's southbound database was not collected.
    """

    zone: Zone
    row: LogicalSwitchPort
    pod: PodName
    switch: LogicalSwitch | None = None
    binding: PortBinding | None = None
    bound_known: bool = False

    @property
    def addresses(self) -> tuple[str, ...]:
        """Its IP addresses."""
        return tuple(address(ip) for _, ips in hosts(self.row) for ip in ips)

    @property
    def attached(self) -> bool:
        """Whether a node has claimed it, or may have: only a port that is known to be down has not."""
        return self.row.up is not False and (not self.bound_known or bool(self.binding and self.binding.chassis))

    @property
    def late(self) -> bool:
        """Whether it came while the archive was collected."""
        copy, came = self.zone.northbound, inserted(self.row)
        if copy is None or copy.started is None or came is None or copy.new:
            return False
        return came >= copy.started - timedelta(seconds=FRESH)


@dataclass(frozen=True, slots=True)
class LogicalPorts(Group):
    """The ports of pods on the default network, in the order of zones and of the databases."""

    items: tuple[LogicalPort, ...]
    by_pod: Mapping[PodName, tuple[LogicalPort, ...]] = field(default_factory=dict, repr=False)
    by_address: Mapping[str, tuple[LogicalPort, ...]] = field(default_factory=dict, repr=False)
    newcomers: frozenset[tuple[str, str]] = frozenset()

    def __iter__(self) -> Iterator[LogicalPort]:
        return iter(self.items)

    def of(self, pod: Pod, zone: Zone) -> LogicalPort | None:
        """The port of a pod in a zone."""
        found = self.by_pod.get((pod.namespace or "", pod.name), ())
        return next((one for one in found if one.zone is zone), None)

    def replaced(self, pod: Pod) -> bool:
        """Whether a port that works or has just come belongs to a pod like this one that the API did not have yet.

        The databases and the API are read minutes apart: such a pod came in between, so this one may have gone.
        """
        return any((pod.namespace or "", stem) in self.newcomers for stem in stems(pod.name))


@join
def logical_ports(databases: OvnDatabases, pods: PodsByName) -> LogicalPorts:
    if not any(zone.northbound for zone in databases):
        raise NotCollectedError("not collected: OVN northbound database")
    found = tuple(port for zone in databases for port in _of_zone(zone))
    by_pod: dict[PodName, list[LogicalPort]] = {}
    by_address: dict[str, list[LogicalPort]] = {}
    for one in found:
        by_pod.setdefault(one.pod, []).append(one)
        for ip in one.addresses:
            by_address.setdefault(ip, []).append(one)
    namespaces = {namespace for namespace, _ in pods}
    new = [one.pod for one in found if one.pod not in pods and one.pod[0] in namespaces and (one.attached or one.late)]
    return LogicalPorts(
        found,
        {key: tuple(each) for key, each in by_pod.items()},
        {key: tuple(each) for key, each in by_address.items()},
        frozenset((namespace, stem) for namespace, name in new for stem in stems(name)),
    )


def _of_zone(zone: Zone) -> Iterator[LogicalPort]:
    if zone.northbound is None:
        return
    database = zone.northbound.fact
    switches = {uuid: one for one in database.rows(LogicalSwitch) for uuid in one.ports}
    bindings = bindings_of(zone)
    for row in database.rows(LogicalSwitchPort):
        if pod := pod_of(row):
            switch = switches.get(row.uuid)
            yield LogicalPort(zone, row, pod, switch, bindings.get(row.name), zone.southbound is not None)


def bindings_of(zone: Zone) -> dict[str, PortBinding]:
    """The bindings of a zone by the names of their ports."""
    return {one.logical_port: one for one in zone.southbound.fact.rows(PortBinding)} if zone.southbound else {}


def pod_of(row: LogicalSwitchPort) -> PodName | None:
    """The pod whose port on the default network it is."""
    namespace = row.external_ids.get("namespace", "")
    prefix = f"{namespace}_"
    if row.external_ids.get("pod") != "true" or NAD in row.external_ids or not row.name.startswith(prefix):
        return None
    return namespace, row.name.removeprefix(prefix)


def hosts(row: LogicalSwitchPort) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The MAC addresses of a port, each with its IP addresses: `0a:58:0a:80:00:07 10.128.0.7`."""
    dynamic = (row.dynamic_addresses,) if row.dynamic_addresses else ()
    for text in (*row.addresses, *dynamic):
        mac, *ips = text.split()[:9] or [""]
        if mac.count(":") == 5:
            yield mac.lower(), tuple(ip for ip in ips if is_address(ip))


def stems(name: str) -> set[str]:
    """What the names of pods of one owner have in common: of a deployment, of a daemon set, of a job."""
    return {"-".join(name.split("-")[:-parts]) for parts in (1, 2)} - {""}
