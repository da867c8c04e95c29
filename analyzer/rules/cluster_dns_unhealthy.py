"""The cluster's DNS does not answer, on some nodes or at all, or its resolvers do not answer it."""

from collections.abc import Iterator, Sequence

from analyzer.instances import Ages, NodesByName
from analyzer.listed_pods import ListedPods, lines_of, state_of, unwell, young
from analyzer.model import Finding, Gap, Severity
from analyzer.node.words import together
from analyzer.ovn.databases import named, pieces
from analyzer.rule import NotCollectedError, rule
from analyzer.service.dns import NAMESPACE, SERVICE, DnsState, Silent, down
from analyzer.service.pods import PodAges, alive, lines, state, states
from parsers.base import Evidence
from parsers.conditions import Condition, ConditionStatus
from parsers.oc_facts import ListedPod
from parsers.pods import Pod
from parsers.vocabulary import words

SUBJECT = f"{NAMESPACE}/{SERVICE}"


@rule(Severity.ERROR, area="service")
def cluster_dns_unhealthy(
    dns: DnsState | None, tables: ListedPods | None, pod_ages: PodAges, ages: Ages, nodes: NodesByName
) -> Iterator[Finding | Gap]:
    """The cluster's DNS does not answer, on some nodes or at all, or its resolvers do not answer it.

    ## Why it matters
    Every pod asks the service `dns-default`. With none of its pods ready no name is found at all; with one pod down its
    node asks the others over the network. If only names outside the cluster fail, a resolver that CoreDNS forwards to
    does not answer.

    ## What to do
    A pod that is not ready: `oc logs -n openshift-dns <pod> -c dns`, and the events of the pod. A resolver: ask it from
    the node, `dig @<resolver> example.com`, over UDP and with `+tcp`; compare `/etc/resolv.conf` of the node and
    `spec.upstreamResolvers` and `spec.servers` of the DNS `default`. That names with search domains are not found
    (NXDOMAIN) is normal.
    """
    rows = tables.of(SERVICE) if tables else ()
    if dns is None and not rows:
        raise NotCollectedError("not collected: the DNS operator, its pods or logs of CoreDNS")
    yield from _of_tables(rows)
    if dns is not None:
        yield from _of_state(dns, pod_ages, ages, nodes)


def _of_tables(rows: Sequence[ListedPod]) -> Iterator[Finding | Gap]:
    """What a saved table of pods tells."""
    sick = [one for one in rows if unwell(one) and not young(one)]
    yield from (Gap(one.name, f"it is only {words(one.age)} old") for one in rows if unwell(one) and young(one))
    if sick and len(sick) == len(rows):
        names = named(f"{one.name} {state_of(one)}" for one in sick)
        text = f"no pod of the cluster's DNS is ready: {names}"
        yield Finding(SUBJECT, text, pieces(*map(lines_of, sick)), severity=Severity.CRITICAL, key="table")
        return
    for one in sick:
        text = f"the DNS pod{f' of {one.node}' if one.node else ''} is not ready: {one.name} has {state_of(one)}"
        yield Finding(f"{NAMESPACE}/{one.name}", text, lines_of(one), one.node)


def _of_state(dns: DnsState, pod_ages: PodAges, ages: Ages, nodes: NodesByName) -> Iterator[Finding | Gap]:
    """What the operator, the pods themselves and their logs tell."""
    sick = [pod for pod in dns.pods if alive(pod) and not pod.ready and not down(nodes, pod.node)]
    lasting = [pod for pod in sick if not pod_ages.young(pod) and pod_ages.long_unready(pod) is not False]
    total = _lost(dns, lasting)
    if total is not None:
        yield total
    else:
        yield from together((state(pod).partition(" ")[2], _of_pod(pod)) for pod in lasting)
        degraded = dns.bad("Degraded", ConditionStatus.TRUE)
        if degraded is not None:
            text = f"the DNS operator is degraded{_why(degraded)}"
            yield Finding("cluster operator dns", text, _lines(degraded), key="degraded")
    if not dns.pods and not dns.resources:
        yield Gap(SUBJECT, "neither the DNS operator nor its pods were collected")
    yield from (_silent(one) for one in dns.silent(ages))
    well = {pod.name for pod in dns.pods if pod.ready}
    for loop in dns.loops:
        name = loop.origin.pod or "CoreDNS"
        if name in well:
            continue  # a log of the run before: it has started since
        text = f"{name} ended because its questions for {loop.zone} came back: a resolver of the node leads to CoreDNS"
        yield Finding(f"{NAMESPACE}/{name}", text, (loop.evidence,), key="loop")


def _lost(dns: DnsState, sick: list[Pod]) -> Finding | None:
    """Nobody answers at all."""
    condition = dns.bad("Available", ConditionStatus.FALSE)
    ready = any(pod.ready and alive(pod) for pod in dns.pods)
    service = dns.service
    empty = service is not None and service.slices is not None and not service.serving() and not ready
    if condition is None and (ready or not (sick or empty)):
        return None
    parts = (
        [f"the cluster's DNS is not available{_why(condition)}"]
        if condition
        else ["no pod of the cluster's DNS is ready"]
    )
    if empty:
        parts.append(f"the service {SUBJECT} has no endpoint")
    if sick:
        parts.append(f"not ready: {states(sick)}")
    shown: tuple[Evidence, ...] = (*(_lines(condition) if condition else ()), *lines(sick))
    shown += service.evidence[:1] if empty and service else ()
    return Finding(SUBJECT, "; ".join(parts), pieces(shown), severity=Severity.CRITICAL)


def _of_pod(pod: Pod) -> Finding:
    text = f"the DNS pod of the node is not ready: {state(pod)}"
    return Finding(f"{pod.namespace}/{pod.name}", text, pieces(lines([pod])), pod.node)


def _silent(one: Silent) -> Finding:
    kinds = named(dict.fromkeys(error.failure for error in one.errors))
    pods = dict.fromkeys(error.origin.pod or "a saved log" for error in one.errors)
    count = sum(error.count for error in one.errors)
    where = f"{len(pods)} of {one.logs} DNS pods ({named(pods)})"
    name = one.errors[0].name
    text = (
        f"the resolver {one.upstream} port {one.port} does not answer {where}: {kinds}, {count} times, last for {name}"
    )
    shown = pieces(error.evidence for error in one.errors)
    return Finding(one.upstream, text, shown, key=f"resolver {one.port}")


def _why(condition: Condition | None) -> str:
    told = condition and (condition.message or condition.reason)
    return f" ({' '.join(told.split())[:300]})" if told else ""


def _lines(condition: Condition) -> tuple[Evidence, ...]:
    return condition.where("type", "status", "reason", "message")
