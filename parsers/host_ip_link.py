"""`ip link` and `ip addr` in every dress: with statistics and details, on one line (`-o`), brief, flattened, busybox.

Source: iproute2 ip/ipaddress.c (print_linkinfo, print_addrinfo, print_linkinfo_brief), releases 2.6 to 6.x; busybox
networking/libiproute/ipaddress.c. Members: network_logs of must-gather 4.8 and 4.9, sosreports (sos plugin
networking), network-tools, folders of SR-IOV pods. Namespaces of pods (`netns_ip_a`) are deliberately not read: their
addresses are none of the host's.
"""

import re
from collections.abc import Iterator
from typing import Any

from parsers.base import ParseFailure, SourceFile, failure, parser
from parsers.host_ip_address import host_address
from parsers.host_ip_details import Pending
from parsers.host_link_facts import HostAddress, HostLink, LinkState
from parsers.host_shell import Block, blocks

_NAME = "host_ip_link"
_STATES = "UNKNOWN|NOTPRESENT|DOWN|LOWERLAYERDOWN|TESTING|DORMANT|UP"
_HEADER = re.compile(
    r"(?P<index>\d{1,10}): (?P<name>[^\s@<]{1,64}?)(?:@(?P<lower>[^\s<]{1,64}?))?:? +<(?P<flags>[A-Za-z0-9_,-]{0,400})>"
    r"(?P<rest>.*)"
)
_ONE_LINE = re.compile(r"\d{1,10}: (?P<name>[^\s@<]{1,64})(?:@\S{1,64})? +(?P<rest>inet6? .*)")
_BRIEF = re.compile(
    rf"(?P<name>[^\s@:]{{1,64}})(?:@(?P<lower>\S{{1,64}}))? +(?P<state>{_STATES})"
    r"(?: +(?P<mac>[\da-f]{2}(?::[\da-f]{2}){5,19}) +<(?P<flags>[A-Z0-9_,-]{0,400})>"
    r"|(?P<addresses>(?: +[\da-fx:][\w.:-]{1,60}/\d{1,3}(?: metric \d+)?)*))"
)
_OWN = re.compile(
    r"\d{1,10}: \S{1,64} +(?:<|inet)"
    rf"|[^\s@:]{{1,64}}(?:@\S{{1,64}})? +(?:{_STATES})(?: +[\da-f:.]+[/ ].*|)$"
)
_COMMAND = re.compile(r"\bip\b.* (?:a|ad+r\w*|l|li\w*)\b|^$")
# How lines begin in an output that a web page put onto one line; a backslash is the line end of `-o`.
_STARTS = re.compile(
    r"(?<=\s)\d{1,10}: [^\s<]{1,64}:? +<|(?<=\S\s)inet6? [\da-f]|(?<=\s)(?:valid_lft |altname |[RT]X(?: errors)?: )"
    r"|(?<=\s)(?<!vf \d )(?<!vf \d\d )(?<!\s\s)link/\w|\\"
)
_LIFETIME = re.compile(r"valid_lft .*")


@parser(
    "network_logs/{node}_{pod}_ip_addr",
    "network_logs/{node}_{pod}_ip_-s_-d_link",
    "network_logs/{node}_ip_addr",
    "network_logs/{node}_ip_-s_-d_link",
    "openshift-sdn-cluster-and-node-info/nodes/{node}/addresses",
    "sos_commands/networking/ip_-o_addr",
    "sos_commands/networking/ip_addr",
    "sos_commands/networking/ip_-d_address",
    "sos_commands/networking/ip_address",
    "sos_commands/networking/ip_-s_-d_link",
    "sos_commands/networking/ip_link",
    "namespaces/{namespace}/pods/{pod}/ip_link",
    title="links and addresses (ip link, ip addr)",
    collect="a sosreport of the node, or: oc debug node/<node> -- chroot /host sh -c 'ip addr; ip -s -d link' > ip.txt",
    content=rb"^.{0,200}\b\d{1,10}: [^\s<]{1,64}:? +<[A-Z0-9_,-]{1,300}>|^\d{1,10}: \S{1,64} +inet6? [\da-f]"
    rb"|^lo +UNKNOWN +(?:127\.|00:)",
    words=(b"mtu ", b"LOOPBACK", b": <", b" inet", b"UNKNOWN"),
)
def host_ip_link(source: SourceFile) -> Iterator[HostLink | HostAddress | ParseFailure]:
    """Lifetimes and broadcast addresses are deliberately ignored; a link is known once with all its lines."""
    for block in blocks(source, _NAME, _OWN, _COMMAND, _STARTS):
        if isinstance(block, ParseFailure):
            yield block
        else:
            yield from _Reader(block, {"origin": source.origin, "node": block.node}).facts()


