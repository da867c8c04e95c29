"""`resolv.conf` of a node or a pod, and the host name.

Source: glibc resolv/res_init.c and resolv.conf(5); systemd-resolved and NetworkManager write the same words. Members:
sosreports (`etc/resolv.conf`, `etc/hostname`, `sos_commands/host/hostname`), files saved by hand.
"""

import re
from collections.abc import Iterator
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, failure, parser
from parsers.host_facts import HostFact, node_hint
from parsers.host_shell import blocks
from parsers.vocabulary import address

_LINE = re.compile(r"(?P<word>nameserver|search|domain|options|sortlist)(?:\s+(?P<rest>[^#;]*))?(?:[#;].*)?")
_COMMAND = re.compile(r"resolv\.conf|resolvectl|^$")
_HOSTNAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|x-\w{1,20}-\d{10}-x")


class ResolvConf(HostFact):
    """Who answers the names of a host or pod. search: the domains, of `domain` the only one; both empty if not set."""

    nameservers: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


class HostName(HostFact):
    """What the host calls itself: whole or up to the first dot."""

    name: str


@parser(
    "etc/resolv.conf",
    "openshift-sdn-cluster-and-node-info/nodes/{node}/resolv.conf",
    title="resolver (resolv.conf)",
    collect="a sosreport of the node, or: oc debug node/<node> -- chroot /host cat /etc/resolv.conf > resolv.conf",
    content=rb"^nameserver\s+[\da-fx]",
    words=(b"nameserver",),
)
def host_resolv_conf(source: SourceFile) -> Iterator[ResolvConf | ParseFailure]:
    """`sortlist` and comments are deliberately ignored."""
    base: dict[str, Any] = {"origin": source.origin, "node": node_hint(source)}
    values: dict[str, Any] = {}
    marks: dict[str, Evidence] = {}
    command: str | None = None
    for block in blocks(source, "host_resolv_conf", re.compile(rf"{_LINE.pattern}|[#;].*"), _COMMAND):
        if isinstance(block, ParseFailure):
            yield block
            continue
        if values and block.command != command:  # the file of another pod or node in the same session
            yield ResolvConf(evidence=next(iter(marks.values())), marks=marks, **base, **values)
            values, marks = {}, {}
        command = block.command
        for number, line in block.lines:
            if found := _LINE.fullmatch(line):
                _put(values, marks, block.quote(number, line), found)
            elif not line.startswith(("#", ";")):
                yield from block.unread(number, line, "host_resolv_conf")
    if values:
        yield ResolvConf(evidence=next(iter(marks.values())), marks=marks, **base, **values)


def _put(values: dict[str, Any], marks: dict[str, Evidence], mark: Evidence, found: re.Match[str]) -> None:
    """One line; each server has a mark of its own, of two `search` the last one holds."""
    words = (found["rest"] or "").split()
    if found["word"] == "nameserver":
        for one in map(address, words[:1]):
            values["nameservers"] = (*values.get("nameservers", ()), one)
            marks.setdefault("nameservers", mark)
            marks[f"nameserver {one}"] = mark
    elif found["word"] == "options":
        values["options"] = (*values.get("options", ()), *words)
        marks.setdefault("options", mark)
    elif found["word"] in {"search", "domain"}:
        values["search"] = tuple(words)
        marks["search"] = mark


@parser(
    "sos_commands/host/hostname",
    "sos_commands/host/hostname_-f",
    "etc/hostname",
    title="host name",
    collect="a sosreport of the node",
)
def host_name(source: SourceFile) -> Iterator[HostName | ParseFailure]:
    """The first line that is not empty."""
    text = source.text()
    number, line = next(((number, line.strip()) for number, line in text.numbered() if line.strip()), (1, ""))
    mark = text.quote(number) if len(text) else text.whole()
    if _HOSTNAME.fullmatch(line):
        yield HostName(evidence=mark, marks={"name": mark}, origin=source.origin, node=node_hint(source), name=line)
    else:
        yield failure(mark, "host_name", "no host name")
