"""Events of the cluster."""

from collections.abc import Iterator

from analyzer.instances import NodesByName, PodsByName
from analyzer.timeline.entry import Entry, Lane, source
from parsers.cluster_events import ClusterEvent, EventType
from parsers.kubernetes import unique


@source
def events(events: tuple[ClusterEvent, ...], pods: PodsByName, nodes: NodesByName) -> Iterator[Entry]:
    """One entry for an event, from its first to its last time."""
    for one in unique(events):
        at = one.first_time or one.last_time
        if at is None:
            continue
        until = one.last_time if one.last_time and one.last_time > at else None
        pod = pods.get((one.object_namespace or "", one.object_name or ""))
        node = one.object_name if one.kind == "Node" and one.object_name in nodes else pod.node if pod else one.host
        lane = Lane.NODES if one.kind == "Node" else Lane.EVENTS
        subject = "/".join(part for part in (one.object_namespace, one.object_name) if part) or (one.kind or "event")
        text = f"{one.reason or 'event'} {one.kind or ''} {subject}: {one.message or ''}".strip()
        bad = one.type is EventType.WARNING
        yield Entry(at, node, lane, subject, text, one.evidence, bad=bad, until=until, count=max(1, one.count))
