"""`netstat -nr` and `route -n`, `netstat -i`: the tables of net-tools.

Source: net-tools lib/inet_gr.c (rprint_fib), lib/inet6_gr.c, lib/interface.c (ife_print_short). Members: sosreports of
older releases, files saved by hand. Sockets of netstat are read with those of `ss`.
"""

import re
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, failure, parser
from parsers.host_ip_details import Pending
from parsers.host_link_facts import HostLink
from parsers.host_route_facts import HostRoute, NextHop, RouteType
from parsers.host_shell import Block, blocks
from parsers.vocabulary import Family, address, network

_NAME = "host_netstat"
_IP = r"(?:\d{1,3}(?:\.\d{1,3}){3}|x-ipv4-\d{10}-x)"
_ROUTE = re.compile(
    rf"(?P<destination>{_IP}|default|link-local|loopback|[\w.-]{{1,64}})\s+(?P<gateway>{_IP}|\*|-"
    rf"|[\w.-]{{1,64}})\s+(?P<mask>{_IP})\s+"
    r"(?P<flags>[UGHRDMAC!]{1,8})\s+(?P<one>\d{1,10}|-)\s+(?P<two>\d{1,10}|-)\s+(?P<three>\d{1,10}"
    r"|-)\s+(?P<device>\S{1,64})"
)
_ROUTE6 = re.compile(
    r"(?P<destination>\[?[\da-f:.]{2,45}\]?/\d{1,3})\s+(?P<gateway>[\da-f:.]{2,45}|\[::\])\s+(?P<flags>[!A-Za-z]{1,8})"
    r"\s+(?P<metric>-?\d{1,10})\s+\d{1,10}\s+\d{1,20}\s+(?P<device>\S{1,64})"
)
_TITLE = re.compile(r"Kernel (?:IP|IPv6) routing (?:table|cache).*|Kernel Interface table")
_ROUTES = re.compile(
    r"Destination\s+(?:Gateway\s+Genmask\s+Flags\s+(?P<three>MSS\s+Window\s+irtt|Metric\s+Ref\s+Use)\s+Iface"
    r"|Next Hop\s+Flag .*)"
)
_LINKS = re.compile(r"Iface\s+MTU(?:\s+Met)?\s+RX-OK.*")
_OWN = re.compile(f"{_TITLE.pattern}|Destination\\s+(?:Gateway|Next Hop)\\s.*|{_LINKS.pattern}")
_STARTS = re.compile(
    rf"(?<=\s)(?:{_IP}|default)\s+(?:{_IP}|\*)\s+{_IP}\s+U|(?<=\s)Destination\s+Gateway|(?<=\s)Iface\s+MTU"
)
_COMMAND = re.compile(r"\b(?:netstat\b.* -\w*[ri]|route\b)|^$")
_LETTERS = {
    "A": "ALLMULTI",
    "B": "BROADCAST",
    "D": "DEBUG",
    "L": "LOOPBACK",
    "M": "PROMISC",
    "O": "NOARP",
    "P": "POINTOPOINT",
    "R": "RUNNING",
    "U": "UP",
    "s": "SLAVE",
    "m": "MASTER",
}
_COLUMNS = {
    "RX-OK": "rx_packets",
    "RX-ERR": "rx_errors",
    "RX-DRP": "rx_dropped",
    "RX-OVR": "rx_overruns",
    "TX-OK": "tx_packets",
    "TX-ERR": "tx_errors",
    "TX-DRP": "tx_dropped",
    "TX-OVR": "tx_overruns",
}


