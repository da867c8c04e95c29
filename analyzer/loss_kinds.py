"""Of what kind the loss of a BGP or BFD session is: the first question that has an answer decides."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from analyzer.bfd import down as bfd_down
from analyzer.bfd import never_heard
from analyzer.bgp import admin_down, messages, never_up, no_path, notification, passive, password, reset, waits_for_bfd
from analyzer.frr import Session
from analyzer.model import RankedFinding, Severity
from parsers.vocabulary import BgpState, Direction

EXPIRED = "control detection time expired"
SIGNALED = "neighbor signaled session down"


class Kind(StrEnum):
    """What stands behind a session that is down, lost again and again, or not guarded by BFD."""

    DAEMON = "daemon of FRR missing"
    SHUT_HERE = "shut down on this node"
    SHUT_THERE = "shut down by the peer"
    AS_NUMBER = "AS numbers differ"
    ROUTER_ID = "router IDs clash"
    PASSWORD = "passwords differ"  # noqa: S105 - the name of a fault
    PREFIX_LIMIT = "prefix limit reached"
    LINK = "link or next hop dead"
    MULTIHOP = "multihop missing"
    NO_ROUTE = "no route to the peer"
    BFD_FIRST = "BGP waits for BFD"
    CLOSED = "the peer closes the connection"
    REFUSED = "TCP refused"
    UNREACHABLE = "TCP unreachable"
    TIMED_OUT = "TCP timed out"
    UNANSWERED = "TCP unanswered"
    NO_TCP = "TCP never came up"
    PASSIVE = "waits for the peer to connect"
    ADDRESS_GONE = "own address gone"
    INTERFACE_DOWN = "own interface down"
    PATH = "packets stopped arriving"
    SILENCE = "hold timer expired"
    REPEATED = "lost again and again"
    BFD_SHUT_THERE = "BFD shut down by the peer"
    BFD_SIGNALED = "the peer signaled BFD down"
    BFD_ONE_WAY = "BFD in one direction only"
    BFD_LOST = "BFD down beside BGP"
    BFD_PASSIVE = "both ends of BFD wait"
    BFD_UNANSWERED = "BFD never answered"
    OTHER = "not explained by its own lines"


@dataclass(frozen=True, slots=True)
class Loss:
    """One session with findings about it. session: None where only saved metrics tell of it.

    reachable: the neighbor table of the node has the next hop to the peer as REACHABLE.
    """

    node: str | None
    peer: str
    session: Session | None
    found: Mapping[str, tuple[RankedFinding, ...]]
    daemons: frozenset[str] = frozenset()
    links: tuple[RankedFinding, ...] = ()
    reachable: bool = False

    def has(self, *rules: str) -> bool:
        """Whether one of these rules found something above info."""
        return any(one.severity.at_least(Severity.WARNING) for rule in rules for one in self.found.get(rule, ()))

    @property
    def down(self) -> bool:
        """Whether BGP is down, and not merely BFD."""
        return self.has("bgp-session-down") or (self.session is not None and not self.session.established)

    @property
    def findings(self) -> tuple[RankedFinding, ...]:
        """All findings about it."""
        return tuple(one for each in self.found.values() for one in each)


def kind_of(loss: Loss) -> Kind:
    """The kind of a loss: the first that fits."""
    return next((kind for kind, fits in _KINDS if fits(loss)), Kind.OTHER)


def _of_session(fits: Callable[[Session], bool]) -> Callable[[Loss], bool]:
    return lambda loss: loss.session is not None and fits(loss.session)


def _daemon(loss: Loss) -> bool:
    if loss.session is not None and loss.session.instance.bgpd_dead:
        return True
    wanted = {"bgpd", "zebra"} | ({"bfdd"} if loss.session is None or loss.session.uses_bfd else set())
    return loss.down and bool(wanted & loss.daemons)


def _shut_there(loss: Loss) -> bool:
    return loss.down and loss.has("bgp-ceased-by-administrator")


def _closed(session: Session) -> bool:
    opens = messages(session, "opens")
    return not session.established and never_up(session) and bool(opens and opens[0] and not opens[1])


def _silent_tcp(session: Session) -> bool:
    return not session.established and never_up(session) and messages(session, "total") == (0, 0)


def _unanswered(session: Session) -> bool:
    return _silent_tcp(session) and session.state is BgpState.CONNECT


def _passive(session: Session) -> bool:
    return _silent_tcp(session) and passive(session)


def _logged(word: str) -> Callable[[Loss], bool]:
    """The rule that reads TCP errors says the class first after the colon."""
    rule = "bgp-tcp-failure-classified"
    return lambda loss: loss.down and any(f": {word}" in one.message for one in loss.found.get(rule, ()))


def _path(session: Session) -> bool:
    """BFD or the peer's BFD saw packets stop, and BGP is down since."""
    if session.established:
        return False
    last = reset(session)
    by_bfd = notification(session, "Cease", "BFD Down") is not None or bool(last and last.reason.startswith("BFD down"))
    return by_bfd or (bfd_down(session) and session.bfd is not None and session.bfd.diagnostics != "ok")


