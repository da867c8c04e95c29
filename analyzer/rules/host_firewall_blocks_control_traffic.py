"""The firewall of a node drops traffic of BGP, BFD, tunnels or MetalLB."""

from collections.abc import Iterator

from analyzer.hosts import Host, HostNames, hosts_of
from analyzer.instances import Group, NodesByName
from analyzer.model import Finding, Gap, Severity
from analyzer.node.firewall import Denial, denials, firewalld
from analyzer.node.words import together
from analyzer.rule import NotCollectedError, join, rule
from parsers.host_iptables_facts import IptablesChain, IptablesRule
from parsers.host_nftables import NftChain, NftRule

_FILTERING = frozenset({"INPUT", "FORWARD", "OUTPUT"})


class Firewalls(Group):
    """The hosts of which rules of netfilter were collected."""

    items: tuple[Host, ...]

    def __iter__(self) -> Iterator[Host]:
        return iter(self.items)


@join
def firewalls(  # noqa: PLR0913, PLR0917 - chains and rules of two tools
    chains: tuple[IptablesChain, ...] | None,
    rules: tuple[IptablesRule, ...] | None,
    nft_chains: tuple[NftChain, ...] | None,
    nft_rules: tuple[NftRule, ...] | None,
    names: HostNames,
    nodes: NodesByName,
) -> Firewalls:
    found = hosts_of(names, nodes, chains, rules, nft_chains, nft_rules)
    own = tuple(one for one in found if one.node is not None or not nodes)
    if not own:
        raise NotCollectedError("no rules of the firewall of a node (iptables-save, nft list ruleset) were collected")
    return Firewalls(own)


@rule(Severity.ERROR, area="node")
def host_firewall_blocks_control_traffic(hosts: Firewalls) -> Iterator[Finding | Gap]:
    """The firewall of a node drops traffic of BGP, BFD, tunnels or MetalLB.

    ## Why it matters
    A rule that drops these packets looks from outside like a dead peer: sessions never come up, BFD goes down although
    BGP stays, pods on this node do not reach those on others. firewalld does not know of OpenShift's rules and drops
    what its zones do not name.

    ## What to do
    Remove the rule, or let the ports through before it; disable firewalld on nodes. A firewall between the nodes and
    the routers is not seen here: ask for TCP 179, UDP 3784, 3785 and 4784 there, and for UDP 6081 between nodes.
    """
    found: list[tuple[str, Finding]] = []
    for host in hosts:
        if not _filters(host):
            yield Gap(host.label, "no chain that filters was collected: only other tables of iptables", host.node)
        found += [(f"{one.chain} {one.what}", _denied(host, one)) for one in denials(host)]
        if (evidence := firewalld(host)) is not None:
            text = f"firewalld is active on {host.label}"
            found.append(("firewalld", Finding("firewalld", text, (evidence,), host.node, key="firewalld")))
    yield from together(found)


def _filters(host: Host) -> bool:
    """Whether a chain was collected in which packets are dropped; the table nat alone says nothing."""
    written = any(one.table in {"filter", None} and one.chain in _FILTERING for one in host.of(IptablesChain))
    return written or bool(host.of(NftChain))


def _denied(host: Host, one: Denial) -> Finding:
    counted = one.packets is not None
    did = f"dropped {one.packets} packets of {one.what}" if counted else f"drops {one.what}, not counted how often"
    text = f"a rule in the chain {one.chain} of {host.label} {did}"
    severity = None if counted else Severity.WARNING
    return Finding(one.chain, text, one.evidence, host.node, severity, f"{one.what} {one.text}")
