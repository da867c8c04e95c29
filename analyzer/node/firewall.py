"""Rules of netfilter that throw away what nodes say to each other and to routers: BGP, BFD, tunnels, memberlist."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from analyzer.hosts import Host
from parsers.base import Evidence
from parsers.host_iptables_facts import IptablesChain, IptablesRule
from parsers.host_nftables import NftChain, NftRule

# Protocol and port: FRR bgpd and bfdd, IANA for Geneve and VXLAN, metallb/metallb (7946), OpenShift's MetalLB (9122).
CONTROL = {
    ("tcp", 179): "BGP",
    ("udp", 3784): "BFD",
    ("udp", 3785): "BFD echo",
    ("udp", 4784): "multihop BFD",
    ("udp", 6081): "Geneve tunnels",
    ("udp", 4789): "VXLAN tunnels",
    ("tcp", 7946): "MetalLB's memberlist",
    ("udp", 7946): "MetalLB's memberlist",
    ("tcp", 9122): "MetalLB's memberlist",
    ("udp", 9122): "MetalLB's memberlist",
}
_DENY = frozenset({"DROP", "REJECT"})
_ENTRANCES = frozenset({"PREROUTING", "INPUT", "OUTPUT"})  # of what is for the node itself, or from it
_HOOKS = frozenset({"prerouting", "input", "output", "ingress"})
_SERVICES = ("KUBE-", "OVN-KUBE-")  # rules about addresses of services
_OF_SERVICES = frozenset({"ovn-kubernetes", "kube-proxy"})
_Where = tuple[str, str, str]  # family, table, chain
_WIDEST = 1000  # ports of a range up to which it is meant for these (J)


@dataclass(frozen=True, slots=True)
class Denial:
    """A rule that denies. packets: None where no counter was printed."""

    what: str
    chain: str
    text: str
    packets: int | None
    evidence: tuple[Evidence, ...]


def denials(host: Host) -> Iterator[Denial]:
    """The rules of a host that deny traffic of the control plane by its port, and packets met them as far as known."""
    yield from _iptables(host.of(IptablesRule))
    yield from _nftables(host.of(NftChain), host.of(NftRule))


def firewalld(host: Host) -> Evidence | None:
    """What shows that firewalld manages the rules of a host."""
    for table in host.of(NftChain):
        if table.table == "firewalld":
            return table.evidence
    for chain in host.of(IptablesChain):
        if chain.chain in {"INPUT_ZONES", "FWDI_public", "IN_public"} and chain.rules:
            return chain.evidence
    return None


def _iptables(rules: Iterable[IptablesRule]) -> Iterator[Denial]:
    chains: dict[_Where, list[IptablesRule]] = {}
    for one in rules:
        chains.setdefault((one.family, one.table or "filter", one.chain), []).append(one)
    entered = _entered(chains)
    for where, each in chains.items():
        if where[2].startswith(_SERVICES) or where not in entered:
            continue
        for one in each:
            if one.target in _DENY and one.packets != 0 and not one.inverted:
                what = _named(one.protocol, one.destination_ports, one.source_ports)
                if what and not _accepted(each, one):
                    yield Denial(what, where[2], one.text, one.packets, (one.evidence,))


def _entered(chains: Mapping[_Where, Iterable[IptablesRule]]) -> set[_Where]:
    """The chains that packets from or to the node itself come to: directly, or by jumps of other chains."""
    waiting = [where for where in chains if where[2] in _ENTRANCES]
    found = set(waiting)
    while waiting:
        family, table, chain = waiting.pop()
        for one in chains[family, table, chain]:
            to = family, table, one.target or ""
            if to in chains and to not in found:
                found.add(to)
                waiting.append(to)
    return found


def _accepted(rules: Iterable[IptablesRule], denial: IptablesRule) -> bool:
    """Whether a rule above it lets the same packets through."""
    for one in rules:
        if one.number >= denial.number or one.target != "ACCEPT":
            continue
        narrow = one.more or one.inverted or one.states or one.in_interface or one.out_interface or one.source
        same = one.protocol in {None, "all", denial.protocol}
        if not narrow and same and (not one.destination_ports or one.destination_ports == denial.destination_ports):
            return True
    return False


def _named(protocol: str | None, *ports: tuple[str, ...]) -> str | None:
    """What the ports are for; None where the rule is about others, or about all of them."""
    found = [
        what
        for (wanted, port), what in CONTROL.items()
        if protocol in {wanted, None} and any(_holds(one, port) for each in ports for one in each)
    ]
    return ", ".join(dict.fromkeys(found)) or None


def _holds(written: str, port: int) -> bool:
    first, _, last = written.replace("-", ":").partition(":")
    if not first.isdigit() or not (last or first).isdigit():
        return False
    low, high = int(first), int(last or first)
    return low <= port <= high and high - low <= _WIDEST


def _nftables(chains: Iterable[NftChain], rules: Iterable[NftRule]) -> Iterator[Denial]:
    hooked = {(one.family, one.table, one.chain): one.hook for one in chains}
    every = list(rules)
    jumps = {(one.family, one.table, one.to) for one in every if one.verdict in {"jump", "goto"}}
    for one in every:
        where = one.family, one.table, one.chain
        hook = hooked.get(where)
        reached = hook in _HOOKS if hook else where in jumps
        if one.verdict not in {"drop", "reject"} or one.packets == 0 or not reached or one.table in _OF_SERVICES:
            continue
        if what := _named(one.protocol, one.destination_ports):
            yield Denial(what, f"{one.table} {one.chain}", one.text, one.packets, (one.evidence,))
