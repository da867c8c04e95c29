"""`ovs-ofctl dump-flows`: flows are counted by table, and those that rules ask for (ovs_flow_interest) are facts.

Members: `<node>_ovs_ofctl_dump_flows_<bridge>` (openshift/must-gather 4.8, 4.9 gather_network_logs), sosreports, saved
sessions. Format: openvswitch/ovs lib/ofp-flow.c ofputil_flow_stats_format; the reply (`NXST_FLOW reply (xid=0x4):`,
`OFPST_FLOW reply (OF1.3) (xid=0x2): flags=[more]`) is repeated for every part and missing with `--names` or `--sort`.
Fields and actions are split by the package `ovs`, whose values stay text: a masked address is no error. The file is a
stream: one with 50,000 flows is read in well under a second.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, failure, parser
from parsers.host_facts import Asked
from parsers.ovs_facts import FlowCount, FlowDump, OfFlow
from parsers.ovs_flow_interest import MOST, interest
from parsers.ovs_text import bridge_of, collected, node_of, prompt
from parsers.pasted import MARGIN, uncoloured

_PRIORITY = 32768  # which ovs-ofctl does not write (include/openflow/openflow-1.0.h, OFP_DEFAULT_PRIORITY)
MATCH_LIMIT = 8192  # characters of a flow in front of its actions
FAILURES = 20  # unreadable lines of one dump that are reported one by one
_REPLY = re.compile(r"\s*(?:NXST|OFPST)_FLOW reply(?: \((?:OF(?P<version>\d\.\d)|[^)]*)\))?(?: \(xid=0x[0-9a-f]+\))?:")
_INLINE = re.compile(r"(?:NXST|OFPST)_FLOW reply\b")
_FLOW = re.compile(r"[ \t>|]{0,20}(?:cookie=0x|duration=\d|table=\S{1,64}[ ,]|n_packets=\d|priority=\d)")
_TABLE = re.compile(r"\btable=(?P<table>[^,\s]{1,64})")  # missing where there is but table 0
_TORN = re.compile(r"\s*\S*(?:->|resubmit\(|goto_table:|actions=|n_bytes=|NXM_)")
_USUAL = re.compile(r" cookie=0x[0-9a-f]{1,16}, duration=[\d.]{1,20}s, table=(\d{1,3}), ")
_FLATTENED = re.compile(r"(?<=\s)(?=cookie=0x[0-9a-f]+, duration=)")
_MARKUP = re.compile(r"\s*(?:[`~]{3,}.{0,20}|\{(?:noformat|code)\}|-{3,}|\.{3,}|</?(?:pre|code)>)?\s*")
_INFO = frozenset(
    {"cookie", "duration", "table", "n_packets", "n_bytes", "idle_age", "hard_age", "idle_timeout", "hard_timeout"}
    | {"send_flow_rem", "check_overlap", "reset_counts", "no_packet_counts", "no_byte_counts", "importance"}
    | {"n_offload_packets", "n_offload_bytes"}
)


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands above a dump: the command, the host in its prompt."""

    command: str = ""
    host: str | None = None


class _Dump:
    """One answer, while it is read."""

    def __init__(self, source: SourceFile, head: _Head, evidence: Evidence, openflow: str | None) -> None:
        bridge = bridge_of(source, head.command, "dump-flows")
        self.evidence = evidence
        self.openflow = openflow
        self.common: dict[str, Any] = {"origin": source.origin, "node": node_of(source, head.host), "bridge": bridge}
        self.interest = interest(bridge)
        self.tables: dict[int, Evidence] = {}
        self.counts: dict[int, int] = {}
        self.decoded = self.left_out = self.failures = 0
        self.cut: Evidence | None = None

    def facts(self) -> Iterator[FlowDump | FlowCount]:
        """What is known when the answer is over."""
        yield FlowDump(
            evidence=self.evidence,
            marks={"cut": self.cut} if self.cut else {},
            **self.common,
            openflow=self.openflow,
            total=sum(self.counts.values()),
            decoded=self.decoded,
            left_out=self.left_out,
            cut=self.cut is not None,
        )
        for table, count in sorted(self.counts.items()):
            yield FlowCount(evidence=self.tables[table], **self.common, table=table, count=count)


