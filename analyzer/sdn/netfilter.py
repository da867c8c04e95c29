"""The rules of netfilter that OpenShift SDN and its kube-proxy need on a node, and what stands in front of them.

Sources: openshift/sdn pkg/network/node/iptables.go (OPENSHIFT- chains, since 3.7), openshift/origin
pkg/sdn/plugin/node_iptables.go (rules of POSTROUTING and INPUT themselves, up to 3.6), kubernetes/kubernetes
pkg/proxy/iptables (KUBE-SERVICES; KUBE-POSTROUTING is made by the kubelet, too) and pkg/proxy/userspace (KUBE-PORTALS).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from analyzer.hosts import Host, HostNames, hosts_of
from analyzer.instances import Group, NodesByName
from analyzer.rule import NotCollectedError, join
from analyzer.sdn.network import SdnNetwork
from analyzer.sdn.subnets import SdnSubnets, own_of
from parsers.base import Evidence
from parsers.host_iptables_facts import IptablesChain, IptablesElsewhere, IptablesRule
from parsers.host_nftables import NftChain
from parsers.prefixes import contains
from parsers.vocabulary import Family

MASQUERADE, ALLOW, FORWARD = "OPENSHIFT-MASQUERADE", "OPENSHIFT-FIREWALL-ALLOW", "OPENSHIFT-FIREWALL-FORWARD"
SERVICES, POSTROUTING, PORTALS = "KUBE-SERVICES", "KUBE-POSTROUTING", "KUBE-PORTALS-"
ANY = "0.0.0.0/0"
_OWN = ("OPENSHIFT-", "KUBE-")
_BUILT_IN = {"nat": {"PREROUTING", "OUTPUT", "POSTROUTING"}, "filter": {"INPUT", "FORWARD", "OUTPUT"}}


@dataclass(frozen=True, slots=True)
class NetfilterTable:
    """One table as one output shows it."""

    name: str
    chains: Mapping[str, IptablesChain]
    rules: Mapping[str, tuple[IptablesRule, ...]]

    @property
    def complete(self) -> bool:
        """Whether what it does not show is not there: chains of the kernel, and all that rules of the cluster lead to.

        Single chains, as `iptables -L KUBE-SERVICES` or a quotation show them, are no table.
        """
        shown = self.chains.keys() >= _BUILT_IN.get(self.name, set())
        led = {one.target for rules in self.rules.values() for one in rules if (one.target or "").startswith(_OWN)}
        return shown and led <= self.chains.keys() and all(one.complete for one in self.chains.values())

    @property
    def evidence(self) -> Evidence:
        """The chain that packets enter."""
        base = "POSTROUTING" if self.name == "nat" else "INPUT"
        return self.chains[base].evidence

    def of(self, chain: str) -> tuple[IptablesRule, ...]:
        """The rules of a chain in their order."""
        return self.rules.get(chain, ())

    def jump(self, chain: str, target: str) -> IptablesRule | None:
        """The rule of a chain that leads to another."""
        return next((one for one in self.of(chain) if one.target == target), None)

    def walk(self, chain: str) -> Iterator[IptablesRule]:
        """The rules that packets may meet from a chain on, those of the chains it leads to included; each once."""
        waiting, seen = [chain], {chain}
        while waiting:
            for one in self.of(waiting.pop()):
                yield one
                if one.target in self.rules and one.target not in seen:
                    seen.add(one.target or "")
                    waiting.append(one.target or "")

    @property
    def owned(self) -> bool:
        """Whether any chain of the cluster is here."""
        return any(name.startswith(_OWN) for name in self.chains)

    @property
    def foreign(self) -> bool:
        """Whether the node has OVN-Kubernetes: these are rules from before a migration, or of another cluster."""
        return any(name.startswith("OVN-KUBE-") for name in self.chains)


@dataclass(frozen=True, slots=True)
class NodeNetfilter:
    """The IPv4 tables of one node, one of each output; those of both backends where both were saved.

    elsewhere: what says that the other backend holds rules, too. nft: chains that `nft list ruleset` shows.
    """

    host: Host
    nat: tuple[NetfilterTable, ...] = ()
    filter: tuple[NetfilterTable, ...] = ()
    elsewhere: IptablesElsewhere | None = None
    nft: frozenset[str] = frozenset()

    @property
    def hidden(self) -> str | None:
        """Why chains that these tables lack may yet be there."""
        if self.elsewhere and not any(one.owned for one in (*self.nat, *self.filter)):
            return f"its rules may be those of {self.elsewhere.backend}, which were not collected"
        if any(one.foreign for one in (*self.nat, *self.filter)):
            return "its rules are those of OVN-Kubernetes"
        return None


@dataclass(frozen=True, slots=True)
class Netfilters(Group):
    """Those of all nodes. proxied: an output of a node that shows kube-proxy's chains."""

    items: tuple[NodeNetfilter, ...]
    proxied: IptablesChain | None = None
    guarded: IptablesChain | None = field(default=None)

    def __iter__(self) -> Iterator[NodeNetfilter]:
        return iter(self.items)


