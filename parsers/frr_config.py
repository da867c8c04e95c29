"""`show running-config` and frr.conf: the configuration that FRR runs, or would read at its start.

FRRouting 7.5 to 10.7 write and accept it (vtysh/vtysh_config.c and the daemons' `config_write` functions); MetalLB
(internal/bgp/frr/templates) and frr-k8s render it. FRR has thousands of statements: those that no field is for are
kept as they are written; a failure is a statement that a field is for and whose grammar is broken.
"""

import re
from collections.abc import Iterator

from parsers.base import ParseFailure, SourceFile, Text, failure, parser
from parsers.frr_config_facts import (
    Action,
    BfdProfile,
    BgpRouter,
    Block,
    ConfigKind,
    FamilyConfig,
    ListenRange,
    NeighborConfig,
    NetworkStatement,
    PrefixListEntry,
    RemoteAs,
    RouteMapEntry,
    RouteMapMatch,
    RunningConfig,
    Statement,
    StaticRoute,
)
from parsers.frr_config_lines import BEGIN
from parsers.frr_config_reader import read
from parsers.pasted import MARGIN, outside_dump

__all__ = [
    "Action",
    "BfdProfile",
    "BgpRouter",
    "Block",
    "ConfigKind",
    "FamilyConfig",
    "ListenRange",
    "NeighborConfig",
    "NetworkStatement",
    "PrefixListEntry",
    "RemoteAs",
    "RouteMapEntry",
    "RouteMapMatch",
    "RunningConfig",
    "Statement",
    "StaticRoute",
    "read",
]


@parser(
    "namespaces/{namespace}/pods/{pod}/frr/frr/logs/frr.conf",
    "report/pods/{pod}/frr/logs/frr.conf",
    title="frr.conf of the FRR containers",
    collect="oc adm must-gather with MetalLB or frr-k8s installed; by hand: oc exec -n <namespace> <pod> -c frr -- "
    "cat /etc/frr/frr.conf > frr.conf",
)
def frr_conf(source: SourceFile) -> Iterator[RunningConfig | ParseFailure]:
    text = source.text()
    if text.torn:
        yield failure(text.whole(), "frr_conf", "cut off: the rest of the configuration is missing")
    elif any(line.strip() for line in text):
        yield from read(text, source.origin, ConfigKind.STARTUP)


@parser(
    title="saved output of `show running-config`",
    collect="oc exec -n <namespace> <pod> -c frr -- vtysh -c 'show running-config' > running-config.txt",
    words=(b"Building configuration", b"Current configuration:", b"frr version "),
    content=MARGIN + rb"(?:Building configuration\.\.\.|Current configuration:|frr version \d)",
)
def running_config(source: SourceFile) -> Iterator[RunningConfig | ParseFailure]:
    for text in outside_dump(source.text()):
        for part in _saved(text):
            source.at(text, part.first_line)
            yield from read(part, source.origin, ConfigKind.RUNNING)


_RELEASE = re.compile(r"frr version \d")
_PROMPT = re.compile(r"[\w.@:~()/-]{1,80}[#>]\s*\w|\[[^\]]{1,120}\][#$]\s*\w|[\w.@:~/-]{1,80}\$\s+\w")


def _saved(text: Text) -> Iterator[Text]:
    """The configurations in a saved session: from the heading to `end` or the next prompt; around them is other output.

    People leave the heading out; then the configuration begins with the release that wrote it.
    """
    start: int | None = None
    released = False  # a second configuration may follow where the first has no end
    for number, line in text.numbered():
        release = _RELEASE.match(line)
        if release and released and start is not None:
            yield text.part(start, number - 1)
            start = None
        begins = BEGIN.match(line.lstrip()) or (start is None and release)
        if begins and (start is None or line.lstrip().startswith("Building")):
            if start is not None:
                yield text.part(start, number - 1)
            start, released = number, False
        if start is not None and (line.strip() == "end" or (begins and re.search(r"\send(?:\s|$)", line))):
            yield text.part(start, number)
            start = None
        elif start is not None and _PROMPT.match(line):
            yield text.part(start, number - 1)
            start = None
        released = start is not None and (released or bool(release))
    if start is not None:
        yield text.part(start, text.last_line)