class _Reader:
    """The facts of one block."""

    def __init__(self, block: Block, base: dict[str, Any]) -> None:
        self.block, self.base = block, base
        self.link: Pending | None = None
        self.interface: str | None = None

    def facts(self) -> Iterator[HostLink | HostAddress | ParseFailure]:
        """Links, each behind its addresses' lines, and what could not be read."""
        for number, line in self.block.lines:
            if header := _HEADER.fullmatch(line):
                yield from self._done()
                yield from self._header(number, line, header)
            elif one := _ONE_LINE.fullmatch(line):
                yield from self._done()
                self.interface = one["name"].rstrip(":")
                yield from self._address(number, one["rest"])
            elif line.startswith(("inet ", "inet6 ")):
                yield from self._address(number, line)
            elif not _LIFETIME.fullmatch(line) and not (self.link and self.link.takes(self.block, number, line)):
                yield from self._brief(number, line)
        yield from self._done()

    def _done(self) -> Iterator[HostLink]:
        if self.link:
            yield self.link.fact()
        self.link = None

    def _header(self, number: int, line: str, found: re.Match[str]) -> Iterator[ParseFailure]:
        mark = self.block.quote(number, line)
        self.interface = found["name"]
        self.link = Pending(mark, self.base, name=found["name"], index=int(found["index"]), lower=found["lower"])
        self.link.put("flags", tuple(filter(None, found["flags"].split(","))), mark)
        words = found["rest"].split()
        for word, value in zip(words[::2], words[1::2], strict=False):
            if word == "mtu" and value.isdigit():
                self.link.put("mtu", int(value), mark)
            elif word == "master":
                self.link.put("master", value, mark)
            elif word == "state":
                if value in set(LinkState):
                    self.link.put("state", LinkState(value), mark)
                else:
                    yield failure(mark, _NAME, f"unknown state of a link: {value[:40]!r}")

    def _address(self, number: int, line: str) -> Iterator[HostAddress | ParseFailure]:
        mark = self.block.quote(number, line)
        try:
            fact, unknown = host_address(line, self.interface, mark, self.base)
        except ValueError as error:
            yield failure(mark, _NAME, str(error))
            return
        yield fact
        if unknown:
            yield failure(mark, _NAME, f"unknown word of an address: {unknown[:40]!r}")

    def _brief(self, number: int, line: str) -> Iterator[HostLink | HostAddress | ParseFailure]:
        """A line of `ip -br link` or `ip -br addr`; any other is not known."""
        found = _BRIEF.fullmatch(line)
        if found is None:
            yield from self.block.unread(number, line, _NAME)
            return
        mark = self.block.quote(number, line)
        link = Pending(mark, self.base, name=found["name"], lower=found["lower"], mac=found["mac"])
        link.put("state", LinkState(found["state"]), mark)
        if found["flags"] is not None:
            link.put("flags", tuple(found["flags"].split(",")), mark)
        yield link.fact()
        self.interface = found["name"]
        for one in re.findall(r"\S+/\d+", found["addresses"] or ""):
            yield from self._address(number, f"{'inet6' if ':' in one else 'inet'} {one}")