@join
def netfilters(  # noqa: PLR0913, PLR0917 - two commands, two backends, and whose outputs these are
    network: SdnNetwork,  # noqa: ARG001 - without this network its chains are none of ours
    chains: tuple[IptablesChain, ...] | None,
    rules: tuple[IptablesRule, ...] | None,
    elsewhere: tuple[IptablesElsewhere, ...] | None,
    nft: tuple[NftChain, ...] | None,
    subnets: SdnSubnets,
    names: HostNames,
    nodes: NodesByName,
) -> Netfilters:
    found = []
    for host in hosts_of(names, nodes, chains, rules, elsewhere, nft):
        tables = _tables(host)
        known = own_of(subnets, host.node, host.label, None) or any(one.owned for one in tables)
        if host.node in nodes or (not nodes and known):
            found.append(
                NodeNetfilter(
                    host,
                    tuple(one for one in tables if one.name == "nat" and one.complete),
                    tuple(one for one in tables if one.name == "filter" and one.complete),
                    next(iter(host.of(IptablesElsewhere)), None),
                    frozenset(one.chain for one in host.of(NftChain) if one.family in {"ip", "inet"}),
                )
            )
    found = [one for one in found if one.nat or one.filter]
    if not found:
        raise NotCollectedError("not collected: the whole rules of netfilter of a node (iptables-save)")
    every = [(one, table) for one in found for table in (*one.nat, *one.filter)]
    return Netfilters(
        tuple(found),
        next((table.chains[SERVICES] for _, table in every if SERVICES in table.chains), None),
        next((table.chains[ALLOW] for _, table in every if ALLOW in table.chains), None),
    )


def _tables(host: Host) -> list[NetfilterTable]:
    chains: dict[tuple[str, str], dict[str, IptablesChain]] = {}
    rules: dict[tuple[str, str], dict[str, list[IptablesRule]]] = {}
    for one in host.of(IptablesChain):
        if one.family is Family.IPV4 and one.table:
            chains.setdefault((one.evidence.path, one.table), {})[one.chain] = one
    for rule in host.of(IptablesRule):
        if rule.family is Family.IPV4 and rule.table:
            rules.setdefault((rule.evidence.path, rule.table), {}).setdefault(rule.chain, []).append(rule)
    return [
        NetfilterTable(name, own, {chain: tuple(each) for chain, each in rules.get((path, name), {}).items()})
        for (path, name), own in chains.items()
    ]


def masquerades(table: NetfilterTable, cidr: str) -> bool:
    """Whether packets that pods send out of the cluster get an address of the node; not those of egress addresses."""
    return any(
        one.target in {"MASQUERADE", "SNAT", f"{MASQUERADE}-2"} and not one.more and _takes(one, cidr)
        for one in table.walk("POSTROUTING")
    )


