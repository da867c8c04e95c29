"""`ovs-ofctl dump-ports-desc`, `show` and `dump-ports`: the OpenFlow ports of a bridge and their counters.

Members: `<node>_ovs_ofctl_dump_ports_<bridge>` (openshift/must-gather 4.8, 4.9 gather_network_logs: dump-ports-desc in
spite of the name), sosreports, saved sessions. Formats: openvswitch/ovs lib/ofp-port.c ofputil_phy_port_format and
ofputil_format_port_stats. OpenFlow 1.0 answers `… reply (xid=0x2):`, later versions `… reply (OF1.3) (xid=0x2):`. Web
pages flatten the output onto one line: it is read as tokens.
"""

import re
from collections.abc import Iterator
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, failure, parser
from parsers.flat_text import FlatText, Span
from parsers.ovs_facts import LOCAL, OfPort, OfPortCounters, OfPorts, PortFlag
from parsers.ovs_text import Section, bridge_of, node_of, sections
from parsers.pasted import MARGIN

_N = r"(?:\d{1,20}|\?)"
_TOKEN = re.compile(
    r"(?:(?P<reply>OFPST_PORT(?:_DESC)? reply|OFPT_FEATURES_REPLY) ?(?P<version>\(OF\d\.\d\) )?\(xid=0x[0-9a-f]+\):"
    r"(?: ?flags=\[more\])?(?: ?\d{1,6} ports)?(?: ?dpid:[0-9a-f]+)?"
    r"|(?<!\S)(?P<number>\d{1,10}|[A-Z_]{4,20})\((?P<name>[^()\s]{1,64})\): addr:(?P<mac>[0-9A-Za-z:-]{1,32})"
    r"|(?<!\S)(?P<flags>config|state):[ \t]*(?P<words>(?:0x[0-9a-f]+|0|[A-Z_]{4,16})(?: (?:0x[0-9a-f]+|[A-Z_]{4,16}))*)"
    r"(?!\S)"
    r"|(?<!\S)speed: (?P<speed>\d{1,9}) Mbps now, \d{1,9} Mbps max"
    r'|(?<!\S)port +(?P<counted>LOCAL|\d{1,10}|"[^"\s]{1,64}"|[A-Za-z][^\s:]{0,63}): '
    rf"rx pkts=(?P<rxp>{_N}), bytes=(?P<rxb>{_N}), drop=(?P<rxd>{_N}), errs=(?P<rxe>{_N})"
    rf"(?:, (?:frame|over|crc)={_N}){{0,3}}\s+"
    rf"tx pkts=(?P<txp>{_N}), bytes=(?P<txb>{_N}), drop=(?P<txd>{_N}), errs=(?P<txe>{_N}), coll={_N}"
    r"|(?<!\S)(?:current|advertised|supported|peer):[ \t]+[A-Z0-9-]+(?: (?=[A-Z0-9])[A-Z0-9-]+)*(?=\s|$)"
    r"|(?<!\S)duration=[\d.?]+s?|(?<!\S)(?:rx_|tx_|ovs_)\w+=\d+,?|(?<!\S)CUSTOM Statistics"
    r"|n_tables:\d+, n_buffers:\d+|capabilities:(?: [A-Z_]+)*|actions:(?: [a-z_]+)*"
    r"|OFPT_GET_CONFIG_REPLY [^\n]*)"
)
_LOCAL = re.compile(r"(?<!\S)LOCAL\(([^()\s]{1,15})\): addr:")
_TORN = re.compile(r"(?:\d+|LOCAL)\(|(?:config|state|speed):|[rt]x pkts=|port +\S+: rx")
_COUNTERS = {
    "rx_packets": "rxp",
    "rx_bytes": "rxb",
    "rx_dropped": "rxd",
    "rx_errors": "rxe",
    "tx_packets": "txp",
    "tx_bytes": "txb",
    "tx_dropped": "txd",
    "tx_errors": "txe",
}
_RESERVED = {"LOCAL": LOCAL}
_SUBCOMMANDS = ("dump-ports-desc", "dump-ports", "show")


