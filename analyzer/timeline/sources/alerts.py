"""Since when alerts of Prometheus hold."""

from collections.abc import Iterator

from analyzer.timeline.entry import Entry, Lane, source
from parsers.prometheus_alerts import AlertState, FiringAlert

_NODE_LABELS = ("node", "instance")


@source
def alerts(found: tuple[FiringAlert, ...]) -> Iterator[Entry]:
    """When the condition of an alert became true; it fires some minutes later."""
    for one in found:
        if one.active_at is None:
            continue
        node = next((one.labels[name] for name in _NODE_LABELS if ":" not in one.labels.get(name, ":")), None)
        more = " (pending)" if one.state is AlertState.PENDING else ""
        line = next(iter(one.where("active_at")), one.evidence)
        yield Entry(one.active_at, node, Lane.EVENTS, one.name, f"alert {one.name}{more}", line, bad=True)
