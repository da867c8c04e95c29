"""The attributes of a neighbor as resources ask for them and as configurations and sessions show them.

What is compared is the meaning. Sources: metallb/metallb internal/config/config.go (parsePeer, parseTimers) and
internal/bgp/frr/templates/neighborsession.tmpl, releases 0.10 to 0.16; metallb/frr-k8s
internal/controller/api_to_config.go; FRRouting bgpd/bgpd.c (peer_timers_set, peer_ebgp_multihop_set) and
bgpd/bgp_vty.c (bgp_config_write_peer_global), releases 7.5 to 10.7.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from analyzer.frr import Session
from analyzer.metallb.drift_runs import Runs
from analyzer.metallb.intents import Intent
from parsers.base import Evidence
from parsers.frr_config_facts import RemoteAs
from parsers.frrk8s_configurations import FrrNeighbor
from parsers.metallb_peers import BgpPeer
from parsers.vocabulary import Family, address, family_of

BGP_PORT = 179
OLD_HOLD_TIME = 90  # seconds that MetalLB up to 0.14.8 took for a hold time of 0 or none
CONNECT = {"traditional": 120, "datacenter": 10}  # FRR's connect retry timer by profile, seconds
TIMERS = {"traditional": (60, 180), "datacenter": (3, 9)}  # keepalive and hold time
NONE, SET = "none", "set"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a neighbor: what a resource, a configuration and a session show, and whether it fits.

    None is what is not set. `asked` are the names of its fields in the resource, `written` those of its statements in
    the configuration, `shown` those of its lines in the neighbor block.
    """

    name: str
    wish: Callable[[Intent], str | None]
    runs: Callable[[Runs], str | None]
    session: Callable[[Session], str | None]
    fits: Callable[[Intent, Runs, Session | None], bool]
    asked: tuple[str, ...]
    written: tuple[str, ...]
    shown: tuple[str, ...] = ()
    of_router: bool = False

    def where_asked(self, intent: Intent) -> tuple[Evidence, ...]:
        """The lines in the resource."""
        whose = intent.router if self.of_router and intent.router is not None else intent.wish
        names = ("asn", *self.asked) if whose is intent.router and self.name == "router AS" else self.asked
        return whose.where(*names)

    def written_in(self, runs: Runs) -> bool:
        """Whether the configuration has a statement of it."""
        return any(name in (runs.router if self.of_router else runs.neighbor).marks for name in self.written)

    def where_written(self, runs: Runs) -> tuple[Evidence, ...]:
        """The lines in the configuration; the neighbor's own where it is not written."""
        part = runs.router if self.of_router else runs.neighbor
        marked = tuple(part.marks[name] for name in self.written if name in part.marks)
        return tuple(dict.fromkeys(marked)) or (part.evidence,)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _remote(intent: Intent) -> int | str | None:
    wish = intent.wish
    number = wish.peer_asn if isinstance(wish, BgpPeer) else wish.asn
    return number or _text(wish.dynamic_asn)


def _local(intent: Intent) -> int | None:
    return intent.wish.my_asn if isinstance(intent.wish, BgpPeer) else intent.router.asn if intent.router else None


def _router_id(intent: Intent) -> str | None:
    holder = intent.wish if isinstance(intent.wish, BgpPeer) else intent.router
    return holder.router_id if holder else None


def _fits_remote(intent: Intent, runs: Runs, session: Session | None) -> bool:
    wanted, found = _remote(intent), runs.neighbor.remote_as
    if found is None or str(wanted) == str(found):
        return True
    if not isinstance(wanted, int) or not isinstance(found, RemoteAs):
        return False
    known = session.block.remote_as if session and session.block else None
    if known is not None:
        return known == wanted
    internal = wanted == (runs.neighbor.local_as or runs.router.local_as)
    return found is RemoteAs.AUTO or internal is (found is RemoteAs.INTERNAL)


def _port(intent: Intent) -> str | None:
    return _text(intent.wish.port or None)  # 0 is the default's other name


def _fits_port(intent: Intent, runs: Runs, _: Session | None) -> bool:
    return (intent.wish.port or BGP_PORT) == (runs.neighbor.port or BGP_PORT)


