"""The overviews of the page: the matrix of nodes and peers, and the services; bounded, what is broken first."""

from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.metallb.chain import Reach
from analyzer.model import PeerState, ServiceVerdict
from parsers.vocabulary import BfdStatus, BgpState, words

PEERS, NODES, SERVICES = 8, 100, 200  # columns and rows of the matrix, rows of the services
_ORDER = (Reach.LOST, Reach.PARTLY, Reach.UNKNOWN, Reach.ANNOUNCED, Reach.LEFT_OUT)


@dataclass(frozen=True, slots=True)
class Cell:
    """One peer of one node in a few words: `good`, `bad`, `weak` (up, but not whole) or `plain` (not known)."""

    state: str
    looks: str
    details: tuple[str, ...] = ()


Row = tuple[str, tuple[Cell | None, ...]]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The cells by node and peer; `more` nodes are not shown. Too many peers stand in rows of one column."""

    peers: tuple[str, ...]
    rows: tuple[Row, ...]
    more: int
    total: int
    good: int


def matrix(found: Iterable[PeerState] | None) -> Matrix | None:
    """The matrix; nodes with a peer that is not well come first. None without any peer."""
    states = list(found or ())
    if not states:
        return None
    names = sorted({column(one) for one in states})
    cells = {(one.node, column(one)): cell(one) for one in states}
    nodes = sorted({one.node for one in states}, key=lambda node: (_well(node, names, cells), node))
    good = sum(one.looks == "good" for one in cells.values())
    if len(names) > PEERS:
        flat = sorted(cells.items(), key=lambda pair: (pair[1].looks == "good", pair[0]))
        column_of_all: list[Row] = [(f"{node} / {peer}", (one,)) for (node, peer), one in flat[:NODES]]
        return Matrix(("state",), tuple(column_of_all), max(0, len(flat) - NODES), len(cells), good)
    rows: tuple[Row, ...] = tuple((node, tuple(cells.get((node, peer)) for peer in names)) for node in nodes[:NODES])
    return Matrix(tuple(names), rows, len(nodes) - len(rows), len(cells), good)


def _well(node: str, names: list[str], cells: dict[tuple[str, str], Cell]) -> bool:
    return all(one.looks == "good" for peer in names if (one := cells.get((node, peer))))


def column(one: PeerState) -> str:
    """The peer, with its VRF where that is not the default one."""
    return one.peer if one.vrf == "default" else f"{one.peer} ({one.vrf})"


def cell(one: PeerState) -> Cell:
    """What is to be read in a cell: state of BGP and since when, BFD, last reset, prefixes."""
    if one.state is None:
        return Cell("missing", "bad", ("asked for, does not run",)) if one.asked_by else Cell("not collected", "plain")
    up = one.state == BgpState.ESTABLISHED
    details = [f"up {words(one.uptime)}"] if up and one.uptime is not None else []
    if one.bfd:
        details.append(f"BFD {one.bfd}")
    if one.last_reset:
        ago = f", {words(one.last_reset_age)} ago" if one.last_reset_age is not None else ""
        details.append(f"last reset: {one.last_reset}{ago}")
    if one.prefixes_received is not None or one.prefixes_announced is not None:
        counts = ["?" if n is None else str(n) for n in (one.prefixes_announced, one.prefixes_received)]
        details.append(f"prefixes: {counts[0]} out, {counts[1]} in")
    weak = one.bfd in {BfdStatus.DOWN, BfdStatus.INIT}
    return Cell(one.state, "bad" if not up else "weak" if weak else "good", tuple(details))


@dataclass(frozen=True, slots=True)
class Services:
    """The verdicts that are shown, how many are not, and how many there are of each reach."""

    shown: tuple[ServiceVerdict, ...]
    more: int
    counts: tuple[tuple[str, int], ...]


def services(found: Iterable[ServiceVerdict] | None) -> Services | None:
    """The verdicts, what is not announced first. None without any."""
    order = {reach.value: at for at, reach in enumerate(_ORDER)}
    every = sorted(
        found or (),
        key=lambda one: (order.get(one.reach, 0), one.service is None, one.service or "", one.address or ""),
    )
    if not every:
        return None
    counts = tuple((reach.value, n) for reach in _ORDER if (n := sum(one.reach == reach for one in every)))
    return Services(tuple(every[:SERVICES]), max(0, len(every) - SERVICES), counts)
