"""Datapaths and their ports: `ovs-appctl dpctl/show`, `ovs-dpctl show`, both with `-s`, and `ovs-appctl dpif/show`.

Members: sosreports (`ovs-appctl dpctl/show -s system@ovs-system`, `ovs-dpctl -s show`), saved sessions. Formats:
openvswitch/ovs lib/dpctl.c show_dpif, ofproto/ofproto-dpif.c dpif_show_backer_text.
"""

import re
from collections.abc import Iterator
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, failure, parser
from parsers.ovs_facts import Datapath, DatapathPort
from parsers.ovs_text import Section, node_of, prompt, sections
from parsers.pasted import MARGIN

_HEAD = re.compile(
    r"\s{0,20}(?P<datapath>[\w-]{1,20}@[\w.-]{1,60}):"
    r"(?:\s+hit:(?P<hit>\d+) missed:(?P<missed>\d+)(?: lost:(?P<lost>\d+))?)?"
)
_LOOKUPS = re.compile(r"\s*lookups: hit:(?P<hit>\d+) missed:(?P<missed>\d+) lost:(?P<lost>\d+)", re.IGNORECASE)
_FLOWS = re.compile(r"\s*flows: (?P<flows>\d+)", re.IGNORECASE)
_PORT = re.compile(r"\s*port (?P<number>\d+): (?P<name>\S+)(?: \((?P<rest>.*)\))?")
_BRIDGE = re.compile(r"\s*(?P<bridge>[^\s:]{1,60}):")
_OFPORT = re.compile(r"\s+(?P<name>\S{1,80}) (?P<number>\d+)/(?P<datapath>\d+|none): \((?P<rest>.*)\)")
_RX = re.compile(r"\s*RX packets:(?P<packets>\S+) errors:(?P<errors>\S+) dropped:(?P<dropped>\S+)")
_TX = re.compile(r"\s*TX packets:(?P<packets>\S+) errors:(?P<errors>\S+) dropped:(?P<dropped>\S+)")
_OPTION = re.compile(r"(?P<key>[\w-]+)=(?P<value>[^,]*)")
# Known and not needed: caches, offload, collisions and bytes, a failed look at a port's statistics.
_OTHER = re.compile(
    r"\s*(?:masks: |cache: |caches:|\S+: size:|offloaded |collisions:|RX bytes:|, (?:open|could)|$)",
    re.IGNORECASE,
)


def _count(text: str) -> int | None:
    return int(text) if text.isdigit() else None


class _Output:
    """One section, line by line."""

    def __init__(self, source: SourceFile, section: Section) -> None:
        self.text = section.text
        self.strict = section.strict
        self.common: dict[str, Any] = {"origin": source.origin, "node": node_of(source, section.host)}
        self.datapath: dict[str, Any] | None = None
        self.bridge: str | None = None
        self.port: dict[str, Any] | None = None
        self.marks: dict[str, Evidence] = {}

    def __iter__(self) -> Iterator[Datapath | DatapathPort | ParseFailure]:
        for number, line in self.text.numbered():
            yield from self.line(number, line)
        yield from self.end()

    def line(self, number: int, line: str) -> Iterator[Datapath | DatapathPort | ParseFailure]:
        where = self.text.quote(number)
        if head := _HEAD.fullmatch(line.rstrip()):
            yield from self.end()
            self.datapath, self.bridge, self.marks = {"evidence": where, "datapath": head["datapath"]}, None, {}
            self.counters(where, head)
        elif self.datapath is None:
            if self.strict and line.strip():
                yield failure(where, "ovs_datapath", "not a line of dpctl/show or dpif/show")
        elif found := _LOOKUPS.match(line) or _FLOWS.match(line):
            self.counters(where, found)
        elif found := _PORT.match(line) or _OFPORT.match(line):
            yield from self.close()
            self.port = {"evidence": where, **self.of(found)}
        elif (found := _RX.match(line) or _TX.match(line)) and self.port is not None:
            way = "rx" if "RX" in line[: found.end()] else "tx"
            self.port |= {f"{way}_{key}": _count(value) for key, value in found.groupdict().items()}
            self.port.setdefault("marks", {})[way] = where
        elif _OTHER.match(line):
            return
        elif found := _BRIDGE.fullmatch(line.rstrip()):
            yield from self.close()
            self.bridge = found["bridge"]
        else:
            yield from self.foreign(number, line)

    def counters(self, where: Evidence, found: re.Match[str]) -> None:
        assert self.datapath is not None
        for key in ("hit", "missed", "lost", "flows"):
            if value := found.groupdict().get(key):
                self.datapath[key] = int(value)
                self.marks[key] = where

    def of(self, found: re.Match[str]) -> dict[str, Any]:
        kind, _, config = (found["rest"] or "system").partition(":")
        kind, _, trouble = kind.partition(", could not")
        options = {one["key"].strip(): one["value"] for one in _OPTION.finditer(config)}
        error = f"could not{trouble}" if trouble else config.strip() if "open failed" in config else None
        values: dict[str, Any] = {"name": found["name"], "type": kind, "options": options, "error": error}
        if "datapath" in found.groupdict():
            return {**values, "number": int(found["number"]), "datapath_number": _count(found["datapath"])}
        return {**values, "datapath_number": int(found["number"])}

    def foreign(self, number: int, line: str) -> Iterator[Datapath | DatapathPort | ParseFailure]:
        if self.strict or (line[:1].isspace() and prompt(line) is None):
            yield failure(self.text.quote(number), "ovs_datapath", "a line of a datapath that is not known")
        else:
            yield from self.end()

    def close(self) -> Iterator[DatapathPort]:
        if self.port is not None and self.datapath is not None:
            yield DatapathPort(datapath=self.datapath["datapath"], bridge=self.bridge, **self.common, **self.port)
        self.port = None

    def end(self) -> Iterator[Datapath | DatapathPort]:
        """What is known when the datapath is over."""
        yield from self.close()
        if self.datapath is not None:
            yield Datapath(marks=self.marks, **self.common, **self.datapath)
        self.datapath = None


@parser(
    "sos_commands/openvswitch/ovs-appctl_dpctl.show_*",
    "sos_commands/openvswitch/ovs-appctl_dpif.show",
    "sos_commands/openvswitch/ovs-dpctl_-s_show",
    "sos_commands/openvswitch/ovs-dpctl_show",
    title="datapaths of Open vSwitch (dpctl/show, dpif/show)",
    collect="a sosreport of the node; by hand: oc debug node/<node> -- chroot /host ovs-appctl dpctl/show -s",
    words=(b"lookups: ", b"Lookups: ", b" missed:"),
    content=MARGIN + rb"[\w-]{1,20}@[\w.-]{1,60}:\s+(?:hit:\d+ missed:\d+|[Ll]ookups: hit:\d)",
)
def ovs_datapath(source: SourceFile) -> Iterator[Datapath | DatapathPort | ParseFailure]:
    """`dpctl/show` with and without statistics, `dpif/show`."""
    for section in sections(source):
        yield from _Output(source, section)