def _fields(text: str) -> dict[str, str]:
    """The fields in front of the actions. Raises ValueError for what is none, or longer than any real match.

    The package takes time by the square of the length, and never comes back from a tab: both are kept away from it.
    """
    if len(text) > MATCH_LIMIT:
        raise ValueError(f"a match of {len(text)} characters")
    # Loaded where it is needed: most archives hold no flows, and every run would wait for it.
    from ovs.flow.kv import KVDecoders, KVParser, ParseError  # noqa: PLC0415

    decoders = KVDecoders(default=lambda key, value: (key, value), default_free=lambda key: (key, "true"))
    split = KVParser(" ".join(text.split()), decoders)
    try:
        split.parse()
    except ParseError as error:
        raise ValueError(str(error)) from error
    return {one.key: one.meta.vstring or "true" for one in split.kv()}


def _number(fields: dict[str, str], name: str) -> int | None:
    value = fields.get(name, "")
    return int(value) if re.fullmatch(r"\d{1,20}", value) else None


class _Reader:
    """The state of one pass over a file."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.strict = collected(source)
        self.head, self.asked = _Head(), Asked()
        self.dump: _Dump | None = None
        self.pending: tuple[int, str] | None = None

    def only_counts(self, line: str) -> bool:
        """Whether the line is one more usual flow of a known table that nobody asks for: counted, and done with."""
        usual = _USUAL.match(line)
        if usual is None or self.dump is None or self.pending or "actions=" not in line or "\x1b" in line:
            return False
        table = int(usual[1])
        if table not in self.dump.counts or self.dump.interest.wants(table, line):
            return False
        self.dump.counts[table] += 1
        return True

    def line(self, number: int, line: str) -> Iterator[FlowDump | FlowCount | OfFlow | ParseFailure]:
        line = uncoloured(line)
        if _FLOW.match(line) or (self.pending and not (_REPLY.match(line) or prompt(line))):
            yield from self.flow(number, line)
            return
        if (asked := prompt(line)) is not None:
            yield from self.end()
            self.head, self.strict = _Head(asked[0], self.asked.host(*asked)), False
        if reply := _INLINE.search(line):
            yield from self.reply(number, line, line[reply.start() :])
        elif asked is None and not _MARKUP.fullmatch(line):
            yield from self.foreign(number, line)

    def reply(self, number: int, line: str, text: str) -> Iterator[FlowDump | FlowCount | OfFlow | ParseFailure]:
        """The line of a reply; on a flattened line the flows follow it."""
        yield from self.torn()
        found = _REPLY.match(text)
        if self.dump is None or "flags=[more]" not in self.more:
            yield from self.end()
            version = (found["version"] or "1.0") if found else None
            where = self.source.quote(number, line, focus=text[:80])
            self.dump = _Dump(self.source, self.head, where, version)
        self.more = text[:200]
        for piece in _FLATTENED.split(text)[1:]:
            yield from self.flow(number, piece, line)

    more = ""  # the last line of a reply: with flags=[more] the next reply goes on with the same answer

    def flow(self, number: int, text: str, line: str | None = None) -> Iterator[OfFlow | ParseFailure]:
        if self.pending:
            if _FLOW.match(text):
                yield from self.torn()
            else:
                number, text = self.pending[0], f"{self.pending[1].rstrip()} {text.strip()}"
                line = self.pending[1]
                self.pending = None
        if "actions=" not in text and len(text) < 4096:
            self.pending = (number, text)  # mail wraps long lines; a line that has no end is the last one of a cut file
            return
        yield from self.whole(number, text, line or text)

    def whole(self, number: int, text: str, line: str) -> Iterator[OfFlow | ParseFailure]:
        dump = self.dump
        if dump is None:
            dump = self.dump = _Dump(self.source, self.head, self.source.quote(number, line), None)
        found = _TABLE.search(text, 0, max(text.find("actions="), 0))
        if found and not re.fullmatch(r"\d{1,3}", found["table"]):
            yield from self.wrong(number, line, "a table that is not a number")
            return
        at = int(found["table"]) if found else 0
        if at not in dump.tables:
            dump.tables[at] = self.source.quote(number, line)
        dump.counts[at] = dump.counts.get(at, 0) + 1
        if dump.interest.wants(at, text):
            if dump.decoded < MOST:
                try:
                    yield self.fact(dump, at, number, text, line)
                    dump.decoded += 1
                except ValueError:
                    yield from self.wrong(number, line, "a match that cannot be split into its fields")
            else:
                dump.left_out += 1

    def fact(self, dump: _Dump, table: int, number: int, text: str, line: str) -> OfFlow:
        head, _, actions = text.partition("actions=")
        fields = _fields(head.strip(" \t>|").rstrip(","))
        return OfFlow(
            evidence=self.source.quote(number, line, focus=text[:200].strip()),
            **dump.common,
            table=table,
            priority=_PRIORITY if (priority := _number(fields, "priority")) is None else priority,
            cookie=fields.get("cookie"),
            n_packets=_number(fields, "n_packets"),
            n_bytes=_number(fields, "n_bytes"),
            match={key: value.strip('"') for key, value in fields.items() if key not in _INFO and key != "priority"},
            actions=actions.strip(),
        )

    def torn(self) -> Iterator[ParseFailure]:
        """A flow that has no actions: the file, or the part of it, is cut."""
        if self.pending:
            number, text = self.pending
            self.pending = None
            where = self.source.quote(number, text)
            if self.dump:
                self.dump.cut = where
            yield from self.wrong(number, text, "a flow without actions: cut off")

    def foreign(self, number: int, line: str) -> Iterator[ParseFailure]:
        """A line that is no flow: prose around a paste, a complaint of the command; in a dump, a piece of a flow."""
        if self.strict or (self.dump and _TORN.match(line)):
            yield from self.wrong(number, line, "not a flow")

    def wrong(self, number: int, line: str, reason: str) -> Iterator[ParseFailure]:
        failures = self.dump.failures if self.dump else 0
        if self.dump:
            self.dump.failures += 1
        if failures < FAILURES:
            yield failure(self.source.quote(number, line), "ovs_flows", reason)

    def end(self) -> Iterator[FlowDump | FlowCount | ParseFailure]:
        """The answer is over."""
        yield from self.torn()
        if self.dump:
            if self.dump.failures > FAILURES:
                reason = f"{self.dump.failures} lines of this dump could not be read"
                yield failure(self.dump.evidence, "ovs_flows", reason)
            yield from self.dump.facts()
        self.dump = None
        self.more = ""


@parser(
    "network_logs/{node}_ovs_ofctl_dump_flows_{bridge}",
    "sos_commands/openvswitch/ovs-ofctl_dump-flows_{bridge}",
    "sos_commands/openvswitch/ovs-ofctl_-O_OpenFlow*_dump-flows_{bridge}",
    title="OpenFlow flows of a bridge (ovs-ofctl dump-flows)",
    collect="a sosreport of the node; by hand: oc debug node/<node> -- chroot /host ovs-ofctl -O OpenFlow13 "
    "dump-flows <bridge> > <node>_ovs_ofctl_dump_flows_<bridge>",
    words=(b"_FLOW reply", b"n_packets="),
    content=rb"(?:NXST|OFPST)_FLOW reply|" + MARGIN + rb"cookie=0x[0-9a-f]+, duration=[\d.]+s, table=",
)
def ovs_flows(source: SourceFile) -> Iterator[FlowDump | FlowCount | OfFlow | ParseFailure]:
    """`ovs-ofctl dump-flows`; an empty file, as of a missing bridge, yields nothing."""
    reader = _Reader(source)
    for number, line in source.lines():
        if not reader.only_counts(line):  # nearly all lines of a large dump: no generator is started for them
            yield from reader.line(number, line)
    if reader.dump and source.torn:
        reader.dump.cut = reader.dump.evidence
    yield from reader.end()
