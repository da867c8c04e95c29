"""Kernel messages about TCP MD5 signatures, from `dmesg` and saved journals.

The kernel writes `TCP: MD5 Hash failed for (192.0.2.1, 179)->(192.0.2.2, 40000)`, `MD5 Hash not found` or `Unexpected
MD5 Hash found`, in older and newer spellings (Linux net/ipv4/tcp.c, tcp_inbound_md5_hash). Members: nodes/<node>/dmesg
of must-gather 4.14 and later, sosreports, files saved by hand.
"""

import re
from collections.abc import Iterator

from parsers.base import Fact, ParseFailure, SourceFile, parser
from parsers.vocabulary import address

_WANTED = re.compile(rb"MD5 Hash", re.IGNORECASE)
_PAIR = re.compile(
    r"(?P<text>(?:TCP: )?(?:Unexpected )?MD5 Hash"
    r".*?\(?(?P<source>[0-9A-Fa-f:.]+),? ?[:,] ?\d+\)?\s*->\s*"
    r"\(?\[?(?P<destination>[0-9A-Fa-f:.]+?)\]?,? ?[:,.] ?\d+\)?.*)",
    re.IGNORECASE,
)
_BRACKETS = re.compile(
    r"(?P<text>(?:TCP: )?(?:Unexpected )?MD5 Hash.*?\[(?P<source>[^\]]+)\][:.]\d+\s*->\s*\[(?P<destination>[^\]]+)\].*)",
    re.IGNORECASE,
)


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
        found = _BRACKETS.search(line) or _PAIR.search(line)
        if found is None:
            evidence = source.quote(number, line)
            yield ParseFailure(evidence=evidence, parser="kernel_log", reason="addresses not recognised")
            continue
        yield Md5Failure(
            evidence=source.quote(number, line),
            node=node,
            source=address(found["source"]),
            destination=address(found["destination"]),
            text=found["text"].strip()[:200],
        )
