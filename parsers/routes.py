"""Routes: which host leads to which service, and which routers took them up (openshift/api route/v1 types.go)."""

from collections.abc import Iterator
from enum import StrEnum

from parsers.base import ParseFailure, SourceFile, parser
from parsers.conditions import Condition, ConditionStatus, condition, conditions
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata
from parsers.listed import Listed, Listing
from parsers.objects import Reading, without
from parsers.part import Part
from parsers.tree import Tree
from parsers.values import marks, number, required_text, text, word


class Termination(StrEnum):
    """Where TLS ends (route/v1 TLSTerminationType)."""

    EDGE = "edge"
    PASSTHROUGH = "passthrough"
    REENCRYPT = "reencrypt"


class RouteBackend(Part):
    """A service that a route leads to. None is a weight that is not written, which is 100; 0 gets no traffic."""

    service: str
    kind: str | None = None
    weight: int | None = None


class RouteIngress(Part):
    """What one router makes of a route. `router` is the name of its ingress controller."""

    router: str | None = None
    host: str | None = None
    canonical_hostname: str | None = None
    conditions: tuple[Condition, ...] = ()

    @property
    def admission(self) -> Condition | None:
        """Its condition Admitted."""
        return condition(self.conditions, "Admitted")

    @property
    def admitted(self) -> bool:
        """Whether the router serves the route."""
        return self.admission is not None and self.admission.status is ConditionStatus.TRUE


class Route(KubernetesFact):
    """A route. `target_port` is the number or name of a port of its services."""

    host: str | None = None
    path: str | None = None
    to: RouteBackend
    alternates: tuple[RouteBackend, ...] = ()
    target_port: str | None = None
    termination: Termination | None = None
    ingresses: tuple[RouteIngress, ...] = ()


class RoutesListed(Listed):
    """Of which namespaces the routes were collected."""


_READING = Reading(drop=without("annotations", "labels", "managedFields", "ownerReferences"))


@parser(
    "namespaces/{namespace}/route.openshift.io/routes.yaml",
    "namespaces/{namespace}/route.openshift.io/routes/{route}.yaml",
    title="routes",
    collect="oc adm inspect ns/<namespace> (must-gather takes only the cluster's own namespaces); by hand: "
    "oc get routes -A -o yaml > routes.yaml",
    content=loose("Route"),
    words=kind_words("Route"),
)
def routes(source: SourceFile) -> Iterator[Route | RoutesListed | ParseFailure]:
    return Listing("routes", "Route", _route, RoutesListed, _READING).read(source)


def _route(tree: Tree, source: SourceFile) -> Iterator[Route]:
    if tree.get("apiVersion") not in {"route.openshift.io/v1", "v1"}:
        return  # Knative has a kind of this name too
    yield Route(
        **metadata(tree, source),
        marks=marks(
            tree,
            host=("spec", "host"),
            path=("spec", "path"),
            target_port=("spec", "port"),
            termination=("spec", "tls", "termination"),
            ingresses=("status", "ingress"),
        ),
        host=text(tree, "spec", "host") or None,
        path=text(tree, "spec", "path") or None,
        to=_backend(tree.sub("spec", "to")),
        alternates=tuple(_backend(one) for one in tree.items("spec", "alternateBackends")),
        target_port=text(tree, "spec", "port", "targetPort"),
        termination=word(tree, Termination, "spec", "tls", "termination"),
        ingresses=tuple(_ingress(one) for one in tree.items("status", "ingress")),
    )


def _backend(tree: Tree) -> RouteBackend:
    return RouteBackend(
        evidence=tree.evidence(),
        marks=marks(tree, service=("name",), weight=("weight",)),
        service=required_text(tree, "name"),
        kind=text(tree, "kind"),
        weight=number(tree, "weight"),
    )


def _ingress(tree: Tree) -> RouteIngress:
    return RouteIngress(
        evidence=tree.evidence(),
        marks=marks(tree, router=("routerName",), host=("host",), canonical_hostname=("routerCanonicalHostname",)),
        router=text(tree, "routerName"),
        host=text(tree, "host") or None,
        canonical_hostname=text(tree, "routerCanonicalHostname"),
        conditions=conditions(tree, "conditions"),
    )
