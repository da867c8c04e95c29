"""What the logs of OpenShift SDN tell, and the setups of its nodes that stand in them."""

from collections.abc import Iterator

from analyzer.hosts import HostNames
from analyzer.instances import Ages, PodsByName
from analyzer.timeline.entry import Entry, Lane, dated, source
from parsers.sdn_log import SdnLogEvent
from parsers.sdn_log_kinds import SdnLogKind

_GOOD = frozenset({SdnLogKind.READY, SdnLogKind.FULL_SETUP, SdnLogKind.OVS_CHANGED})


@source
def sdn_log(events: tuple[SdnLogEvent, ...], names: HostNames, pods: PodsByName, ages: Ages) -> Iterator[Entry]:
    """Messages of the sdn pods, the controller and the node's service; klog and journals name no year."""
    for one in events:
        at = one.time or dated(one.moment, ages.of(one.origin.image_dir))
        if at is None:
            continue
        pod = pods.get((one.origin.namespace or "", one.origin.pod or ""))
        node = pod.node if pod else names.node(one)
        subject, text = one.subject or one.program, f"{one.program}: {one.text}"
        bad, guessed = one.kind not in _GOOD, one.time is None
        yield Entry(at, node, Lane.NETWORK, subject, text, one.evidence, bad=bad, guessed=guessed)
