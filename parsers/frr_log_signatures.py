"""The messages of FRR's daemons that the rules ask for, and the expression that finds them in gigabytes of log.

Wordings of releases 7.5 to 10.x (FRRouting bgpd/bgp_fsm.c, bgp_debug.c, bgp_packet.c, bgp_network.c, bgp_route.c,
bgp_nht.c, bgp_io.c, bgpd.c; bfdd/bfd.c, bfd_packet.c; zebra/zapi_msg.c, zebra_rnh.c, zserv.c; watchfrr/watchfrr.c;
lib/event.c, lib/thread.c, lib/vty.c, lib/lib_vty.c, lib/libfrr.c, lib/log.c).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from parsers.vocabulary import address, is_address, network


class FrrLogKind(StrEnum):
    """What a message says. Those marked (debug) are written at log level debug only."""

    ADJACENCY_UP = "adjacency-up"  # with log-neighbor-changes only, as the next
    ADJACENCY_DOWN = "adjacency-down"
    ESTABLISHED = "established"  # (debug)
    LEFT_ESTABLISHED = "left-established"  # (debug)
    END_OF_RIB = "end-of-rib"  # at level informational the only sign that a session came up, once for each family
    NOTIFICATION_SENT = "notification-sent"  # with log-neighbor-changes or debug, as the next
    NOTIFICATION_RECEIVED = "notification-received"
    HOLD_TIMER_EXPIRED = "hold-timer-expired"  # (debug)
    BAD_PEER_AS = "bad-peer-as"  # (debug)
    BAD_ROUTER_ID = "bad-router-id"  # (debug)
    SAME_ROUTER_ID = "same-router-id"
    ROUTER_ID = "router-id"  # (debug) which one was chosen
    OPEN_FAILED = "open-failed"
    READ_ERROR = "read-error"
    CONNECT_FAILED = "connect-failed"  # (debug) with the errno of TCP
    CONNECT_OPEN_FAILED = "connect-open-failed"  # (debug)
    CONNECTION_REJECTED = "connection-rejected"  # (debug) a peer that is not configured, or not accepted now
    PREFIX_LIMIT = "prefix-limit"
    PREFIX_THRESHOLD = "prefix-threshold"
    MD5_NOT_SET = "md5-not-set"
    BIND_FAILED = "bind-failed"
    SENDQ_STUCK = "sendq-stuck"
    SENDQ_TERMINATED = "sendq-terminated"
    WAITING_FOR_NEXTHOP = "waiting-for-nexthop"  # (debug), as the next four
    NEXTHOP_UPDATE = "nexthop-update"
    NEXTHOP_UNRESOLVED = "nexthop-unresolved"
    NEXTHOP_RESOLVED = "nexthop-resolved"
    NEXTHOP_UNKNOWN = "nexthop-unknown"
    BFD_UP = "bfd-up"  # (debug), from 10.4 on with log-session-changes, as the next two
    BFD_DOWN = "bfd-down"
    BFD_CHANGE = "bfd-change"
    BFD_REJECTED = "bfd-rejected"  # (debug)
    WATCHFRR_STARTED = "watchfrr-started"  # an echo of the start script; the daemon's own message is the next
    DAEMON_STARTED = "daemon-started"
    DAEMON_NOT_YET_UP = "daemon-not-yet-up"  # watchfrr's first look at every start
    DAEMON_UP = "daemon-up"
    DAEMON_DOWN = "daemon-down"
    DAEMON_UNRESPONSIVE = "daemon-unresponsive"
    PROCESS_KILLED = "process-killed"
    PROCESS_FAILED = "process-failed"
    ALL_DAEMONS_FAILED = "all-daemons-failed"
    TERMINATING = "terminating"
    CRASH = "crash"
    CONFIG_READ = "config-read"
    CLIENT_HELLO = "client-hello"
    CLIENT_GONE = "client-gone"
    CPU_HOG = "cpu-hog"
    STARVATION = "starvation"
    SLOW_THREAD = "slow-thread"


@dataclass(frozen=True, slots=True)
class Signature:
    """One message; the named groups of `pattern` are its details, `peer`, `prefix` and `name` among them."""

    kind: FrrLogKind
    anchor: bytes  # an expression for the first words, cheap to search for
    pattern: re.Pattern[str]


def _expression(words: str, word: str) -> str:
    parts = re.split(r"<(\w+)>", words)
    return "".join(word.format(part) if at % 2 else re.escape(part) for at, part in enumerate(parts))


def _signature(kind: FrrLogKind, words: str, tail: str = "", more: str = "") -> Signature:
    """`words`: how the message begins, `<name>` is a word that varies; `tail`: an expression for the rest.

    more: how the tail begins, where the words alone would find too much.
    """
    begin = _expression(words, r"(?P<{}>\S+)")
    return Signature(kind, _expression(words + more, r"\S++").encode(), re.compile(begin + tail))


_NOTIFICATION = (
    r" neighbor (?P<peer>\S+) (?P<code>\d+)/(?P<subcode>\d+) \((?P<reason>[^)]{0,200})\)"
    r'(?: "(?P<message>[^"]{0,300}))?'
)
_SESSION = (
    r"(?:data plane: )?mhop:(?P<multihop>yes|no) peer:(?P<peer>[^\s\]]+)(?: local:(?P<local>[^\s\]]+))?"
    r"(?: vrf:(?P<vrf>[^\s\]]+))?(?: ifname:(?P<interface>[^\s\]]+))?[^\]]*\] "
)
_REJECTED = (
    r"(?P<reason>[^\[]{3,100}?)\s*\[mhop:(?P<multihop>yes|no)(?: peer:(?P<peer>[^\s\]]+))?"
    r"(?: local:(?P<local>[^\s\]]+))?"
)
_END_OF_RIB = r"(?P<name>.{1,40}?) from (?P<peer>\S+) in vrf (?P<vrf>\S+)"
_STALL = r"(?:task (?P<task>\S+)|command) .*?\b(?P<milliseconds>\d+)ms \(cpu time (?P<cpu_milliseconds>\d+)ms\)"

K = FrrLogKind
SIGNATURES: tuple[Signature, ...] = (
    _signature(K.ADJACENCY_UP, "%ADJCHANGE: neighbor <peer> in vrf <vrf> Up"),
    _signature(K.ADJACENCY_DOWN, "%ADJCHANGE: neighbor <peer> in vrf <vrf> Down", r" ?(?P<reason>.*)"),
    _signature(K.NOTIFICATION_SENT, "%NOTIFICATION: sent to", _NOTIFICATION),
    _signature(K.NOTIFICATION_SENT, "%NOTIFICATION(Hard Reset): sent to", _NOTIFICATION),
    _signature(K.NOTIFICATION_RECEIVED, "%NOTIFICATION: received from", _NOTIFICATION),
    _signature(K.NOTIFICATION_RECEIVED, "%NOTIFICATION(Hard Reset): received from", _NOTIFICATION),
    _signature(
        K.PREFIX_LIMIT,
        "%MAXPFXEXCEED: No. of ",
        r"(?P<family>.{1,40}?) prefix received from (?P<peer>\S+) "
        r"(?P<count>\d+) exceed, limit (?P<limit>\d+)",
    ),
    _signature(
        K.PREFIX_THRESHOLD,
        "%MAXPFX: No. of ",
        r"(?P<family>.{1,40}?) prefix received from (?P<peer>\S+) "
        r"reaches (?P<count>\d+), max (?P<limit>\d+)",
    ),
    _signature(K.END_OF_RIB, "<function> rcvd End-of-RIB for ", _END_OF_RIB),
    _signature(K.END_OF_RIB, "rcvd End-of-RIB for ", _END_OF_RIB),
    _signature(K.ESTABLISHED, "<peer> went from OpenConfirm to Established"),
    _signature(K.ESTABLISHED, "<peer> fd <descriptor> went from OpenConfirm to Established"),
    _signature(K.LEFT_ESTABLISHED, "<peer> went from Established to <state>"),
    _signature(K.LEFT_ESTABLISHED, "<peer> fd <descriptor> went from Established to <state>"),
    _signature(
        K.BAD_PEER_AS,
        "<peer> bad OPEN, remote AS is ",
        r"(?:(?P<remote_as>\d+), (?:expected )?(?P<expected>\d+|internal|external)|unspecified)",
    ),
    _signature(K.BAD_PEER_AS, "<peer> bad OPEN, got AS", r"(?P<reason>.*)"),
    _signature(K.BAD_ROUTER_ID, "<peer> bad OPEN, wrong router identifier <router_id>"),
    _signature(K.SAME_ROUTER_ID, "Peer's router-id <router_id> is the same as ours"),
    _signature(K.ROUTER_ID, "RID change : vrf ", r"(?P<vrf>.{1,60}?)\(\d+\), RTR ID (?P<router_id>\S+)"),
    _signature(K.OPEN_FAILED, "<function> BGP OPEN receipt failed for peer: <peer>"),
    _signature(K.READ_ERROR, "<peer> [Error] bgp_read_packet error: ", r"(?P<error>.*)"),
    _signature(K.CONNECT_FAILED, "<peer> [Event] Connect failed ", r"(?P<errno>-?\d+)\((?P<error>[^)]*)\)"),
    _signature(K.CONNECT_OPEN_FAILED, "<peer> [FSM] TCP_connection_open_failed ", r"\((?P<transition>[\w>-]+)\)"),
    _signature(K.HOLD_TIMER_EXPIRED, "<peer> [FSM] Hold timer expire"),
    _signature(K.WAITING_FOR_NEXTHOP, "<peer> [FSM] Waiting for NHT"),
    _signature(K.CONNECTION_REJECTED, "[Event] <peer> connection rejected", r"\([^)]*\) - (?P<reason>.*)"),
    _signature(K.CONNECTION_REJECTED, "[Event] Incoming BGP connection rejected from <peer> ", r"(?P<reason>.*)"),
    _signature(K.MD5_NOT_SET, "Unable to set TCP MD5 option on socket for peer <peer> ", r"\([^)]*\): (?P<error>.*)"),
    _signature(K.BIND_FAILED, "bind: ", r"(?P<error>.*)"),
    _signature(K.BIND_FAILED, "<function> no usable addresses please check other programs usage", r".*?(?P<port>\d+)"),
    _signature(K.SENDQ_STUCK, "<peer> has not made any SendQ progress for 1 holdtime (", r"(?P<seconds>\d+)s"),
    _signature(K.SENDQ_TERMINATED, "<peer> has not made any SendQ progress for 2 holdtimes (", r"(?P<seconds>\d+)s"),
    _signature(
        K.NEXTHOP_UPDATE,
        "<instance> <vrf> Rcvd NH update ",
        r"(?P<prefix>[^\s(]+)\S* - metric \d+/\d+ #nhops (?P<nexthops>\d+)/(?P<nexthops_before>\d+)",
    ),
    _signature(K.NEXTHOP_UNRESOLVED, "<nexthop> NH has become unresolved"),
    _signature(K.NEXTHOP_RESOLVED, "<nexthop> NH resolved over route <route>"),
    _signature(K.NEXTHOP_UNKNOWN, "Cannot find connected NHT node for peer <peer>"),
    *(
        _signature(kind, words, _SESSION + change)
        for words in ("state-change: [", "Session-Change: [")
        for kind, change in (
            (K.BFD_UP, r"(?P<before>[\w-]+) -> up\b"),
            (K.BFD_DOWN, r"(?P<before>up) -> (?P<after>[\w-]+)(?: reason:(?P<reason>\S+))?"),
            (K.BFD_CHANGE, r"(?P<before>[\w-]+) -> (?P<after>[\w-]+)(?: reason:(?P<reason>\S+))?"),
        )
    ),
    *(
        _signature(K.BFD_REJECTED, "control-packet: ", _REJECTED, more)
        for more in ("invalid TTL", "no session found", "exceeded max hop count", "remote discriminator mismatch")
    ),
    _signature(K.BFD_REJECTED, "<function> invalid TTL: <got>"),
    _signature(K.WATCHFRR_STARTED, "Started watchfrr"),
    _signature(K.DAEMON_STARTED, "<name> <version> starting: ", r".*vty@"),
    _signature(K.DAEMON_NOT_YET_UP, "<name> state -> down : initial connection attempt failed"),
    _signature(K.DAEMON_DOWN, "<name> state -> down : ", r"(?P<reason>.*)"),
    _signature(K.DAEMON_UP, "<name> state -> up : ", r"(?P<reason>.*)"),
    _signature(K.DAEMON_UNRESPONSIVE, "<name> state -> unresponsive : ", r"(?P<reason>.*)"),
    _signature(K.PROCESS_KILLED, "<what> <name> process <pid> terminated due to signal <signal>"),
    _signature(K.PROCESS_FAILED, "<what> <name> process <pid> exited with non-zero status <status>"),
    _signature(K.ALL_DAEMONS_FAILED, "all configured daemons failed to start"),
    _signature(K.TERMINATING, "Terminating on signal"),
    _signature(K.CRASH, "Received signal <signal> at <epoch>"),
    _signature(K.CONFIG_READ, "Configuration Read in Took: <took>"),
    _signature(K.CLIENT_HELLO, "client <client> says hello and bids fair to announce only <name> routes"),
    _signature(K.CLIENT_GONE, "client <client> disconnected <routes> <name> "),
    _signature(K.CPU_HOG, "CPU HOG: ", _STALL),
    _signature(K.STARVATION, "STARVATION: ", _STALL),
    _signature(K.SLOW_THREAD, "SLOW THREAD: ", _STALL),
)


_WORD = rb"\S++\ "  # a word that varies and a blank, as `_signature` writes them


def _either(expressions: Iterable[bytes]) -> bytes:
    """Alternatives by their first character, so that most of them fail at once."""
    begun: dict[bytes, list[bytes]] = {}
    for one in dict.fromkeys(expressions):
        head = one[:2] if one.startswith(b"\\") else one[:1]
        begun.setdefault(head, []).append(one[len(head) :])
    return b"|".join(head + b"(?:" + b"|".join(tails) + b")" for head, tails in begun.items())


def _prefilter(anchors: list[bytes]) -> bytes:
    """The anchors; those that begin with a varying word come last and share it."""
    behind = [anchor.removeprefix(_WORD) for anchor in anchors if anchor.startswith(_WORD)]
    first = _either(anchor for anchor in anchors if not anchor.startswith(_WORD))
    return first + b"|" + _WORD + b"(?:" + _prefilter(behind) + b")" if behind else first


# Behind `BGP: [XXXXX-XXXXX][EC 1] `. Searching for the colon first is what makes it fast.
PREFILTER = re.compile(
    rb": (?:\[[A-Z0-9]{5}-[A-Z0-9]{5}\](?:\[EC \d+\])? |\[EC \d+\] )?(?:"
    + _prefilter([signature.anchor for signature in SIGNATURES])
    + b")"
)


def _by_character(behind_a_word: bool) -> dict[str, list[Signature]]:
    found: dict[str, list[Signature]] = {}
    for signature in SIGNATURES:
        if signature.anchor.startswith(_WORD) is behind_a_word:
            begin = signature.anchor.removeprefix(_WORD)
            character = begin.removeprefix(b"\\")[:1].decode()
            # Behind a second varying word stands anything.
            found.setdefault("" if begin.startswith(_WORD) else character, []).append(signature)
    return found


_FIRST, _SECOND = _by_character(False), _by_character(True)


def _candidates(text: str) -> list[Signature]:
    at = text.find(" ") + 1
    return [*_FIRST.get(text[:1], ()), *_SECOND.get(text[at : at + 1], ()), *_SECOND.get("", ())]


@dataclass(frozen=True, slots=True)
class Message:
    """A message by its signature: the peer or the name that it is about, and the rest of what it says."""

    kind: FrrLogKind
    peer: str | None
    name: str | None
    details: dict[str, str | int]


# The words of a message that tell nothing.
_UNTOLD = frozenset({"function", "descriptor", "instance", "what", "client", "version"})
_TRACKED = re.compile(r"(?:[^\s()]*\(\d+\)|\d+):(\S+):")  # the prefix in `default(0):192.0.2.1/32:`


@lru_cache(maxsize=4096)
def peer_of(text: str) -> str:
    """The peer in `192.0.2.1(tor1)`, `tor1(192.0.2.1)`, `192.0.2.1(VRF`, `192.0.2.1:`; interfaces as they are."""
    outer, _, inner = text.rstrip(":,;").partition("(")
    inner = inner.removesuffix(")")
    return address(inner if inner and is_address(inner) and not is_address(outer) else outer)


def _one_address(prefix: str) -> str | None:
    found = network(prefix)
    return str(found.network_address) if found and found.num_addresses == 1 else None


def understand(text: str) -> Message | None:
    """What a message says; None if no signature fits."""
    for signature in _candidates(text):
        if match := signature.pattern.match(text):
            break
    else:
        return None
    values = {name: value for name, value in match.groupdict().items() if value and name not in _UNTOLD}
    if tracked := _TRACKED.fullmatch(values.pop("nexthop", "")):
        values["prefix"] = tracked[1]
    peer, name = values.pop("peer", None), values.pop("name", None)
    return Message(
        signature.kind,
        peer_of(peer) if peer else _one_address(values.get("prefix", "")),
        name,
        {key: int(value) if value.isdecimal() and len(value) < 20 else value.strip() for key, value in values.items()},
    )
