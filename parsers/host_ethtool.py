"""`ethtool`, `ethtool -i`, `-k` and `-S`: link, driver, offloads and counters of an interface.

Source: ethtool ethtool.c and netlink/*.c (4.x to 6.x), names of counters by each driver. Members: network_logs of
must-gather 4.8 and 4.9 (driver and offloads of the default route's device, which the driver's output does not name),
sosreports (sos plugin networking), folders of SR-IOV pods (`> ethtool -i <interface>` before each).
Not read: `nodes/<node>/ethtool_features`, which shows the interface of a helper pod.
"""

import re
from collections.abc import Iterator
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, parser
from parsers.host_facts import HostFact, node_hint
from parsers.host_shell import Block, blocks, reason_for

_NAME = "host_ethtool"
_SETTINGS = re.compile(r"Settings for (?P<interface>\S{1,64}):")
_FEATURES = re.compile(r"(?:Features|Offload parameters) for (?P<interface>\S{1,64}):")
_STATISTICS = re.compile(r"NIC statistics:")
_DRIVER = re.compile(r"driver:\s*(?P<driver>\S{0,64})")
_PAIR = re.compile(r"(?P<key>[^:]{1,80}):\s*(?P<value>.{0,300})")
_FEATURE = re.compile(r"(?P<name>[a-z0-9][\w-]{1,60}): (?P<value>on|off)(?P<rest> \[.{1,40}\])?")
_COUNTER = re.compile(r"(?P<name>\S.{0,100}?)\s*:\s+(?P<value>-?\d{1,24})")
_OWN = re.compile(
    rf"{_SETTINGS.pattern}|{_FEATURES.pattern}|NIC statistics:|driver: ?\S*$|Link detected: .*"
    rf"|no stats available".replace("(?P<interface>", "(?:")
)
_COMMAND = re.compile(r"\bethtool\b|^$")
_ASKED = re.compile(r"\bethtool(?: -\w+)? (?P<interface>[\w.@:-]{1,64})")
# The offloads that matter for packets in tunnels and for what a capture shows; the others are deliberately ignored.
_WANTED = frozenset(
    [
        "rx-checksumming",
        "tx-checksumming",
        "scatter-gather",
        "tcp-segmentation-offload",
        "generic-segmentation-offload",
        "rx-gro-hw",
        "generic-receive-offload",
        "large-receive-offload",
        "rx-vlan-offload",
        "tx-vlan-offload",
        "tx-udp_tnl-segmentation",
        "hw-tc-offload",
        "tx-udp_tnl-csum-segmentation",
        "tx-gso-partial",
        "rx-udp_tunnel-port-offload",
        "rx-udp-gro-forwarding",
    ]
)
# Names of counters, of whatever driver, that mean loss or a damaged frame.
_LOSS = re.compile(
    r"err|drop|discard|crc|miss|fifo|overr|overflow|lost|timeout|fail|no_?buf|out_of_buf|carrier|collision|jabber|align"
    r"|fragment|undersize|oversize|too_?long|too_?short|bad|link_down|symbol|restart|xoff|pause",
    re.IGNORECASE,
)


class EthtoolLink(HostFact):
    """The physical link of an interface. speed: in Mbit/s, None where unknown, as of virtual ones."""

    interface: str | None
    speed: int | None = None
    duplex: str | None = None
    auto_negotiation: bool | None = None
    link_detected: bool | None = None
    port: str | None = None


class EthtoolDriver(HostFact):
    """Who drives an interface; `interface` None where nothing says which."""

    interface: str | None
    driver: str
    version: str | None = None
    firmware: str | None = None
    bus: str | None = None


class EthtoolFeature(HostFact):
    """One offload. fixed: the driver does not let it be changed."""

    interface: str | None
    feature: str
    on: bool
    fixed: bool = False


class EthtoolStatistic(HostFact):
    """One counter of the driver that is not zero and whose name speaks of loss, errors or pauses."""

    interface: str | None
    name: str
    value: int


EthtoolFact = EthtoolLink | EthtoolDriver | EthtoolFeature | EthtoolStatistic


@parser(
    "network_logs/{node}_ethtool_offload",
    "network_logs/{node}_ethtool_driver",
    "namespaces/{namespace}/pods/{pod}/ethtool",
    "sos_commands/networking/ethtool_-i_{interface}",
    "sos_commands/networking/ethtool_-k_{interface}",
    "sos_commands/networking/ethtool_-S_{interface}",
    "sos_commands/networking/ethtool_{interface}",
    title="network cards (ethtool)",
    collect="a sosreport of the node, or: oc debug node/<node> -- chroot /host sh -c 'ethtool <nic>; ethtool -S <nic>'",
    content=rb"^Settings for \S+:|^(?:Features|Offload parameters) for \S+:|^NIC statistics:|^driver: \S+\nversion:",
    words=(b"Settings for", b"Features for", b"Offload parameters", b"NIC statistics", b"driver: "),
)
def host_ethtool(
    source: SourceFile,
) -> Iterator[EthtoolLink | EthtoolDriver | EthtoolFeature | EthtoolStatistic | ParseFailure]:
    """Modes, rings, channels and other outputs of ethtool (options in the file's name) are deliberately ignored."""
    interface = source.params.get("interface")
    if interface and interface.startswith("-"):
        return
    reader = _Reader({"origin": source.origin, "node": node_hint(source)}, interface)
    for block in blocks(source, _NAME, _OWN, _COMMAND):
        if isinstance(block, ParseFailure):
            yield block
        else:
            yield from reader.facts(block)
    yield from reader.done()
    yield from reader.refused if not reader.section else ()


