"""What `ovs-appctl ofproto/trace` printed: what the node's Open vSwitch does with a packet.

Source: openvswitch/ovs ofproto/ofproto-dpif-trace.c, releases 2.8 and later. A trace begins with `Flow: …`; where a
packet goes through connection tracking it goes on below a line of `=` and `recirc(0x…) - resume …`, up to its last
`Datapath actions: …`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from parsers.base import Origin, OriginFact, ParseFailure, SourceFile, Text, failure, parser
from parsers.ovn_trace import TraceVerdict, flow_fields, packet
from parsers.pasted import MARGIN, plain


class OfprotoTrace(OriginFact):
    """One trace. `actions` are the last ones of the datapath; `table` and `match` are where a packet is dropped.

    verdict: reached, dropped or, where no actions are told or they end in a lookup that was not followed, not-reached.
    outputs: the OpenFlow ports that it was put out to, in order.
    """

    verdict: TraceVerdict
    bridge: str | None = None
    in_port: str | None = None
    protocol: str | None = None
    source: str | None = None
    destination: str | None = None
    source_port: int | None = None
    destination_port: int | None = None
    actions: str | None = None
    outputs: tuple[str, ...] = ()
    table: int | None = None
    match: str | None = None


_FLOW = re.compile(r"\s*Flow: (?P<flow>\S{1,4000})")
_BRIDGE = re.compile(r'\s*bridge\("(?P<bridge>[^"]{1,60})"\)')
_TABLE = re.compile(r"\s*(?P<table>\d{1,3})\. (?P<match>\S.{0,4000})")
_ACTIONS = re.compile(r"\s*Datapath actions: (?P<actions>.{1,4000})")
_OUTPUT = re.compile(r"\s*output:(?P<port>\S{1,60})")
_RESUME = re.compile(r"\s*recirc\(0x[0-9a-f]{1,8}\) - resume ")
_LOOKUP = re.compile(r"(?:^|,)recirc\(0x[0-9a-f]{1,8}\)$")


@dataclass(slots=True)
class _Trace:
    """One trace while it is read."""

    text: Text
    first: int
    flow: dict[str, str]
    bridge: str | None = None
    table: tuple[int, re.Match[str]] | None = None
    actions: tuple[int, str] | None = None
    outputs: list[str] = field(default_factory=list)
    resumed: bool = False

    def line(self, number: int, line: str) -> None:
        """Take in a line; changes of fields and the like are ignored."""
        if bridge := _BRIDGE.match(line):
            self.bridge = self.bridge or bridge["bridge"]
        elif table := _TABLE.match(line):
            self.table = (number, table)
        elif output := _OUTPUT.match(line):
            self.outputs.append(output["port"])
        elif actions := _ACTIONS.match(line):
            self.actions, self.resumed = (number, actions["actions"].strip()), False
        elif _RESUME.match(line):
            self.resumed, self.actions = True, None

    def fact(self, origin: Origin) -> OfprotoTrace:
        actions = self.actions[1] if self.actions else None
        verdict = _verdict(actions)
        at = self.table if verdict is TraceVerdict.DROPPED else None
        lines = {"actions": self.actions and self.actions[0], "match": at and at[0]}
        return OfprotoTrace(
            evidence=self.text.quote(self.first),
            marks={name: self.text.quote(number) for name, number in lines.items() if number},
            origin=origin,
            verdict=verdict,
            bridge=self.bridge,
            in_port=self.flow.get("in_port"),
            **packet(self.flow),
            actions=actions,
            outputs=tuple(self.outputs),
            table=int(at[1]["table"]) if at else None,
            match=at[1]["match"] if at else None,
        )


def _verdict(actions: str | None) -> TraceVerdict:
    if actions == "drop":
        return TraceVerdict.DROPPED
    return TraceVerdict.REACHED if actions and not _LOOKUP.search(actions) else TraceVerdict.NOT_REACHED


@parser(
    title="saved output of ovs-appctl ofproto/trace",
    collect="ovs-appctl ofproto/trace br-int '<flow>', or ovnkube-trace -loglevel 2, saved to a file",
    words=(b"Datapath actions: ",),
    content=MARGIN + rb"Datapath actions: ",
)
def ofproto_trace(source: SourceFile) -> Iterator[OfprotoTrace | ParseFailure]:
    """Every trace of a text; what stands between them is ignored."""
    text = plain(source.text())
    trace: _Trace | None = None
    for number, line in text.numbered():
        source.at(text, number)
        flow = _FLOW.match(line)
        if flow and not (trace and trace.resumed):
            if trace:
                yield _result(trace, source)
            trace = _Trace(text, number, flow_fields(flow["flow"]))
        elif trace:
            trace.line(number, line)
    if trace:
        yield _result(trace, source)


def _result(trace: _Trace, source: SourceFile) -> OfprotoTrace | ParseFailure:
    if trace.bridge is None and trace.actions is None:
        return failure(trace.text.quote(trace.first), "ofproto_trace", "a flow without a trace")
    return trace.fact(source.origin)
