"""Ingress controllers, and the routes that their routers have no server for.

Sources: openshift/api operator/v1 types_ingress.go; openshift/router images/router/haproxy/conf/haproxy-config.template
(`backend be_edge_http:<namespace>:<route>`, below it one `server` line for each endpoint); openshift/must-gather
collection-scripts/gather_ingress_controllers, one `haproxy.config` of each router pod.
"""

import re
from collections.abc import Iterator

from parsers.base import Evidence, Fact, ParseFailure, SourceFile, clean, decode, parser
from parsers.conditions import Condition, condition, conditions
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.objects import Reading, without
from parsers.tree import Tree
from parsers.values import marks, number, text


class IngressController(KubernetesFact):
    """An ingress controller. `replicas` are wanted (None: as many as the platform sets), `available` are there.

    `publishing` is the type of its endpoint publishing strategy: LoadBalancerService, HostNetwork, NodePortService or
    Private.
    """

    domain: str | None = None
    publishing: str | None = None
    replicas: int | None = None
    available: int | None = None
    conditions: tuple[Condition, ...] = ()

    def condition(self, kind: str) -> Condition | None:
        """The condition of this type, as Available, Degraded, Admitted, LoadBalancerReady or DNSReady."""
        return condition(self.conditions, kind)


class HaproxyConfig(Fact):
    """The configuration of a router pod, of `controller`. `backends` counts those of routes."""

    controller: str | None = None
    pod: str | None = None
    backends: int
    image_dir: str = ""


class HaproxyBackend(Fact):
    """A route that a router has no server for, nor a place for one: clients get 503. The evidence is its backend."""

    name: str
    namespace: str
    route: str
    controller: str | None = None
    pod: str | None = None
    image_dir: str = ""


_READING = Reading(drop=without("annotations", "labels", "managedFields", "ownerReferences", "tlsProfile"))


@parser(
    "namespaces/{namespace}/operator.openshift.io/ingresscontrollers.yaml",
    "namespaces/{namespace}/operator.openshift.io/ingresscontrollers/{controller}.yaml",
    title="ingress controllers",
    collect="oc adm must-gather; by hand: oc get ingresscontrollers -n openshift-ingress-operator -o yaml > "
    "ingresscontrollers.yaml",
    content=loose("IngressController"),
    words=kind_words("IngressController"),
)
def ingress_controllers(source: SourceFile) -> Iterator[IngressController | ParseFailure]:
    return read_objects(source, "ingress_controllers", {"IngressController": _controller}, _READING)


def _controller(tree: Tree, source: SourceFile) -> Iterator[IngressController]:
    at = "status" if tree.has("status", "endpointPublishingStrategy") else "spec"
    yield IngressController(
        **metadata(tree, source),
        marks=marks(
            tree,
            domain=("status", "domain"),
            publishing=(at, "endpointPublishingStrategy", "type"),
            replicas=("spec", "replicas"),
            available=("status", "availableReplicas"),
            conditions=("status", "conditions"),
        ),
        domain=text(tree, "status", "domain"),
        publishing=text(tree, at, "endpointPublishingStrategy", "type"),
        replicas=number(tree, "spec", "replicas"),
        available=number(tree, "status", "availableReplicas"),
        conditions=conditions(tree, "status", "conditions"),
    )


_WANTED = re.compile(
    rb"^[ \t]*(?:backend|frontend|listen|server|server-template|use-server)[ \t]|^(?:global|defaults)", re.MULTILINE
)
_BACKEND = re.compile(r"backend\s+(be_\w{1,40}:([^:\s]{1,253}):(\S{1,253}))\s*$")
# A place that is kept free (`server-template _dynamic-pod-…`) may be taken by now: with its dynamic configuration
# manager a router tells HAProxy at run time, and not this file (openshift/router pkg/router/template).
_SERVER = re.compile(r"\s*server(?:-template)?\s+\S")
_SECTION = re.compile(r"(?:backend|frontend|listen|global|defaults)\b")


@parser(
    "ingress_controllers/{controller}/{pod}/haproxy.config",
    title="configuration of the routers (haproxy.config)",
    collect="oc adm must-gather; by hand: oc exec -n openshift-ingress <router pod> -- cat haproxy.config",
    content=rb"^backend be_(?:http|edge_http|secure|tcp):[^:\s]{1,253}:",
    words=(b"backend be_",),
)
def haproxy_config(source: SourceFile) -> Iterator[HaproxyBackend | HaproxyConfig | ParseFailure]:
    """The backends without a server; everything else is only counted."""
    backend: tuple[re.Match[str], Evidence] | None = None
    backends = servers = 0
    for number_, line in source.search(_WANTED):
        if _SECTION.match(line):
            if backend and not servers:
                yield _without_servers(source, *backend)
            match = _BACKEND.match(line)
            backend = (match, source.quote(number_, line)) if match else None
            backends, servers = backends + bool(match), 0
        elif _SERVER.match(line):
            servers += 1
    if backend and not servers and source.unfinished is None:
        yield _without_servers(source, *backend)
    yield HaproxyConfig(
        evidence=source.quote(1, clean(decode(source.first_raw or b"").rstrip("\n"))),
        controller=source.params.get("controller"),
        pod=source.params.get("pod"),
        backends=backends,
        image_dir=source.image_dir,
    )


def _without_servers(source: SourceFile, match: re.Match[str], evidence: Evidence) -> HaproxyBackend:
    return HaproxyBackend(
        evidence=evidence,
        name=match[1],
        namespace=match[2],
        route=match[3],
        controller=source.params.get("controller"),
        pod=source.params.get("pod"),
        image_dir=source.image_dir,
    )
