"""Journals of the kubelet: pods that got no network, nodes without a network plugin, counted, with the newest of each.

Members: openshift/must-gather collection-scripts/gather_service_logs (one file holds all masters, its lines merged in
lexicographic order, without a year) and gather_ppc (one of each node, its last eight hours, from 4.14); sosreports.
Of the four lines that the kubelet writes of a failed sandbox only that of the call to the container runtime is counted.
"""

from collections.abc import Iterator

from parsers.base import ParseFailure, SourceFile, parser
from parsers.network_log import NetworkLog, NetworkLogCount, NetworkLogEvent, NetworkLogWindow, journal_line
from parsers.network_log_kinds import KUBELET, of_kubelet


@parser(
    "nodes/{node}/*_logs_kubelet",
    "host_service_logs/{group}/kubelet_service.log",
    "sos_commands/{plugin}/journalctl_--no-pager_--unit_kubelet",
    title="journals of the kubelet",
    collect="oc adm must-gather (workers from 4.14); by hand: oc adm node-logs <node> -u kubelet",
    words=(b"kubenswrapper[", b"hyperkube[", b"kubelet["),
    content=rb"^\w{3} {1,2}\d{1,2} \d\d:\d\d:\d\d(?:\.\d+)? \S+ (?:kubenswrapper|hyperkube|kubelet)\[\d+\]: ",
)
def kubelet_log(source: SourceFile) -> Iterator[NetworkLogWindow | NetworkLogCount | NetworkLogEvent | ParseFailure]:
    """Journals of the kubelet, of one node or of several."""
    return NetworkLog("kubelet_log", "kubelet", KUBELET, journal_line, lambda line: of_kubelet(line.text)).read(source)
