"""Joins over FRR: the sessions (node, peer) of its instances."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from analyzer.instances import FrrInstances, Group, Instance
from analyzer.rule import join
from parsers.base import Evidence
from parsers.bfd_facts import BfdBriefPeer, BfdCounters, BfdPeer
from parsers.bgp_neighbor_facts import BgpNeighbor
from parsers.bgp_summary_facts import BgpSummaryRow
from parsers.frr_config_facts import BgpRouter, NeighborConfig
from parsers.kubernetes import unique
from parsers.metallb_peers import BgpPeer
from parsers.vocabulary import BfdStatus, BgpState


@dataclass(frozen=True, slots=True)
class Session:
    """One peer on one node: what is configured, what BGP says, what BFD says, what asks for it."""

    instance: Instance
    peer: str
    vrf: str = "default"
    block: BgpNeighbor | None = None
    rows: tuple[BgpSummaryRow, ...] = ()
    router: BgpRouter | None = None
    config: NeighborConfig | None = None
    bfd: BfdPeer | None = None
    counters: BfdCounters | None = None
    brief: BfdBriefPeer | None = None
    resources: tuple[BgpPeer, ...] = ()
    elsewhere: tuple[BgpPeer, ...] = ()
    # What was derived from it once, by whoever derives it: the same is asked for by many rules.
    memo: dict[object, Any] = field(init=False, default_factory=dict, compare=False, repr=False)

    @property
    def node(self) -> str | None:
        """The Kubernetes node, None when nothing names it."""
        return self.instance.node

    @property
    def state(self) -> BgpState | None:
        """The state in the neighbor block, else in the summary; None when neither was collected."""
        if self.block:
            return self.block.state
        return max((row.state for row in self.rows), key=lambda state: state is BgpState.ESTABLISHED, default=None)

    @property
    def established(self) -> bool:
        """Whether the session is up."""
        return self.state is BgpState.ESTABLISHED

    @property
    def uptime(self) -> int | None:
        """Seconds since it came up; None when it is down or nobody says."""
        if self.block:
            return self.block.uptime
        return max((row.uptime for row in self.rows if row.uptime is not None), default=None) if self.rows else None

    @property
    def bfd_status(self) -> BfdStatus | None:
        """The state of its BFD session from `show bfd peers`, else from the brief form."""
        found = self.bfd or self.brief
        return found.status if found else None

    @property
    def uses_bfd(self) -> bool:
        """Whether BFD is asked for: in the running configuration, in the neighbor block, or in the resource."""
        return bool(
            (self.config and (self.config.bfd or self.config.bfd_profile))
            or (self.block and self.block.bfd)
            or (self.config is None and self.bfd)
        )

    @property
    def unwanted(self) -> bool:
        """Whether the collected BGPPeer resources name this address, but for other nodes only."""
        return bool(self.elsewhere) and not self.resources

    def where(self, *names: str) -> tuple[Evidence, ...]:
        """The head of the neighbor block, which names the peer, and the lines of these values in it.

        Without a block the summary rows, else the configuration, else the BFD peer.
        """
        if self.block:
            return tuple(dict.fromkeys((self.block.evidence, *self.block.where(*names))))
        if self.rows:
            return tuple(row.evidence for row in self.rows)
        return (self.config.evidence,) if self.config else (self.bfd.evidence,) if self.bfd else ()

    def configured(self, *names: str) -> tuple[Evidence, ...]:
        """The lines of these statements in the running configuration that are there."""
        if self.config is None:
            return ()
        marks = [self.config.marks[name] for name in names if name in self.config.marks]
        return tuple(dict.fromkeys(marks))


@dataclass(frozen=True, slots=True)
class Sessions(Group):
    """Every session of every FRR, in the order of nodes and peers.

    `silent` are the FRRs of which nothing names a session, because the list of neighbors was not answered. They count
    in the length, as something that a rule cannot judge.
    """

    items: tuple[Session, ...]
    silent: tuple[Instance, ...] = ()

    def __len__(self) -> int:
        return len(self.items) + len(self.silent)

    def __iter__(self) -> Iterator[Session]:
        return iter(self.items)


@join
def sessions(instances: FrrInstances, resources: tuple[BgpPeer, ...] | None) -> Sessions:
    of = [(one, tuple(_sessions(one, tuple(unique(resources or ()))))) for one in instances]
    found = [session for _, each in of for session in each]
    silent = tuple(one for one, each in of if not each and one.neighbors is None and not one.rows)
    return Sessions(tuple(sorted(found, key=lambda one: (one.node or one.instance.label, one.vrf, one.peer))), silent)


def _sessions(one: Instance, resources: tuple[BgpPeer, ...]) -> Iterator[Session]:
    routers = one.startup.routers if one.bgpd_dead and one.startup else one.routers
    configured = {
        (router.vrf, neighbor.peer): (router, neighbor) for router in routers for neighbor in router.neighbors
    }
    blocks = {(block.vrf, block.peer): block for block in reversed(one.neighbors or ())}
    rows: dict[tuple[str, str], list[BgpSummaryRow]] = {}
    for row in one.rows:
        rows.setdefault((row.vrf, row.peer), []).append(row)
    # `show bgp neighbor` tells of the default VRF alone: what is configured in another one has no known state.
    answered = {vrf for vrf, _ in (*blocks, *rows)} | ({"default"} if one.neighbors is not None else set())
    for vrf, peer in {**blocks, **rows, **{key: None for key in configured if key[0] not in answered}}:
        router, config = configured.get((vrf, peer), (None, None))
        block = blocks.get((vrf, peer))
        naming = [cr for cr in resources if peer in {cr.address, cr.interface} and (cr.vrf or "default") == vrf]
        here = tuple(cr for cr in naming if selects(cr, one))
        names = {peer, block.address if block else None, block.interface if block else None} - {None}
        yield Session(
            instance=one,
            peer=peer,
            vrf=vrf,
            block=block,
            rows=tuple(rows.get((vrf, peer), ())),
            router=router or next((each for each in one.routers if each.vrf == vrf), None),
            config=config or _template(one, block, vrf),
            bfd=_bfd(one.bfd_peers or (), names, vrf, block),
            counters=next((each for each in one.counters if each.peer in names), None),
            brief=next((each for each in one.brief if each.peer in names), None),
            resources=here,
            elsewhere=tuple(cr for cr in naming if cr not in here),
        )


def _template(one: Instance, block: BgpNeighbor | None, vrf: str) -> NeighborConfig | None:
    """The peer group of a dynamic neighbor stands for its configuration."""
    if block is None or not block.peer_group:
        return None
    groups = [group for router in one.routers if router.vrf == vrf for group in router.peer_groups]
    return next((group for group in groups if group.peer == block.peer_group), None)


def _bfd(peers: Iterable[BfdPeer], names: set[str | None], vrf: str, block: BgpNeighbor | None) -> BfdPeer | None:
    found = [peer for peer in peers if peer.peer in names and peer.vrf == vrf]
    if block and block.interface:  # a link-local address may stand on several links
        found = [peer for peer in found if peer.interface in {None, block.interface}]
    if block and block.bfd and len(found) > 1:
        wanted = "multi" in (block.bfd.type or "")
        found = [peer for peer in found if peer.multihop is wanted] or found
    return found[0] if found else None


def selects(resource: BgpPeer, one: Instance) -> bool:
    """Whether a BGPPeer is meant for this instance's node: no selectors select every node; unknown labels may match."""
    if not resource.node_selectors or one.host is None:
        return True
    return any(selector.matches(one.host.labels) for selector in resource.node_selectors)
