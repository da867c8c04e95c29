"""`ovs-appctl coverage/show`: how often ovs-vswitchd came to the places in its code where packets are lost.

Members: sosreports, saved sessions. Format: openvswitch/ovs lib/coverage.c coverage_read: rates of the last seconds,
the last minute and the last hour, and the count since the start. Counters: lib/dpif-netdev.c and, of directory
ofproto, ofproto-dpif-xlate.c and ofproto-dpif-upcall.c; all others are deliberately ignored.
"""

import re
from collections.abc import Iterator, Mapping

from pydantic import Field

from parsers.base import Evidence, ParseFailure, SourceFile, failure, parser
from parsers.host_facts import Asked, HostFact
from parsers.ovs_text import collected, node_of, prompt
from parsers.pasted import MARGIN

_HEAD = re.compile(r"\s*Event coverage, avg rate over last: .*")
_RATE = r"[\d.]{1,20}/sec +"
_COUNTER = re.compile(
    rf"\s*(?P<name>[a-z_0-9]{{1,60}}) +{_RATE}{_RATE}(?P<hour>[\d.]{{1,20}})/sec +total: (?P<total>\d{{1,20}})\s*"
)
# Not `drop_action_of_pipeline`, which counts what flows drop on purpose.
_WANTED = re.compile(
    r"drop_action_(?:too_many_resubmit|recursion_too_deep|stack_too_deep|no_recirculation_context)"
    r"|datapath_drop_upcall_error|upcall_flow_limit_hit"
)
_END = re.compile(r"\s*\d{1,6} events never hit\s*")


class OvsCoverage(HostFact):
    """One answer. totals: since ovs-vswitchd started; per_hour: how many of these in the last hour."""

    totals: Mapping[str, int] = Field(default_factory=dict)
    per_hour: Mapping[str, float] = Field(default_factory=dict)


@parser(
    "sos_commands/openvswitch/ovs-appctl_coverage.show",
    title="events within ovs-vswitchd (coverage/show)",
    collect="a sosreport of the node; by hand: oc debug node/<node> -- chroot /host ovs-appctl coverage/show",
    words=(b"Event coverage, avg rate",),
    content=MARGIN + rb"Event coverage, avg rate over last: ",
)
def ovs_coverage(source: SourceFile) -> Iterator[OvsCoverage | ParseFailure]:
    """`coverage/show`."""
    strict, host, session = collected(source), None, Asked()
    begun: Evidence | None = None
    totals: dict[str, int] = {}
    hours: dict[str, float] = {}
    marks: dict[str, Evidence] = {}
    for number, line in source.lines():
        where = source.quote(number, line)
        if asked := prompt(line):
            host, strict = session.host(*asked), False
        elif _HEAD.fullmatch(line):
            begun = begun or where
        elif found := _COUNTER.fullmatch(line):
            if _WANTED.fullmatch(found["name"]):
                totals[found["name"]], marks[found["name"]] = int(found["total"]), where
                hours[found["name"]] = round(float(found["hour"]) * 3600, 2)
        elif strict and line.strip() and not _END.fullmatch(line):
            yield failure(where, "ovs_coverage", "not a line of coverage/show")
    if begun is not None:
        node = node_of(source, host)
        yield OvsCoverage(evidence=begun, marks=marks, origin=source.origin, node=node, totals=totals, per_hour=hours)
