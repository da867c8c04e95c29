"""`ovs-appctl upcall/show`: how many flows a datapath holds and how many it may hold.

Members: sosreports, saved sessions. Format: openvswitch/ovs ofproto/ofproto-dpif-upcall.c upcall_unixctl_show. The
limit falls below its default of 200,000 when the dump of the flows takes too long.
"""

import re
from collections.abc import Iterator

from parsers.base import ParseFailure, SourceFile, failure, parser
from parsers.ovs_facts import Upcalls
from parsers.ovs_text import Section, node_of, sections

_HEAD = re.compile(r"\s{0,20}(?P<datapath>[\w-]{1,20}@[\w.-]{1,60}):\s*")
_FLOWS = re.compile(r"\s*flows\s*: \(current (\d+)\) \(avg (\d+)\) \(max (\d+)\) \(limit (\d+)\)\s*")
_DUMP = re.compile(r"\s*dump duration : (\d+)ms\s*")
_OTHER = re.compile(r"\s*(?:offloaded flows : \d+|ufid enabled : \w+|\d+: \(keys \d+\))?\s*")


def _read(source: SourceFile, section: Section) -> Iterator[Upcalls | ParseFailure]:
    text = section.text
    datapath: str | None = None
    for number, line in text.numbered():
        if head := _HEAD.fullmatch(line):
            datapath = head["datapath"]
        elif datapath and (flows := _FLOWS.fullmatch(line)):
            current, average, maximum, limit = map(int, flows.groups())
            below = text.part(number + 1, number + 3)
            dumped = next(((at, found) for at, one in below.numbered() if (found := _DUMP.fullmatch(one))), None)
            yield Upcalls(
                evidence=text.quote(number),
                marks={"dump_duration": text.quote(dumped[0])} if dumped else {},
                origin=source.origin,
                node=node_of(source, section.host),
                datapath=datapath,
                current=current,
                average=average,
                maximum=maximum,
                limit=limit,
                dump_duration=int(dumped[1][1]) if dumped else None,
            )
        elif not (_OTHER.fullmatch(line) or _DUMP.fullmatch(line)):
            if section.strict:
                yield failure(text.quote(number), "ovs_upcalls", "not a line of upcall/show")
            datapath = None


@parser(
    "sos_commands/openvswitch/ovs-appctl_upcall.show",
    title="flow limit of Open vSwitch (upcall/show)",
    collect="a sosreport of the node; by hand: oc debug node/<node> -- chroot /host ovs-appctl upcall/show",
    words=(b"(limit ",),
    content=rb"flows\s{0,12}: \(current \d+\) \(avg \d+\) \(max \d+\) \(limit \d+\)",
)
def ovs_upcalls(source: SourceFile) -> Iterator[Upcalls | ParseFailure]:
    """`upcall/show`. The threads that revalidate flows are known and not needed."""
    for section in sections(source):
        yield from _read(source, section)
