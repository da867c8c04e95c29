"""The wanted BGP sessions as a matrix of nodes and peers, and what the pattern of those that are down tells.

Every cell is one peer of one node. A pattern names the side that the cells that are down have in common: a node, a
peer, a group of nodes, or everything.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from analyzer.bgp import admin_down, cause, young
from analyzer.frr import Session, Sessions
from analyzer.instances import YOUNG, Group, Instance
from analyzer.metallb.intents import Intent, Intents
from analyzer.rule import join
from parsers.base import Evidence
from parsers.kubernetes import LabelSelector
from parsers.metallb_peers import BgpPeer
from parsers.vocabulary import network


class Colour(StrEnum):
    """Whether a wanted session is up; unknown where nothing that was collected tells."""

    GREEN = "green"
    RED = "red"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Cell:
    """One wanted session. `reason` is why it is red or unknown; `shut`: a person shut it down on this node."""

    instance: Instance
    peer: str
    vrf: str
    colour: Colour
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    shut: bool = False

    @property
    def row(self) -> str:
        """The node, or what else tells whose FRR it is."""
        return self.instance.node or self.instance.label

    @property
    def column(self) -> tuple[str, str]:
        """The peer and its VRF."""
        return self.vrf, self.peer


class Matrix(Group):
    """The cells in the order of nodes and peers; what is down on purpose or only just starts is left out."""

    items: tuple[Cell, ...]

    def __iter__(self) -> Iterator[Cell]:
        return iter(self.items)


class Side(StrEnum):
    """What the red cells have in common."""

    NODE = "node"
    PEER = "peer"
    GROUP = "group of nodes"
    LINK = "one node and one peer"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Pattern:
    """Red cells that one thing explains. `green` is a cell for contrast, the same peer elsewhere if there is one.

    nodes, peers: what they are about, in order. trait: what the nodes of a group share and no other node has.
    """

    side: Side
    nodes: tuple[str, ...]
    peers: tuple[str, ...]
    red: tuple[Cell, ...]
    green: Cell | None = None
    trait: str | None = None


@join
def matrix(sessions: Sessions, intents: Intents | None) -> Matrix:
    asked: dict[tuple[int, str, str], list[Intent]] = {}
    for intent in intents or ():
        peer = intent.session.peer if intent.session else intent.peer
        asked.setdefault((id(intent.instance), intent.vrf, peer), []).append(intent)
    told = bool(asked)
    cells: list[Cell | None] = [_missing(same) for same in asked.values() if same[0].session is None]
    for session in sessions:
        same = asked.get((id(session.instance), session.vrf, session.peer), [])
        # What runs and is asked for by nothing is another fault, not a session that is missed.
        if same or not (told or session.unwanted):
            cells.append(_of(session, same))
    if not told:
        cells += [_silent(one) for one in sessions.silent]
    newest: dict[tuple[str, tuple[str, str]], Cell] = {}
    for cell in filter(None, cells):
        held = newest.get((cell.row, cell.column))
        if held is None or _collected(cell) >= _collected(held):
            newest[cell.row, cell.column] = cell
    return Matrix(tuple(sorted(newest.values(), key=lambda one: (one.row, one.vrf, one.peer))))


def _collected(cell: Cell) -> float:
    """When, for an archive that holds the node in two collections."""
    at = cell.instance.collected
    return at.timestamp() if at else 0.0


def _of(session: Session, asked: list[Intent]) -> Cell | None:
    """The cell of a session; None where it is down on purpose, or too young to be up for sure."""

    def cell(colour: Colour, reason: str = "") -> Cell:
        lines = session.where("state", "last_reset") if colour is Colour.RED else session.where("state")
        return Cell(session.instance, session.peer, session.vrf, colour, reason, lines, admin_down(session))

    if session.instance.bgpd_dead:
        section = tuple(one.evidence for one in session.instance.sections.values() if "neighbor" in one.command)
        lines = (*section, *session.where())
        return Cell(session.instance, session.peer, session.vrf, Colour.RED, "bgpd does not run", lines)
    if session.established:
        return cell(Colour.GREEN)
    if session.state is None:
        return cell(Colour.UNKNOWN, "neither show bgp neighbor nor a summary was collected")
    if young(session) or (admin_down(session) and not asked):
        return None
    return cell(Colour.RED, f"{session.state}{', ' + why if (why := cause(session).rstrip('.')) else ''}")


def _missing(asked: list[Intent]) -> Cell | None:
    """A neighbor that a resource asks for and the node does not show.

    One that FRR was never told of is no session that failed: bgppeer-not-in-running-config speaks of it.
    """
    one = asked[0]
    at = one.instance.collected
    fresh = at is not None and one.owner.created is not None and (at - one.owner.created).total_seconds() < YOUNG
    if one.instance.young or fresh or not any(_certain(each) for each in asked):
        return None
    lines = one.where("address", "interface")
    if not one.judgeable and not one.instance.bgpd_dead:
        reason = "the running configuration was not collected whole"
        return Cell(one.instance, one.peer, one.vrf, Colour.UNKNOWN, reason, lines)
    if one.instance.bgpd_dead:
        return Cell(one.instance, one.peer, one.vrf, Colour.RED, "bgpd does not run", lines)
    return None


def _certain(intent: Intent) -> bool:
    """Whether the resource is for the node without doubt: selectors need the labels of the node."""
    if intent.instance.host is not None:
        return True
    owner = intent.owner
    return not owner.node_selectors if isinstance(owner, BgpPeer) else owner.node_selector == LabelSelector()


def _silent(one: Instance) -> Cell | None:
    """An FRR whose neighbors nobody could list counts as one session that is not known."""
    return None if one.young else Cell(one, "-", "default", Colour.UNKNOWN, "show bgp neighbor gave no answer")


class _Table:
    """The judged cells by row and by column."""

    def __init__(self, cells: Iterable[Cell]) -> None:
        self.cells = [one for one in cells if one.colour is not Colour.UNKNOWN]
        self.rows: dict[str, list[Cell]] = {}
        self.columns: dict[tuple[str, str], list[Cell]] = {}
        for one in self.cells:
            self.rows.setdefault(one.row, []).append(one)
            self.columns.setdefault(one.column, []).append(one)
        self.greens = {one.column: one for one in reversed(self.cells) if one.colour is Colour.GREEN}

    def green_beside(self, red: Iterable[Cell]) -> Cell | None:
        """A green cell of the same peer on another node, else any."""
        near = (self.greens[one.column] for one in red if one.column in self.greens)
        return next(near, None) or next(iter(self.greens.values()), None)


def patterns(cells: Matrix) -> Iterator[Pattern]:
    """What explains the red cells, the widest explanation first; nothing where nothing can be compared."""
    table = _Table(cells)
    red = [one for one in table.cells if one.colour is Colour.RED]
    if not red or len(table.rows) < 2:  # one node alone: neither side can be told from the other
        return
    if len(red) == len(table.cells):
        yield _everything(table, red)
        return
    racks = list(_racks(table))
    yield from racks
    rest = _without(red, racks)
    peers = list(_whole_columns(table, rest))
    yield from peers
    rest = _without(rest, peers)
    nodes = list(_whole_rows(table, rest))
    yield from nodes
    yield from _parts_of_columns(table, _without(rest, nodes))


def _without(cells: list[Cell], explained: Iterable[Pattern]) -> list[Cell]:
    taken = {id(cell) for pattern in explained for cell in pattern.red}
    return [one for one in cells if id(one) not in taken]


def _pattern(side: Side, red: Iterable[Cell], table: _Table, trait: str | None = None) -> Pattern:
    red = tuple(red)
    return Pattern(
        side,
        tuple(dict.fromkeys(one.row for one in red)),
        tuple(dict.fromkeys(one.peer for one in red)),
        red,
        table.green_beside(red),
        trait,
    )


def _everything(table: _Table, red: list[Cell]) -> Pattern:
    return _pattern(Side.PEER if len(table.columns) == 1 else Side.ALL, red, table)


def _all_red(cells: Iterable[Cell]) -> bool:
    return all(one.colour is Colour.RED for one in cells)


def _racks(table: _Table) -> Iterator[Pattern]:
    """Several nodes of one rack or zone without any session, to several peers of their own or of all."""
    dead = [row for row, cells in table.rows.items() if _all_red(cells)]
    columns = {cell.column for row in dead for cell in table.rows[row]}
    alive = [row for row in table.rows if row not in dead]
    if len(dead) < 2 or len(columns) < 2 or not alive:
        return
    if trait := shared_trait(_instances(table, dead), _instances(table, alive)):
        yield _pattern(Side.GROUP, [cell for row in dead for cell in table.rows[row]], table, trait)


def _whole_columns(table: _Table, red: list[Cell]) -> Iterator[Pattern]:
    """Peers that are down on every node that wants them, two nodes at least."""
    left = {id(one) for one in red}
    for cells in table.columns.values():
        nodes = list(dict.fromkeys(one.row for one in cells))
        if len(nodes) > 1 and _all_red(cells) and all(id(one) in left for one in cells):
            others = [row for row in table.rows if row not in nodes]
            yield _pattern(Side.PEER, cells, table, shared_trait(_instances(table, nodes), _instances(table, others)))


def _whole_rows(table: _Table, red: list[Cell]) -> Iterator[Pattern]:
    """Nodes without any session, although some of their peers are up elsewhere: one alone, or a group."""
    served = {column for column, cells in table.columns.items() if not _all_red(cells)}
    left = {id(one) for one in red}
    dead = {
        row: [one for one in cells if id(one) in left]
        for row, cells in table.rows.items()
        if _all_red(cells) and any(one.column in served and id(one) in left for one in cells)
    }
    if len(dead) == 1:
        yield _pattern(Side.NODE, next(iter(dead.values())), table)
    elif dead:
        alive = [row for row in table.rows if row not in dead]
        trait = shared_trait(_instances(table, dead), _instances(table, alive))
        yield _pattern(Side.GROUP, [cell for cells in dead.values() for cell in cells], table, trait)


def _parts_of_columns(table: _Table, red: list[Cell]) -> Iterator[Pattern]:
    """What is left: a peer that some nodes have and others do not, all of them with other sessions that are up."""
    by_column: dict[tuple[str, str], list[Cell]] = {}
    for one in red:
        by_column.setdefault(one.column, []).append(one)
    for column, cells in by_column.items():
        up = list(dict.fromkeys(one.row for one in table.columns[column] if one.colour is Colour.GREEN))
        if not up:  # the only node that wants this peer: nothing to compare it with
            continue
        nodes = list(dict.fromkeys(one.row for one in cells))
        trait = shared_trait(_instances(table, nodes), _instances(table, up)) if len(nodes) > 1 else None
        yield _pattern(Side.GROUP if len(nodes) > 1 else Side.LINK, cells, table, trait)


def _instances(table: _Table, rows: Iterable[str]) -> list[Instance]:
    return [table.rows[row][0].instance for row in rows]


def shared_trait(inside: list[Instance], outside: list[Instance]) -> str | None:
    """A rack, zone or network that all of some nodes have and none of the others; None without such."""
    if not outside:
        return None
    common = set.intersection(*(set(_traits(one)) for one in inside))
    own = common.difference(*(_traits(one) for one in outside))
    return min(own, key=lambda trait: (trait.startswith("network "), trait), default=None)


def _traits(one: Instance) -> Iterator[str]:
    if one.host is None:
        return
    for key, value in one.host.labels.items():
        word = key.rpartition("/")[2]
        if word in {"rack", "zone"}:  # topology.kubernetes.io/zone and whatever people name their racks by
            yield f"{word} {value}"
    for text in one.host.host_networks:
        yield f"network {network(text)}"
