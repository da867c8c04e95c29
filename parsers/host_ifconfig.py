"""`ifconfig` of net-tools 2.x (`mtu 1400`) and of 1.60 and busybox (`MTU:1400`).

Source: net-tools lib/interface.c (ife_print_long) of both lines of releases; busybox networking/interface.c. Members:
sosreports of older releases (`ifconfig_-a`), files saved by hand.
"""

import re
from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Any

from parsers.base import ParseFailure, SourceFile, failure, parser
from parsers.host_ip_details import Pending
from parsers.host_link_facts import HostAddress, HostLink
from parsers.host_shell import Block, blocks
from parsers.vocabulary import Family, address

_NAME = "host_ifconfig"
_NEW = re.compile(
    r"(?P<name>[^\s=]{1,64}): flags=-?\d+<(?P<flags>[A-Z0-9_,-]{0,300})>(?:\s+metric \d+)?\s+mtu (?P<mtu>\d{1,9})"
)
_OLD = re.compile(r"(?P<name>\S{1,64})\s+Link encap:(?:[^:]{1,60}?)(?:\s+HWaddr (?P<mac>[\dA-Fa-f:-]{5,80}))?")
_OWN = re.compile(r"\S{1,64}(?:: flags=-?\d+<|\s+Link encap:)|.*error fetching interface information")
_STARTS = re.compile(
    r"(?<=\s)(?:\S{1,64}: flags=\d|\S{1,64}\s+Link encap:|inet6? |ether |(?:loop|unspec)  ?txq|[RT]X (?:packets"
    r"|errors|bytes))"
)
_FLAGS = re.compile(r"(?P<flags>(?:[A-Z]{2,14} +){1,12})MTU:(?P<mtu>\d{1,9})(?:\s+Metric:\d+)?")
_INET = re.compile(
    r"inet (?:addr:)?(?P<address>[\w.-]{2,40})(?:\s+(?:P-t-P:|destination )(?P<peer>[\w.-]{2,40}))?"
    r"(?:\s+(?:Bcast:|broadcast )\S+)?(?:\s+(?:Mask:|netmask )(?P<mask>[\w.-]{2,40}))?(?:\s+(?:broadcast"
    r"|destination) \S+)?"
)
_INET6 = re.compile(
    r"inet6 (?:addr: ?)?(?P<address>[\w:.%-]{2,60}?)(?:/|\s+prefixlen )(?P<length>\d{1,3})"
    r"\s+(?:Scope:(?P<old>\w+)|scopeid 0x[\da-f]+(?:<(?P<new>[\w,-]*)>)?)(?:\s.*)?"
)
_HARDWARE = re.compile(
    r"(?P<type>ether|loop|unspec|infiniband|tunnel|sit|ppp|generic|irda|6in4)(?: (?P<mac>[\dA-Fa-f:-]{5,80}))?(?: .*)?"
)
_COUNTED = re.compile(r"(RX|TX) (packets|bytes|errors)\b.*")
_COUNT = re.compile(
    r"(?:(?P<way>[RT]X) )?(?P<name>packets|bytes|errors|dropped|overruns|frame|carrier"
    r"|collisions)[: ] ?(?P<value>\d{1,24})\b"
)
# Interrupts, memory, tunnels' ends and queues.
_IGNORED = re.compile(
    r"(?:Interrupt|Base address|Memory|DMA chan|device ).*|txqueuelen:\d+.*|\[NO FLAGS\].*|EtherTalk .*"
)


@parser(
    "sos_commands/networking/ifconfig_-a",
    "sos_commands/networking/ifconfig",
    title="interfaces (ifconfig)",
    collect="a sosreport of the node, or: oc debug node/<node> -- chroot /host sh -c 'ip addr; ip -s -d link' > ip.txt",
    content=rb"^.{0,200}\S: flags=-?\d+<[A-Z0-9_,-]{0,300}>.{0,20} mtu \d|^\S+\s+Link encap:",
    words=(b": flags=", b"Link encap:"),
)
def host_ifconfig(source: SourceFile) -> Iterator[HostLink | HostAddress | ParseFailure]:
    """The state of a link is not printed here: its flags tell."""
    for block in blocks(source, _NAME, _OWN, re.compile(r"\bifconfig\b|^$"), _STARTS):
        if isinstance(block, ParseFailure):
            yield block
        else:
            yield from _Reader(block, {"origin": source.origin, "node": block.node}).facts()