def _pairs(hold: int | None, keepalive: int | None) -> set[tuple[int, int]]:
    """The pairs of keepalive and hold time that the releases make of these wishes."""
    if hold is None:
        # A fraction of a second of the keepalive time counts three times; old releases keep their hold time.
        holds = {OLD_HOLD_TIME, *(3 * (keepalive or 0) + more for more in range(3))}
    else:
        holds = {hold} if hold else {0, OLD_HOLD_TIME}
    found = set()
    for each in holds:
        keeps = {each // 3} if keepalive is None else {keepalive} if keepalive else {0, each // 3}
        found |= {(min(keep, each // 3), each) for keep in keeps}  # FRR cuts it to a third
    return found


def timers(runs: Runs) -> tuple[int | None, int | None]:
    """Keepalive and hold time in effect; None where the profile is not known."""
    own, router = runs.neighbor, runs.router
    default: tuple[int | None, int | None] = TIMERS.get(runs.config.defaults or "traditional", (None, None))
    keepalive = own.keepalive if own.keepalive is not None else router.keepalive
    hold = own.hold_time if own.hold_time is not None else router.hold_time
    return (default[0] if keepalive is None else keepalive, default[1] if hold is None else hold)


def _pair(keepalive: int | None, hold: int | None) -> str | None:
    return None if keepalive is None or hold is None else f"{keepalive} {hold}"


def _wished_timers(intent: Intent) -> str | None:
    hold, keepalive = intent.wish.hold_time, intent.wish.keepalive
    if hold is None and keepalive is None:
        return None
    hold = hold if hold is not None else 3 * (keepalive or 0)
    return f"{min(hold // 3 if keepalive is None else keepalive, hold // 3)} {hold}"


def _fits_timers(intent: Intent, runs: Runs, _: Session | None) -> bool:
    found = timers(runs)
    return None in found or found in _pairs(intent.wish.hold_time, intent.wish.keepalive)


def _connect(runs: Runs) -> int | None:
    return runs.neighbor.connect_time or CONNECT.get(runs.config.defaults or "traditional")


def _fits_connect(intent: Intent, runs: Runs, _: Session | None) -> bool:
    return not intent.wish.connect_time or _connect(runs) in {None, intent.wish.connect_time}


def _source(intent: Intent) -> str | None:
    written = intent.wish.source_address
    return address(written) if written else None


def _password(intent: Intent) -> str | None:
    return SET if intent.wish.password or intent.wish.password_secret else None


def _fits_password(_: Intent, runs: Runs, session: Session | None) -> bool:
    # An archive whose passwords were cut out still tells in the session that there is one.
    return runs.neighbor.password or bool(session and session.block and session.block.authentication)


def _multihop(intent: Intent) -> str | None:
    if intent.wish.ebgp_multihop:
        return "yes"
    return "no" if "ebgp_multihop" in intent.wish.marks else None


def _fits_multihop(intent: Intent, runs: Runs, _: Session | None) -> bool:
    own = runs.neighbor
    far = own.ebgp_multihop is not None and own.ebgp_multihop > 1
    if not intent.wish.ebgp_multihop:
        return not far
    # FRR takes the statement for an internal or unnumbered neighbor and keeps nothing of it.
    internal = own.remote_as in {RemoteAs.INTERNAL, own.local_as or runs.router.local_as}
    return far or internal or own.interface or own.ttl_security is not None


def _families(intent: Intent) -> str | None:
    own = family_of(intent.peer)
    if intent.wish.dual_stack_address_family:
        return "ipv4 ipv6"
    return str(own) if intent.wish.disable_mp and own else None


def _active(runs: Runs) -> str:
    return " ".join(str(one) for one in Family if (found := runs.neighbor.families.get(one)) and found.activate)


def _of_block(name: str) -> Callable[[Session], str | None]:
    return lambda session: _text(getattr(session.block, name)) if session.block else None


def _agreed(session: Session) -> str | None:
    block = session.block
    if block is None:
        return None
    return _pair(block.configured_keepalive, block.configured_hold_time) or _pair(block.keepalive, block.hold_time)


def _unknown(_: Session) -> str | None:
    return None


def _same(wish: Callable[[Intent], object], runs: Callable[[Runs], object]) -> Callable[..., bool]:
    def fits(intent: Intent, found: Runs, _: Session | None) -> bool:
        return str(wish(intent)) == str(runs(found))

    return fits


def _simple(  # noqa: PLR0913, PLR0917 - a row of the table below
    name: str,
    wish: Callable[[Intent], object],
    runs: Callable[[Runs], object],
    session: Callable[[Session], str | None],
    asked: tuple[str, ...],
    written: str,
    shown: tuple[str, ...] = (),
    *,
    of_router: bool = False,
) -> Attribute:
    def asks(intent: Intent) -> str | None:
        return _text(wish(intent))

    def has(found: Runs) -> str | None:
        return _text(runs(found))

    return Attribute(name, asks, has, session, _same(wish, runs), asked, (written,), shown, of_router)


REMOTE_AS = Attribute(
    "remote-as",
    lambda intent: _text(_remote(intent)),
    lambda runs: _text(runs.neighbor.remote_as),
    _of_block("remote_as"),
    _fits_remote,
    ("peer_asn", "asn", "dynamic_asn"),
    ("remote_as",),
    ("remote_as",),
)
ATTRIBUTES: tuple[Attribute, ...] = (
    REMOTE_AS,
    _simple(
        "local-as",
        lambda intent: intent.wish.local_asn,
        lambda runs: runs.neighbor.local_as,
        _unknown,
        ("local_asn",),
        "local_as",
    ),
    _simple(
        "router AS",
        _local,
        lambda runs: runs.router.local_as,
        _unknown,
        ("my_asn",),
        "local_as",
        of_router=True,
    ),
    _simple(
        "router ID",
        _router_id,
        lambda runs: runs.router.router_id,
        _of_block("local_router_id"),
        ("router_id",),
        "router_id",
        ("local_router_id",),
        of_router=True,
    ),
    Attribute("port", _port, lambda runs: _text(runs.neighbor.port), _unknown, _fits_port, ("port",), ("port",)),
    Attribute(
        "timers",
        _wished_timers,
        lambda runs: _pair(*timers(runs)),
        _agreed,
        _fits_timers,
        ("keepalive", "hold_time"),
        ("keepalive", "hold_time"),
        ("hold_time",),
    ),
    Attribute(
        "connect time",
        lambda intent: _text(intent.wish.connect_time or None),
        lambda runs: _text(_connect(runs)),
        _of_block("connect_retry"),
        _fits_connect,
        ("connect_time",),
        ("connect_time",),
    ),
    _simple(
        "update-source",
        _source,
        lambda runs: runs.neighbor.update_source,
        _of_block("update_source"),
        ("source_address",),
        "update_source",
    ),
    Attribute(
        "password",
        _password,
        lambda runs: SET if runs.neighbor.password else NONE,
        lambda session: (SET if session.block.authentication else NONE) if session.block else None,
        _fits_password,
        ("password", "password_secret"),
        ("password",),
    ),
    _simple(
        "BFD profile",
        lambda intent: intent.wish.bfd_profile,
        lambda runs: runs.neighbor.bfd_profile,
        lambda session: ("on" if session.block.bfd else "off") if session.block else None,
        ("bfd_profile",),
        "bfd_profile",
    ),
    Attribute(
        "ebgp-multihop",
        _multihop,
        lambda runs: _text(runs.neighbor.ebgp_multihop),
        _of_block("max_hops"),
        _fits_multihop,
        ("ebgp_multihop",),
        ("ebgp_multihop",),
        ("max_hops",),
    ),
    Attribute(
        "address families",
        _families,
        lambda runs: _active(runs) or None,
        lambda session: ", ".join(one.name for one in session.block.families) if session.block else None,
        lambda intent, runs, _: _families(intent) == _active(runs),
        ("dual_stack_address_family", "disable_mp"),
        (),
    ),
)


def kinds(intents: Iterable[Intent]) -> dict[str, list[Intent]]:
    """The intents by the kind of their resource: BGPPeers, then FRRConfigurations."""
    found: dict[str, list[Intent]] = {}
    for one in sorted(intents, key=lambda each: isinstance(each.wish, FrrNeighbor)):
        found.setdefault("FRRConfiguration" if isinstance(one.wish, FrrNeighbor) else "BGPPeer", []).append(one)
    return found
