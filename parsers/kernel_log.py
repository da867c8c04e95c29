"""Kernel messages about TCP MD5 signatures, from `dmesg` and saved journals.

The kernel writes `TCP: MD5 Hash failed for (192.0.2.1, 179)->(192.0.2.2, 40000)`, `MD5 Hash not found` or `Unexpected
MD5 Hash found`, in older and newer spellings (Linux net/ipv4/tcp.c, tcp_inbound_md5_hash; include/net/tcp_ao.h).
Members: nodes/<node>/dmesg of must-gather 4.14 and later, sosreports, files saved by hand.
"""

import re
from collections.abc import Iterator

from parsers.base import Fact, ParseFailure, SourceFile, failure, parser
from parsers.vocabulary import address

_WANTED = re.compile(rb"MD5 Hash", re.IGNORECASE)
_MESSAGE = re.compile(r"(?:TCP: )?(?:Unexpected )?MD5 Hash.{1,300}", re.IGNORECASE)
# (192.0.2.1, 179) · [2001:db8::1]:179 · 192.0.2.1.179 and [2001:db8::1].179 from Linux 6.7 on · masked addresses
_END = r"\(?\[?(?P<{}>[0-9A-Fa-f:.]{{2,45}}?|x-ipv[46]-\d{{10}}-x)\]?(?:, ?|[:.])\d{{1,5}}(?=[\s)-]|$)\)?"
_PAIR = re.compile(rf"(?<![\w.:]){_END.format('source')}\s?->\s?{_END.format('destination')}")


class Md5Failure(Fact):
    """One segment that the kernel dropped because of its TCP MD5 signature."""

    node: str | None
    source: str
    destination: str
    text: str


@parser(
    "nodes/{node}/dmesg",
    "sos_commands/kernel/dmesg",
    "sos_commands/kernel/dmesg_-T",
    "namespaces/{namespace}/pods/{pod}/dmesg",
    title="kernel log (dmesg)",
    collect="oc adm must-gather of 4.14 or later (nodes/<node>/dmesg), a sosreport, or: oc debug node/<node> -- chroot "
    "/host dmesg",
    content=rb"^\[ *\d+\.\d{6}\] .*\n(?:\[ *\d+\.\d{6}\] )",
)
def kernel_log(source: SourceFile) -> Iterator[Md5Failure | ParseFailure]:
    node = source.params.get("node")
    for number, line in source.search(_WANTED):
        message = _MESSAGE.search(line)
        found = _PAIR.search(message[0]) if message else None
        evidence = source.quote(number, line, focus="MD5 Hash")
        if message is None or found is None:
            yield failure(evidence, "kernel_log", "addresses not recognised")
            continue
        yield Md5Failure(
            evidence=evidence,
            node=node,
            source=address(found["source"]),
            destination=address(found["destination"]),
            text=message[0].strip()[:200],
        )