class _Reader:
    """The facts of one block."""

    def __init__(self, block: Block, base: dict[str, Any]) -> None:
        self.block, self.base = block, base
        self.link: Pending | None = None
        self._way = "rx"  # of the counters on a line that names none

    def facts(self) -> Iterator[HostLink | HostAddress | ParseFailure]:
        """Links, each behind its addresses, and what could not be read."""
        for number, line in self.block.lines:
            mark = self.block.quote(number, line)
            if header := _NEW.fullmatch(line) or _OLD.fullmatch(line):
                yield from self._done()
                values = header.groupdict()
                mac = values.get("mac")
                self.link = Pending(mark, self.base, name=values["name"], mac=mac.lower() if mac else None)
                if "flags" in values:
                    self.link.put("flags", tuple(filter(None, values["flags"].split(","))), mark)
                    self.link.put("mtu", int(values["mtu"]), mark)
            elif self.link is None:
                yield from self.block.unread(number, line, _NAME)
            elif line.startswith("inet"):
                yield from self._address(number, line, self.link)
            elif not self._takes(number, line, self.link):
                yield from self.block.unread(number, line, _NAME)
        yield from self._done()

    def _done(self) -> Iterator[HostLink]:
        if self.link:
            yield self.link.fact()
        self.link = None

    def _takes(self, number: int, line: str, link: Pending) -> bool:
        mark = self.block.quote(number, line)
        if flags := _FLAGS.fullmatch(line):
            link.put("flags", tuple(flags["flags"].split()), mark)
            link.put("mtu", int(flags["mtu"]), mark)
        elif _COUNTED.fullmatch(line) or line.startswith("collisions:"):
            for one in _COUNT.finditer(line):
                self._way = (one["way"] or self._way).lower()
                name = f"{self._way}_{one['name']}"
                link.counters[name] = int(one["value"])
                link.marks[name] = mark
        elif hardware := _HARDWARE.fullmatch(line):
            if hardware["mac"] and hardware["type"] == "ether":
                link.put("mac", hardware["mac"].lower(), mark)
        else:
            return bool(_IGNORED.fullmatch(line))
        return True

    def _address(self, number: int, line: str, link: Pending) -> Iterator[HostAddress | ParseFailure]:
        mark = self.block.quote(number, line)
        name = link.values["name"]
        # An alias of net-tools is an address of the interface before the colon.
        values: dict[str, Any] = {"interface": name.partition(":")[0], "label": name if ":" in name else None}
        if four := _INET.fullmatch(line):
            values |= {"family": Family.IPV4, "address": address(four["address"]), "peer": four["peer"]}
            values["prefix_length"] = _length(four["mask"])
        elif six := _INET6.fullmatch(line):
            scope = (six["old"] or six["new"] or "").lower()
            values |= {"family": Family.IPV6, "address": address(six["address"]), "prefix_length": int(six["length"])}
            values["scope"] = {"compat,global": "global", "": None}.get(scope, scope)
        else:
            yield failure(mark, _NAME, "not an address of an interface")
            return
        values = {key: value for key, value in values.items() if value is not None}
        marks = dict.fromkeys((name for name in values if name not in {"family", "interface", "label"}), mark)
        yield HostAddress(evidence=mark, marks=marks, **self.base, **values)


def _length(mask: str | None) -> int | None:
    """The prefix length of a netmask; None for a masked one."""
    try:
        return IPv4Network(f"0.0.0.0/{mask}").prefixlen
    except ValueError:
        return None
