"""The BGP and BFD sessions that are lost, with the findings about each, in groups of one kind and one side.

Symmetry is the first question: one peer on all nodes, all peers of one node, one node different from the rest.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.bgp import name
from analyzer.consistency import Colour, Matrix, Side
from analyzer.findings import Findings
from analyzer.frr import Session, Sessions
from analyzer.instances import Group
from analyzer.loss_kinds import Kind, Loss, kind_of
from analyzer.model import RankedFinding, Severity
from analyzer.node.roles import NodeRoles, Roles
from analyzer.rule import join
from parsers.host_route_facts import NeighborState

# The rules that speak of one session; their subject is the peer.
RULES = (
    *("bgp-session-down", "bgp-asn-mismatch", "bgp-router-id-conflict", "bgp-md5-mismatch", "bgp-prefix-limit"),
    *("bgp-ebgp-multihop-missing", "bgp-no-path-to-neighbor", "bgp-tcp-failure-classified", "bgp-no-message-ever"),
    *("bgp-ceased-by-administrator", "bgp-other-notification", "bgp-hold-timer-expired", "bgp-flapping"),
    *("connect-retry-loop", "nexthop-tracking-unresolved", "bfd-session-down", "bfd-flapping"),
    *("bfd-not-run-by-remote", "bfd-passive-deadlock", "bfd-mode-mismatch", "bfd-peer-missing"),
)
DAEMONS = ("frr-daemon-never-registered", "frr-daemon-crash", "frr-daemon-disabled")  # their subject is the daemon
DEAD = (DAEMONS[0], DAEMONS[2])  # of which it is known that they do not run; one that crashed may be back
NAMED = 3


@dataclass(frozen=True, slots=True)
class LossGroup:
    """Losses of one kind that one side has in common. wanted: how many nodes or peers the side has in all."""

    kind: Kind
    side: Side
    losses: tuple[Loss, ...]
    elsewhere: tuple[str, ...]  # the other nodes that have this peer and are up, or the other peers of the node

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes, in order."""
        return tuple(dict.fromkeys(one.node for one in self.losses if one.node))

    @property
    def peers(self) -> tuple[str, ...]:
        """The peers, in order."""
        return tuple(dict.fromkeys(one.peer for one in self.losses))

    @property
    def sessions(self) -> tuple[Session, ...]:
        """What FRR told of them."""
        return tuple(one.session for one in self.losses if one.session)

    @property
    def roots(self) -> tuple[RankedFinding, ...]:
        """The findings about these sessions."""
        return tuple(one for loss in self.losses for one in loss.findings)

    @property
    def reachable(self) -> bool:
        """Whether layer 2 is known to work for all of them."""
        return all(one.reachable for one in self.losses)

    @property
    def down(self) -> bool:
        """Whether BGP is down on one of them."""
        return any(one.down for one in self.losses)

    @property
    def subject(self) -> str:
        """The node where one node has them in common, else the first peer."""
        return self.nodes[0] if self.side is Side.NODE and self.nodes else self.peers[0]


@dataclass(frozen=True, slots=True)
class Losses(Group):
    """The groups, in the order of their kinds, nodes and peers."""

    items: tuple[LossGroup, ...]
    findings: Findings

    def __iter__(self) -> Iterator[LossGroup]:
        return iter(self.items)

    def of(self, *kinds: Kind) -> Iterator[LossGroup]:
        """The groups of these kinds."""
        return (one for one in self.items if one.kind in kinds)

    def symptoms(self, group: LossGroup) -> tuple[RankedFinding, ...]:
        """What other rules say of the same sessions: which side they lie on, which nodes announce less."""
        nodes, peers = set(group.nodes), set(group.peers)
        beside = self.findings.of("state-asymmetry", "announcement-asymmetry")
        return tuple(one for one in beside if _names(one, nodes) and (_names(one, peers) or group.kind is Kind.DAEMON))


def _names(one: RankedFinding, wanted: set[str]) -> bool:
    return not wanted.isdisjoint((one.node or "", one.subject, *one.about))


@join
def losses(findings: Findings, sessions: Sessions | None, matrix: Matrix | None, roles: Roles | None) -> Losses:
    by_node = {one.node: one for one in roles or ()}
    told = {(one.node, one.peer): one for one in sessions or ()}
    by_session: dict[tuple[str | None, str], dict[str, tuple[RankedFinding, ...]]] = {}
    for rule in RULES:
        for one in findings.of(rule):
            found = by_session.setdefault((one.node, one.subject), {})
            found[rule] = (*found.get(rule, ()), one)
    lost = [
        Loss(
            *(node, peer, told.get((node, peer)), found, _daemons(findings, node)),
            _links(findings, by_node.get(node), node, peer),
            _reachable(by_node.get(node), peer),
        )
        for (node, peer), found in by_session.items()
        # Remarks alone are no loss.
        if any(one.severity.at_least(Severity.WARNING) for each in found.values() for one in each)
    ]
    table = _Table(matrix, lost)
    kinds: dict[Kind, list[Loss]] = {}
    for each in lost:
        kinds.setdefault(kind_of(each), []).append(each)
    return Losses(tuple(group for kind in Kind if kind in kinds for group in table.groups(kind, kinds[kind])), findings)


def _daemons(findings: Findings, node: str | None) -> frozenset[str]:
    return frozenset(
        one.subject for one in findings.of(*DEAD, node=node) if node and one.severity.at_least(Severity.WARNING)
    )


