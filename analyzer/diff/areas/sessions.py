"""BGP sessions with their BFD, by node and peer."""

from collections.abc import Iterable

from analyzer.diff.area import Area, spot
from analyzer.diff.model import BAD, WEAK, WELL, Facet, Item, Value
from analyzer.frr import Session, Sessions
from analyzer.instances import FrrInstances, Instance
from analyzer.metallb.intents import Intents
from analyzer.model import PeerState
from analyzer.peers import PeerStates
from analyzer.rule import NotCollectedError
from analyzer.store import Store
from parsers.dump_frr import BFD_PEER, BGP_NEIGHBOR
from parsers.vocabulary import BfdStatus, BgpState

_JUDGED = frozenset({"state", "BFD", "last reset", "prefixes announced"})


def _read(store: Store) -> Facet:
    found: Sessions = store.joined(Sessions)
    blocks = {(one.node or one.instance.label, one.vrf, one.peer): one for one in found}
    states: Iterable[PeerState] = store.joined(PeerStates)
    scopes = {one.node or one.label: _silent(one) for one in store.joined(FrrInstances)}
    asked = _collected(store)
    # Of a node without an answer nothing is known, not even that what is asked for does not run.
    known = (one for one in states if one.state is not None or scopes.get(one.node) is None)
    items = tuple(_item(one, blocks.get((one.node, one.vrf, one.peer)), asked=asked) for one in known)
    return Facet("sessions", SESSIONS.title, items, scopes=scopes, unit="no FRR output of {}", judged=_JUDGED)


def _silent(one: Instance) -> str | None:
    """Why a peer that an FRR does not show may be there; None where it shows all."""
    if one.neighbors is None and not one.rows:
        return f"no list of neighbors of {one.label}"
    cut = BGP_NEIGHBOR in one.sections and BFD_PEER not in one.sections
    return f"the list of neighbors of {one.label} may be cut" if cut else None


def _collected(store: Store) -> bool:
    """Whether the resources that ask for peers were."""
    try:
        store.joined(Intents)
    except NotCollectedError:
        return False
    return True


def _item(one: PeerState, session: Session | None, *, asked: bool) -> Item:
    vrf = "" if one.vrf == "default" else f" ({one.vrf})"
    block = session.block if session else None
    values: dict[str, Value] = {
        "state": one.state or ("missing" if one.asked_by else None),
        "remote AS": one.remote_as,
        "BFD": one.bfd,
        "last reset": one.last_reset,
        "prefixes received": one.prefixes_received,
        "prefixes announced": one.prefixes_announced,
        "asked for by": one.asked_by if asked else None,
    }
    up = one.state == BgpState.ESTABLISHED
    weak = one.bfd in {BfdStatus.DOWN, BfdStatus.INIT}
    dropped = block.dropped if block else None
    return Item(
        key=f"{one.node} {one.peer}{vrf}",
        values={name: value for name, value in values.items() if value is not None},
        scopes=(one.node,),
        place=spot(one.evidence),
        text=", ".join(part for part in (values["state"], one.bfd and f"BFD {one.bfd}") if isinstance(part, str)),
        health=(WEAK if weak else WELL) if up else BAD if values["state"] else WEAK,
        counters={"times dropped": dropped} if dropped is not None else {},
        hints=_hints(one),
    )


def _hints(one: PeerState) -> tuple[str, ...]:
    """What tells the peers of a node apart when their addresses are masked."""
    parts = [", ".join(one.asked_by), one.name, one.remote_as and f"AS {one.remote_as}"]
    return tuple(f"{one.node} {one.vrf} {part}" for part in parts if part)


SESSIONS = Area("sessions", "BGP sessions and BFD", (PeerStates, Sessions, FrrInstances, Intents), _read)
