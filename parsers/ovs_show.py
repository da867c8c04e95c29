"""`ovs-vsctl show`: bridges, their ports and the interfaces of these.

Members: `<node>_ovs_dump` (openshift/must-gather 4.8, 4.9 collection-scripts/gather_network_logs), sosreports
(`ovs-vsctl -t 5 show`), saved sessions. Format: openvswitch/ovs lib/db-ctl-base.c cmd_show_row, with the columns of
utilities/ovs-vsctl.c cmd_show_tables; 2.5 quotes every name that holds anything but letters, later ones only those that
begin with a digit. The order of bridges and ports is random. Web pages flatten it onto one line: it is read as tokens.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, failure, parser
from parsers.flat_text import FlatText
from parsers.ovs_facts import FailMode, OvsBridge, OvsInterface, OvsPort, OvsRemote, OvsShow
from parsers.ovs_text import Section, node_of, sections
from parsers.ovs_values import mapping, numbers, unquoted
from parsers.pasted import MARGIN

_ATOM = r'(?:"(?:[^"\\\n]|\\.)*"|[^\s{}\[\],"]+)'
_VALUE = rf"(?:{_ATOM}|\[[^\]\n]*\]|\{{[^}}\n]*\}})"
_TOKEN = re.compile(
    rf"\s*(?:(?P<uuid>[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})(?!\S)"
    rf"|(?P<row>Bridge|Port|Interface|Controller|Manager)[ \t]+(?P<name>{_ATOM})(?=\s|$)"
    rf"|(?P<key>is_connected|fail_mode|datapath_type|tag|trunks|type|options|error|bfd_status|ovs_version):[ \t]+"
    rf"(?P<value>{_VALUE}))"
)
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_BRIDGE = rf"Bridge[ \t]+{_ATOM}(?:\s+(?:Port|Controller|fail_mode:|datapath_type:)\s|\s*\Z)"
_BEGINS = re.compile(
    rf"(?:^|(?<=\s))(?:{_UUID}(?=\s+(?:Manager\s|ovs_version:\s|{_BRIDGE}))|(?={_BRIDGE}))|\A\s*{_UUID}\s*\Z",
    re.MULTILINE,
)
_LINE = re.compile(r"[^\n]*")
_ANY = re.compile(r"\S[^\n]*")
_STRAY = re.compile(
    rf"^[ \t]+(?:(?:Port|Interface)[ \t]+{_ATOM}|options: \{{[^\n]*|error: \"[^\n]*)[ \t]*$", re.MULTILINE
)
_UNKNOWN = re.compile(r"[a-z_]+: |\.{3}")


@dataclass(slots=True)
class _Row:
    """A row of the output: what it is, its name, where that stands, its values and what hangs below it."""

    kind: str
    name: str
    evidence: Evidence
    values: dict[str, tuple[str, Evidence]] = field(default_factory=dict)
    rows: list["_Row"] = field(default_factory=list)

    def below(self, kind: str) -> list["_Row"]:
        return [row for row in self.rows if row.kind == kind]

    def text(self, key: str) -> str | None:
        return unquoted(self.values[key][0]) if key in self.values else None

    @property
    def marks(self) -> dict[str, Evidence]:
        return {key: evidence for key, (_, evidence) in self.values.items()}


_BELOW = {"Interface": ("Port",), "Port": ("Bridge",), "Controller": ("Bridge",), "Bridge": ("",), "Manager": ("",)}


class _Output:
    """One output, from `start` in the flat text to where something else begins."""

    def __init__(self, flat: FlatText, start: int) -> None:
        self.flat = flat
        self.start = self.at = self.end = start
        self.stack = [_Row("", "", flat.quote(start, start))]
        self.wrong: list[tuple[int, str]] = []

    def read(self) -> None:
        while True:
            token = _TOKEN.match(self.flat.joined, self.at)
            if token and not (token["uuid"] and self.end > self.start):
                self._token(token)
                self.at = self.end = token.end()
            elif not self._skip():
                return

    def _token(self, token: re.Match[str]) -> None:
        start = token.start() + len(token[0]) - len(token[0].lstrip())
        where = self.flat.quote(start, token.end())
        if token["row"]:
            while self.stack[-1].kind not in _BELOW[token["row"]] and len(self.stack) > 1:
                self.stack.pop()
            row = _Row(token["row"], unquoted(token["name"]), where)
            self.stack[-1].rows.append(row)
            self.stack.append(row)
        elif token["uuid"]:
            self.stack[0].values["uuid"] = (token["uuid"], where)
        else:
            # What stands below ports belongs to the bridge or to the whole: older releases sort by name of column.
            owner = {"ovs_version": ("",), "fail_mode": ("Bridge",), "datapath_type": ("Bridge",)}.get(token["key"])
            row = next((one for one in reversed(self.stack) if owner is None or one.kind in owner), self.stack[-1])
            row.values[token["key"]] = (token["value"], where)

    def _skip(self) -> bool:
        """Go over an indented line that is no token, and remember it; False where the output ends."""
        joined = self.flat.joined
        while self.at < len(joined) and joined[self.at] in " \t\n":
            self.at += 1
        line_start = joined.rfind("\n", 0, self.at) + 1
        if self.at >= len(joined) or joined[line_start] not in " \t" or not _UNKNOWN.match(joined, self.at):
            return False
        self.wrong.append((self.at, "a line of ovs-vsctl show that is not known"))
        self.at = self.end = _LINE.match(joined, self.at).end()  # type: ignore[union-attr]  # it matches anywhere
        return True


def _remote(row: _Row) -> OvsRemote:
    connected = row.text("is_connected")
    return OvsRemote(
        evidence=row.evidence,
        marks=row.marks,
        target=row.name,
        connected=None if connected is None else connected == "true",
    )


class _Facts:
    """The facts of one output."""

    def __init__(self, source: SourceFile, section: Section, output: _Output) -> None:
        self.output, self.torn = output, source.torn
        self.common: dict[str, Any] = {"origin": source.origin, "node": node_of(source, section.host)}

    def __iter__(self) -> Iterator[OvsShow | OvsBridge | OvsPort | OvsInterface | ParseFailure]:
        output = self.output
        for at, reason in output.wrong:
            yield failure(output.flat.quote(at, at + 1), "ovs_show", reason)
        top = output.stack[0]
        yield OvsShow(
            evidence=output.flat.quote(output.start, output.end),
            marks=top.marks,
            **self.common,
            uuid=top.text("uuid"),
            ovs_version=top.text("ovs_version"),
            managers=tuple(map(_remote, top.below("Manager"))),
            bridges=tuple(row.name for row in top.below("Bridge")),
            cut=self.torn or (output.stack[-1].kind == "Port" and not output.stack[-1].rows),
        )
        for bridge in top.below("Bridge"):
            yield from self.bridge(bridge)

    def bridge(self, bridge: _Row) -> Iterator[OvsBridge | OvsPort | OvsInterface | ParseFailure]:
        mode = bridge.text("fail_mode")
        if mode is not None and mode not in set(FailMode):
            yield failure(bridge.values["fail_mode"][1], "ovs_show", f"an unknown fail_mode: {mode[:40]!r}")
            mode = None
        yield OvsBridge(
            evidence=bridge.evidence,
            marks=bridge.marks,
            **self.common,
            bridge=bridge.name,
            fail_mode=FailMode(mode) if mode else None,
            datapath_type=bridge.text("datapath_type"),
            controllers=tuple(map(_remote, bridge.below("Controller"))),
        )
        for port in bridge.below("Port"):
            yield from self.port(bridge.name, port)

    def port(self, bridge: str, port: _Row) -> Iterator[OvsPort | OvsInterface | ParseFailure]:
        found = {key: numbers(port.values[key][0]) if key in port.values else () for key in ("tag", "trunks")}
        for key in (key for key, value in found.items() if value is None):
            yield failure(port.values[key][1], "ovs_show", f"{key} is not a number")
        interfaces = port.below("Interface")
        yield OvsPort(
            evidence=port.evidence,
            marks=port.marks,
            **self.common,
            bridge=bridge,
            port=port.name,
            tag=next(iter(found["tag"] or ()), None),
            trunks=found["trunks"] or (),
            interfaces=tuple(row.name for row in interfaces),
        )
        for row in interfaces:
            yield OvsInterface(
                evidence=row.evidence,
                marks=row.marks,
                **self.common,
                bridge=bridge,
                port=port.name,
                name=row.name,
                type=row.text("type") or "system",
                options=mapping(row.values["options"][0]) if "options" in row.values else {},
                error=row.text("error"),
            )


@parser(
    "network_logs/{node}_ovs_dump",
    "sos_commands/openvswitch/ovs-vsctl_-t_5_show",
    "sos_commands/openvswitch/ovs-vsctl_show",
    title="bridges and ports of Open vSwitch (ovs-vsctl show)",
    collect="a sosreport of the node; by hand: oc debug node/<node> -- chroot /host ovs-vsctl show > <node>_ovs_dump",
    words=(b"Bridge", b"ovs_version"),
    content=MARGIN + rb"(?:Bridge \"?[\w.-]{1,80}\"?\s*$|ovs_version: )|^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\s+"
    rb"(?:Bridge|Manager) |ovs-vsctl (?:-\S+ |-t \d+ )*show\b",
)
def ovs_show(source: SourceFile) -> Iterator[OvsShow | OvsBridge | OvsPort | OvsInterface | ParseFailure]:
    """`ovs-vsctl show`; an empty file, as of a command that failed, yields nothing."""
    for section in sections(source):
        flat = FlatText.of(section.text)
        at = 0
        while found := _BEGINS.search(flat.joined, at):
            yield from _foreign(flat, at, found.start(), _ANY if section.strict else _STRAY)
            output = _Output(flat, found.start())
            output.read()
            yield from _Facts(source, section, output)
            at = max(output.end, found.end())
        yield from _foreign(flat, at, len(flat.joined), _ANY if section.strict else _STRAY)


def _foreign(flat: FlatText, start: int, end: int, wanted: re.Pattern[str]) -> Iterator[ParseFailure]:
    """Lines that belong to no output: all in a collector's file, in a paste those that have lost their beginning."""
    for line in wanted.finditer(flat.joined, start, end):
        yield failure(flat.quote(line.start(), line.end()), "ovs_show", "not a line of ovs-vsctl show")
