"""A neighbor that the node needs does not answer ARP or neighbor discovery."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analyzer.instances import NodesByName
from analyzer.model import Finding, Gap, Severity
from analyzer.node.roles import NodeRoles, Roles, lines, peers_of
from analyzer.node.words import together
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.host_route_facts import HostNeighbor, NeighborState
from parsers.nodes import Node
from parsers.vocabulary import Family, address

_SILENT = frozenset({NeighborState.FAILED, NeighborState.INCOMPLETE})
_ANSWERS = frozenset({NeighborState.REACHABLE, NeighborState.DELAY, NeighborState.PROBE, NeighborState.PERMANENT})
LONG = 3600  # seconds in which nodes that work send each other something: an older entry is of another time (J)


@dataclass(frozen=True, slots=True)
class _Target:
    """Who is asked for, why it matters, and what shows that."""

    what: str
    evidence: tuple[Evidence, ...]
    severity: Severity | None = None


@rule(Severity.ERROR, area="node")
def arp_failed(roles: Roles, nodes: NodesByName) -> Iterator[Finding | Gap]:
    """A neighbor that the node needs does not answer ARP or neighbor discovery.

    ## Why it matters
    What does not resolve is not on this link, is down, or is not let through: no packet is sent to it at all. With a
    BGP session that never comes up this says that the link or the VLAN is at fault, not BGP.

    ## What to do
    Compare the VLAN of the interface with that of the switch port, look for a second owner of the address and for port
    security; `arping -I <interface> <address>` on the node shows who answers. Entries of pods that are gone are normal
    and not looked at here; another node's may be of a time when that node was down.
    """
    found: list[tuple[str, Finding]] = []
    owners = {address(ip): node for node in nodes.values() for ip in node.internal_ips}
    for role in roles:
        if not role.host.neighbors:
            yield Gap(role.host.label, "its neighbor table (ip neigh) was not collected", role.node)
            continue
        found += [(one.subject, one) for one in _of_node(role, owners)]
    yield from together(found)


def _of_node(role: NodeRoles, owners: Mapping[str, Node]) -> Iterator[Finding]:
    wanted = _targets(role)
    entries: dict[str, list[HostNeighbor]] = {}
    for one in role.host.neighbors:
        entries.setdefault(address(one.address), []).append(one)
    for target, each in entries.items():
        silent = [one for one in each if one.state in _SILENT]
        fresh = any((one.unused or 0) < LONG for one in silent)
        why = (wanted.get(target) or (_node(owners.get(target), target, role) if fresh else None)) if silent else None
        if why is None or any(one.state in _ANSWERS for one in each):
            continue
        for first in [one for one in silent if _on_its_way(role, target, one)][:1]:
            text = f"{role.host.label} gets no answer from {why.what} on {first.device}: {first.state}"
            evidence = lines((first.evidence,), why.evidence)
            yield Finding(target, text, evidence, role.node, why.severity, f"neighbor {first.device}")


def _node(node: Node | None, address_of: str, role: NodeRoles) -> _Target | None:
    if node is None or node.name == role.node:
        return None
    ready = "" if node.ready else ", which is NotReady"
    return _Target(f"{node.name} ({address_of}){ready}", node.where("internal_ips"), Severity.WARNING)


def _on_its_way(role: NodeRoles, target: str, entry: HostNeighbor) -> bool:
    """Whether the entry is of an interface by which the address is to be reached."""
    way = role.way(target)
    if way is not None:
        return entry.device is None or entry.device in way.interfaces
    # Without its addresses: the interface that a route has the address as its gateway on.
    devices = {hop.device for route in role.host.routes for hop in route.nexthops if hop.gateway == target}
    return not role.host.addresses and (entry.device in devices or not devices)


def _targets(role: NodeRoles) -> dict[str, _Target]:
    """The default gateways, and the BGP peers whose session is down."""
    found: dict[str, _Target] = {}
    for family in Family:
        for route in role.host.defaults(family)[:1]:
            for one in route.gateways:
                found[address(one)] = _Target(f"the default gateway {one}", (route.evidence,))
    for one, session in peers_of(role).items():
        if not session.established:
            found[one] = _Target(f"BGP peer {one}", session.where("state"))
    return found
