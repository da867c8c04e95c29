"""Endpoints, the older form of EndpointSlices: one object per service, of the same name (kubernetes/api core/v1).

Objects that only hold the lock of a leader election have no subsets. Of more than 1,000 addresses the cluster itself
drops the rest, and says so in an annotation (kubernetes/kubernetes pkg/controller/endpoint, from 1.22). MetalLB reads
Endpoints up to 0.13 alone, and only where the cluster has no EndpointSlices.
"""

from collections.abc import Iterator

from parsers.base import ParseFailure, SourceFile, parser
from parsers.endpoint_facts import Endpoint, EndpointPort, EndpointsListed, port, read_endpoints, target
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata
from parsers.tree import Tree
from parsers.values import labels, marks, required_text, text


class ServiceEndpoints(KubernetesFact):
    """All the endpoints of the service of the same name.

    An address of which some ports are ready stands in two subsets, so it may be here twice, ready and not.
    """

    endpoints: tuple[Endpoint, ...] = ()
    ports: tuple[EndpointPort, ...] = ()
    truncated: bool = False


_OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity"


@parser(
    "namespaces/{namespace}/core/endpoints.yaml",
    "namespaces/{namespace}/core/endpoints/{name}.yaml",
    title="endpoints",
    collect="oc adm inspect ns/<namespace> for every namespace with services of type LoadBalancer (must-gather takes "
    "only the cluster's own); by hand: oc get endpoints -A -o yaml > endpoints.yaml",
    content=loose("Endpoints"),
    words=kind_words("Endpoints"),
)
def endpoints(source: SourceFile) -> Iterator[ServiceEndpoints | EndpointsListed | ParseFailure]:
    return read_endpoints(source, "endpoints", "Endpoints", _endpoints)


def _endpoints(tree: Tree, source: SourceFile) -> Iterator[ServiceEndpoints]:
    subsets = tuple(tree.items("subsets"))
    yield ServiceEndpoints(
        **metadata(tree, source),
        marks=marks(tree, subsets=("subsets",), truncated=("metadata", "annotations", _OVER_CAPACITY)),
        endpoints=tuple(
            _endpoint(one, ready=field == "addresses")
            for subset in subsets
            for field in ("addresses", "notReadyAddresses")
            for one in subset.items(field)
        ),
        ports=tuple(port(one) for subset in subsets for one in subset.items("ports")),
        truncated=labels(tree, "metadata", "annotations").get(_OVER_CAPACITY) == "truncated",
    )


def _endpoint(tree: Tree, *, ready: bool) -> Endpoint:
    return Endpoint(
        evidence=tree.evidence(),
        marks=marks(tree, addresses=("ip",), node=("nodeName",), target=("targetRef",)),
        addresses=(required_text(tree, "ip"),),
        node=text(tree, "nodeName"),
        ready=ready,
        target=target(tree, "targetRef"),
    )
