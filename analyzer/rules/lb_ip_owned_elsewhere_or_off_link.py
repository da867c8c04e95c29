"""The address of a service belongs to somebody else, or to no network of the node that answers for it."""

from collections.abc import Iterable, Iterator

from analyzer.instances import NodesByName
from analyzer.masks import nameless
from analyzer.metallb.advertisements import Protocol
from analyzer.metallb.chain import Chain, Reach
from analyzer.metallb.chains import Chains
from analyzer.metallb.layer2_chains import answers
from analyzer.metallb.layer2_findings import together
from analyzer.metallb.layer2_hosts import HostSides, Networks, macs, own_addresses
from analyzer.metallb.path import State
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.host_route_facts import HostNeighbor, NeighborState
from parsers.infrastructure import Infrastructure
from parsers.kubernetes import unique
from parsers.services import Service
from parsers.vocabulary import address, is_address

NAMED = 3  # nodes or networks that a message names
SHARING = "allow-shared-ip"
_KNOWN = frozenset({NeighborState.REACHABLE, NeighborState.STALE, NeighborState.DELAY, NeighborState.PROBE})
_Owner = tuple[str | None, str, Evidence]  # the node, the words, the line


@rule(Severity.WARNING, area="layer2")
def lb_ip_owned_elsewhere_or_off_link(
    chains: Chains, nodes: NodesByName, hosts: HostSides, platforms: tuple[Infrastructure, ...] | None
) -> Iterator[Finding | Gap]:
    """The address of a service belongs to somebody else, or to no network of the node that answers for it.

    ## Why it matters
    Two owners of one address answer both: clients reach now the service and now a node, a virtual address of the
    cluster, or a foreign machine. And an address outside of the networks of a node is asked for on none of its links:
    its answers by ARP or NDP help only where a router has a static route to that link.

    ## What to do
    Free the address, or take it out of the pool. Give layer 2 pools addresses of the node's own networks, or announce
    the pool by BGP.
    """
    owned = _owned(nodes, hosts, platforms or ())
    shared = _shared(chains)
    foreign, networks = _Foreign(nodes, hosts), Networks(nodes, hosts)
    # Whoever reaches an address by a route of BGP need not ask for it on a link.
    routed = {(one.subject, one.address) for one in chains if one.protocol is Protocol.BGP and _by_bgp(one)}
    done: set[tuple[str, str]] = set()
    off_link: list[tuple[str, Finding]] = []
    for chain in chains:
        service, found = chain.service, chain.address
        if service is None or nameless(found or ""):
            why = "its address is masked like every other one" if service else "its service was not collected"
            yield Gap(chain.subject, why)
            continue
        if found is None or (chain.link is not None and chain.link.state is State.LEFT_OUT):
            continue
        if not owned:
            yield Gap(chain.subject, "no address of a node was collected")
        if (chain.subject, found) not in done:
            done.add((chain.subject, found))
            yield from _elsewhere(chain, service, owned.get(address(found), []))
            yield from _not_shared(chain, service, shared.get(found, []))
        if chain.protocol is Protocol.LAYER2:
            yield from foreign.of(chain)
            for answer in _off_link(chain, networks) if (chain.subject, found) not in routed else ():
                if isinstance(answer, Gap):
                    yield answer
                else:
                    off_link.append((f"pool {chain.pool.name}" if chain.pool else chain.subject, answer))
    yield from together(off_link)


def _by_bgp(chain: Chain) -> bool:
    return chain.reach in {Reach.ANNOUNCED, Reach.PARTLY, Reach.UNKNOWN}


def _owned(nodes: NodesByName, hosts: HostSides, platforms: Iterable[Infrastructure]) -> dict[str, list[_Owner]]:
    found: dict[str, list[_Owner]] = {}
    for own, node, what, line in own_addresses(nodes.values(), hosts):
        found.setdefault(address(own), []).append((node, f"{what} on {node}", line))
    for one in unique(platforms):
        # A load balancer of the user's own may well be a service of MetalLB.
        for own in () if one.user_managed else one.api_vips:
            found.setdefault(address(own), []).append(
                (None, "the cluster's virtual address of the API", one.marks["api_vips"])
            )
        for own in () if one.user_managed else one.ingress_vips:
            line = one.marks["ingress_vips"]
            found.setdefault(address(own), []).append((None, "the cluster's virtual address of the routers", line))
    return found


