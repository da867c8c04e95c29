"""What Endpoints and EndpointSlices have in common: addresses with their readiness, ports, and where they were listed.

Which endpoints count for MetalLB (metallb/metallb speaker/bgp_controller.go `hasHealthyEndpoint`,
speaker/layer2_controller.go `nodesWithEndpoint`, internal/k8s/epslices):

- up to 0.13: ready is true or not written; an address that is not ready in any of its entries does not count at all;
- 0.14.0 to 0.14.4: serving decides where it is written, else ready;
- from 0.14.5: ready is true or not written, or serving is true. `Endpoint.serves` is this one. From 0.16 one such entry
  is enough, before another entry of the same address that does not serve overrules it.

So an endpoint that terminates (ready false, serving true) counts from 0.14 on, and not before.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from parsers.base import SourceFile
from parsers.kubernetes import Builder
from parsers.listed import Listed, Listing
from parsers.objects import Reading, without
from parsers.part import Part
from parsers.tree import Tree
from parsers.values import marks, number, required_text, text, word


class Protocol(StrEnum):
    """Protocols of a port (core/v1 Protocol); TCP where none is written."""

    TCP = "TCP"
    UDP = "UDP"
    SCTP = "SCTP"


class Endpoint(Part):
    """One endpoint with its addresses. None is a condition or node that is not written; `target` is a pod, `ns/name`.

    `node` is where it runs: `nodeName`, before discovery.k8s.io/v1 the topology label kubernetes.io/hostname.
    """

    addresses: tuple[str, ...]
    node: str | None = None
    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None
    target: str | None = None

    @property
    def serves(self) -> bool:
        """Whether MetalLB counts it, from 0.14.5 on."""
        return self.ready is not False or self.serving is True


class EndpointPort(Part):
    """A port of all the endpoints of a slice or subset; no number means every port."""

    name: str | None = None
    protocol: Protocol = Protocol.TCP
    port: int | None = None


class EndpointsListed(Listed):
    """Of which namespaces the endpoints were collected; `kind` is EndpointSlice or Endpoints."""


_READING = Reading(drop=without("managedFields", "ownerReferences", "hints"))


def read_endpoints(source: SourceFile, parser_name: str, kind: str, build: Builder) -> Iterator[Any]:
    """The objects of a file and an EndpointsListed. Most of what is not endpoints is not parsed: slices are many."""
    return Listing(parser_name, kind, build, EndpointsListed, _READING).read(source)


def target(tree: Tree, *path: str) -> str | None:
    """The pod at the path as `ns/name`; None for another kind, or where none is written."""
    if text(tree, *path, "kind") != "Pod":
        return None
    return f"{text(tree, *path, 'namespace') or ''}/{required_text(tree, *path, 'name')}"


def port(tree: Tree) -> EndpointPort:
    """A port."""
    return EndpointPort(
        evidence=tree.evidence(),
        marks=marks(tree, name=("name",), protocol=("protocol",), port=("port",)),
        name=text(tree, "name") or None,
        protocol=word(tree, Protocol, "protocol") or Protocol.TCP,
        port=number(tree, "port"),
    )
