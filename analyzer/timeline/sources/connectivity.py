"""Outages that the cluster's own connection checks saw."""

from collections.abc import Iterator

from analyzer.instances import PodsByName
from analyzer.timeline.entry import Entry, Lane, source
from parsers.connectivity_checks import ConnectivityCheck
from parsers.kubernetes import unique


@source
def connectivity(checks: tuple[ConnectivityCheck, ...], pods: PodsByName) -> Iterator[Entry]:
    """One entry for an outage, from its begin to its end."""
    for one in unique(checks):
        for outage in one.outages:
            if outage.start is None:
                continue
            pod = pods.get((one.namespace or "", one.source_pod or ""))
            why = outage.message or outage.reason or "no connection"
            text = f"no connection from {one.source_pod or 'a pod'} to {one.target or one.name}: {why}"
            yield Entry(
                *(outage.start, pod.node if pod else None, Lane.EVENTS, one.target or one.name, text, outage.evidence),
                bad=True,
                until=outage.end,
            )
