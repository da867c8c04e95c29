"""`ovs-vsctl list-br` and `ovs-vsctl list <table>`: the names of the bridges, the rows of the tables.

Members: sosreports (`ovs-vsctl -t 5 list-br`, `list Open_vSwitch`, `list bridge`, `list interface`), saved sessions. A
list of names is known by its command alone, a row by its columns (openvswitch/ovs lib/db-ctl-base.c cmd_list, format
`list` of lib/table.c: `column : value`, rows apart by an empty line; vswitchd/vswitch.ovsschema).
"""

import re
from collections.abc import Iterator
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, Text, failure, parser
from parsers.ovs_facts import OvsBridgeList, OvsRecord
from parsers.ovs_text import Section, node_of, sections
from parsers.ovs_values import items, mapping, unquoted
from parsers.pasted import MARGIN

_LIST_BR = re.compile(r"\bovs-vsctl\b.{0,60}?\blist-br\b(?P<rest>.*)")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,40}")
_COLUMN = re.compile(
    r"\s*(?P<name>[a-z_][a-z_0-9]{0,40})\s{0,40}: (?P<value>.*)|\s*(?P<empty>[a-z_][a-z_0-9]{0,40})\s*:"
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# A column that only this table has.
_TABLES = {"mac_in_use": "interface", "bond_mode": "port", "datapath_id": "bridge", "ovs_version": "open_vswitch"}
_EMPTY = frozenset({"", "[]", "{}", '""'})


def _bridges(source: SourceFile, section: Section) -> Iterator[OvsBridgeList | ParseFailure]:
    """The names below the command, one a line, up to the first line that is none; or behind it on its own line."""
    text, asked = section.text, _LIST_BR.search(section.command)
    behind = [word for word in (asked["rest"].split() if asked else []) if _NAME.fullmatch(word)]
    names: list[tuple[str, Evidence]] = []
    for number, line in text.numbered():
        if not line.strip() or (asked and number == text.first_line):
            continue
        if not _NAME.fullmatch(line.strip()):
            if section.strict:
                yield failure(text.quote(number), "ovs_bridge_list", "not the name of a bridge")
                continue
            break
        names.append((line.strip(), text.quote(number)))
    names = names or [(name, text.quote(text.first_line)) for name in behind]
    if names or asked:
        where = names[0][1] if names else text.quote(text.first_line)
        marks = dict(names)
        found = tuple(name for name, _ in names)
        yield OvsBridgeList(
            evidence=where, marks=marks, origin=source.origin, node=node_of(source, section.host), bridges=found
        )


def _value(text: str) -> str | tuple[str, ...] | dict[str, str]:
    text = text.strip()
    if text.startswith("{"):
        return mapping(text)
    return items(text) if text.startswith("[") else unquoted(text)


class _Rows:
    """The rows of a section."""

    def __init__(self, source: SourceFile, section: Section) -> None:
        self.text: Text = section.text
        self.strict = section.strict
        self.table = source.params.get("table", "").lower() or None
        self.common: dict[str, Any] = {"origin": source.origin, "node": node_of(source, section.host)}
        self.columns: dict[str, tuple[str, int]] = {}

    def __iter__(self) -> Iterator[OvsRecord | ParseFailure]:
        for number, line in self.text.numbered():
            column = _COLUMN.fullmatch(line.rstrip())
            name = (column["name"] or column["empty"]) if column else ""
            if name == "_uuid":
                yield from self.end()
            if column and (name == "_uuid" or self.columns):
                self.columns[name] = (column["value"] or "", number)
                continue
            yield from self.end()
            if self.strict and line.strip():
                yield failure(self.text.quote(number), "ovs_lists", "not a column of a row")
        yield from self.end()

    def end(self) -> Iterator[OvsRecord | ParseFailure]:
        """What is known when the row is over."""
        columns, self.columns = self.columns, {}
        table = next((one for name, one in _TABLES.items() if name in columns), self.table)
        if not columns or table is None:
            return  # a row of a database that is not Open vSwitch's own
        uuid, first = columns.pop("_uuid")
        if not _UUID.fullmatch(uuid.strip()):
            yield failure(self.text.quote(first), "ovs_lists", "not a UUID")
            return
        written = {name: (value, at) for name, (value, at) in columns.items() if value.strip() not in _EMPTY}
        yield OvsRecord(
            evidence=self.text.quote(first, max((at for _, at in columns.values()), default=first)),
            marks={name: self.text.quote(at) for name, (_, at) in written.items()},
            **self.common,
            table=table,
            uuid=uuid.strip(),
            name=unquoted(written["name"][0]) if "name" in written else None,
            columns={name: _value(value) for name, (value, _) in written.items() if name != "name"},
        )


@parser(
    "sos_commands/openvswitch/ovs-vsctl_-t_5_list-br",
    "sos_commands/openvswitch/ovs-vsctl_list-br",
    title="names of the bridges (ovs-vsctl list-br)",
    collect="a sosreport of the node; by hand: oc debug node/<node> -- chroot /host ovs-vsctl show",
    words=(b"list-br",),
    content=rb"\bovs-vsctl\b[^\n]{0,60}?\blist-br\b",
)
def ovs_bridge_list(source: SourceFile) -> Iterator[OvsBridgeList | ParseFailure]:
    """`ovs-vsctl list-br`."""
    for section in sections(source):
        if section.strict or _LIST_BR.search(section.command):
            yield from _bridges(source, section)


@parser(
    "sos_commands/openvswitch/ovs-vsctl_-t_5_list_{table}",
    "sos_commands/openvswitch/ovs-vsctl_list_{table}",
    title="tables of Open vSwitch (ovs-vsctl list)",
    collect="a sosreport of the node; by hand: oc debug node/<node> -- chroot /host ovs-vsctl list interface",
    words=(b"mac_in_use", b"bond_mode", b"datapath_id", b"ovs_version"),
    content=MARGIN + rb"(?:mac_in_use|bond_mode|datapath_id|ovs_version)\s{1,20}: ",
)
def ovs_lists(source: SourceFile) -> Iterator[OvsRecord | ParseFailure]:
    """`ovs-vsctl list interface`, `port`, `bridge`, `open`; columns that are not set are left out."""
    for section in sections(source):
        yield from _Rows(source, section)
