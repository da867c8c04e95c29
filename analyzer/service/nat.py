"""The chains that kube-proxy keeps for services in the table `nat` of each node.

`KUBE-SERVICES` leads by address, protocol and port to `KUBE-SVC-…` (of load balancers to `KUBE-FW-…`, since Kubernetes
1.24 `KUBE-EXT-…`), this one to a `KUBE-SEP-…` for each endpoint, which translates (kubernetes/kubernetes
pkg/proxy/iptables/proxier.go; OpenShift SDN runs the same code).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from analyzer.hosts import Host, HostNames, hosts_of
from analyzer.instances import Group, NodesByName
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.host_iptables_facts import IptablesChain, IptablesRule
from parsers.vocabulary import Family, address

ENTRY = "KUBE-SERVICES"
Frontend = tuple[str, str, str]  # address, protocol in lower case, port


@dataclass(frozen=True, slots=True)
class NatTable:
    """The table of one node and one address family. entry: the chain KUBE-SERVICES, None where it is missing."""

    host: Host
    family: Family
    complete: bool
    evidence: Evidence
    entry: IptablesChain | None = None
    frontends: Mapping[Frontend, IptablesRule] = field(default_factory=dict)
    rules: Mapping[str, tuple[IptablesRule, ...]] = field(default_factory=dict)
    numeric: bool = True

    @property
    def image_dir(self) -> str:
        """The image directory that the table was collected in, empty for what was saved by hand."""
        return self.host.of(IptablesChain)[0].origin.image_dir

    def endpoints(self, chain: str) -> Iterator[tuple[str, IptablesRule]]:
        """Where a KUBE-SVC chain leads: `192.0.2.1:80`, with the rule that translates."""
        for jump in self.rules.get(chain, ()):
            for rule in self.rules.get(jump.target or "", ()):
                if rule.target == "DNAT" and rule.to:
                    yield written(*_split(rule.to)), rule


class NatTables(Group):
    """The nat tables of all nodes."""

    items: tuple[NatTable, ...]


@join
def nat_tables(
    rules: tuple[IptablesRule, ...] | None,
    chains: tuple[IptablesChain, ...] | None,
    names: HostNames,
    nodes: NodesByName,
) -> NatTables:
    tables = []
    for host in hosts_of(names, nodes, rules, chains):
        for family in Family:
            own = [one for one in host.of(IptablesChain) if one.table == "nat" and one.family is family]
            if own:
                tables.append(_table(host, family, own))
    if not tables:
        raise NotCollectedError("not collected: the nat table of a node (iptables-save)")
    return NatTables(tuple(tables))


def _table(host: Host, family: Family, chains: list[IptablesChain]) -> NatTable:
    by_chain: dict[str, list[IptablesRule]] = {}
    for rule in host.of(IptablesRule):
        if rule.table == "nat" and rule.family is family:
            by_chain.setdefault(rule.chain, []).append(rule)
    entries = by_chain.get(ENTRY, [])
    ports = [port for rule in entries for port in rule.destination_ports]
    return NatTable(
        host,
        family,
        all(one.complete for one in chains) and any(one.chain == "POSTROUTING" for one in chains),
        chains[0].evidence,
        next((one for one in chains if one.chain == ENTRY), None),
        {
            (address((rule.destination or "").partition("/")[0]), (rule.protocol or "").lower(), port): rule
            for rule in reversed(entries)
            for port in rule.destination_ports
        },
        {name: tuple(found) for name, found in by_chain.items()},
        all(port.isdecimal() for port in ports),
    )


def _split(to: str) -> tuple[str, int]:
    host, _, port = to.rpartition(":")
    return (host.strip("[]"), int(port)) if port.isdecimal() else (to, 0)


def written(ip: str, port: int) -> str:
    """An endpoint as one word, the address in its canonical spelling."""
    host = address(ip)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
