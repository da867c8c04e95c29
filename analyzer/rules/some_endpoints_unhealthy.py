"""Some endpoints of a service do not work: requests fail now and then, or the others carry all the load."""

from collections.abc import Iterator
from dataclasses import replace

from analyzer.instances import NodesByName
from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.databases import named, pieces
from analyzer.rule import rule
from analyzer.service.backends import Backends, ServiceBackends, judged
from analyzer.service.dns import down
from analyzer.service.partly import EndpointPods, Partly
from analyzer.service.pods import QUOTED, lines, state
from parsers.endpoint_facts import Endpoint


@rule(Severity.WARNING, area="service")
def some_endpoints_unhealthy(
    backends: ServiceBackends, pods: EndpointPods, nodes: NodesByName
) -> Iterator[Finding | Gap]:
    """Some endpoints of a service do not work: requests fail now and then, or the others carry all the load.

    ## Why it matters
    The service itself answers, so that nobody looks at its pods. Those that are not ready for long lack in its
    capacity; an endpoint whose pod is gone fails the share of the connections that is sent to it, at random; endpoints
    that are all on one broken node may take no connection at all.

    ## What to do
    Test each endpoint and not the address of the service: `curl <address>:<port>` from a node or a pod. Look at the
    pods that are named, `oc describe pod`. An endpoint without a pod: is kube-controller-manager healthy, was the slice
    written by hand?
    """
    lost: dict[str, list[tuple[Backends, Endpoint]]] = {}
    for one in backends:
        if not judged(one) and not one.service.headless:
            continue
        if one.slices is None:
            yield Gap(one.name, "its endpoints were not collected")
        elif one.serving():
            found = pods.of(one)
            yield from (Gap(one.name, text) for text in found.doubts)
            yield from _findings(one, _elsewhere(one, found, nodes, lost), nodes)
    yield from (_of_node(name, each, nodes) for name, each in lost.items())


def _elsewhere(
    one: Backends, found: Partly, nodes: NodesByName, lost: dict[str, list[tuple[Backends, Endpoint]]]
) -> Partly:
    """Without the pods of nodes that are down, which every service of theirs lacks: these are added to `lost`."""
    for endpoint, pod in found.sick:
        if pod.node and down(nodes, pod.node):
            lost.setdefault(pod.node, []).append((one, endpoint))
    return replace(found, sick=tuple(each for each in found.sick if not down(nodes, each[1].node)))


def _of_node(name: str, lost: list[tuple[Backends, Endpoint]], nodes: NodesByName) -> Finding:
    names = named(dict.fromkeys(one.name for one, _ in lost), QUOTED)
    text = f"{name} is not ready: the endpoints on it do not serve, of {names}; others do"
    shown = pieces(nodes[name].where("ready", "conditions"), (endpoint.evidence for _, endpoint in lost[:QUOTED]))
    return Finding(name, text, shown, name, Severity.INFO, "lost")


def _findings(one: Backends, found: Partly, nodes: NodesByName) -> Iterator[Finding]:
    every = one.endpoints()
    if found.sick:
        sick = [pod for _, pod in found.sick]
        where = {pod.node for pod in sick}
        names = named((f"{state(pod)} on {pod.node}" if pod.node else state(pod) for pod in sick), QUOTED)
        does = "does" if len(sick) == 1 else "do"
        text = f"{len(sick)} of {len(every)} endpoints {does} not serve for more than 5 minutes: {names}"
        shown = pieces((endpoint.evidence for endpoint, _ in found.sick[:QUOTED]), lines(sick))
        yield Finding(one.name, text, shown, where.pop() if len(where) == 1 else None, key="unready")
    if found.stale:
        names = named((f"{each.endpoint.addresses[0]} ({each.text})" for each in found.stale), QUOTED)
        text = f"{len(found.stale)} of {len(every)} endpoints are said to be ready and have no pod: {names}"
        shown = pieces(
            (each.endpoint.evidence for each in found.stale[:QUOTED]),
            (line for each in found.stale[:QUOTED] if each.pod for line in each.pod.where("pod_ips", "phase")),
            (one.every_pod,) if one.every_pod else (),
        )
        yield Finding(one.name, text, shown, key="stale")
    yield from _on_one_node(one, nodes)


def _on_one_node(one: Backends, nodes: NodesByName) -> Iterator[Finding]:
    serving = one.serving()
    where = {each.node for each in serving}
    node = nodes.get(where.pop() or "") if len(where) == 1 else None
    if node is None or not down(nodes, node.name):
        return
    # A node that stays away loses its endpoints a minute later; until then, or with tolerations, they stand there.
    what = "the only endpoint is" if len(serving) == 1 else f"all {len(serving)} endpoints are"
    text = f"{what} on {node.name}, which is not ready"
    shown = pieces((each.evidence for each in serving[:QUOTED]), node.where("ready", "conditions"))
    yield Finding(one.name, text, shown, node.name, key="node")
