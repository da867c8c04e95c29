"""Neighbor tables: `ip neigh` (iproute2 ip/ipneigh.c, print_neigh), `arp -an` and `arp -n` (net-tools arp.c).

Members: sosreports (sos plugin networking), network-tools (`arp`, which holds `ip neigh`), files saved by hand.
"""

import re
from collections.abc import Iterator
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, failure, parser
from parsers.host_route_facts import HostNeighbor, NeighborState
from parsers.host_shell import Block, blocks
from parsers.vocabulary import address

_NAME = "host_neighbors"
_ADDRESS = r"(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-fA-F]{0,4}:[\da-fA-F:.]{1,45}(?:%\S{1,20})?|x-ipv[46]-\d{10}-x)"
_STATES = "|".join(NeighborState)
_IP = re.compile(rf"(?P<address>{_ADDRESS})(?P<rest>(?: .*)? +(?:lladdr \S.*|router|{_STATES})(?: .*)?)")
_DASH = re.compile(
    rf"\S{{1,253}} \((?P<address>{_ADDRESS})\) at"
    rf" (?P<mac>\S{{1,60}})(?: \[\w{{1,16}}\])?(?P<flags>(?: [A-Z]{{1,8}}){{0,4}})"
    r"(?: netmask \S{1,40})? on (?P<device>\S{1,64})"
)
_TABLE = re.compile(
    rf"(?P<address>{_ADDRESS}) +(?:(?:ether|infiniband"
    rf"|loop) +(?P<mac>[\da-fA-F:]{{2,60}}) +(?P<flags>[CMP]{{1,3}})(?: +\S{{1,40}})?"
    r"|\(incomplete\)) +(?P<device>\S{1,64})"
)
_OWN = re.compile(
    rf"{_ADDRESS} .*\b(?:lladdr|{_STATES})\b|\S+ \({_ADDRESS}\) at |{_ADDRESS} +(?:ether|\(incomplete\))|Address +HW"
)
_HEADING = re.compile(r"Address +HWtype +HWaddress +Flags Mask +Iface|Entries: \d+.*")
_COMMAND = re.compile(r"\bip\b.* ne?i?\w*\b|\barp\b|^$")
_STARTS = re.compile(rf"(?<=\s){_ADDRESS} dev \S+ +(?:lladdr|{_STATES})\b")
_SKIPPED = frozenset(["ref", "probes", "proto", "nud", "vlan", "nhid"])
_PLAIN = frozenset(["proxy", "extern_learn", "offload", "managed", "extern_valid"])


@parser(
    "openshift-sdn-cluster-and-node-info/nodes/{node}/arp",
    "sos_commands/networking/ip_-s_-s_neigh_show",
    "sos_commands/networking/ip_neigh_show",
    "sos_commands/networking/ip_neigh_show_nud_noarp",
    "sos_commands/networking/arp_-an",
    title="neighbor table (ip neigh, arp)",
    collect="a sosreport of the node, or: oc debug node/<node> -- chroot /host ip neigh > ip_neigh.txt",
    content=rb"^(?:[\da-f:.]+|x-ipv[46]-\d{10}-x) dev \S+ .*(?:lladdr|FAILED|INCOMPLETE)"
    rb"|^\S+ \([\d.]+\) at \S+ .*\bon \S"
    rb"|^Address +HWtype +HWaddress +Flags",
    words=(b" dev ", b") at ", b"HWaddress"),
)
def host_neighbors(source: SourceFile) -> Iterator[HostNeighbor | ParseFailure]:
    """Counters of use are deliberately ignored; entries of bridges (`bridge fdb`) are none of a host."""
    for block in blocks(source, _NAME, _OWN, _COMMAND, _STARTS):
        if isinstance(block, ParseFailure):
            yield block
            continue
        for number, line in block.lines:
            yield from _entry(block, number, line, {"origin": source.origin, "node": block.node})


def _entry(block: Block, number: int, line: str, base: dict[str, Any]) -> Iterator[HostNeighbor | ParseFailure]:
    mark = block.quote(number, line)
    if found := _IP.fullmatch(line):
        values, unknown = _words(found["rest"])
        values["address"] = address(found["address"])
        yield _fact(values, mark, base)
        if unknown:
            yield failure(mark, _NAME, f"unknown word of a neighbor: {unknown[:40]!r}")
    elif found := _DASH.fullmatch(line) or _TABLE.fullmatch(line):
        values = {"address": address(found["address"]), "device": found["device"]}
        mac = found["mac"] or "<incomplete>"
        if mac == "<incomplete>":
            values["state"] = NeighborState.INCOMPLETE
        elif ":" in mac:  # not <from_interface>, an entry of proxy ARP
            values["mac"] = mac.lower()
            if "M" in (found["flags"] or ""):  # PERM of `arp -a`, M (manual) of the table
                values["state"] = NeighborState.PERMANENT
        yield _fact(values, mark, base)
    elif not _HEADING.fullmatch(line):
        yield from block.unread(number, line, _NAME)


def _fact(values: dict[str, Any], mark: Evidence, base: dict[str, Any]) -> HostNeighbor:
    return HostNeighbor(evidence=mark, marks=dict.fromkeys(values, mark), **base, **values)


def _words(rest: str) -> tuple[dict[str, Any], str | None]:
    """The values of an entry of `ip neigh`, and the first word that is not known."""
    values: dict[str, Any] = {}
    unknown = None
    words = iter(rest.split())
    for word in words:
        if word == "dev":
            values["device"] = next(words, None)
        elif word == "lladdr":
            values["mac"] = next(words, "").lower() or None
        elif word in set(NeighborState):
            values["state"] = NeighborState(word)
        elif word == "router":
            values["router"] = True
        elif word == "used":  # used/confirmed/updated (iproute2 ip/ipneigh.c, print_cacheinfo)
            since = next(words, "").partition("/")[0]
            values |= {"unused": int(since)} if since.isdigit() else {}
        elif word in _SKIPPED:
            next(words, None)
        elif word not in _PLAIN and unknown is None:
            unknown = word
    return values, unknown
