"""What `ovn-trace` printed: whether a packet reached a port, and if not, in which stage it ended.

Source: ovn-org/ovn utilities/ovn-trace.c, releases 20.06 to 25.03, in its forms --detailed, --summary and --minimal.
The exit status tells nothing, and neither does the lack of a `drop`: from 23.09 on a denied packet simply ends in
`ls_out_acl_action`. A packet arrived if the last datapath put it out to a port. Lookups of connections that `--ct` does
not tell are taken for established ones.

A piece without its beginning, as documentation and tickets quote it, is a trace too, of a packet that is not told; web
pages flatten it onto one line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from parsers.base import Evidence, Origin, OriginFact, ParseFailure, SourceFile, Text, failure, parser
from parsers.pasted import MARGIN, plain


class TraceVerdict(StrEnum):
    """How a trace ends."""

    REACHED = "reached"  # put out to a port of the last datapath
    LEFT = "left"  # for another zone, whose database alone tells how it goes on
    UNRESOLVED = "unresolved"  # what was put out asks for the address of the next hop
    REJECTED = "rejected"  # answered with a reset or an ICMP error
    DROPPED = "dropped"
    NOT_REACHED = "not-reached"  # it ends without being put out and does not say why


class OvnTrace(OriginFact):
    """One trace. The evidence is its first line; mark `verdict` is the line that decides.

    stage, match, priority, uuid: of the logical flow that a packet ended in; uuid is its first eight digits. An ACL of
    priority n is a flow of priority n + 1000. port_group: that of the match, without its `@`.
    established: a lookup of the connection was taken for that of an established one. outdated: the tool did not
    understand all flows of the database, the verdict may be wrong.
    """

    verdict: TraceVerdict
    datapath: str | None = None
    inport: str | None = None
    protocol: str | None = None
    source: str | None = None
    destination: str | None = None
    source_port: int | None = None
    destination_port: int | None = None
    output: str | None = None
    output_type: str | None = None
    stage: str | None = None
    match: str | None = None
    priority: int | None = None
    uuid: str | None = None
    port_group: str | None = None
    established: bool = False
    outdated: bool = False


_FLOW = re.compile(r"\s*# (?=\S*\breg14=)(?P<flow>\S{1,4000})")
_BLOCK = re.compile(
    r'\s*(?P<kind>ingress|egress|multicast)\(dp="(?P<datapath>[^"]{1,300})"(?:, inport="(?P<inport>[^"]{1,520})")?'
)
_STAGE = re.compile(
    r"\s*\d{1,3}\. (?P<stage>l[sr]_\w{1,60})(?: \([^()]{1,80}\))?: (?P<match>.{0,4000}), priority (?P<priority>\d{1,6})"
    r"(?:, uuid (?P<uuid>[0-9a-f]{8}))?"
)
_OUTPUT = re.compile(
    r'\s*/\* output to "(?P<port>[^"]{1,520})", type "(?P<type>[^"]{0,40})" \*/'
    r'|\s*output\("(?P<minimal>[^"]{1,520})"\);'
)
_PORT_GROUP = re.compile(r"(?:in|out)port == @([\w.]{1,300})")
_ENDS = re.compile(
    r"[IWEF]\d{4} \d\d:\d\d:\d\d\.|ovs-appctl |ovn-detrace |ovn-trace .{0,200}indicates |Flow: |bridge\("
)
# Lines that are no end of a trace.
_MIDDLE = re.compile(
    r"\s*(?:next(?:\(.{0,80}\))?;|-{5,}|(?:ingress|egress|multicast)\(.{0,2000}|\d{1,3}\. l[sr]_.{0,4000})$"
)
_THROUGH = frozenset({"patch", "l3gateway", "chassisredirect"})  # ports behind which the next datapath begins
_DROP = re.compile(r"\s*(?:drop;|ct_commit \{ ct_(?:mark|label)\.blocked = 1;|(?P<miss>\d{1,3}\. no match))")
_DENY = frozenset(
    {"reg8[17] = 1;", "reg8[18] = 1;"}
)  # what an ACL leaves that drops, or rejects, in the stage behind it
_REJECT = re.compile(r"\s*(?:tcp_reset|reject|icmp[46](?:_error)?)\b")
_PIECE = re.compile(r"\s*(?:ct_\w{1,20} /\* default \(use --ct|\d{1,3}\. l[sr]_(?:in|out)_\w{1,60} )")
_FLAT = re.compile(r"\s\d{1,3}\. l[sr]_\w|, uuid [0-9a-f]{8}\s+\S")  # more than one line of a trace in a line
# Where lines began; a digit behind a flow is a mark of the page that explains it below.
_BREAK = re.compile(
    r"\s{1,40}(?=\d{1,3}\. (?:l[sr]_\w|no match)|-{5,}|(?:in|e)gress\(dp=)"
    r"|(?<=, uuid .{8})\s{1,40}(?:\(?\d\)?\s{1,40}(?=\D))?"
)
_ACTION = re.compile(r"(?:[^;{}]|\{[^{}]{0,2000}\})+;")
_ASKS = re.compile(r"\s*(?:arp\.op = 1;|nd_ns(?: \{|$))")


@dataclass(slots=True)
class _Trace:
    """One trace while it is read."""

    text: Text
    first: int
    flow: dict[str, str] = field(default_factory=dict)
    start: re.Match[str] | None = None
    kind: str = ""
    output: tuple[int, re.Match[str]] | None = None
    stage: tuple[int, re.Match[str]] | None = None
    denied: tuple[int, re.Match[str]] | None = None
    drop: int | None = None
    last: str = ""
    asks: bool = False
    rejects: tuple[int, re.Match[str]] | None = None
    established: bool = False
    outdated: bool = False  # the tool complains before it traces

    def line(self, number: int, line: str) -> None:
        """Take in a line; what says nothing about the way of the packet is ignored."""
        if block := _BLOCK.match(line):
            self.start = self.start or block
            if not (self.kind == "multicast" and block["kind"] == "egress"):
                self.kind, self.output, self.drop = block["kind"], None, None
        elif stage := _STAGE.match(line):
            self.stage = (number, stage)
        elif output := _OUTPUT.match(line):
            self.output = (number, output)
        elif drop := _DROP.match(line):
            self.drop = number
            self.stage = None if drop["miss"] else self.stage
        elif line.strip() in _DENY:
            self.denied = self.stage
        elif _REJECT.match(line):
            self.rejects = self.rejects or self.denied or self.stage
        self.last = line if line.strip() else self.last
        self.asks = self.asks or bool(_ASKS.match(line))
        self.established = self.established or "default (use --ct" in line

    @property
    def torn(self) -> bool:
        """Whether it ends where more must follow."""
        return bool(_MIDDLE.match(self.last))

    @property
    def ended(self) -> bool:
        """Whether an `ingress` behind it belongs to another trace."""
        through = self.output is not None and self.output[1]["type"] in _THROUGH
        return self.drop is not None or (self.output is not None and not through)

    def fact(self, origin: Origin) -> OvnTrace:
        port = self.output[1]["port"] or self.output[1]["minimal"] if self.output else None
        kind = self.output[1]["type"] if self.output else None
        verdict = self._verdict(port, kind)
        at = self.rejects if verdict is TraceVerdict.REJECTED else None
        if verdict in {TraceVerdict.DROPPED, TraceVerdict.NOT_REACHED}:
            at = self.denied if self._decided() else self.stage
        group = _PORT_GROUP.search(at[1]["match"]) if at else None
        return OvnTrace(
            evidence=self.text.quote(self.first),
            marks=self._marks(at),
            origin=origin,
            verdict=verdict,
            datapath=self.start["datapath"] if self.start else None,
            inport=self.start["inport"] if self.start else None,
            **packet(self.flow),
            output=port,
            output_type=kind or None,
            stage=at[1]["stage"] if at else None,
            match=at[1]["match"] if at else None,
            priority=int(at[1]["priority"]) if at else None,
            uuid=at[1]["uuid"] if at else None,
            port_group=group[1] if group else None,
            established=self.established,
            outdated=self.outdated,
        )

    def _verdict(self, port: str | None, kind: str | None) -> TraceVerdict:
        if self.rejects and (port is None or (self.start and port == self.start["inport"])):
            return TraceVerdict.REJECTED
        if port is None or kind in _THROUGH:
            return TraceVerdict.NOT_REACHED if self.drop is None and not self._decided() else TraceVerdict.DROPPED
        if self.asks:
            return TraceVerdict.UNRESOLVED
        if kind == "remote" or (kind is None and port.startswith("tstor-")):
            return TraceVerdict.LEFT
        return TraceVerdict.REACHED

    def _decided(self) -> bool:
        """Whether the last stage does what an ACL before it has decided."""
        return bool(self.denied and self.stage and self.stage[1]["stage"].endswith("_acl_action"))

    def _marks(self, at: tuple[int, re.Match[str]] | None) -> dict[str, Evidence]:
        found = {"stage": at[0] if at else None, "output": self.output[0] if self.output else None, "drop": self.drop}
        decides = found["stage"] or found["drop"] or found["output"]
        focus = at[1][0] if at else None  # where a page made one line of it all
        return {
            name: self.text.quote(number, focus=focus)
            for name, number in {**found, "verdict": decides}.items()
            if number is not None
        }


def packet(flow: dict[str, str]) -> dict[str, Any]:
    """Protocol, addresses and ports of a flow in the notation of OVS (openvswitch/ovs lib/flow.c, flow_format)."""
    ports = {
        name: next((int(flow[key]) for key in keys if flow.get(key, "").isdigit()), None)
        for name, keys in {
            "source_port": ("tp_src", "tcp_src", "udp_src", "sctp_src"),
            "destination_port": ("tp_dst", "tcp_dst", "udp_dst", "sctp_dst"),
        }.items()
    }
    return {
        "protocol": next((key for key, value in flow.items() if not value and key in _PROTOCOLS), None),
        "source": flow.get("nw_src") or flow.get("ipv6_src") or flow.get("arp_spa"),
        "destination": flow.get("nw_dst") or flow.get("ipv6_dst") or flow.get("arp_tpa"),
        **ports,
    }


_PROTOCOLS = frozenset({"tcp", "tcp6", "udp", "udp6", "sctp", "sctp6", "icmp", "icmp6", "arp", "ip", "ipv6"})


def flow_fields(flow: str) -> dict[str, str]:
    """The fields of a flow; a protocol is a field without a value."""
    return {key.strip(): value for key, _, value in (part.partition("=") for part in flow.split(","))}


@parser(
    title="saved output of ovn-trace",
    collect="ovn-trace --ct new <logical switch> '<packet>', or ovnkube-trace -loglevel 2, saved to a file",
    words=(b"reg14=", b'ingress(dp="', b". ls_", b". lr_"),
    content=MARGIN + rb'(?:# \S{0,2000}\breg14=|ingress\(dp="|[^\n]{0,300}\b\d{1,3}\. l[sr]_(?:in|out)_\w+ \()',
)
def ovn_trace(source: SourceFile) -> Iterator[OvnTrace | ParseFailure]:
    """Every trace of a text; what stands between them is ignored."""
    text = plain(source.text())
    trace: _Trace | None = None
    outdated = False
    for number, line in _unflattened(text):
        source.at(text, number)
        outdated = outdated or "parsing expression failed" in line
        begins = _FLOW.match(line)
        first = line.startswith("ingress(dp=")
        ends = begins or _ENDS.match(line.lstrip()) or (first and trace is not None and trace.ended)
        if trace and ends:
            yield _result(trace, source)
            trace = None
        if begins:
            trace = _Trace(text, number, flow_fields(begins["flow"]), outdated=outdated)
        elif trace is None and (first or _PIECE.match(line)):
            trace = _Trace(text, number, outdated=outdated)
        if trace and not begins:
            trace.line(number, line)
    if trace:
        yield _result(trace, source)


def _unflattened(text: Text) -> Iterator[tuple[int, str]]:
    """The lines as the tool printed them, each with the number of the line in which it stands now."""
    for number, line in text.numbered():
        if not _FLAT.search(line.lstrip()):
            yield number, line
            continue
        for part in _BREAK.split(line):
            actions = part.endswith(";") and len(part) < 2000 and not _STAGE.match(part)
            lines = _ACTION.findall(part) if actions else [part]
            yield from ((number, one.strip()) for one in lines)


def _result(trace: _Trace, source: SourceFile) -> OvnTrace | ParseFailure:
    if trace.torn:
        return failure(trace.text.quote(trace.first), "ovn_trace", "the trace is cut off in the middle")
    return trace.fact(source.origin)
