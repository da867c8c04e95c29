"""Intent and reality side by side: per node, peer and attribute what every source says.

The sources are BGPPeer, FRRConfiguration, frr.conf, the running configuration, FRRNodeState and the session itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from analyzer.frr import Session, Sessions
from analyzer.instances import Ages, FrrInstances, Group, NodesByName, PodsByName
from analyzer.metallb.drift_runs import (
    NodeRun,
    Runs,
    Serving,
    neighbors_of,
    node_runs,
    selects_for_certain,
    too_new,
)
from analyzer.metallb.drift_values import ATTRIBUTES, REMOTE_AS, Attribute, kinds
from analyzer.metallb.intents import Intent, Intents
from analyzer.metallb.intents import intents as intents_of
from analyzer.rule import NotCollectedError, join
from parsers.base import Evidence
from parsers.frrk8s_configurations import FrrConfiguration
from parsers.frrk8s_node_states import FrrNodeState
from parsers.metallb_peers import BgpPeer


class Source(StrEnum):
    """Who says what a neighbor is."""

    BGP_PEER = "BGPPeer"
    FRR_CONFIGURATION = "FRRConfiguration"
    STARTUP = "frr.conf"
    RUNNING = "running-config"
    NODE_STATE = "FRRNodeState"
    SESSION = "session"


class Presence(StrEnum):
    """Whether a node runs a neighbor, and whether it is asked for."""

    RUNS = "runs"
    MISSING = "missing"
    EXTRA = "extra"
    OTHER_VRF = "in another VRF"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Value:
    """What one source says: `text` is None where it sets nothing. `owner` is the name of a resource."""

    source: Source
    text: str | None
    evidence: tuple[Evidence, ...] = ()
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class AttributeDrift:
    """One attribute of one neighbor. `agrees` is None where nothing asks for it or nothing shows what runs.

    `against` are the sources that ask for something else than runs.
    """

    attribute: Attribute
    values: tuple[Value, ...]
    agrees: bool | None
    against: frozenset[Source] = frozenset()

    def of(self, source: Source) -> tuple[Value, ...]:
        """What one source says."""
        return tuple(one for one in self.values if one.source is source)


@dataclass(frozen=True, slots=True)
class PeerDrift:
    """One neighbor of one node: who asks for it, what runs, and how the two agree.

    `reason` tells why its presence is unknown. `runs` of a neighbor in another VRF is that one.
    """

    run: NodeRun
    peer: str
    vrf: str
    presence: Presence
    intents: tuple[Intent, ...] = ()
    runs: Runs | None = None
    startup: Runs | None = None
    state: Runs | None = None
    session: Session | None = None
    reason: str | None = None
    attributes: tuple[AttributeDrift, ...] = ()

    @property
    def node(self) -> str | None:
        """The Kubernetes node."""
        return self.run.node

    @property
    def asked_by(self) -> str:
        """The resources that ask for it, as a person names them."""
        return " and ".join(dict.fromkeys(one.resource for one in self.intents))

    @property
    def drifted(self) -> tuple[AttributeDrift, ...]:
        """The attributes that run otherwise than asked for."""
        return tuple(one for one in self.attributes if one.agrees is False)


@dataclass(frozen=True, slots=True)
class Drift(Group):
    """Every neighbor that is asked for or runs, in the order of nodes; `asked`: whether resources were collected."""

    items: tuple[PeerDrift, ...]
    runs: tuple[NodeRun, ...] = ()
    asked: bool = True

    def __iter__(self) -> Iterator[PeerDrift]:
        return iter(self.items)

    def need_resources(self) -> None:
        """Raise NotCollectedError where neither BGPPeers nor FRRConfigurations were collected."""
        if not self.asked:
            raise NotCollectedError("not collected: BGPPeer or FRRConfiguration resources")


@join
def drift(  # noqa: PLR0913, PLR0917 - it lays all sources side by side
    instances: FrrInstances | None,
    sessions: Sessions | None,
    asked: Intents | None,
    states: tuple[FrrNodeState, ...] | None,
    peers: tuple[BgpPeer, ...] | None,
    configurations: tuple[FrrConfiguration, ...] | None,
    nodes: NodesByName,
    pods: PodsByName,
    ages: Ages,
) -> Drift:
    runs = tuple(node_runs(instances, states, nodes, pods, ages))
    if not runs:
        raise NotCollectedError("no FRR output and no FRRNodeState with a running configuration in this archive")
    collected = peers is not None or configurations is not None
    wishes = {id(one.instance): list[Intent]() for one in runs}
    known = {id(one) for one in instances or ()}
    more = FrrInstances(tuple(one.instance for one in runs if id(one.instance) not in known))
    found = intents_of(more, Sessions(()), peers, configurations) if collected and len(more) else ()
    for intent in (*(asked or ()), *found):
        wishes[id(intent.instance)].append(intent)
    shown: dict[int, list[Session]] = {}
    for session in sessions or ():
        shown.setdefault(id(session.instance), []).append(session)
    serving = Serving(pods)
    made = [
        each
        for one in runs
        for each in _Node(one, wishes[id(one.instance)], shown.get(id(one.instance), ()), serving).peers()
    ]
    return Drift(tuple(sorted(made, key=lambda one: (one.run.label, one.vrf, one.peer))), runs, asked=collected)


class _Node:  # one FRR, its neighbors being compared
    def __init__(self, run: NodeRun, wishes: list[Intent], sessions: Iterable[Session], serving: Serving) -> None:
        self.run = run
        self.running = neighbors_of(run.config)
        self.startup = neighbors_of(run.instance.startup)
        self.state = neighbors_of(run.state)
        self.sessions = {(one.vrf, one.peer): one for one in sessions}
        self.named: dict[tuple[str, str], list[Intent]] = {}
        self.wishes: dict[tuple[str, str], list[Intent]] = {}
        for one in wishes:
            key = (one.vrf, one.peer)
            self.named.setdefault(key, []).append(one)
            if serving.serves(run, one):
                self.wishes.setdefault(key, []).append(one)

    def peers(self) -> Iterator[PeerDrift]:
        moved = set()
        for key, wishes in self.wishes.items():
            one = self._asked(key, tuple(wishes))
            moved.add((one.runs.router.vrf, one.peer) if one.presence is Presence.OTHER_VRF and one.runs else key)
            yield one
        for key in self.running:
            if key not in self.wishes and key not in moved:
                # A resource that another FRR of the node serves explains a neighbor all the same.
                presence = Presence.RUNS if key in self.named else Presence.EXTRA
                yield self._made(key, presence, (), self.running[key])

    def _asked(self, key: tuple[str, str], wishes: tuple[Intent, ...]) -> PeerDrift:
        runs = self.running.get(key) or self._dynamic(key)
        if runs is not None:
            return self._made(key, Presence.RUNS, wishes, runs)
        sure = selects_for_certain(wishes)
        if reason := self.run.unsure or self._doubt(key, sure):
            return self._made(key, Presence.UNKNOWN, wishes, reason=reason)
        for vrf, peer in self.running:
            if peer == key[1] and (vrf, peer) not in self.named:
                return self._made(key, Presence.OTHER_VRF, sure, self.running[vrf, peer])
        return self._made(key, Presence.MISSING, sure)

    def _doubt(self, key: tuple[str, str], sure: tuple[Intent, ...]) -> str | None:
        """Why a neighbor that is not configured may be right to be missing."""
        if not sure:
            return "the labels of the node were not collected"
        if self.run.new or all(too_new(one) for one in sure):
            return "the pod or the resource is less than a minute old"
        link = self._unnumbered(key, sure)
        return f"the unnumbered neighbor {link} of the same AS may be this one" if link else None

    def _unnumbered(self, key: tuple[str, str], wishes: Iterable[Intent]) -> str | None:
        """A neighbor by interface that nothing asks for and whose router is in the AS of the peer that is asked for."""
        wanted = {REMOTE_AS.wish(one) for one in wishes}
        for (vrf, peer), runs in self.running.items():
            if vrf != key[0] or not runs.neighbor.interface or (vrf, peer) in self.named:
                continue
            session = self.sessions.get((vrf, peer))
            known = session.block.remote_as if session and session.block else runs.neighbor.remote_as
            if str(known) in wanted:
                return peer
        return None

    def _dynamic(self, key: tuple[str, str]) -> Runs | None:
        """A neighbor that connected by itself from a range that FRR listens for."""
        session, config = self.sessions.get(key), self.run.config
        if session is None or session.config is None or session.router is None or config is None:
            return None
        return Runs(config, session.router, session.config) if session.config.peer != key[1] else None

    def _made(
        self,
        key: tuple[str, str],
        presence: Presence,
        wishes: tuple[Intent, ...],
        runs: Runs | None = None,
        reason: str | None = None,
    ) -> PeerDrift:
        startup, state, session = self.startup.get(key), self.state.get(key), self.sessions.get(key)
        attributes: tuple[AttributeDrift, ...] = ()
        if presence is not Presence.UNKNOWN:
            sources = (startup, None if self.run.shown else runs, state, session)
            judged = [each for each in ATTRIBUTES if not self.run.unsure or (runs and each.written_in(runs))]
            attributes = tuple(_compared(each, wishes, runs, sources) for each in judged)
        return PeerDrift(self.run, key[1], key[0], presence, wishes, runs, startup, state, session, reason, attributes)


_Sources = tuple[Runs | None, Runs | None, Runs | None, Session | None]


def _compared(attribute: Attribute, wishes: Iterable[Intent], runs: Runs | None, sources: _Sources) -> AttributeDrift:
    startup, running, state, session = sources
    values, against, agreed = [], set(), False
    for kind, group in kinds(wishes).items():
        source = Source(kind)
        asking = [one for one in group if attribute.wish(one) is not None]
        values += [Value(source, attribute.wish(one), attribute.where_asked(one), one.owner.name) for one in asking]
        if not asking or runs is None:
            continue
        # Resources that contradict each other are a fault of their own: one that fits is enough here.
        if any(attribute.fits(one, runs, session) for one in asking):
            agreed = True
        else:
            against.add(source)
    for source, shown in ((Source.STARTUP, startup), (Source.RUNNING, running), (Source.NODE_STATE, state)):
        if shown is not None:
            values.append(Value(source, attribute.runs(shown), attribute.where_written(shown)))
    if session is not None:
        lines = session.where(*attribute.shown) if attribute.shown else ()
        values.append(Value(Source.SESSION, attribute.session(session), lines))
    return AttributeDrift(attribute, tuple(values), False if against else True if agreed else None, frozenset(against))
