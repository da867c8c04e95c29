"""What FRR's logs tell."""

from collections.abc import Iterator

from analyzer.instances import PodsByName
from analyzer.timeline.entry import Entry, Lane, source
from parsers.frr_log import FrrLogEvent, FrrLogKind

_SESSIONS = frozenset(
    {
        *(FrrLogKind.ADJACENCY_UP, FrrLogKind.ADJACENCY_DOWN, FrrLogKind.ESTABLISHED, FrrLogKind.LEFT_ESTABLISHED),
        *(FrrLogKind.END_OF_RIB, FrrLogKind.NOTIFICATION_SENT, FrrLogKind.NOTIFICATION_RECEIVED),
        *(FrrLogKind.HOLD_TIMER_EXPIRED, FrrLogKind.BFD_UP, FrrLogKind.BFD_DOWN, FrrLogKind.BFD_CHANGE),
        *(FrrLogKind.CONNECT_FAILED, FrrLogKind.BAD_PEER_AS, FrrLogKind.BAD_ROUTER_ID, FrrLogKind.PREFIX_LIMIT),
    }
)
_GOOD = frozenset(
    {
        *(FrrLogKind.ADJACENCY_UP, FrrLogKind.ESTABLISHED, FrrLogKind.END_OF_RIB, FrrLogKind.BFD_UP),
        *(FrrLogKind.NEXTHOP_RESOLVED, FrrLogKind.BFD_CHANGE),
        *(FrrLogKind.WATCHFRR_STARTED, FrrLogKind.DAEMON_STARTED, FrrLogKind.DAEMON_UP),
        *(FrrLogKind.TERMINATING, FrrLogKind.WAITING_FOR_NEXTHOP),
    }
)
# Of every start, and of every change of a next hop: too many to tell a story.
_SMALL = frozenset(
    {
        *(FrrLogKind.ROUTER_ID, FrrLogKind.CLIENT_HELLO, FrrLogKind.NEXTHOP_UPDATE, FrrLogKind.DAEMON_NOT_YET_UP),
        *(FrrLogKind.CONFIG_READ,),
    }
)


@source
def frr_log(events: tuple[FrrLogEvent, ...], pods: PodsByName) -> Iterator[Entry]:
    """Messages with a time; whose they are, the pod tells."""
    for one in events:
        if one.time is None or one.kind in _SMALL:
            continue
        pod = pods.get((one.origin.namespace or "", one.origin.pod or ""))
        lane = Lane.SESSIONS if one.kind in _SESSIONS else Lane.FRR
        subject = one.peer or one.name or one.daemon
        text = f"{one.daemon}: {one.text}"
        yield Entry(one.time, pod.node if pod else None, lane, subject, text, one.evidence, bad=one.kind not in _GOOD)
