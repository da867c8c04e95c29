"""What the logs of ovnkube, multus and the kubelet tell."""

from collections.abc import Iterator

from analyzer.hosts import HostNames
from analyzer.instances import Ages, PodsByName
from analyzer.timeline.entry import Entry, Lane, dated, source
from parsers.network_log import NetworkLogEvent


@source
def network_log(events: tuple[NetworkLogEvent, ...], names: HostNames, pods: PodsByName, ages: Ages) -> Iterator[Entry]:
    """Messages about pods, services and nodes; klog and journals name no year."""
    for one in events:
        at = one.time or dated(one.moment, ages.of(one.origin.image_dir))
        if at is None:
            continue
        pod = pods.get((one.origin.namespace or "", one.origin.pod or ""))
        node = pod.node if pod else names.node(one)
        lane = Lane.KUBELET if one.program == "kubelet" else Lane.NETWORK
        text = f"{one.program}: {one.text}"
        subject = one.subject or one.program
        yield Entry(at, node, lane, subject, text, one.evidence, bad=True, guessed=one.time is None)
