"""Packets that the kernel or the switch threw away and said so: too big for an interface, or a table was full.

Messages: `dropped over-mtu packet: 1542 > 1500` (Linux net/openvswitch/vport.c, ovs_vport_send), `Dropped packet: Too
big. GRO/TSO enabled?` (openvswitch/ovs lib/netdev-linux.c), `nf_conntrack: table full, dropping packet` (Linux
net/netfilter/nf_conntrack_core.c), `neighbour: arp_cache: neighbor table overflow!` (net/core/neighbour.c). The kernel
limits their rate, so a count says at least how often. Members: dmesg of a must-gather 4.14 and later, sosreports,
and journals, which hold the messages of ovs-vswitchd too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, clean, decode, parser
from parsers.host_facts import HostFact, node_hint
from parsers.ovs_log_lines import record

SUBJECTS = 500  # interfaces and sizes that are counted apart


class DropKind(StrEnum):
    """Why a packet was thrown away."""

    OVER_MTU = "over-mtu"  # larger than the MTU of the interface that it was to leave by
    TOO_BIG = "too-big"  # larger than what ovs-vswitchd can receive: the network card joined packets
    CONNTRACK_FULL = "conntrack-full"
    NEIGHBORS_FULL = "neighbors-full"


class DropLog(HostFact):
    """A log that was looked through.

    end: seconds since the start of the kernel in its last line, None where its lines carry another clock.
    """

    end: float | None = None


class KernelDrop(HostFact):
    """The messages of one kind about one interface. The evidence is the last of them.

    size and limit: of the last packet, in bytes. count: messages. first and last: seconds since the start of the
    kernel, None where the lines carry another clock. end: the same of the last line of the log, whatever it says.
    """

    kind: DropKind
    interface: str | None = None
    size: int | None = None
    limit: int | None = None
    count: int
    first: float | None = None
    last: float | None = None
    end: float | None = None


_KNOWN = (
    (
        DropKind.OVER_MTU,
        re.compile(
            r"(?:\b(?P<interface>[\w.@-]{1,32})(?: \([^)]{0,40}\))?: )?"
            r"dropped over-mtu packet: (?P<size>\d{1,9}) > (?P<limit>\d{1,9})"
        ),
    ),
    (DropKind.TOO_BIG, re.compile(r"(?:\b(?P<interface>[\w.@-]{1,32}): )?Dropped packet: Too big\. GRO/TSO enabled\?")),
    (
        DropKind.CONNTRACK_FULL,
        re.compile(r"nf_conntrack: (?:\S{1,40}: )?table full, dropping packet"),
    ),
    (DropKind.NEIGHBORS_FULL, re.compile(r"(?:neighbou?r: )?(?P<interface>\w{1,24}): neighbou?r table overflow!")),
)
_WANTED = re.compile(
    rb"dropped over-mtu packet|Dropped packet: Too big\. GRO|table full, dropping packet|neighbou?r table overflow"
)
_CLOCK = re.compile(r"\s{0,8}\[\s{0,12}(?P<seconds>\d{1,12}\.\d{6})\]")
_NO_INTERFACE = frozenset({"openvswitch", "kernel"})  # what stands before the message when no interface does


_Key = tuple[DropKind, str | None, str | None]  # kind, interface, host


@dataclass(slots=True)
class _Group:
    """What was found of one kind about one interface."""

    values: dict[str, Any]
    evidence: Evidence
    first: float | None
    last: float | None = None
    count: int = 0


@parser(
    "nodes/{node}/dmesg",
    "sos_commands/kernel/dmesg",
    "namespaces/{namespace}/pods/{pod}/dmesg",
    "sos_commands/logs/journalctl_--no-pager*",
    "var/log/messages",
    title="drops that the kernel reported (dmesg)",
    collect="oc adm must-gather of 4.14 or later (nodes/<node>/dmesg), a sosreport, or: oc debug node/<node> -- chroot "
    "/host dmesg",
    content=rb"dropped over-mtu packet: \d|Dropped packet: Too big\. GRO|nf_conntrack: .{0,40}table full, dropping"
    rb"|neighbou?r table overflow!",
    words=(b"over-mtu", b"Too big. GRO", b"table full", b"table overflow"),
)
def kernel_drops(source: SourceFile) -> Iterator[KernelDrop | DropLog | ParseFailure]:
    """All other messages are deliberately ignored."""
    groups: dict[_Key, _Group] = {}
    for number, line in source.search(_WANTED):
        for kind, expression in _KNOWN:
            if found := expression.search(line):
                named = found.groupdict()
                if named.get("interface") in _NO_INTERFACE:
                    named["interface"] = None
                evidence = source.quote(number, line, focus=found[0])
                _add(groups, (kind, named.get("interface"), _host(line)), named, evidence, _seconds(line))
                break
    end = _seconds(decode(source.last_raw or b""))
    hint = node_hint(source)
    base: dict[str, Any] = {"origin": source.origin, "node": hint, "end": end}
    whole = source.quote(1, clean(decode(source.first_raw or b"")).rstrip("\n"))
    yield DropLog(evidence=whole, **base)
    for (kind, _, host), one in groups.items():
        base |= {"count": one.count, "first": one.first, "last": one.last}
        marks = dict.fromkeys(one.values, one.evidence)
        yield KernelDrop(evidence=one.evidence, marks=marks, kind=kind, **{**base, "node": host or hint}, **one.values)


def _host(line: str) -> str | None:
    """The host that a line of a journal is of: one file may hold those of several."""
    found = record(line)
    return found.host if found else None


def _seconds(line: str) -> float | None:
    found = _CLOCK.match(line)
    return float(found["seconds"]) if found else None


def _add(
    groups: dict[_Key, _Group],
    key: _Key,
    named: dict[str, Any],
    evidence: Evidence,
    seconds: float | None,
) -> None:
    if key not in groups and len(groups) >= SUBJECTS:
        key = (key[0], None, None)  # the messages of further interfaces are counted together
        named = {name: value for name, value in named.items() if name != "interface"}
    group = groups.setdefault(key, _Group({}, evidence, seconds))
    group.count += 1
    group.evidence, group.last = evidence, seconds
    numbers = {name: int(named[name]) for name in ("size", "limit") if named.get(name)}
    group.values = numbers | ({"interface": named["interface"]} if named.get("interface") else {})
