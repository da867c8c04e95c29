"""Sockets of a host, from `ss` and `netstat -tuanp`.

Source: iproute2 misc/ss.c (4.x to 6.x), net-tools netstat.c. As facts are kept what listens and what uses a port of
the cluster's network (BGP, BFD, Geneve, VXLAN, memberlist); all others are counted by protocol and state. Members:
sosreports (`ss_-peaonmi`, `netstat_-W_-neopa`), files saved by hand.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, parser
from parsers.host_facts import HostFact, node_hint
from parsers.host_shell import Block, blocks
from parsers.vocabulary import address

_NAME = "host_sockets"
# Ports of the cluster's network: BGP, BFD (control, echo, multihop), Geneve, VXLAN, memberlist upstream and OpenShift.
PORTS = frozenset([179, 3784, 3785, 4784, 6081, 4789, 7946, 9122])
_NAMED = {"bgp": 179, "bfd-control": 3784, "bfd-echo": 3785, "bfd-multi-ctl": 4784, "geneve": 6081, "vxlan": 4789}


class SocketState(StrEnum):
    """States of a socket in the words of `ss` (misc/ss.c, sstate_name)."""

    ESTABLISHED = "ESTAB"
    SYN_SENT = "SYN-SENT"
    SYN_RECEIVED = "SYN-RECV"
    FIN_WAIT_1 = "FIN-WAIT-1"
    FIN_WAIT_2 = "FIN-WAIT-2"
    TIME_WAIT = "TIME-WAIT"
    UNCONNECTED = "UNCONN"
    CLOSE_WAIT = "CLOSE-WAIT"
    LAST_ACK = "LAST-ACK"
    LISTEN = "LISTEN"
    CLOSING = "CLOSING"


_NETSTAT = {
    "ESTABLISHED": "ESTAB",
    "SYN_SENT": "SYN-SENT",
    "SYN_RECV": "SYN-RECV",
    "FIN_WAIT1": "FIN-WAIT-1",
    "LISTEN": "LISTEN",
    "FIN_WAIT2": "FIN-WAIT-2",
    "TIME_WAIT": "TIME-WAIT",
    "CLOSE": "UNCONN",
    "CLOSE_WAIT": "CLOSE-WAIT",
    "LAST_ACK": "LAST-ACK",
    "CLOSING": "CLOSING",
    "UNKNOWN": "UNCONN",
    "NEW_SYN_RECV": "SYN-RECV",
}


class HostSocket(HostFact):
    """One socket. Ports are None for any; address `*` for any. The evidence is its only line."""

    protocol: str
    state: SocketState
    local_address: str
    local_port: int | None = None
    peer_address: str
    peer_port: int | None = None
    process: str | None = None
    receive_queue: int = 0
    send_queue: int = 0

    @property
    def listens(self) -> bool:
        """Whether it waits for anybody."""
        return self.state is SocketState.LISTEN or (self.state is SocketState.UNCONNECTED and self.peer_port is None)


class SocketCount(HostFact):
    """How many sockets an output shows, by protocol and state such as `tcp ESTAB`; those kept as facts included."""

    counts: Mapping[str, int]


_OTHER = r"nl|u_str|u_dgr|u_seq|p_raw|p_dgr|icmp6|raw|sctp|mptcp|v_str|v_dgr|xdp|tipc|dccp|\?{1,3}"
_STATES = "|".join([*SocketState, "CLOSED?", "BOUND-INACTIVE", "NEW-SYN-RECV"])
_SS = re.compile(
    rf"(?:(?P<protocol>tcp|udp) +)?(?P<state>{_STATES})"
    rf" +(?P<receive>\d{{1,12}}) +(?P<send>\d{{1,12}}) +(?P<local>\S{{1,80}}):(?P<port>\S{{1,32}})"
    r" +(?P<peer>\S{1,80}):(?P<to>\d{1,5}|\*|[a-z][\w-]{0,30})(?P<rest>(?:\s.*|users:.*)?)"
)
_NET = re.compile(
    r"(?P<protocol>tcp|udp)(?:6|lite)? +(?P<receive>\d{1,12})"
    r" +(?P<send>\d{1,12}) +(?P<local>\S{1,80}):(?P<port>\S{1,32})"
    rf" +(?P<peer>\S{{1,80}}):(?P<to>\S{{1,32}})(?: +(?P<state>{'|'.join(_NETSTAT)}))?(?P<rest>(?:\s.*)?)"
)
_COUNTED = re.compile(
    rf"(?P<protocol>{_OTHER}) +(?P<state>\S{{1,20}}) +\d+ +\d+ .*|(?P<unix>unix|raw6?|udplite6?|sctp6?|l2cap) .*"
)
_HEADING = re.compile(
    r"(?:Netid *)?State +Recv-Q +Send-Q .*|Proto +(?:Recv-Q|RefCnt) .*|Active (?:Internet|UNIX|Bluetooth).*"
    r"|Netid.*|Total: .*"
    r"|Active .* connections .*|Transport +Total.*|(?:TCP|UDP|RAW|INET|FRAG|\*)[: \t]+\d.*"
)
# What -i, -m, -o, -e and -p put onto lines of their own.
_CONTINUED = re.compile(
    r"(?:ts|sack|ecn|ecnseen|fastopen|bbr|cubic|reno|dctcp|bic|skmem|<->|-->|---|fwmark|app_limited|class_id"
    r"|cgroup|users|timer"
    r"|uid|ino|sk|v6only|bpf|tcp-ulp|token|remote_token|dev|peers|inet-sockopt|locals|opt|wscale|rto|mem|cwnd"
    r"|rcv_space)"
    r"(?:$|[ :(-].*)"
)
_PROCESS = re.compile(r'users:\(\("(?P<ss>[^"]{1,64})"|(?:^|\s)\d{1,9}/(?P<netstat>[^\s:]{1,64})')
_OWN = re.compile(rf"(?:{_HEADING.pattern})$|(?:{_STATES}) +\d+ +\d+ |(?:tcp|udp|{_OTHER})6? +\S+ +\d+ |unix ")
_COMMAND = re.compile(r"\b(?:ss|netstat)\b|^$")


@parser(
    "sos_commands/networking/ss_-peaonmi",
    "sos_commands/networking/netstat_-W_-neopa",
    "sos_commands/networking/netstat_-neopa",
    title="sockets (ss, netstat)",
    collect="a sosreport of the node, or: oc debug node/<node> -- chroot /host ss -tuanp > ss.txt",
    content=rb"^(?:Netid *)?State +Recv-Q +Send-Q|^Proto +Recv-Q +Send-Q|^(?:tcp +)?(?:LISTEN"
    rb"|ESTAB) +\d+ +\d+ +\S+:\S+ +\S+:",
    words=(b"Recv-Q", b"LISTEN", b"ESTAB"),
)
def host_sockets(source: SourceFile) -> Iterator[HostSocket | SocketCount | ParseFailure]:
    """What `ss` prints of the inside of a connection is deliberately ignored."""
    base: dict[str, Any] = {"origin": source.origin, "node": node_hint(source)}
    counts: Counter[str] = Counter()
    first: Evidence | None = None
    for block in blocks(source, _NAME, _OWN, _COMMAND):
        if isinstance(block, ParseFailure):
            yield block
            continue
        base |= {"node": block.node}
        first = first or block.quote(*block.lines[0])
        for number, line in block.lines:
            yield from _socket(block, number, line, base, counts)
    if first is not None:
        yield SocketCount(evidence=first, **base, counts=dict(sorted(counts.items())))


def _socket(
    block: Block, number: int, line: str, base: dict[str, Any], counts: Counter[str]
) -> Iterator[HostSocket | ParseFailure]:
    if found := _SS.fullmatch(line) or _NET.fullmatch(line):
        values = _values(found)
        counts[f"{values['protocol']} {values['state']}"] += 1
        socket = HostSocket(evidence=block.quote(number, line), **base, **values)
        if socket.listens or PORTS & {socket.local_port, socket.peer_port}:
            yield socket
    elif other := _COUNTED.fullmatch(line):
        counts[f"{other['protocol']} {other['state']}" if other["protocol"] else other["unix"]] += 1
    elif not _HEADING.fullmatch(line) and not _CONTINUED.fullmatch(line):
        yield from block.unread(number, line, _NAME)


def _values(found: re.Match[str]) -> dict[str, Any]:
    written = found["state"] or "CLOSE"
    word = _NETSTAT.get(written.replace("-", "_"), written)
    state = SocketState(word) if word in set(SocketState) else SocketState.UNCONNECTED
    process = _PROCESS.search(found["rest"])
    return {
        "protocol": found["protocol"] or ("udp" if state is SocketState.UNCONNECTED else "tcp"),
        "state": state,
        "local_address": _address(found["local"]),
        "local_port": _port(found["port"]),
        "peer_address": _address(found["peer"]),
        "peer_port": _port(found["to"]),
        "process": (process["ss"] or process["netstat"]) if process else None,
        "receive_queue": int(found["receive"]),
        "send_queue": int(found["send"]),
    }


def _address(written: str) -> str:
    """Without brackets; every way to write any address is `*`."""
    bare = written.strip("[]").removeprefix("::ffff:")
    return "*" if bare in {"0.0.0.0", "::", "*", ""} else address(bare)  # noqa: S104 - nothing is bound here


def _port(written: str) -> int | None:
    return int(written) if written.isdigit() else _NAMED.get(written)
