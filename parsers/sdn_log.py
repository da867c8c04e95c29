"""Logs of OpenShift SDN: what kept a node or a pod from its network, counted, with the newest of each.

Members: the logs of the containers `sdn` and `sdn-controller` and their rotated files (openshift/oc
pkg/cli/admin/inspect/pod.go), as pods from 3.10 on; before, and for the rest of 3.x, the journal of the node's service,
`atomic-openshift-node` or `origin-node`. Lines are deliberately ignored unless a message is known.
"""

import re
from collections.abc import Iterator

from parsers.base import ParseFailure, SourceFile, parser
from parsers.network_log import LogCount, LogEvent, NetworkLog, NetworkLogWindow, container_line, journal_line
from parsers.sdn_log_kinds import SDN, SdnLogKind, of_sdn

_CONTAINERS = ("sdn", "sdn-controller")
_CONTAINER = re.compile(r"/([^/]+)/\1/logs/")
_FILES = (b"node.go:", b"sdn_controller.go:", b"subnets.go:", b"healthcheck", b"pod.go:", b"vnids.go:", b"cmd.go:")
UNITS = rb"(?:atomic-openshift-node|origin-node|openshift-sdn|atomic-openshift-master\S{0,20}|origin-master\S{0,20})"

# `oc adm diagnostics NetworkCheck` of OpenShift 3 saves `journalctl -r` as `journal-boot`, `journal-origin-node` …
_REVERSED = "journal-"


class SdnLogWindow(NetworkLogWindow):
    """A log of OpenShift SDN that was read, and what time it covers. program: `sdn`, `sdn-controller` or `node`."""


class SdnLogCount(LogCount):
    """The same message of OpenShift SDN about the same subject."""

    kind: SdnLogKind


class SdnLogEvent(LogEvent):
    """One message of OpenShift SDN."""

    kind: SdnLogKind


@parser(
    *(f"namespaces/{{namespace}}/pods/{{pod}}/{one}/{one}/logs/*.log" for one in _CONTAINERS),
    *(f"namespaces/{{namespace}}/pods/{{pod}}/{one}/{one}/logs/rotated/*" for one in _CONTAINERS),
    title="logs of OpenShift SDN",
    collect="oc adm must-gather; by hand: oc logs -n openshift-sdn <pod> -c sdn",
    words=_FILES,
    content=rb"^(?:\S{20,40} )?[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ "
    rb"(?:node|sdn_controller|subnets|healthcheck|healthcheck_ovs|pod|vnids|cmd)\.go:\d+\] (?:\[SDN |HostIP |Could not"
    rb"|CNI_|Initializing SDN|SDN |Starting (?:node networking|OVS health)|Detected OVS|Failed to start sdn"
    rb"|Failed to initialize sdn|Allocated netid|Created HostSubnet)",
)
def sdn_log(source: SourceFile) -> Iterator[SdnLogWindow | SdnLogCount | SdnLogEvent | ParseFailure]:
    """Logs of the containers of OpenShift SDN."""
    container = _CONTAINER.search(source.path)
    log = NetworkLog(
        "sdn_log",
        container[1] if container else "sdn",
        SDN,
        container_line,
        lambda line: of_sdn(line.text, fatal=line.fatal),
        SdnLogWindow,
        SdnLogCount,
        SdnLogEvent,
    )
    yield from log.read(source)


@parser(
    "sos_commands/{plugin}/journalctl_--no-pager_--unit_atomic-openshift-node",
    "sos_commands/{plugin}/journalctl_--no-pager_--unit_origin-node",
    title="journals of the node's service of OpenShift 3",
    collect="journalctl -u atomic-openshift-node.service --boot > node.log, on each node",
    words=(b"openshift-node", b"origin-node", b"openshift-sdn"),
    content=rb"^\w{3} {1,2}\d{1,2} \d\d:\d\d:\d\d(?:\.\d+)? \S+ " + UNITS + rb"(?:\[\d+\])?: ",
)
def sdn_journal(source: SourceFile) -> Iterator[SdnLogWindow | SdnLogCount | SdnLogEvent | ParseFailure]:
    """Journals of nodes of OpenShift 3, in which the network's program runs together with the kubelet."""
    log = NetworkLog(
        "sdn_journal",
        "node",
        SDN,
        journal_line,
        lambda line: of_sdn(line.text, fatal=line.fatal),
        SdnLogWindow,
        SdnLogCount,
        SdnLogEvent,
    )
    newest_first = source.path.rpartition("/")[2].startswith(_REVERSED)
    for fact in log.read(source):
        yield _turned(fact) if newest_first and isinstance(fact, SdnLogCount) else fact


def _turned(count: SdnLogCount) -> SdnLogCount:
    """The count of a journal that begins with its end: what was read first is the last."""
    changes = {
        "evidence": count.marks["last"],
        "marks": {"last": count.evidence},
        "first": count.last,
        "last": count.first,
        "first_time": count.last_time,
        "last_time": count.first_time,
    }
    return count.model_copy(update=changes)