def _elsewhere(chain: Chain, service: Service, owners: list[_Owner]) -> Iterator[Finding]:
    if not owners:
        return
    whose = {node for node, _, _ in owners if node}
    words = list(dict.fromkeys(text for _, text, _ in owners))
    more = f" and {len(words) - NAMED} more" if len(words) > NAMED else ""
    text = f"{chain.address} is the address of {chain.subject} and {', '.join(words[:NAMED])}{more}"
    lines = tuple(dict.fromkeys(line for _, _, line in owners))[:5]
    node = next(iter(whose)) if len(whose) == 1 else None
    yield Finding(chain.subject, text, (*lines, *service.where("ingress_ips")), node, key=f"owner {chain.address}")


def _shared(chains: Chains) -> dict[str, list[Service]]:
    """The services of each address that MetalLB hands out."""
    found: dict[str, dict[str, Service]] = {}
    for one in chains:
        mine = one.link is None or one.link.state is not State.LEFT_OUT
        if one.service is not None and one.address is not None and one.pool is not None and mine:
            found.setdefault(one.address, {})[one.subject] = one.service
    return {key: list(one.values()) for key, one in found.items() if len(one) > 1}


def _key(service: Service) -> str | None:
    return next((value for key, value in service.annotations.items() if key.endswith(f"/{SHARING}")), None)


def _not_shared(chain: Chain, service: Service, services: list[Service]) -> Iterator[Finding]:
    """Told once for each other service, by the first of the two."""
    for one in services:
        name = f"{one.namespace or '-'}/{one.name}"
        if name > chain.subject and (_key(one) is None or _key(one) != _key(service)):
            text = (
                f"{chain.address} is the address of {chain.subject} and of {name}, which do not share a key ({SHARING})"
            )
            lines = (*service.where("ingress_ips"), *one.where("ingress_ips"))
            yield Finding(chain.subject, text, lines, key=f"service {chain.address} {name}")


class _Foreign:
    """The neighbor entries of addresses that lead to a machine that is no node."""

    def __init__(self, nodes: NodesByName, hosts: HostSides) -> None:
        self._macs = macs(nodes.values(), hosts) if nodes else None
        self._entries: dict[str, list[tuple[str, HostNeighbor]]] = {}
        for side in hosts.values():
            for one in side.neighbors:
                if one.mac and one.state in _KNOWN:
                    self._entries.setdefault(one.address, []).append((side.node, one))

    def of(self, chain: Chain) -> Iterator[Finding | Gap]:
        entries = self._entries.get(chain.address or "", [])
        if entries and self._macs is None:
            yield Gap(chain.subject, "the MAC addresses of all nodes were not collected")
            return
        for node, one in entries:
            if one.mac and one.mac.lower() not in (self._macs or ()):
                text = f"{node} has {chain.address} at {one.mac} ({one.device}), which is no node of the cluster"
                own = chain.service.where("ingress_ips") if chain.service else ()
                yield Finding(chain.subject, text, (one.evidence, *own), node, key=f"mac {chain.address}")


def _off_link(chain: Chain, networks: Networks) -> Iterator[Finding | Gap]:
    """Judged by the node that answers; where that is not known, by all that may."""
    found = chain.address or ""
    if not is_address(found):
        yield Gap(chain.subject, f"{found} is masked")
        return
    able = [one for one in chain.nodes if answers(one)] or [
        one for one in chain.nodes if one.reach is not Reach.LEFT_OUT
    ]
    known = {one.node: networks.of(one.node) for one in able}
    holding = networks.holding(found)
    if not able or any(one and one.spelled & holding for one in known.values()):
        return
    if missing := [name for name, one in known.items() if one is None or not networks.knows(name, found)]:
        yield Gap(chain.subject, f"the networks of {_short(missing)} were not collected")
        return
    written = list(dict.fromkeys(text for one in known.values() if one for text in one.written))
    lines = tuple(line for one in list(known.values())[:NAMED] if one for line in one.evidence)
    may = "answers" if answers(able[0]) else "may answer"
    text = (
        f"{found} is in no network of {_short(list(known))}, which {may} for it by layer 2 (it has {_short(written)}):"
        " without a static route nobody asks there"
    )
    own = chain.service.where("ingress_ips") if chain.service else ()
    node = able[0].node if len(known) == 1 else None
    yield Finding(chain.subject, text, (*own, *lines), node, key=f"link {found}")


def _short(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
