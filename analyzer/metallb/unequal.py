"""Nodes that are to announce the same and do not: what each of them announces of an address, and how many prefixes.

Sources: metallb/metallb speaker/bgp_controller.go (ShouldAnnounce); FRRouting bgpd/bgp_vty.c (column PfxSnt).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.bgp import announcements
from analyzer.frr import Session
from analyzer.metallb.advertisements import Protocol
from analyzer.metallb.chain import Chain, NodePath, Reach
from analyzer.metallb.path import Link, State
from parsers.bgp_summary_facts import BgpSummaryRow
from parsers.vocabulary import Family

FRESH = 30  # seconds after the session came up in which updates may still be on their way
_ELIGIBLE = (Reach.ANNOUNCED, Reach.PARTLY, Reach.LOST)  # the best first


@dataclass(frozen=True, slots=True)
class Unequal:
    """One address that some nodes announce and others, which are to announce it as well, do not or only in part."""

    chain: Chain
    announcing: tuple[NodePath, ...]
    lacking: tuple[NodePath, ...]

    @property
    def signature(self) -> tuple[tuple[str, ...], ...]:
        """What two addresses have in common that the same nodes lack for the same reason."""
        return tuple((one.node, *(f"{link.step} {peer}" for peer, link in broken(one))) for one in self.lacking)


def unequal(chain: Chain) -> Unequal | None:
    """The nodes that differ; None where all do the same, or are meant to differ.

    With the policy Local, in layer 2 and by node selectors nodes are meant to differ; a node whose pod only just
    started is still to come.
    """
    if chain.link is not None or chain.local or chain.protocol is Protocol.LAYER2:
        return None
    able = [one for one in chain.nodes if one.reach in _ELIGIBLE and not _young(one)]
    reached = {one.reach for one in able}
    best = next((reach for reach in _ELIGIBLE if reach in reached), None)
    if best is None or len(reached) < 2:
        return None
    announcing = tuple(one for one in able if one.reach is best)
    return Unequal(chain, announcing, tuple(one for one in able if one.reach is not best))


def _young(one: NodePath) -> bool:
    return bool(one.speaker and one.speaker.instance and one.speaker.instance.young)


def broken(one: NodePath) -> Iterator[tuple[str, Link]]:
    """What holds on this node, each with the peer that it is about."""
    if one.link is not None:
        yield "-", one.link
    for peer in one.peers if one.link is None else ():
        if peer.link is not None and peer.link.state is State.BROKEN:
            yield peer.peer, peer.link


@dataclass(frozen=True, slots=True)
class Fewer:
    """A node that sends a peer fewer prefixes than another node that has the same ones for it."""

    session: Session
    row: BgpSummaryRow
    other: Session
    other_row: BgpSummaryRow
    prefixes: tuple[str, ...]


Key = tuple[str, str, str, frozenset[str]]


def fewer(sessions: Iterable[Session]) -> Iterator[Fewer]:
    """Where the summaries of two nodes tell other counts for the same prefixes, of which one is the whole number."""
    same: dict[Key, list[tuple[Session, BgpSummaryRow]]] = {}
    for session in sessions:
        for key, row in _counted(session):
            same.setdefault(key, []).append((session, row))
    for (_, _, _, prefixes), found in same.items():
        whole = next((one for one in found if one[1].prefixes_sent == len(prefixes)), None)
        for session, row in found if whole else ():
            if (row.prefixes_sent or 0) < len(prefixes):
                yield Fewer(session, row, whole[0], whole[1], tuple(sorted(prefixes)))  # type: ignore[index]


def _counted(session: Session) -> Iterator[tuple[Key, BgpSummaryRow]]:
    """The counts of an established session, by peer and by the prefixes that its policy lets through."""
    if not session.established or (session.uptime or 0) < FRESH or session.instance.young:
        return
    for family in Family:
        found = announcements(session, family)
        row = next((one for one in session.rows if one.family == f"{family} unicast"), None)
        if found is None or row is None or row.prefixes_sent is None or row.negotiated is False:
            continue
        if all(verdict.permitted or verdict.denied for _, verdict in found):
            prefixes = frozenset(statement.prefix for statement, verdict in found if verdict.permitted)
            yield (session.vrf, session.peer, family, prefixes), row
