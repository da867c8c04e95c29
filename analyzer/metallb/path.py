"""The last part of a service's way: from the configuration of a node over its sessions to the routers.

Sources: metallb/metallb speaker/bgp_controller.go, internal/bgp/frr/frr.go (createConfig) and its templates.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from analyzer.bgp import announcements, cause, refused
from analyzer.frr import Session
from analyzer.instances import Instance
from analyzer.metallb.intents import Intent
from analyzer.policy import Verdict
from parsers.base import Evidence
from parsers.bgp_table import BgpTable
from parsers.frr_config_facts import BgpRouter, NetworkStatement
from parsers.metallb_peers import BgpPeer
from parsers.prefixes import contains, length
from parsers.prefixes import family as family_of
from parsers.vocabulary import Family


class Step(StrEnum):
    """The links of the chain in their order: the first that does not hold is the answer."""

    ADDRESS = "address"
    POOL = "pool"
    ADVERTISEMENT = "advertisement"
    NODE = "node"
    ENDPOINTS = "endpoints"
    PEER = "peer"
    CONFIGURATION = "configuration"
    NETWORK = "network"
    POLICY = "policy"
    TABLE = "table"
    SESSION = "session"
    FAMILY = "address family"


def order(step: Step) -> int:
    """Where a link stands in the chain."""
    return list(Step).index(step)


class State(StrEnum):
    """What a link is: broken, left out on purpose, or not to be told from what was collected."""

    BROKEN = "broken"
    LEFT_OUT = "left out"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Link:
    """The first link that does not hold: which, why in words, and the lines that say so."""

    step: Step
    state: State
    text: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class PeerPath:
    """One peer of one node for one prefix; without a link the prefix reaches it."""

    peer: str
    vrf: str
    prefix: str
    link: Link | None = None
    session: Session | None = None
    evidence: tuple[Evidence, ...] = ()


class Originated:
    """The `network` statements of some routers, ready for many questions."""

    def __init__(self, routers: Iterable[BgpRouter]) -> None:
        self.exact: dict[str, NetworkStatement] = {}
        self.wide: list[NetworkStatement] = []
        for router in routers:
            for statement in router.networks:
                self.exact.setdefault(statement.prefix, statement)
                if length(statement.prefix) != (32 if statement.family is Family.IPV4 else 128):
                    self.wide.append(statement)

    def holding(self, address: str, prefixes: Iterable[str] = ()) -> list[NetworkStatement]:
        """The statements of these prefixes, else those that hold the address: its own, an aggregate, a whole pool."""
        wanted = [self.exact[prefix] for prefix in prefixes if prefix in self.exact]
        own = [one for text in (f"{address}/32", f"{address}/128") if (one := self.exact.get(text))]
        return wanted or own or [one for one in self.wide if contains(one.prefix, address)]


class NodeView:
    """One FRR, with what the chains of many services ask of it."""

    def __init__(self, one: Instance, sessions: Iterable[Session], intents: Iterable[Intent]) -> None:
        self.instance = one
        self.sessions = tuple(sessions)
        self.intents = tuple(intents)
        named = {(each.vrf, each.peer) for each in self.intents}
        over_links = (each for each in self.sessions if each.config is not None and each.config.interface)
        self._unasked = [each for each in over_links if (each.vrf, each.peer) not in named]
        self.networks = Originated(one.routers)
        self._routers: dict[int, Originated] = {}
        self._verdicts: dict[tuple[int, Family], dict[int, Verdict]] = {}
        self._table = {(route.family, route.prefix) for route in one.routes}
        self._held = Counter(family for family, _ in self._table)

    def paths(
        self, address: str, prefixes: tuple[str, ...], asked: Iterable[tuple[Intent, tuple[str, ...]]] | None
    ) -> Iterator[PeerPath]:
        """The way of an address to each peer of the node.

        asked: the BGPPeers that are to get it, each with the prefixes that it is to get; None when none were
        collected: every session of the node counts then, for `prefixes`.
        """
        family = family_of(address)
        if family is None:
            return
        for intent, own in asked or ():
            session = intent.session or self._unnumbered(intent)
            if self._carries(session, intent, family):
                yield from self._paths(intent.label, intent.vrf, session, intent, address, own)
        for session in self.sessions if asked is None else ():
            if self._carries(session, None, family):
                yield from self._paths(session.peer, session.vrf, session, None, address, prefixes)

    def _unnumbered(self, intent: Intent) -> Session | None:
        """The session over an interface that nothing asks for, with a router of the AS that this peer is to be of."""
        wanted = intent.wish.peer_asn if isinstance(intent.wish, BgpPeer) else None
        found = (one for one in self._unasked if one.vrf == intent.vrf and wanted is not None)
        return next((one for one in found if one.block and one.block.remote_as == wanted), None)

    @staticmethod
    def _carries(session: Session | None, intent: Intent | None, family: Family) -> bool:
        """Whether prefixes of a family are meant for this peer: by FRR's word, else by what the resource asks."""
        config = session.config if session else None
        if config is not None and config.families:
            settings = config.families.get(family)
            return settings is not None and settings.activate
        peer = intent.peer if intent else session.peer if session else ""
        both = intent.wish.dual_stack_address_family if intent else False
        return both or family_of(peer) in {family, None}

    def _paths(  # noqa: PLR0913, PLR0917 - what one peer of one node is told by
        self,
        label: str,
        vrf: str,
        session: Session | None,
        intent: Intent | None,
        address: str,
        prefixes: tuple[str, ...],
    ) -> Iterator[PeerPath]:
        link = self._configured(label, session, intent)
        if link is not None or session is None:
            yield PeerPath(label, vrf, prefixes[0], link, session)
            return
        found = self._of_router(session.router).holding(address, prefixes)
        for prefix in prefixes if not found else ():
            yield PeerPath(label, vrf, prefix, self._no_network(session.router, prefix), session)
        for statement in found:
            lines = (statement.evidence, *session.where("state"))
            yield PeerPath(label, vrf, statement.prefix, self._beyond(session, statement), session, lines)

    def _of_router(self, router: BgpRouter | None) -> Originated:
        if router is None:
            return Originated(())
        if id(router) not in self._routers:
            self._routers[id(router)] = Originated((router,))
        return self._routers[id(router)]

    def _configured(self, label: str, session: Session | None, intent: Intent | None) -> Link | None:
        config = self.instance.config
        asked = intent.where("address", "interface") if intent else ()
        if config is None:
            return Link(Step.CONFIGURATION, State.UNKNOWN, "its running configuration was not collected", asked)
        if self.instance.bgpd_dead:
            return Link(Step.CONFIGURATION, State.BROKEN, "bgpd does not run", asked or (config.evidence,))
        if session is not None and session.config is not None:
            return None
        if not config.complete or (intent is not None and not _selected(intent)):
            text = f"{label} may be missing in its running configuration"
            return Link(Step.CONFIGURATION, State.UNKNOWN, text, asked)
        if session is None and intent is not None and self._configures(intent):
            return Link(Step.SESSION, State.UNKNOWN, f"the state of its session with {label} was not collected", asked)
        text = f"{label} is not in its running configuration"
        return Link(Step.CONFIGURATION, State.BROKEN, text, (*asked, config.evidence))

    def _configures(self, intent: Intent) -> bool:
        """Whether its running configuration has the peer: outputs that are cut do not show every session."""
        routers = (one for one in self.instance.routers if one.vrf == intent.vrf)
        return any(intent.peer == neighbor.peer for one in routers for neighbor in one.neighbors)

    def _no_network(self, router: BgpRouter | None, prefix: str) -> Link:
        config = self.instance.config
        lines = (router.evidence,) if router else (config.evidence,) if config else ()
        if config is None or not config.complete:
            return Link(Step.NETWORK, State.UNKNOWN, "its running configuration is cut", lines)
        return Link(Step.NETWORK, State.BROKEN, f"no `network {prefix}` in its running configuration", lines)

    def _beyond(self, session: Session, statement: NetworkStatement) -> Link | None:
        """What holds back a prefix that the node originates: its policy, the BGP table, the session, the family."""
        return (
            self._policy(session, statement)
            or self._in_table(session, statement)
            or _down(session)
            or _refused(session, statement.family)
        )

    def _policy(self, session: Session, statement: NetworkStatement) -> Link | None:
        verdict = self._verdict(session, statement)
        if verdict is None or verdict.permitted:
            return None
        lines = (statement.evidence, *verdict.evidence)
        whole = self.instance.config is not None and self.instance.config.complete
        if verdict.denied and whole:
            text = f"its outbound policy to {session.peer} holds {statement.prefix} back"
            return Link(Step.POLICY, State.BROKEN, text, lines)
        text = f"its outbound policy to {session.peer} cannot be judged offline"
        if not whole:
            text = "its running configuration is cut"
        return Link(Step.POLICY, State.UNKNOWN, text, lines)

    def _verdict(self, session: Session, statement: NetworkStatement) -> Verdict | None:
        key = (id(session), statement.family)
        if key not in self._verdicts:
            found = announcements(session, statement.family) or ()
            self._verdicts[key] = {id(one): verdict for one, verdict in found}
        return self._verdicts[key].get(id(statement))

    def _read(self, table: BgpTable) -> bool:
        """Whether every prefix of a table was there and could be read."""
        return table.routes is not None and table.routes <= self._held[table.family]

    def _in_table(self, session: Session, statement: NetworkStatement) -> Link | None:
        if session.vrf != "default":  # a must-gather holds the table of the default VRF alone
            return None
        whole = [
            one
            for one in self.instance.tables
            if one.family is statement.family and self._read(one) and one.vrf in {None, "default"}
        ]
        if not whole or (statement.family, statement.prefix) in self._table:
            return None
        text = f"{statement.prefix} is not in its BGP table"
        return Link(Step.TABLE, State.BROKEN, text, (statement.evidence, whole[-1].evidence))


def _selected(intent: Intent) -> bool:
    """Whether the resource selects the node for certain: the labels of a node that was not collected are unknown."""
    if intent.instance.host is not None:
        return True
    owner = intent.owner
    return isinstance(owner, BgpPeer) and not owner.node_selectors


def _down(session: Session) -> Link | None:
    if session.state is None:
        return Link(Step.SESSION, State.UNKNOWN, "the state of its sessions was not collected", session.where())
    if session.established:
        return None
    why = cause(session)
    text = f"the session with {session.peer} is down" + (f": {why}" if why else "")
    return Link(Step.SESSION, State.BROKEN, text, session.where("state", "last_reset"))


def _refused(session: Session, family: Family) -> Link | None:
    if not refused(session, family):
        return None
    unicast = f"{family} unicast"
    rows = [row.evidence for row in session.rows if row.family == unicast and row.negotiated is False]
    text = f"{session.peer} did not negotiate {unicast}"
    return Link(Step.FAMILY, State.BROKEN, text, (*session.where(f"family_capabilities.{unicast}"), *rows))