class _Output:
    """One answer: it begins with the line of the reply and ends where the next one, or the section, does."""

    def __init__(self, source: SourceFile, section: Section, flat: FlatText) -> None:
        self.flat = flat
        bridge = bridge_of(source, section.command, *_SUBCOMMANDS)
        self.common: dict[str, Any] = {
            "origin": source.origin,
            "node": node_of(source, section.host),
            "bridge": bridge,
        }
        self.named = bridge
        self.reply: Evidence | None = None
        self.count = 0
        self.port: dict[str, Any] | None = None
        self.marks: dict[str, Evidence] = {}
        self.last_line = 0

    def token(self, span: Span, match: re.Match[str]) -> Iterator[OfPorts | OfPort | OfPortCounters | ParseFailure]:
        where = self.flat.quote(span.start, span.end)
        if match["reply"]:
            yield from self.end()
            self.common["bridge"] = self.named or self.local(span.end)
            # From OpenFlow 1.3 on the features hold no ports: another reply follows.
            listing = not (match["reply"].startswith("OFPT") and match["version"])
            self.reply, self.count = where if listing else None, 0
        elif self.reply is None and not (match["number"] or match["counted"]):
            return
        elif match["number"]:
            yield from self.close()
            yield from self.begin(match, where)
        elif match["flags"] and self.port is not None:
            yield from self.flags(match["flags"], match["words"], where)
        elif match["speed"] and self.port is not None:
            self.port["speed"] = int(match["speed"])
            self.marks["speed"] = where
        elif match["counted"]:
            self.reply = self.reply or where
            self.count += 1
            yield self.counters(match, where)

    def local(self, start: int) -> str | None:
        """The name of the bridge's own port in the answer that begins here."""
        joined = self.flat.joined
        end = joined.find("OFPST_PORT", start)
        found = _LOCAL.search(joined, start, end if end >= 0 else len(joined))
        return found[1] if found else None

    def begin(self, match: re.Match[str], where: Evidence) -> Iterator[ParseFailure]:
        self.reply = self.reply or where
        number = match["number"]
        if not number.isdigit() and number not in _RESERVED:
            yield failure(where, "ovs_ports", f"an unknown port number: {number}")
            return
        self.count += 1
        self.port = {
            "evidence": where,
            "number": int(number) if number.isdigit() else _RESERVED[number],
            "name": match["name"],
            "mac": match["mac"],
        }
        self.marks = {}

    def flags(self, name: str, words: str, where: Evidence) -> Iterator[ParseFailure]:
        found = []
        for word in words.split():
            if word in set(PortFlag):
                found.append(PortFlag(word))
            elif word != "0":
                yield failure(where, "ovs_ports", f"an unknown {name} of a port: {word[:40]}")
        assert self.port is not None
        self.port[name] = tuple(found)
        self.marks[name] = where

    def counters(self, match: re.Match[str], where: Evidence) -> OfPortCounters:
        name = match["counted"].strip('"')
        number = int(name) if name.isdigit() else _RESERVED.get(name)
        values: dict[str, Any] = {
            key: None if match[group] == "?" else int(match[group]) for key, group in _COUNTERS.items()
        }
        return OfPortCounters(
            evidence=where, **self.common, number=number, name=name if number is None else None, **values
        )

    def close(self) -> Iterator[OfPort]:
        if self.port is not None:
            yield OfPort(marks=self.marks, **self.common, **self.port)
        self.port = None

    def end(self) -> Iterator[OfPorts | OfPort]:
        """What is known when the answer is over."""
        yield from self.close()
        if self.reply is not None:
            yield OfPorts(evidence=self.reply, **self.common, count=self.count)
        self.reply = None


@parser(
    "network_logs/{node}_ovs_ofctl_dump_ports_{bridge}",
    "sos_commands/openvswitch/ovs-ofctl_dump-ports-desc_{bridge}",
    "sos_commands/openvswitch/ovs-ofctl_dump-ports_{bridge}",
    "sos_commands/openvswitch/ovs-ofctl_show_{bridge}",
    "sos_commands/openvswitch/ovs-ofctl_-O_OpenFlow*_dump-ports-desc_{bridge}",
    "sos_commands/openvswitch/ovs-ofctl_-O_OpenFlow*_show_{bridge}",
    title="OpenFlow ports of a bridge (ovs-ofctl dump-ports-desc)",
    collect="a sosreport of the node; by hand: oc debug node/<node> -- chroot /host ovs-ofctl -O OpenFlow13 "
    "dump-ports-desc <bridge>",
    words=(b"OFPST_PORT", b"OFPT_FEATURES_REPLY", b"): addr:", b"rx pkts="),
    content=rb"OFPST_PORT(?:_DESC)? reply|OFPT_FEATURES_REPLY \("
    rb"|" + MARGIN + rb"(?:\d{1,5}|LOCAL)\([\w.-]{1,16}\): addr:|" + MARGIN + rb"port +\S{1,20}: rx pkts=",
)
def ovs_ports(source: SourceFile) -> Iterator[OfPorts | OfPort | OfPortCounters | ParseFailure]:
    """`ovs-ofctl dump-ports-desc`, `show` and `dump-ports`; an empty file, as of a missing bridge, yields nothing."""
    for section in sections(source):
        flat = FlatText.of(section.text)
        output = _Output(source, section, flat)
        for span in flat.scan(_TOKEN):
            if span.match:
                yield from output.token(span, span.match)
            elif section.strict or (output.reply and _inside(flat, span)):
                yield failure(flat.quote(span.start, span.end), "ovs_ports", "not a part of a list of ports")
        yield from output.end()


def _inside(flat: FlatText, span: Span) -> bool:
    """Whether a stretch that is no token looks like a torn part of the list, unlike prose around it."""
    return bool(
        re.match(r"(?:\d+|LOCAL)\(|(?:config|state|speed):|[rt]x pkts=|port +\S+: rx", flat.joined[span.start :][:80])
    )