class _Reader:
    """The facts of one file. A section may go on over a line of blanks, so it ends with the next one."""

    def __init__(self, base: dict[str, Any], interface: str | None) -> None:
        self.base, self.interface = base, interface
        self.section = ""
        self.kind: type[EthtoolLink | EthtoolDriver] | None = None
        self.values: dict[str, Any] = {}
        self.marks: dict[str, Evidence] = {}
        self.evidence: Evidence | None = None
        self.refused: list[ParseFailure] = []  # parts that a driver does not know: no matter where the rest is there

    def done(self) -> Iterator[EthtoolLink | EthtoolDriver]:
        """The link or driver whose lines have ended."""
        if self.kind and self.evidence:
            yield self.kind(evidence=self.evidence, marks=self.marks, **self.base, **self.values)
        self.kind, self.values, self.marks = None, {}, {}

    def facts(self, block: Block) -> Iterator[EthtoolFact | ParseFailure]:
        """The facts of one block."""
        if block.node != self.base["node"]:
            yield from self.done()
            self.base |= {"node": block.node}
        if asked := _ASKED.search(block.command or ""):
            self.interface = asked["interface"]
        for number, line in block.lines:
            mark = block.quote(number, line)
            if settings := _SETTINGS.fullmatch(line):
                yield from self._begin("settings", EthtoolLink, mark, settings["interface"])
            elif features := _FEATURES.fullmatch(line):
                yield from self._begin("features", None, mark, features["interface"])
            elif _STATISTICS.fullmatch(line):
                yield from self._begin("statistics", None, mark, self.interface)
            elif driver := _DRIVER.fullmatch(line):
                yield from self._begin("driver", EthtoolDriver, mark, self.interface)
                self._put("driver", driver["driver"], mark)
            else:
                yield from self._line(block, number, line, mark)

    def _begin(
        self, section: str, kind: type[EthtoolLink | EthtoolDriver] | None, mark: Evidence, interface: str | None
    ) -> Iterator[EthtoolLink | EthtoolDriver]:
        yield from self.done()
        self.section, self.kind, self.evidence, self.interface = section, kind, mark, interface
        self.values = {"interface": interface}

    def _put(self, name: str, value: Any, mark: Evidence) -> None:
        self.values[name] = value
        self.marks[name] = mark

    def _line(self, block: Block, number: int, line: str, mark: Evidence) -> Iterator[EthtoolFact | ParseFailure]:
        known = reason_for(line) == "line not recognised"
        if self.section == "settings" and known:
            self._setting(line, mark)
        elif self.section == "driver" and known and (pair := _PAIR.fullmatch(line)):
            if (name := _DRIVER_FIELDS.get(pair["key"])) and pair["value"]:
                self._put(name, pair["value"], mark)
        elif self.section == "features" and (feature := _FEATURE.fullmatch(line)):
            if feature["name"] in _WANTED:
                on, fixed = feature["value"] == "on", "[fixed]" in (feature["rest"] or "")
                yield EthtoolFeature(
                    evidence=mark, **self.base, interface=self.interface, feature=feature["name"], on=on, fixed=fixed
                )
        elif self.section == "statistics" and (counter := _COUNTER.fullmatch(line)):
            if int(counter["value"]) and _LOSS.search(counter["name"]):
                yield EthtoolStatistic(
                    evidence=mark,
                    **self.base,
                    interface=self.interface,
                    name=counter["name"],
                    value=int(counter["value"]),
                )
        elif line.startswith("netlink error: "):
            self.refused += block.unread(number, line, _NAME)
        elif line != "no stats available":
            yield from block.unread(number, line, _NAME)

    def _setting(self, line: str, mark: Evidence) -> None:
        """One line of the settings; modes and levels, and the lines that go on with them, are ignored."""
        pair = _PAIR.fullmatch(line)
        key, value = (pair["key"], pair["value"]) if pair else ("", "")
        if key == "Speed":
            digits = re.fullmatch(r"(\d{1,9})Mb/s", value)
            self._put("speed", int(digits[1]) if digits else None, mark)
        elif key == "Duplex":
            self._put("duplex", None if value.startswith("Unknown") else value.split(" ")[0], mark)
        elif key == "Auto-negotiation":
            self._put("auto_negotiation", {"on": True, "off": False}.get(value), mark)
        elif key == "Link detected":
            self._put("link_detected", {"yes": True, "no": False}.get(value.split(" ")[0]), mark)
        elif key == "Port":
            self._put("port", value, mark)


_DRIVER_FIELDS = {"version": "version", "firmware-version": "firmware", "bus-info": "bus"}
