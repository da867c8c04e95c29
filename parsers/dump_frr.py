"""`dump_frr`: the vtysh outputs that the must-gather scripts take of every FRR container.

One header `###### <command>` and the output, for `show running-config`, `show bgp ipv4`, `show bgp ipv6`,
`show bgp neighbor` and `show bfd peer`, concatenated without a blank line between (openshift/must-gather
collection-scripts/gather_metallb and gather_frrk8s, releases 4.10 to 4.22; MetalLB troubleshooting/collect.sh writes
the same). The file is opened for append: of a command that stands twice the last occurrence holds.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Any

from parsers import bfd_brief, bfd_counters, bfd_peers, bgp_neighbor, bgp_summary, bgp_table, frr_config
from parsers.base import Evidence, Origin, OriginFact, ParseFailure, SourceFile, Text, failure, parser
from parsers.bfd_facts import BfdAnswer, BfdBriefPeer, BfdCounters, BfdPeer
from parsers.bgp_neighbor_facts import BgpNeighbor
from parsers.bgp_summary_facts import BgpSummary, BgpSummaryRow
from parsers.bgp_table import BgpRoute, BgpTable
from parsers.frr_config_facts import ConfigKind, RunningConfig
from parsers.pasted import MARGIN, plain
from parsers.vocabulary import Family

_HEADER = re.compile(r"^######\s*+\S")
# What vtysh, the daemons and `oc exec` say instead of an output (FRRouting vtysh/vtysh.c, vtysh/vtysh_main.c,
# bgpd/bgp_vty.c; kubernetes client texts).
_ERROR = re.compile(
    r"^\s*+(?:% .*|Exiting: failed to connect to any daemons\..*|\w+ is not running.*|No BGP process is configured.*"
    r"|Default BGP instance not found.*|BGP instance not found.*|View/Vrf .* is unknown.*|vtysh: error reading from .*"
    r"|Warning: closing connection to .*|Error from server.*|error: .*|command terminated with exit code .*"
    r"|OCI runtime exec failed.*|.*container not found.*|timeout: sending signal .*)$"
)


class SectionState(StrEnum):
    """What stands under a header."""

    ANSWERED = "answered"
    EMPTY = "empty"
    ERROR = "error"


class FrrSection(OriginFact):
    """One command of a `dump_frr` and whether it was answered; `message` is the error text, if there is one."""

    command: str
    state: SectionState
    message: str | None = None


Reader = Callable[[Text, Origin], Iterator[Any]]


def _config(text: Text, origin: Origin) -> Iterator[RunningConfig | ParseFailure]:
    return frr_config.read(text, origin, ConfigKind.RUNNING)


def _ipv4(text: Text, origin: Origin) -> Iterator[BgpTable | BgpRoute | ParseFailure]:
    return bgp_table.read(text, origin, Family.IPV4)


def _ipv6(text: Text, origin: Origin) -> Iterator[BgpTable | BgpRoute | ParseFailure]:
    return bgp_table.read(text, origin, Family.IPV6)


# The five commands under the names that the rules use; vtysh accepts abbreviations, and people add sections.
RUNNING_CONFIG, BGP_IPV4, BGP_IPV6 = "show running-config", "show bgp ipv4", "show bgp ipv6"
BGP_NEIGHBOR, BFD_PEER = "show bgp neighbor", "show bfd peer"
EXPECTED = (RUNNING_CONFIG, BGP_IPV4, BGP_IPV6, BGP_NEIGHBOR, BFD_PEER)
_COMMANDS: tuple[tuple[re.Pattern[str], str, Reader], ...] = (
    (re.compile(r"show run\S*( .*)?"), RUNNING_CONFIG, _config),
    (
        re.compile(r"show (ip )?bgp (vrf \S+ )?((ipv4|ipv6|l2vpn)\s+)?(\S+ )?sum\S*"),
        "show bgp summary",
        bgp_summary.read,
    ),
    (re.compile(r"show (ip )?bgp (vrf \S+ )?((ipv4|ipv6) )?nei\S*"), BGP_NEIGHBOR, bgp_neighbor.read),
    (re.compile(r"show (ip )?bgp( ipv4)?( uni\S*)?"), BGP_IPV4, _ipv4),
    (re.compile(r"show (ipv6 bgp|bgp ipv6)( uni\S*)?"), BGP_IPV6, _ipv6),
    (re.compile(r"show bfd peers? brief"), "show bfd peers brief", bfd_brief.read),
    (re.compile(r"show bfd peers? counters"), "show bfd peers counters", bfd_counters.read),
    (re.compile(r"show bfd peers?"), BFD_PEER, bfd_peers.read),
)


@parser(
    "namespaces/{namespace}/pods/{pod}/frr/frr/logs/dump_frr",
    "report/pods/{pod}/frr/logs/dump_frr",
    title="vtysh outputs of the FRR containers (dump_frr)",
    collect="oc adm must-gather with MetalLB or frr-k8s installed; by hand: oc exec -n <namespace> <pod> -c frr -- "
    "vtysh -c 'show running-config' -c 'show bgp neighbor' -c 'show bfd peers' > dump.txt",
    words=(b"###### show ",),
    content=MARGIN + rb"###### show ",
)
def dump_frr(
    source: SourceFile,
) -> Iterator[
    FrrSection
    | RunningConfig
    | BgpTable
    | BgpRoute
    | BgpNeighbor
    | BgpSummary
    | BgpSummaryRow
    | BfdPeer
    | BfdAnswer
    | BfdBriefPeer
    | BfdCounters
    | ParseFailure
]:
    text = source.text() if source.params else plain(source.text())
    if not len(text):
        return  # the collector's command failed: frr_files tells of the empty file
    sections: dict[str, tuple[str, Text, Evidence, Reader]] = {}
    for header, body in _split(text):
        source.at(text, header.first_line)
        written = text[header.first_line - text.first_line]
        command = written.lstrip("#").strip()
        known = next(((name, reader) for known, name, reader in _COMMANDS if known.fullmatch(command)), None)
        if known is None:
            reason = "no section of this name is known" if _HEADER.match(written) else "above every header"
            yield failure(header, "dump_frr", reason)
        else:
            # Another VRF, or `ipv4` and `ipv6` of one command, are sections of their own.
            name = command if " vrf " in command else known[0]
            sections[command] = (name, body, header, known[1])
    if not sections and not any(_HEADER.match(line) for line in text):
        yield failure(text.whole(), "dump_frr", "no section header found")
    for name, body, header, reader in sections.values():
        source.at(text, header.first_line)
        yield from _section(name, header, body, source.origin, reader)


def _split(text: Text) -> Iterator[tuple[Evidence, Text]]:
    headers = [number for number, line in text.numbered() if _HEADER.match(line)]
    before = text.part(text.first_line, headers[0] - 1 if headers else text.last_line)
    if headers and any(line.strip() for line in before):
        yield before.whole(), before.part(1, 0)
    for start, following in zip(headers, [*headers[1:], text.last_line + 1], strict=False):
        yield text.quote(start), text.part(start + 1, following - 1)


def _section(command: str, header: Evidence, body: Text, origin: Origin, reader: Reader) -> Iterator[Any]:
    errors = [number for number, line in body.numbered() if _ERROR.match(line)]
    rest = replace(body, lines=tuple("" if _ERROR.match(line) else line for line in body))
    answered = any(line.strip() for line in rest)
    if errors:
        lines = {number - body.first_line: body[number - body.first_line] for number in errors}
        message = "; ".join(dict.fromkeys(line.strip() for line in lines.values()))[:300]
        mark = body.quote(errors[0])
        yield FrrSection(
            evidence=header,
            marks={"message": mark},
            origin=origin,
            command=command,
            state=SectionState.ERROR,
            message=message,
        )
    else:
        state = SectionState.ANSWERED if answered else SectionState.EMPTY
        yield FrrSection(evidence=header, origin=origin, command=command, state=state)
    if answered and body.torn and command == BFD_PEER:
        # The sessions behind the cut are not missing on the node.
        yield failure(body.whole(), "dump_frr", "cut off: which BFD sessions there are is not known")
    elif answered:
        yield from reader(rest, origin)
