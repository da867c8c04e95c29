"""The messages of FRR's daemons that the rules ask for.

Wordings of releases 7.5 to 10.x (FRRouting bgpd/bgp_fsm.c, bgp_debug.c, bgp_packet.c, bgp_network.c, bgp_route.c,
bgp_nht.c, bgp_io.c, bgpd.c; bfdd/bfd.c, bfd_packet.c; zebra/zapi_msg.c, zebra_rnh.c, zserv.c; watchfrr/watchfrr.c;
lib/event.c, lib/thread.c, lib/vty.c, lib/lib_vty.c, lib/libfrr.c, lib/log.c).
"""

import re
from dataclasses import dataclass

from parsers.frr_log_kinds import FrrLogKind


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
    r"(?:data plane: )?mhop:(?P<multihop>yes|no) peer:(?P<peer>[^\s\]]{1,64})(?: local:(?P<local>[^\s\]]{1,64}))?"
    r"(?: vrf:(?P<vrf>[^\s\]]{1,64}))?(?: ifname:(?P<interface>[^\s\]]{1,64}))?[^\]]{0,99}\] "
)
_REJECTED = (
    r"(?P<reason>[^\[]{3,100}?)\s*\[mhop:(?P<multihop>yes|no)(?: peer:(?P<peer>[^\s\]]{1,64}))?"
    r"(?: local:(?P<local>[^\s\]]{1,64}))?"
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
        "<instance> <descriptor> Rcvd NH update ",
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