def _reachable(role: NodeRoles | None, peer: str) -> bool:
    """Whether the node's neighbor table says that the peer answers on the link, or the gateway on the way to it."""
    if role is None:
        return False
    route = role.best(peer)
    hops = {peer} if role.way(peer) else set(route.gateways if route else ())
    return any(one.address in hops and one.state is NeighborState.REACHABLE for one in role.host.neighbors)


def _links(findings: Findings, role: NodeRoles | None, node: str | None, peer: str) -> tuple[RankedFinding, ...]:
    """Of the node: the interface by which the peer is reached without a link, or its next hop without an answer."""
    if node is None:
        return ()
    silent = findings.of("arp-failed", node=node, subject=peer)
    if role is None:
        return silent
    way, best = role.way(peer), role.best(peer)
    tops = way.interfaces if way else best.devices if best else ()
    names = {*tops, *(one.name for top in tops for one in role.host.under(top))}
    gateways = best.gateways if best and not way else ()
    dead = (one for one in findings.of("link-down", node=node) if one.subject in names)
    lost = (one for one in findings.of("arp-failed", node=node) if one.subject in gateways)
    errors = (one for one in (*dead, *lost) if one.severity.at_least(Severity.ERROR))
    return (*errors, *silent)


class _Table:
    """The wanted sessions by node and by peer: which of them the losses of a kind cover wholly."""

    def __init__(self, matrix: Matrix | None, lost: Iterable[Loss]) -> None:
        self.rows: dict[str | None, set[str]] = {}
        self.columns: dict[str, set[str | None]] = {}
        self.green: set[tuple[str | None, str]] = set()
        for cell in matrix or ():
            self._add(cell.instance.node, cell.peer)
            if cell.colour is Colour.GREEN:
                self.green.add((cell.instance.node, cell.peer))
        for one in lost:
            self._add(one.node, one.peer)

    def _add(self, node: str | None, peer: str) -> None:
        self.rows.setdefault(node, set()).add(peer)
        self.columns.setdefault(peer, set()).add(node)

    def groups(self, kind: Kind, lost: list[Loss]) -> Iterator[LossGroup]:
        """Peers that every node lost, then nodes that lost every peer, then what is left by peer."""
        if kind is Kind.DAEMON:  # a daemon is of a node, whatever else that node has
            yield from self._by_node(kind, lost)
            return
        left = list(lost)
        if len(self.rows) > 1 and len(self.columns) > 1 and {(one.node, one.peer) for one in lost} >= self._all():
            yield LossGroup(kind, Side.ALL, tuple(lost), ())
            return
        for peer, nodes in self.columns.items():
            same = [one for one in left if one.peer == peer]
            if len(nodes) > 1 and {one.node for one in same} >= nodes:
                yield LossGroup(kind, Side.PEER, tuple(same), ())
                left = [one for one in left if one.peer != peer]
        for node, peers in self.rows.items():
            same = [one for one in left if one.node == node]
            if len(same) > 1 and {one.peer for one in same} >= peers:
                yield LossGroup(kind, Side.NODE, tuple(same), self._others(same))
                left = [one for one in left if one.node != node]
        for peer in dict.fromkeys(one.peer for one in left):
            same = [one for one in left if one.peer == peer]
            yield LossGroup(kind, Side.LINK if len(same) == 1 else Side.GROUP, tuple(same), self._others(same))

    def _by_node(self, kind: Kind, lost: list[Loss]) -> Iterator[LossGroup]:
        for node in dict.fromkeys(one.node for one in lost):
            same = [one for one in lost if one.node == node]
            yield LossGroup(kind, Side.NODE, tuple(same), self._others(same))

    def _all(self) -> set[tuple[str | None, str]]:
        return {(node, peer) for node, peers in self.rows.items() for peer in peers}

    def _others(self, same: list[Loss]) -> tuple[str, ...]:
        """The other nodes on which one of these peers is up."""
        peers, nodes = {one.peer for one in same}, {one.node for one in same}
        return tuple(sorted({node for node, peer in self.green if node and node not in nodes and peer in peers}))


def peer_name(group: LossGroup) -> str:
    """The peer or peers as people know them: `192.0.2.1 (tor1)`."""
    known = {one.peer: name(one) for one in group.sessions}
    return listed([known.get(peer, peer) for peer in group.peers])


def listed(names: Iterable[str]) -> str:
    """`a, b, c and 4 more`."""
    whole = list(names)
    more = f" and {len(whole) - NAMED} more" if len(whole) > NAMED else ""
    return ", ".join(whole[:NAMED]) + more


def on_nodes(group: LossGroup) -> str:
    """`on all 5 nodes`, `on worker-1`."""
    nodes = group.nodes
    if not nodes:
        return "on a node that the files do not name"
    if group.side in {Side.PEER, Side.ALL} and len(nodes) > 1:
        return "on both nodes that want it" if len(nodes) == 2 else f"on all {len(nodes)} nodes that want it"
    return f"on {listed(nodes)}"


def symmetry(group: LossGroup) -> str:
    """What the pattern tells, as a sentence; empty where nothing can be compared."""
    who = peer_name(group)
    if group.side is Side.ALL:
        return "Every BGP session of every node is concerned: what they share is the fabric or the configuration."
    if group.side is Side.PEER:
        return f"The same holds on every node that wants {who}: the nodes are not what differs."
    if group.elsewhere:
        up, down = listed(group.elsewhere), listed(group.nodes)
        return f"{who} is up on {up}: the router itself works, and {down} is what differs."
    return ""
