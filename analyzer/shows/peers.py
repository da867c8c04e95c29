"""`gatherscope show peers`: the matrix of nodes and peers, each cell with the state of BGP and of BFD."""

from dataclasses import asdict
from typing import Any

from analyzer.model import PeerState
from analyzer.peers import PeerStates
from analyzer.show import Table, place, register
from analyzer.store import Store
from parsers.vocabulary import words

PEERS = 8  # columns up to which a matrix is drawn; beyond it every peer of every node is a row


def _data(store: Store) -> list[dict[str, Any]]:
    return [
        {**asdict(one), "asked_by": list(one.asked_by), "evidence": [place(each) for each in one.evidence]}
        for one in store.joined(PeerStates)
    ]


def _table(store: Store) -> Table:
    found: tuple[PeerState, ...] = store.joined(PeerStates)
    peers = sorted({_column(one) for one in found})
    if len(peers) > PEERS:
        rows = tuple((one.node, _column(one), cell(one)) for one in found)
        return Table(("NODE", "PEER", "STATE"), rows)
    cells = {(one.node, _column(one)): cell(one) for one in found}
    nodes = sorted({one.node for one in found})
    return Table(("NODE", *peers), tuple((node, *(cells.get((node, peer), "-") for peer in peers)) for node in nodes))


def _column(one: PeerState) -> str:
    return one.peer if one.vrf == "default" else f"{one.peer} ({one.vrf})"


def cell(one: PeerState) -> str:
    """`Established 2 d 3 h, BFD up`; what is asked for and does not run is missing."""
    if one.state is None:
        return "missing" if one.asked_by else "not collected"
    parts = [one.state + (f" {words(one.uptime)}" if one.uptime is not None else "")]
    if one.bfd:
        parts.append(f"BFD {one.bfd}")
    return ", ".join(parts)


register("peers", "a matrix of nodes and peers", (PeerStates,), _table, _data)
