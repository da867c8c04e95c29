"""`ovs-appctl dpctl/dump-flows`, `ovs-dpctl dump-flows`: how many flows the datapath holds and how many drop.

Members: sosreports, network-tools (openshift/network-tools debug-scripts: `nodes/<node>/ovs-dpctl-dump-flows`). Format:
openvswitch/ovs lib/dpif.c dpif_flow_stats_format, lib/dpctl.c format_dpif_flow. Read as a stream; no flow is decoded.
"""

import re
from collections.abc import Iterator

from parsers.base import ParseFailure, SourceFile, parser
from parsers.ovs_facts import DatapathFlowCount
from parsers.ovs_text import node_of
from parsers.pasted import MARGIN

_FLOW = re.compile(rb", actions:(?P<drop>drop)?")


@parser(
    "sos_commands/openvswitch/ovs-appctl_dpctl.dump-flows_*",
    "sos_commands/openvswitch/ovs-dpctl_dump-flows*",
    "nodes/{node}/ovs-dpctl-dump-flows",
    title="flows of the datapath (dpctl/dump-flows)",
    collect="a sosreport of the node; by hand: oc debug node/<node> -- chroot /host ovs-appctl dpctl/dump-flows",
    words=(b", actions:",),
    content=MARGIN + rb"(?:ufid:[0-9a-f-]{36}, |recirc_id\()[^\n]{0,2000}, packets:\d+, bytes:\d+, used:",
)
def ovs_datapath_flows(source: SourceFile) -> Iterator[DatapathFlowCount | ParseFailure]:
    """`dpctl/dump-flows`. Lines that are no flow are deliberately ignored: headings of threads, complaints of tools."""
    first, count, drops = None, 0, 0
    for number, line in source.search(_FLOW):
        first = first or source.quote(number, line)
        count += 1
        drops += ", actions:drop" in line
    if first:
        yield DatapathFlowCount(
            evidence=first, origin=source.origin, node=node_of(source, None), count=count, drops=drops
        )
