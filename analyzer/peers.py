"""The state of every peer of every node, as a report shows it: what runs, and what is asked for and does not run."""

from analyzer.bgp import announcements, refused, reset
from analyzer.frr import Session, Sessions
from analyzer.metallb.intents import Intent, Intents
from analyzer.model import PeerState
from analyzer.rule import join
from parsers.vocabulary import Family


class PeerStates(tuple[PeerState, ...]):
    """The states in the order of nodes and peers."""

    __slots__ = ()


@join
def peer_states(sessions: Sessions, intents: Intents | None) -> PeerStates:
    asked: dict[tuple[int, str, str], list[Intent]] = {}
    for one in intents or ():
        asked.setdefault((id(one.instance), one.vrf, one.peer), []).append(one)
    shown = [_state(one, tuple(asked.pop((id(one.instance), one.vrf, one.peer), ()))) for one in sessions]
    missing = [_missing(found) for found in asked.values() if found[0].session is None]
    return PeerStates(sorted((*shown, *missing), key=lambda one: (one.node, one.vrf, one.peer)))


def _state(one: Session, asked: tuple[Intent, ...]) -> PeerState:
    block, last = one.block, reset(one)
    return PeerState(
        node=one.node or one.instance.label,
        peer=one.peer,
        vrf=one.vrf,
        name=(block.hostname if block else None) or next((each.name for each in one.resources), None),
        remote_as=block.remote_as if block else next((row.remote_as for row in one.rows), None),
        state=one.state,
        uptime=one.uptime if one.established else None,
        bfd=one.bfd_status,
        last_reset=last.reason if last else None,
        last_reset_age=last.age if last else None,
        prefixes_received=received(one),
        prefixes_announced=announced(one),
        asked_by=tuple(each.resource for each in asked),
        evidence=one.where("state"),
    )


def _missing(asked: list[Intent]) -> PeerState:
    """A peer that is asked for and of which the node shows nothing."""
    one = asked[0]
    return PeerState(
        node=one.node or one.instance.label,
        peer=one.peer,
        vrf=one.vrf,
        name=one.owner.name,
        remote_as=None,
        state=None,
        uptime=None,
        bfd=None,
        last_reset=None,
        last_reset_age=None,
        prefixes_received=None,
        prefixes_announced=None,
        asked_by=tuple(each.resource for each in asked),
        evidence=one.where("address", "interface"),
    )


def received(one: Session) -> int | None:
    """How many prefixes were accepted from the peer, of all address families; None when nothing counts them."""
    if one.block:
        counts = [family.accepted_prefixes for family in one.block.families if family.accepted_prefixes is not None]
        return sum(counts) if counts else None
    counts = [row.prefixes_received for row in one.rows if row.prefixes_received is not None]
    return sum(counts) if counts else None


def announced(one: Session) -> int | None:
    """How many `network` statements reach the peer; None when the configuration or the state is unknown."""
    found = [(family, announcements(one, family)) for family in Family]
    if one.state is None or any(each is None for _, each in found):
        return None
    taken = [each or () for family, each in found if one.established and not refused(one, family)]
    return sum(verdict.permitted for each in taken for _, verdict in each)
