"""The switch of each node: its bridges and ports from the best source, its part in the cluster, the links beside it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from analyzer.hosts import Host, HostNames, hosts_of
from analyzer.instances import Ages, Group, NodesByName, PodsByName
from analyzer.ovn.databases import is_linux
from analyzer.ovs.roles import INTEGRATION, MANAGEMENT, PATCH, SDN_BRIDGE, NetworkKind, kind_of, on_card, told_gateway
from analyzer.ovs.sources import Configuration, SwitchBridge, SwitchPort, configurations
from analyzer.rule import NotCollectedError, join
from analyzer.sdn.network import SdnNetwork
from parsers.base import Evidence
from parsers.host_link_facts import HostLink
from parsers.kubernetes import unique
from parsers.network_config import NetworkConfig
from parsers.nodes import Node
from parsers.ovn_databases import SwitchDatabase
from parsers.ovs_facts import DatapathPort, OfPort, OvsBridge, OvsBridgeList, OvsInterface, OvsPort, OvsRecord, OvsShow

_SOS_DATE = re.compile(r"(?:^|/)sosreport-[^/]*?-(\d{4}-\d\d-\d\d)-[a-z]{5,8}(?:/|!|\.tar)")


@dataclass(frozen=True, slots=True)
class Switch:
    """The Open vSwitch of one host.

    configuration: None where only its links or ports of OpenFlow are known. others: further sources of it. kind: None
    where nothing tells. of_cluster: whether it is a node of the cluster for all that is known.
    """

    host: Host
    configuration: Configuration | None
    others: tuple[Configuration, ...] = ()
    kind: NetworkKind | None = None
    of_cluster: bool = True
    taken: datetime | None = None
    _by_bridge: Mapping[str, tuple[SwitchPort, ...]] = field(default_factory=dict, repr=False)

    @property
    def label(self) -> str:
        """The node, or what its files are called."""
        return self.host.label

    @property
    def node(self) -> str | None:
        """The Kubernetes node."""
        return self.host.node

    @property
    def resource(self) -> Node | None:
        """The object of the node."""
        return self.host.resource

    @property
    def bridges(self) -> tuple[SwitchBridge, ...]:
        """Its bridges, as far as they are known."""
        return self.configuration.bridges if self.configuration else ()

    @property
    def ports(self) -> tuple[SwitchPort, ...]:
        """The interfaces of its ports, as far as they are known."""
        return self.configuration.ports if self.configuration else ()

    @property
    def whole(self) -> bool:
        """Whether what it does not show is not there."""
        return self.configuration is not None and self.configuration.whole

    @property
    def limits(self) -> str:
        """Why it is not whole."""
        return self.configuration.limits if self.configuration else "no configuration of Open vSwitch was collected"

    @property
    def on_card(self) -> bool:
        """Whether its network runs on a card with a processor of its own."""
        return on_card(self.resource)

    @property
    def gateway(self) -> str | None:
        """The bridge to the outside; None where the node is to have none."""
        told = told_gateway(self.resource)
        if told is not None:
            return told or None
        patched = [found[1] for one in self.on(INTEGRATION) if (found := PATCH.fullmatch(one.name))]
        # Outside of OpenShift the bridge is named for its card, such as `breth0`.
        names = [name for name in ("br-ex", *patched) if self.bridge(name)]
        return next(iter([*names, *patched]), "br-local" if self.bridge("br-local") else "br-ex")

    def bridge(self, name: str | None) -> SwitchBridge | None:
        """The bridge of this name."""
        return next((one for one in self.bridges if one.name == name), None)

    def on(self, bridge: str) -> tuple[SwitchPort, ...]:
        """The interfaces on a bridge."""
        return self._by_bridge.get(bridge, ())

    def link(self, name: str) -> HostLink | None:
        """The link of the host, from the last output that shows it; not NMState's bridge beside a port of its name."""
        return next(
            (one for one in reversed(self.host.of(HostLink)) if one.name == name and one.kind != "ovs-bridge"), None
        )

    def flags(self, bridge: str, name: str) -> OfPort | None:
        """The port of OpenFlow, known by the first 15 characters of its name."""
        return next(
            (one for one in reversed(self.host.of(OfPort)) if one.bridge in {bridge, None} and one.name == name[:15]),
            None,
        )

    @property
    def management(self) -> SwitchPort | None:
        """The port through which the node talks to its own pods."""
        if self.kind is NetworkKind.SDN:
            return next((one for one in self.on(SDN_BRIDGE) if one.name == "tun0"), None)
        return next((one for one in self.on(INTEGRATION) if MANAGEMENT.fullmatch(one.name)), None)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The output as a whole."""
        return (self.configuration.evidence,) if self.configuration else ()


class Switches(Group):
    """The switches of all hosts of which something was collected, in the order of labels."""

    items: tuple[Switch, ...]

    def __iter__(self) -> Iterator[Switch]:
        return iter(self.items)


class OvnSwitches(Group):
    """Those of nodes with OVN-Kubernetes whose network does not run on a card of its own."""

    items: tuple[Switch, ...]

    def __iter__(self) -> Iterator[Switch]:
        return iter(self.items)


@join
def ovn_switches(every: Switches) -> OvnSwitches:
    found = tuple(one for one in every if one.kind is NetworkKind.OVN and one.of_cluster and not one.on_card)
    if not found:
        raise NotCollectedError("no configuration of Open vSwitch of a node with OVN-Kubernetes was collected")
    return OvnSwitches(found)


@join
def switches(  # noqa: PLR0913, PLR0917 - each source is one parameter, none of them is sure to be there
    shows: tuple[OvsShow, ...] | None,
    bridges: tuple[OvsBridge, ...] | None,
    ports: tuple[OvsPort, ...] | None,
    interfaces: tuple[OvsInterface, ...] | None,
    records: tuple[OvsRecord, ...] | None,
    lists: tuple[OvsBridgeList, ...] | None,
    datapath: tuple[DatapathPort, ...] | None,
    flags: tuple[OfPort, ...] | None,
    links: tuple[HostLink, ...] | None,
    databases: tuple[SwitchDatabase, ...] | None,
    networks: tuple[NetworkConfig, ...] | None,
    sdn: SdnNetwork | None,
    names: HostNames,
    nodes: NodesByName,
    pods: PodsByName,
    ages: Ages,
) -> Switches:
    own = (shows, bridges, ports, interfaces, records, lists, datapath)
    stored = _databases(databases or (), names, pods)
    hosts = {one.label: one for one in hosts_of(names, nodes, *own, flags, links)}
    for label in stored:
        node = label if not names.whole or label in names.whole else None
        hosts.setdefault(label, Host(label, node, nodes.get(label)))
    network = next(iter(reversed(unique(networks or ()))), None)
    found = tuple(
        one
        for label in sorted(hosts)
        if (one := _switch(hosts[label], stored.get(label, ()), network, sdn, nodes, ages)).configuration
    )
    if not found:
        raise NotCollectedError(
            "not collected: the configuration of Open vSwitch (ovs-vsctl show, ovs-vsctl list, conf.db of a node)"
        )
    return Switches(found)


def _databases(
    databases: Iterable[SwitchDatabase], names: HostNames, pods: PodsByName
) -> dict[str, tuple[SwitchDatabase, ...]]:
    """The databases by host: that of their pod, else the one that they name; `localhost` is none."""
    found: dict[str, tuple[SwitchDatabase, ...]] = {}
    short: dict[str, list[str]] = {}
    for name in names.whole:
        short.setdefault(name.partition(".")[0], []).append(name)
    for one in databases:
        pod = pods.get((one.origin.namespace or "", one.origin.pod)) if one.origin.pod else None
        hint = (pod.node if pod else None) or one.host or one.origin.pod or one.origin.folder.rpartition("/")[2]
        same = short.get(hint.partition(".")[0], [])
        label = hint if hint in names.whole or len(same) != 1 else same[0]
        found[label] = (*found.get(label, ()), one)
    return found


def _switch(  # noqa: PLR0913, PLR0917 - what the cluster tells of it beside its own outputs
    host: Host,
    databases: Iterable[SwitchDatabase],
    network: NetworkConfig | None,
    sdn: SdnNetwork | None,
    nodes: NodesByName,
    ages: Ages,
) -> Switch:
    every = tuple(configurations(host, databases))
    best = next((one for one in every if one.whole), next(iter(every), None))
    told = {port.name: port for one in reversed(every) for port in one.ports if port.ids}
    if best is None:
        return Switch(host, None)
    best = replace(best, ports=tuple(_with_ids(one, told.get(one.name)) for one in best.ports))
    by_bridge: dict[str, list[SwitchPort]] = {}
    for port in best.ports:
        by_bridge.setdefault(port.bridge, []).append(port)
    return Switch(
        host,
        best,
        tuple(one for one in every if one.evidence != best.evidence),
        kind_of(best, host, network, sdn=sdn is not None),
        (host.node is not None or not nodes) and is_linux(host.resource),
        _taken(best, ages),
        {name: tuple(found) for name, found in by_bridge.items()},
    )


def _with_ids(port: SwitchPort, other: SwitchPort | None) -> SwitchPort:
    """A port with the external ids that another source tells of it."""
    if port.ids or other is None:
        return port
    marks = {**port.marks, "external_ids": other.marks.get("external_ids", other.evidence)}
    return replace(port, ids=other.ids, marks=marks)


def _taken(configuration: Configuration, ages: Ages) -> datetime | None:
    """When its source was collected: the day of a sosreport, else the start of the must-gather."""
    if dated := _SOS_DATE.search(configuration.evidence.path):
        try:
            return datetime.fromisoformat(dated[1]).replace(tzinfo=UTC)
        except ValueError:
            return None
    return ages.of(configuration.image_dir)
