"""What the logs of MetalLB and frr-k8s tell: changes of the configuration, reloads, announcements."""

from collections.abc import Iterator

from analyzer.instances import PodsByName
from analyzer.timeline.entry import Entry, Lane, source
from parsers.metallb_log import MetallbLogEvent, MetallbLogKind

_BAD = (
    "failed",
    "error",
    "stale",
    "denied",
    "missing",
    "not-running",
    "mismatch",
    "traceback",
    "invalid",
    "suspect",
    "session-down",
)
# Looks at the resources that changed nothing.
_SMALL = frozenset({MetallbLogKind.CONFIG_RECONCILED})


@source
def metallb_log(events: tuple[MetallbLogEvent, ...], pods: PodsByName) -> Iterator[Entry]:
    """Messages with a time, of the node of their pod."""
    for one in events:
        if one.time is None or one.kind in _SMALL:
            continue
        pod = pods.get((one.origin.namespace or "", one.origin.pod or ""))
        subject = one.service or one.peer or one.container
        error = f": {one.error}" if one.error else ""
        about = f" ({subject})" if subject != one.container else ""
        text = f"{one.container}: {one.text}{error}{about}"
        bad = any(word in one.kind for word in _BAD)
        yield Entry(one.time, pod.node if pod else one.node, Lane.METALLB, subject, text, one.evidence, bad=bad)
