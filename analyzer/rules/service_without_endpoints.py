"""A service has pods, or should have, but no endpoint that takes traffic."""

from collections.abc import Iterator

from analyzer.metallb.chains import Chains
from analyzer.metallb.path import Step
from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.databases import named, pieces
from analyzer.rule import NotCollectedError, rule
from analyzer.service.backends import Backends, ServiceBackends, judged
from analyzer.service.tables import without_endpoints
from analyzer.service.without import Fault, Without, WithoutEndpoints
from parsers.oc_facts import ListedEndpoints

MANY = 20  # services of a namespace from which on those without pods are told of together
_SEVERITIES = {Fault.BROKEN: Severity.ERROR, Fault.IDLE: Severity.INFO, Fault.OFF: Severity.INFO}


@rule(Severity.ERROR, area="service")
def service_without_endpoints(
    backends: ServiceBackends | None,
    tables: tuple[ListedEndpoints, ...] | None,
    without: WithoutEndpoints | None,
    chains: Chains | None,
) -> Iterator[Finding | Gap]:
    """A service has pods, or should have, but no endpoint that takes traffic.

    ## Why it matters
    The address of the service refuses every connection (kube-proxy and OVN-Kubernetes reject what has no endpoints),
    and a router answers 503 for the routes that lead to it. A service that selects no pod at all, and of which nothing
    says that it should, is only told of: it may belong to something that is not installed. So is one whose workload is
    scaled to zero.

    ## What to do
    Pods that are not ready: look at why (`oc describe pod`, the readiness probe, the logs). No pod with the labels:
    compare the selector of the service with the labels in the template of the workload. A port that the pods lack:
    `targetPort` must be a number, or the name of a port of the containers. Read the endpoints again afterwards, `oc get
    endpointslices -l kubernetes.io/service-name=<service>`. Of a service whose address MetalLB withdraws for it
    `lb-service-no-serving-endpoint` tells.
    """
    if backends is None and tables is None:
        raise NotCollectedError("not collected: services, or a saved table of endpoints")
    yield from without_endpoints(tables or (), {one.name for one in backends or ()})
    if backends is not None and without is not None:
        yield from _of_objects(backends, without, chains)


def _of_objects(backends: ServiceBackends, without: WithoutEndpoints, chains: Chains | None) -> Iterator[Finding | Gap]:
    told = {one.subject for one in chains or () if one.service and one.link and one.link.step is Step.ENDPOINTS}
    idle: dict[str, list[tuple[Backends, Without]]] = {}
    for one in backends:
        for found in without.of(one) if judged(one) and one.name not in told else ():
            if found.fault is Fault.DOUBT:
                yield Gap(one.name, found.text)
            elif found.fault in {Fault.IDLE, Fault.OFF}:
                idle.setdefault(one.service.namespace or "", []).append((one, found))
            else:
                yield _finding(one, found)
    for namespace, each in idle.items():
        if len(each) > MANY:
            names = named(one.service.name for one, _ in each)
            text = f"{len(each)} services of {namespace} select no pod that runs: {names}"
            lines = pieces(*(found.evidence for _, found in each[:4]))
            yield Finding(namespace, text, lines, severity=Severity.INFO, key="idle")
        else:
            yield from (_finding(one, found) for one, found in each)


def _finding(one: Backends, found: Without) -> Finding:
    severity = _SEVERITIES[found.fault]
    if found.port is not None:
        name = found.port.name or found.port.port
        text = f"port {name} of the service leads nowhere: {found.text}"
        return Finding(one.name, text, pieces(found.evidence), severity=severity, key=f"port {name}")
    count = len(one.endpoints())
    what = (
        "no endpoints"
        if not count
        else f"{count} endpoints, none of them ready"
        if count > 1
        else "one endpoint, not ready"
    )
    return Finding(one.name, f"the service has {what}; {found.text}", pieces(found.evidence), severity=severity)
