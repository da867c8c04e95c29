"""Saved tests of a TCP port with nc, ncat, telnet or curl: refused, timed out and unreachable are different answers.

`nc: connect to 192.0.2.1 port 179 (tcp) failed: Connection refused` (OpenBSD nc), `Ncat: Connection refused.` below its
command, `telnet: connect to address 192.0.2.1: Connection refused`, `curl: (7) Failed to connect to 192.0.2.1 port 179
after 3 ms: Connection refused`. Successful tests yield nothing.
"""

import re
from collections.abc import Iterator

from parsers.base import OriginFact, ParseFailure, SourceFile, failure, parser
from parsers.vocabulary import address, is_address

_ADDRESS = r"(?P<address>[0-9A-Fa-f]{0,4}[.:][0-9A-Fa-f.:]{2,40}?|x-ipv[46]-\d{10}-x)"
# The command at a prompt, or telnet's own announcement: the address that the answer below is about.
_ASKED = re.compile(
    r"(?:\b(?:nc|ncat|netcat|telnet|curl)\b.{0,80}?[\s/@[]" + _ADDRESS + r"(?:\]?\s+(?P<port>\d{1,5}))?(?:[\s/\]]|$)"
    r"|^\s*Trying " + _ADDRESS.replace("address", "trying") + r"(?::(?P<trying_port>\d{1,5}))?\.{0,3}\s*$)"
)
_FAILED = re.compile(
    r"(?:\b(?:nc|ncat|netcat|telnet|curl): .{0,200}?|^Ncat: )"
    r"(?P<reason>Connection refused|(?:Connection )?timed out|TIMEOUT|No route to host|Network is unreachable)",
    re.IGNORECASE,
)
_WHERE = re.compile(
    r"\b(?:connect to(?: address)?|Connection to) \[?" + _ADDRESS + r"\]?(?: port (?P<port>\d{1,5})|:? |:$)"
)
_ERRNO = {"connection refused": 111, "timed out": 110, "timeout": 110, "no route to host": 113}


class TcpProbe(OriginFact):
    """A connection that failed. errno as Linux counts: 111 refused, 110 timed out, 113 no route, 101 unreachable."""

    target: str
    port: int | None = None
    errno: int
    text: str


@parser(
    title="saved tests of a TCP port (nc, telnet, curl)",
    collect="oc debug node/<node> -- chroot /host curl -v --connect-timeout 5 telnet://<peer>:179 > tcp-179.txt 2>&1",
    content=rb"(?i)\b(?:nc|ncat|netcat|telnet|curl): [^\n]{0,200}?"
    rb"(?:refused|timed out|TIMEOUT|No route to host|unreachable)",
)
def tcp_probe(source: SourceFile) -> Iterator[TcpProbe | ParseFailure]:
    """Lines that are neither a command nor a failed answer are deliberately ignored: prompts and banners."""
    text = source.text()
    asked: tuple[str, str | None] | None = None
    for number, line in text.numbered():
        if failed := _FAILED.search(line):
            told = _WHERE.search(line)
            target, port = (told["address"], told["port"]) if told else asked or (None, None)
            if target is None or not (is_address(target) or target.startswith("x-ip")):
                yield failure(text.quote(number), "tcp_probe", "nothing says which address was tried")
                continue
            if port is None and asked and asked[0] == target:
                port = asked[1]
            reason = failed["reason"].lower()
            yield TcpProbe(
                evidence=text.quote(number),
                origin=source.origin,
                target=address(target),
                port=int(port) if port else None,
                errno=next((code for words, code in _ERRNO.items() if words in reason), 101),
                text=line.strip()[:200],
            )
        elif command := _ASKED.search(line):
            port = command["port"] or command["trying_port"] or (asked[1] if asked else None)
            asked = (command["address"] or command["trying"], port)
