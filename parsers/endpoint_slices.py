"""EndpointSlices: where the traffic of a service goes.

Source: kubernetes/api discovery/v1 types.go, and discovery/v1beta1 in releases before 4.8: `topology` instead of
`nodeName`. Conditions `serving` and `terminating` are written from Kubernetes 1.22 (4.9) on. The label
kubernetes.io/service-name names the service; a slice without it belongs to none.
"""

from collections.abc import Iterator
from enum import StrEnum

from parsers.base import ParseFailure, SourceFile, parser
from parsers.endpoint_facts import Endpoint, EndpointPort, EndpointsListed, port, read_endpoints, target
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata
from parsers.tree import Tree
from parsers.values import flag, labels, marks, required_word, text, texts

_SERVICE = "kubernetes.io/service-name"
_HOST = "kubernetes.io/hostname"


class AddressType(StrEnum):
    """What the addresses of a slice are (discovery/v1 AddressType)."""

    IPV4 = "IPv4"
    IPV6 = "IPv6"
    FQDN = "FQDN"


class EndpointSlice(KubernetesFact):
    """Some of the endpoints of a service, all of one address family. A service may have many slices."""

    service: str | None = None
    address_type: AddressType
    endpoints: tuple[Endpoint, ...] = ()
    ports: tuple[EndpointPort, ...] = ()


@parser(
    "namespaces/{namespace}/discovery.k8s.io/endpointslices.yaml",
    "namespaces/{namespace}/discovery.k8s.io/endpointslices/{name}.yaml",
    title="endpoint slices",
    collect="oc adm inspect ns/<namespace> for every namespace with services of type LoadBalancer (must-gather takes "
    "only the cluster's own); by hand: oc get endpointslices -A -o yaml > endpointslices.yaml",
    content=loose("EndpointSlice"),
    words=kind_words("EndpointSlice"),
)
def endpoint_slices(source: SourceFile) -> Iterator[EndpointSlice | EndpointsListed | ParseFailure]:
    return read_endpoints(source, "endpoint_slices", "EndpointSlice", _slice)


def _slice(tree: Tree, source: SourceFile) -> Iterator[EndpointSlice]:
    yield EndpointSlice(
        **metadata(tree, source),
        marks=marks(tree, service=("metadata", "labels", _SERVICE), address_type=("addressType",), ports=("ports",)),
        service=labels(tree, "metadata", "labels").get(_SERVICE),
        address_type=required_word(tree, AddressType, "addressType"),
        endpoints=tuple(_endpoint(one) for one in tree.items("endpoints")),
        ports=tuple(port(one) for one in tree.items("ports")),
    )


def _endpoint(tree: Tree) -> Endpoint:
    host = next(
        (path for path in (("nodeName",), ("deprecatedTopology", _HOST), ("topology", _HOST)) if tree.has(*path)), ()
    )
    return Endpoint(
        evidence=tree.evidence(),
        marks=marks(
            tree,
            addresses=("addresses",),
            ready=("conditions", "ready"),
            serving=("conditions", "serving"),
            terminating=("conditions", "terminating"),
            target=("targetRef",),
            **({"node": host} if host else {}),
        ),
        addresses=texts(tree, "addresses"),
        node=text(tree, *host) if host else None,
        ready=flag(tree, "conditions", "ready"),
        serving=flag(tree, "conditions", "serving"),
        terminating=flag(tree, "conditions", "terminating"),
        target=target(tree, "targetRef"),
    )