@parser(
    "sos_commands/networking/netstat_-rn",
    "sos_commands/networking/route_-n",
    "sos_commands/networking/netstat_-i",
    title="routes and interfaces (netstat -nr, route -n, netstat -i)",
    collect="a sosreport of the node, or: oc debug node/<node> -- chroot /host sh -c 'ip route; ip -s link' > ip.txt",
    content=rb"^.{0,200}(?:Destination\s+Gateway\s+Genmask|Destination\s+Next Hop\s+Flag"
    rb"|Iface\s+MTU(?:\s+Met)?\s+RX-OK)",
    words=(b"Genmask", b"Next Hop", b"RX-OK"),
)
def host_netstat(source: SourceFile) -> Iterator[HostRoute | HostLink | ParseFailure]:
    """`MSS` and `irtt` of a route are deliberately ignored: they are 0 unless somebody tuned the route."""
    for block in blocks(source, _NAME, _OWN, _COMMAND, _STARTS):
        if isinstance(block, ParseFailure):
            yield block
        else:
            yield from _rows(block, {"origin": source.origin, "node": block.node})


def _rows(block: Block, base: dict[str, Any]) -> Iterator[HostRoute | HostLink | ParseFailure]:
    columns: list[str] = []
    metric = False
    for number, line in block.lines:
        mark = block.quote(number, line)
        if _LINKS.fullmatch(line):
            columns = line.split()
        elif heading := _ROUTES.fullmatch(line):
            metric = "Metric" in (heading["three"] or "")
        elif route := _ROUTE.fullmatch(line):
            yield _route(route, mark, base, metric=metric)
        elif route := _ROUTE6.fullmatch(line):
            yield _route6(route, mark, base)
        elif columns and len(line.split()) == len(columns):
            yield from _link(dict(zip(columns, line.split(), strict=True)), mark, base)
        elif not _TITLE.fullmatch(line):
            yield from block.unread(number, line, _NAME)


def _route(found: re.Match[str], mark: Evidence, base: dict[str, Any], *, metric: bool) -> HostRoute:
    known = {"default": "0.0.0.0", "link-local": "169.254.0.0", "loopback": "127.0.0.0"}  # noqa: S104 - names of /etc/networks
    bare = known.get(found["destination"], found["destination"])
    values: dict[str, Any] = {"family": Family.IPV4, "destination": _prefix(f"{bare}/{found['mask']}")}
    if metric and found["one"].isdigit():
        values["metric"] = int(found["one"])
    return _fact(found, values, mark, base)


def _route6(found: re.Match[str], mark: Evidence, base: dict[str, Any]) -> HostRoute:
    destination = found["destination"].replace("[", "").replace("]", "")
    values = {"family": Family.IPV6, "destination": _prefix(destination), "metric": int(found["metric"])}
    return _fact(found, values, mark, base)


def _fact(found: re.Match[str], values: dict[str, Any], mark: Evidence, base: dict[str, Any]) -> HostRoute:
    hop: dict[str, Any] = {"device": found["device"]} if found["device"] != "-" else {}
    if "G" in found["flags"]:
        hop["gateway"] = address(found["gateway"])
    if "!" in found["flags"]:
        values["type"] = RouteType.UNREACHABLE
    hops = (NextHop(evidence=mark, marks=dict.fromkeys(hop, mark), **hop),) if hop else ()
    marks = dict.fromkeys(sorted({*values, *hop} - {"family"}), mark)
    return HostRoute(evidence=mark, marks=marks, nexthops=hops, **base, **values)


def _prefix(written: str) -> str:
    """A prefix as usual; of a masked address or a name with its length, of a masked mask as it is written."""
    address_part, _, mask = written.partition("/")
    try:
        length = ip_network(f"0.0.0.0/{mask}").prefixlen if "." in mask else int(mask)
        found = network(f"{address_part}/{length}")
    except ValueError:
        return written
    return str(found) if found else f"{address_part}/{length}"


def _link(row: dict[str, str], mark: Evidence, base: dict[str, Any]) -> Iterator[HostLink | ParseFailure]:
    if not row["MTU"].isdigit():
        yield failure(mark, _NAME, "line not recognised")
        return
    link = Pending(mark, base, name=row["Iface"], mtu=int(row["MTU"]))
    link.put("flags", tuple(_LETTERS[letter] for letter in row.get("Flg", "") if letter in _LETTERS), mark)
    for column, name in _COLUMNS.items():
        if row.get(column, "").isdigit():
            link.counters[name] = int(row[column])
            link.marks[name] = mark
    yield link.fact()
