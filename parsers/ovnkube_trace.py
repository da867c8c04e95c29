"""What `ovnkube-trace` says of each way between two pods, a service or an address.

Source: ovn-org/ovn-kubernetes go-controller/cmd/ovnkube-trace/ovnkube-trace.go. A line for each leg: `ovn-trace source
pod to destination pod indicates success from <pod> to <pod>`, coloured, then both directions of `ovs-appctl
ofproto/trace` and of `ovn-detrace`. The tool ends at the first leg that fails. With -loglevel 2 the outputs of the
other tools stand between: `ovn_trace` and `ofproto_trace` read these.
"""

import re
from collections.abc import Iterator
from enum import StrEnum

from parsers.base import OriginFact, ParseFailure, SourceFile, parser
from parsers.pasted import uncoloured


class TraceTool(StrEnum):
    """Whose verdict it is: of the logical network, of the node's Open vSwitch, of the way from flows back to it."""

    OVN_TRACE = "ovn-trace"
    OFPROTO_TRACE = "ovs-appctl ofproto/trace"
    OVN_DETRACE = "ovn-detrace"


class TraceLeg(OriginFact):
    """One leg. protocol, port and namespaces are those of the command, None where it was not saved.

    remote: judged in the database of the destination's node. direction: in the tool's words.
    """

    tool: TraceTool
    success: bool
    source: str
    destination: str
    direction: str | None = None
    remote: bool = False
    protocol: str | None = None
    port: int | None = None
    source_namespace: str | None = None
    destination_namespace: str | None = None


class TraceError(OriginFact):
    """The tool itself failed; nothing is known of the way."""

    text: str


_LEG = re.compile(
    r"(?P<tool>ovn-trace|ovs-appctl ofproto/trace|ovn-detrace)(?P<direction>(?: (?!indicates\b)[^\s\x1b]{1,60}){0,12}?)"
    r" indicates (?P<result>success|failure) from (?P<source>\S{1,300}) to (?P<destination>\S{1,300})"
)
_COMMAND = re.compile(r"(?:^|[\s$#/])ovnkube-trace(?P<options>(?: +--?\S{1,80}(?:[ =]+[^\s-]\S{0,300})?){1,20})")
_OPTION = re.compile(r"--?(?P<name>[a-z-]{2,40})(?:[ =]+(?P<value>[^\s-]\S{0,300}))?")
_ERROR = re.compile(r"F\d{4} \d\d:\d\d:\d\d\.\d{1,9} +\d+ ovnkube-trace\.go:\d+\] ?(?P<text>.{1,1000})")


@parser(
    title="saved output of ovnkube-trace",
    collect="ovnkube-trace -src-namespace <namespace> -src <pod> -dst-namespace <namespace> -dst <pod> -tcp -dst-port "
    "<port> -loglevel 2 > ovnkube-trace.txt 2>&1",
    words=(b" indicates success from ", b" indicates failure from ", b" ovnkube-trace.go:"),
    content=rb"(?:ovn-trace|ofproto/trace|ovn-detrace)[^\n]{0,200} indicates (?:success|failure) from "
    rb"|F\d{4} [^\n]{10,60} ovnkube-trace\.go:\d+\]",
)
def ovnkube_trace(source: SourceFile) -> Iterator[TraceLeg | TraceError | ParseFailure]:
    """The legs, in their order; documentation flattens several onto one line. All other lines are ignored."""
    options: dict[str, str] = {}
    for number, written in source.lines():
        line = uncoloured(written)
        if command := _COMMAND.search(line):
            options = {found["name"]: found["value"] or "" for found in _OPTION.finditer(command["options"])}
        for leg in _LEG.finditer(line):
            yield _leg(leg, options, source, number, written)
        if error := _ERROR.search(line):
            yield TraceError(evidence=source.quote(number, written), origin=source.origin, text=error["text"])


def _leg(leg: re.Match[str], options: dict[str, str], source: SourceFile, number: int, written: str) -> TraceLeg:
    direction = leg["direction"].strip()
    port = options.get("dst-port", "")
    return TraceLeg(
        evidence=source.quote(number, written, focus=leg[0]),
        origin=source.origin,
        tool=TraceTool(leg["tool"]),
        success=leg["result"] == "success",
        source=leg["source"],
        destination=leg["destination"],
        direction=direction.removeprefix("(remote)").strip() or None,
        remote=direction.startswith(("(remote)", "on destination pod node")),
        protocol=next((one for one in ("tcp", "udp") if one in options), None),
        port=int(port) if port.isdigit() and len(port) < 6 else None,
        source_namespace=options.get("src-namespace"),
        destination_namespace=options.get("dst-namespace"),
    )
