"""What the logs of CoreDNS tell."""

from collections.abc import Iterator

from analyzer.instances import PodsByName
from analyzer.timeline.entry import Entry, Lane, source
from parsers.coredns_log import DnsForwardError


@source
def dns_log(errors: tuple[DnsForwardError, ...], pods: PodsByName) -> Iterator[Entry]:
    """Upstream servers that did not answer: the last time of each, which may stand for many."""
    for one in errors:
        if one.last is None:
            continue
        pod = pods.get((one.origin.namespace or "", one.origin.pod or ""))
        text = f"CoreDNS: no answer of {one.upstream} port {one.port} ({one.failure}) for {one.name}"
        often = f", the last of {one.count}" if one.count > 1 else ""
        node = pod.node if pod else None
        yield Entry(one.last, node, Lane.NETWORK, one.upstream, text + often, one.evidence, bad=True)