def _ended_by(*reasons: str) -> Callable[[Session], bool]:
    """FRR's own words for why it ended the session (bgpd/bgp_fsm.c peer_down_str), and BGP is down since."""

    def fits(session: Session) -> bool:
        last = reset(session)
        return not session.established and last is not None and last.reason.startswith(reasons)

    return fits


def _silence(session: Session) -> bool:
    return not session.established and notification(session, "Hold Timer Expired") is not None


def _bfd_shut_there(session: Session) -> bool:
    bfd = session.bfd
    return bfd is not None and bfd_down(session) and bfd.remote_diagnostics == "administratively down"


def _signaled(session: Session) -> bool:
    """Whether the peer told this end that BFD is over, and says nothing since."""
    bfd = session.bfd
    if bfd is None or not session.established or not bfd_down(session):
        return False
    return bfd.diagnostics == SIGNALED and not bfd.remote_id


def _one_way(session: Session) -> bool:
    """Whether one of the two ends hears the other no more, or never did, while BGP itself goes on."""
    if not session.established or not bfd_down(session) or session.bfd is None:
        return False
    return session.bfd.status == "init" or bool(session.bfd.remote_id) or session.bfd.diagnostics == EXPIRED


def _bfd_passive(session: Session) -> bool:
    return session.established and session.bfd is not None and bool(session.bfd.passive) and never_heard(session)


def _bfd_never(session: Session) -> bool:
    return session.established and never_heard(session)


# The order decides: what proves itself stands before what only fits, BGP before BFD alone.
_KINDS: tuple[tuple[Kind, Callable[[Loss], bool]], ...] = (
    (Kind.DAEMON, _daemon),
    (Kind.SHUT_HERE, _of_session(lambda session: not session.established and admin_down(session))),
    (Kind.AS_NUMBER, lambda loss: loss.has("bgp-asn-mismatch")),
    (Kind.ROUTER_ID, lambda loss: loss.has("bgp-router-id-conflict")),
    (Kind.PASSWORD, lambda loss: loss.down and loss.has("bgp-md5-mismatch")),
    (Kind.PREFIX_LIMIT, lambda loss: loss.down and loss.has("bgp-prefix-limit")),
    (Kind.SHUT_THERE, _shut_there),
    (Kind.LINK, lambda loss: loss.down and bool(loss.links)),
    (Kind.MULTIHOP, lambda loss: loss.down and loss.has("bgp-ebgp-multihop-missing")),
    (Kind.NO_ROUTE, _of_session(lambda session: not session.established and no_path(session))),
    (Kind.BFD_SHUT_THERE, _of_session(_bfd_shut_there)),
    (Kind.BFD_FIRST, _of_session(waits_for_bfd)),
    (Kind.CLOSED, _of_session(_closed)),
    (Kind.REFUSED, _logged("refused")),
    (Kind.UNREACHABLE, lambda loss: _logged("no route to host")(loss) or _logged("network unreachable")(loss)),
    (Kind.TIMED_OUT, _logged("timed out")),
    (Kind.PASSIVE, _of_session(_passive)),
    (Kind.UNANSWERED, _of_session(_unanswered)),
    (Kind.NO_TCP, _of_session(_silent_tcp)),
    (Kind.ADDRESS_GONE, _of_session(_ended_by("Neighbor address lost", "Update source change"))),
    (Kind.INTERFACE_DOWN, _of_session(_ended_by("Interface down"))),
    (Kind.PATH, _of_session(_path)),
    (Kind.SILENCE, _of_session(_silence)),
    (Kind.REPEATED, lambda loss: loss.has("bgp-flapping", "bgp-hold-timer-expired") and not loss.down),
    (Kind.BFD_SIGNALED, _of_session(_signaled)),
    (Kind.BFD_ONE_WAY, _of_session(_one_way)),
    (Kind.BFD_PASSIVE, _of_session(_bfd_passive)),
    (Kind.BFD_UNANSWERED, _of_session(_bfd_never)),
    (Kind.BFD_LOST, lambda loss: loss.has("bfd-session-down", "bfd-flapping", "bfd-not-run-by-remote")),
)


def secured(loss: Loss) -> bool:
    """Whether TCP MD5 authentication is on for this session."""
    return loss.session is not None and password(loss.session)


def heard_last(loss: Loss) -> Direction | None:
    """Which end sent the NOTIFICATION about its hold timer: the one that heard nothing."""
    return notification(loss.session, "Hold Timer Expired") if loss.session else None
