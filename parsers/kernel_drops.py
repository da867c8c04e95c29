"""Packets that the kernel or the switch threw away and said so: too big for an interface, or a table was full.

Messages: `dropped over-mtu packet: 1542 > 1500` (Linux net/openvswitch/vport.c, ovs_vport_send), `Dropped packet: Too
big. GRO/TSO enabled?` (openvswitch/ovs lib/netdev-linux.c), `nf_conntrack: table full, dropping packet` (Linux
net/netfilter/nf_conntrack_core.c), `neighbour: arp_cache: neighbor table overflow!` (net/core/neighbour.c). The kernel
limits their rate, so a count says at least how often. Members: dmesg of a must-gather 4.14 and later, sosreports,
and journals, which hold the messages of ovs-vswitchd too, those of all masters in one file, sorted by their text
(openshift/must-gather collection-scripts/gather_service_logs).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, clean, decode, parser
from parsers.host_facts import HostFact, node_hint
from parsers.log_clocks import LogClock, LogTime, log_time, seconds_between
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

    end: the time of its last line, in seconds on `clock`; None where that line tells none. kernel: whether messages of
    the kernel would be in it.
    """

    kernel: bool = True
    clock: LogClock | None = None
    end: float | None = None


class KernelDrop(HostFact):
    """The messages of one kind about one interface. The evidence is the last of them.

    size and limit: of the last packet, in bytes. count: messages. first and last: in seconds on `clock`, None where
    the lines tell no time. end: the same of the last line of the log, whatever it says; None where that has another
    clock. rebooted: whether the log tells of a boot of the host after the last of them.
    """

    kind: DropKind
    interface: str | None = None
    size: int | None = None
    limit: int | None = None
    count: int
    clock: LogClock | None = None
    first: float | None = None
    last: float | None = None
    end: float | None = None
    rebooted: bool = False


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
    rb"|-- (?:Reboot|Boot )"
)
_BOOT = re.compile(r"-- (?:Reboot|Boot )")  # what journalctl writes between two boots
_OF_SERVICES = re.compile(r"host_service_logs/|sos_commands/openvswitch/")
_NO_INTERFACE = frozenset({"openvswitch", "kernel"})  # what stands before the message when no interface does


_Key = tuple[DropKind, str | None, str | None]  # kind, interface, host


@dataclass(slots=True)
class _Group:
    """What was found of one kind about one interface."""

    values: dict[str, Any]
    evidence: Evidence
    first: LogTime | None
    last: LogTime | None = None
    count: int = 0
    rebooted: bool = False


@parser(
    "nodes/{node}/dmesg",
    "sos_commands/kernel/dmesg",
    "namespaces/{namespace}/pods/{pod}/dmesg",
    "sos_commands/logs/journalctl_--no-pager*",
    "var/log/messages",
    "host_service_logs/{group}/openvswitch_service.log",
    "host_service_logs/{group}/ovs-vswitchd_service.log",
    "sos_commands/openvswitch/journalctl_--no-pager_--unit_*",
    title="drops that the kernel reported (dmesg)",
    collect="oc adm must-gather of 4.14 or later (nodes/<node>/dmesg), a sosreport, or: oc debug node/<node> -- chroot "
    "/host dmesg",
    content=rb"dropped over-mtu packet: \d|Dropped packet: Too big\. GRO|nf_conntrack: .{0,40}table full, dropping"
    rb"|neighbou?r table overflow!",
    words=(b"over-mtu", b"Too big. GRO", b"table full", b"table overflow"),
)
def kernel_drops(source: SourceFile) -> Iterator[KernelDrop | DropLog | ParseFailure]:
    """All other messages are deliberately ignored. A journal of Open vSwitch alone is a log only where it tells one."""
    groups: dict[_Key, _Group] = {}
    ordered = "host_service_logs/" not in source.path
    for number, line in source.search(_WANTED):
        if ordered and _BOOT.match(line):
            for group in groups.values():
                group.rebooted = True
            continue
        for kind, expression in _KNOWN:
            if found := expression.search(line):
                named = found.groupdict()
                if named.get("interface") in _NO_INTERFACE:
                    named["interface"] = None
                evidence = source.quote(number, line, focus=found[0])
                _add(groups, (kind, named.get("interface"), _host(line)), named, evidence, log_time(line))
                break
    first, last = (log_time(clean(decode(raw or b""))) for raw in (source.first_raw, source.last_raw))
    hint = node_hint(source)
    base: dict[str, Any] = {"origin": source.origin, "node": hint}
    whole = source.quote(1, clean(decode(source.first_raw or b"")).rstrip("\n"))
    kernel = not _OF_SERVICES.search(source.path)
    if kernel or groups:
        told: dict[str, Any] = {"clock": last.clock, "end": last.seconds} if last else {}
        yield DropLog(evidence=whole, kernel=kernel, **base, **told)
    for (kind, _, host), one in groups.items():
        values = {
            **base,
            "node": host or hint,
            "count": one.count,
            "rebooted": one.rebooted,
            **_times(one, first, last),
        }
        marks = dict.fromkeys(one.values, one.evidence)
        yield KernelDrop(evidence=one.evidence, marks=marks, kind=kind, **values, **one.values)


def _times(one: _Group, *ends: LogTime | None) -> dict[str, Any]:
    """Times of a group, and the later one of the first and last line of the log: it may be sorted by its text."""
    if one.last is None:
        return {}
    clock, last = one.last.clock, one.last.seconds
    same = [end.seconds for end in ends if end and end.clock is clock]
    latest = max(same, key=lambda at: seconds_between(clock, last, at), default=None)
    first = one.first.seconds if one.first and one.first.clock is clock else None
    return {"clock": clock, "first": first, "last": last, "end": latest}


def _host(line: str) -> str | None:
    """The host that a line of a journal is of: one file may hold those of several."""
    found = record(line)
    return found.host if found else None


def _add(
    groups: dict[_Key, _Group],
    key: _Key,
    named: dict[str, Any],
    evidence: Evidence,
    time: LogTime | None,
) -> None:
    if key not in groups and len(groups) >= SUBJECTS:
        key = (key[0], None, None)  # the messages of further interfaces are counted together
        named = {name: value for name, value in named.items() if name != "interface"}
    group = groups.setdefault(key, _Group({}, evidence, time))
    group.count += 1
    group.evidence, group.last, group.rebooted = evidence, time, False
    numbers = {name: int(named[name]) for name in ("size", "limit") if named.get(name)}
    group.values = numbers | ({"interface": named["interface"]} if named.get("interface") else {})