def _takes(one: IptablesRule, cidr: str) -> bool:
    """Of a cluster whose networks are not known any rule may be meant for them that is for no single interface."""
    if one.source is None or cidr == ANY:
        return one.source is not None and not one.out_interface
    return contains(one.source, cidr) is not False


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A rule of somebody else that throws packets away before the rules of the SDN let them in.

    what: which packets. broad: whether it takes all of these, or those of some ports alone.
    """

    what: str
    broad: bool
    rule: IptablesRule
    before: IptablesRule | None


def obstacles(table: NetfilterTable, network: SdnNetwork, remotes: Iterable[str]) -> Iterator[Obstacle]:
    """Those in front of what lets in tunnels and packets of pods, in INPUT and FORWARD."""
    ips = tuple(remotes)
    for chain, own in (("INPUT", ALLOW), ("FORWARD", FORWARD)):
        let = next((one for one in table.of(chain) if _lets_in(one, table, own, network)), None)
        if let is None and chain == "FORWARD" and not network.pods:
            continue  # up to 3.6 only the networks tell which rule is the SDN's
        for one in _before(table, chain, let):
            if one.target in {"DROP", "REJECT"} and (what := _meets(one, chain, network, ips)):
                yield Obstacle(*what, one, let)


def _lets_in(one: IptablesRule, table: NetfilterTable, own: str, network: SdnNetwork) -> bool:
    """Whether it is the SDN's: a jump to its own chain, up to 3.6 a rule that accepts, or one of a chain it leads to.

    The installer of 3.x keeps such rules in OS_FIREWALL_ALLOW.
    """
    if one.target == own:
        return True
    if one.chain == "FORWARD":
        return one.target == "ACCEPT" and one.destination in network.pods
    inner = table.of(one.target or "") if not _narrow(one) else ()
    return any(_accepts(each, network) for each in (one, *inner))


def _accepts(one: IptablesRule, network: SdnNetwork) -> bool:
    plain = one.target == "ACCEPT" and not one.source and not one.inverted
    return plain and (one.in_interface == "tun0" or _tunnel(one, network.vxlan_port))


def _before(table: NetfilterTable, chain: str, let: IptablesRule | None) -> Iterator[IptablesRule]:
    """Foreign rules that stand above the SDN's, those of the chains they lead to included."""
    for one in table.of(chain):
        if let is not None and one.number >= let.number:
            return
        if not (one.target or "").startswith(_OWN):
            yield one
            if one.target in table.rules and not _narrow(one):
                yield from (each for each in table.walk(one.target or "") if not each.chain.startswith(_OWN))


def _narrow(one: IptablesRule) -> bool:
    """Whether only some packets meet what a jump leads to."""
    return bool(one.more or one.source or one.destination or one.in_interface or one.out_interface or one.states)


def _meets(one: IptablesRule, chain: str, network: SdnNetwork, remotes: tuple[str, ...]) -> tuple[str, bool] | None:
    """Which packets of the SDN a rule throws away, and whether all of these; None for others.

    What is taken out by state, by a limit or by a negation is not counted: these drop what belongs to no connection.
    """
    if one.inverted or one.more or (one.states and "NEW" not in one.states) or one.local:
        return None
    ports = not one.destination_ports and not one.source_ports
    if chain == "INPUT" and _tunnel(one, network.vxlan_port) and _from_nodes(one, remotes):
        return f"VXLAN packets (UDP port {network.vxlan_port})", True
    if "tun0" in {one.in_interface, one.out_interface}:
        return "packets of pods (tun0)", ports and not one.destination
    for cidr in network.pods:
        for written in (one.source, one.destination):
            if written and written not in {"0.0.0.0/0", "anywhere"} and _overlap(cidr, written):
                return f"packets of pods ({written})", ports and contains(written, cidr) is True
    known = one.text.startswith("-A") or one.packets is not None  # `iptables -L` without -v shows no interfaces
    plain = not (one.source or one.destination or one.in_interface or one.out_interface) and ports and known
    if plain and one.protocol in {None, "all"} and not one.states:
        return "all packets", True
    return None


def _tunnel(one: IptablesRule, port: int) -> bool:
    if one.protocol not in {"udp", None, "all"}:
        return False
    return any(_holds(written, port) for written in one.destination_ports)


def _holds(written: str, port: int) -> bool:
    low, _, high = written.partition(":")
    if not low.isdecimal() or not (high or low).isdecimal():
        return False
    return int(low) <= port <= int(high or low)


def _from_nodes(one: IptablesRule, remotes: tuple[str, ...]) -> bool:
    """Whether other nodes send what it takes; where their addresses are not known, anybody may."""
    return not one.source or not remotes or any(contains(one.source, ip) is not False for ip in remotes)


def _overlap(cidr: str, written: str) -> bool:
    return contains(cidr, written) is True or contains(written, cidr) is True
