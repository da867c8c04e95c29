"""The lines below the header of a link: its hardware address, what `-d` adds, and its counters.

Source: iproute2 ip/ipaddress.c (print_linkinfo, print_stats64, __print_link_stats) and ip/iplink_*.c. Of the details
the kind, the VLAN and the promiscuity are read; the driver's other settings are deliberately ignored.
"""

import re
from typing import Any

from parsers.base import Evidence
from parsers.host_link_facts import HostLink
from parsers.host_shell import Block

_HARDWARE = re.compile(
    r"link/(?P<type>[\w/\[\]-]{1,32})(?: (?P<mac>[\da-fA-F.:]{4,60}|x-mac-\d{10}-x))?(?P<rest>(?: .*)?)"
)
_KINDS = [
    "amt",
    "bareudp",
    "batadv",
    "bond",
    "bridge",
    "can",
    "dsa",
    "dummy",
    "erspan",
    "geneve",
    "gre",
    "gretap",
    "gtp",
    "hsr",
    "ifb",
    "ip6erspan",
    "ip6gre",
    "ip6gretap",
    "ip6tnl",
    "ipip",
    "ipoib",
    "ipvlan",
    "ipvtap",
    "lowpan",
    "macsec",
    "macvlan",
    "macvtap",
    "netdevsim",
    "netkit",
    "nlmon",
    "openvswitch",
    "rmnet",
    "sit",
    "team",
    "tun",
    "veth",
    "virt_wifi",
    "vlan",
    "vrf",
    "vti",
    "vti6",
    "vxcan",
    "vxlan",
    "wireguard",
    "wwan",
    "xfrm",
]
_KIND = re.compile(rf"(?P<kind>{'|'.join(_KINDS)})\b(?!_slave)(?P<rest>.*)")
_SLAVE = re.compile(r"(?:bond|bridge|openvswitch|team|hsr|vrf|batadv|dsa)_slave\b.*")
_VLAN = re.compile(r"(?:^|.* )id (\d{1,5})\b.*")
_PROMISCUITY = re.compile(r"(?:.* )?promiscuity (\d{1,5})\b.*")
_COLUMNS = re.compile(
    r"(?P<way>RX|TX)(?P<errors> errors)?: +(?P<names>[a-z_]+(?:"
    r" +[a-z_]+){2,8})(?P<numbers>(?: +[\d.]+[kKMGTPE]?i?){3,9})?"
)
_NUMBERS = re.compile(r"[\d.]{1,24}[kKMGTPE]?i?(?: +[\d.]{1,24}[kKMGTPE]?i?){2,8}")
_ALTERNATIVE = re.compile(r"altname (\S{1,128})")
# Aliases, eXpress Data Path, virtual functions (links and settings on lines of their own), name spaces, queues.
_IGNORED = re.compile(
    r"alias .*|prog/xdp .*|xdp\w* .*|vf \d+ .*|MAC .*|query_rss .*|spoof checking .*|VF .*|(?:RX|TX) queues.*"
    r"|link-netns .*"
    r"|parentbus .*|parentdev .*|numtxqueues .*|addrgenmode .*|minmtu .*|maxmtu .*|gso_max_size .*|valid_lft .*"
    r"|offload_xstats.*"
    r"|(?:RX|TX): bytes +packets +mcast +bcast *|vlan-.*|port \d.*|egress-qos-map.*|ingress-qos-map.*"
    r"|bridge_id .*|ageing_time .*"
)
# The columns as iproute2 of all releases writes them, by the names of the facts.
_COUNTERS = {
    "bytes": "bytes",
    "packets": "packets",
    "errors": "errors",
    "dropped": "dropped",
    "overrun": "overruns",
    "missed": "missed",
    "mcast": "multicast",
    "carrier": "carrier",
    "collsns": "collisions",
    "length": "length",
    "crc": "crc",
    "frame": "frame",
    "fifo": "fifo",
    "aborted": "aborted",
    "window": "window",
    "heartbeat": "heartbeat",
    "heartbt": "heartbeat",
    "compressed": "compressed",
    "nohandler": "no_handler",
    "otherhost": "other_host",
}
_SCALE = {"K": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6}


class Pending:
    """A link whose lines are being read."""

    def __init__(self, evidence: Evidence, base: dict[str, Any], **values: Any) -> None:
        self.evidence, self.base = evidence, base
        self.values: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
        self.marks: dict[str, Evidence] = dict.fromkeys(self.values, evidence)
        self.counters: dict[str, int] = {}
        self._columns: list[str] = []  # of the line of numbers that follows

    def put(self, name: str, value: Any, mark: Evidence) -> None:
        """One value and its line."""
        self.values[name] = value
        self.marks[name] = mark

    def fact(self) -> HostLink:
        """The link as far as it was read."""
        return HostLink(evidence=self.evidence, marks=self.marks, counters=self.counters, **self.base, **self.values)

    def takes(self, block: Block, number: int, line: str) -> bool:
        """Whether the line belongs to the link; its values are then kept."""
        mark = block.quote(number, line)
        if self._columns and _NUMBERS.fullmatch(line):
            self._count(line.split(), mark)
        elif columns := _COLUMNS.fullmatch(line):
            names = columns["names"].split()
            self._columns = [_counter(columns["way"], name) for name in names]
            if columns["numbers"]:
                self._count(columns["numbers"].split(), mark)
        elif hardware := _HARDWARE.fullmatch(line):
            if hardware["mac"] and hardware["type"] in {"ether", "infiniband"}:
                self.put("mac", hardware["mac"].lower(), mark)
            self._detail(hardware["rest"].strip(), mark)
        elif found := _ALTERNATIVE.fullmatch(line):
            self.put("alternative_names", (*self.values.get("alternative_names", ()), found[1]), mark)
        elif kind := _KIND.fullmatch(line):
            self.put("kind", kind["kind"], mark)
            if kind["kind"] == "vlan" and (vlan := _VLAN.fullmatch(kind["rest"])):
                self.put("vlan_id", int(vlan[1]), mark)
        else:
            return bool(_SLAVE.fullmatch(line) or _IGNORED.fullmatch(line))
        return True

    def _detail(self, rest: str, mark: Evidence) -> None:
        if promiscuity := _PROMISCUITY.fullmatch(rest):
            self.put("promiscuity", int(promiscuity[1]), mark)

    def _count(self, numbers: list[str], mark: Evidence) -> None:
        for name, written in zip(self._columns, numbers, strict=False):
            if name and (value := _number(written)) is not None:
                self.counters[name] = value
                self.marks[name] = mark
        self._columns = []


def _counter(way: str, column: str) -> str:
    """The fact's name for a column, empty for one that is not known."""
    if column == "transns":
        return "carrier_changes"
    return f"{way.lower()}_{_COUNTERS[column]}" if column in _COUNTERS else ""


def _number(written: str) -> int | None:
    """A count; `-h` shortens it to `1.23M`, `-iec` to `1.23Mi`."""
    unit = 1024 if written.endswith("i") else 1000
    written = written.removesuffix("i")
    try:
        if written.isdigit():
            return int(written)
        return int(float(written[:-1]) * unit ** _SCALE[written[-1].upper()])
    except (KeyError, ValueError):
        return None
