"""What the logs of Open vSwitch and OVN tell: stalls, lost connections, restarts, elections."""

from collections.abc import Iterator

from analyzer.hosts import HostNames
from analyzer.instances import Ages, PodsByName
from analyzer.timeline.entry import Entry, Lane, dated, source
from parsers.ovs_log import OvsLogEvent, OvsLogKind

_GOOD = frozenset({OvsLogKind.STARTED, OvsLogKind.CHASSIS_CHANGED, OvsLogKind.ELECTION})
_DETAILS = frozenset({OvsLogKind.CONTEXT_SWITCHES, OvsLogKind.DISK})  # of a stall, which is told itself


@source
def ovs_log(events: tuple[OvsLogEvent, ...], names: HostNames, pods: PodsByName, ages: Ages) -> Iterator[Entry]:
    """Messages of the daemons; a journal names no year."""
    for one in events:
        at = one.time or dated(one.moment, ages.of(one.origin.image_dir))
        if at is None or one.kind in _DETAILS:
            continue
        pod = pods.get((one.origin.namespace or "", one.origin.pod or ""))
        node = pod.node if pod else names.node(one)
        subject = f"{one.daemon} {one.subject}" if one.subject else one.daemon
        text = f"{one.daemon}: {one.text}"
        guessed = one.time is None
        yield Entry(at, node, Lane.OVN, subject, text, one.evidence, bad=one.kind not in _GOOD, guessed=guessed)
