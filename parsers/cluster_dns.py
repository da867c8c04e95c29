"""The cluster's DNS: what its operator says, where names of others are asked, and the domain of the cluster.

Sources: openshift/api operator/v1 types_dns.go and config/v1 types_dns.go, two kinds of the same name.
"""

from collections.abc import Iterator

from parsers.base import ParseFailure, SourceFile, parser
from parsers.conditions import Condition, condition, conditions
from parsers.kubernetes import KubernetesFact, kind_words, loose, metadata, read_objects
from parsers.objects import Reading, without
from parsers.part import Part
from parsers.tree import Tree
from parsers.values import marks, number, text, texts


class DnsUpstream(Part):
    """A resolver that CoreDNS forwards to. `type` is SystemResolvConf, the node's own ones, or Network."""

    type: str | None = None
    address: str | None = None
    port: int | None = None


class DnsServer(Part):
    """Zones that other resolvers answer for."""

    name: str | None = None
    zones: tuple[str, ...] = ()
    upstreams: tuple[str, ...] = ()


class ClusterDns(KubernetesFact):
    """The DNS of the operator. No upstreams means the resolvers of the node."""

    cluster_ip: str | None = None
    cluster_domain: str | None = None
    upstreams: tuple[DnsUpstream, ...] = ()
    servers: tuple[DnsServer, ...] = ()
    conditions: tuple[Condition, ...] = ()

    def condition(self, kind: str) -> Condition | None:
        """The condition of this type: Available, Degraded, Progressing or Upgradeable."""
        return condition(self.conditions, kind)


class DnsConfig(KubernetesFact):
    """The domain that the names of the cluster lie in."""

    base_domain: str | None = None


_READING = Reading(drop=without("annotations", "labels", "managedFields", "ownerReferences"))


@parser(
    "cluster-scoped-resources/operator.openshift.io/dnses.yaml",
    "cluster-scoped-resources/operator.openshift.io/dnses/{name}.yaml",
    "cluster-scoped-resources/config.openshift.io/dnses.yaml",
    "cluster-scoped-resources/config.openshift.io/dnses/{name}.yaml",
    title="DNS of the cluster",
    collect="oc adm must-gather; by hand: oc get dnses.operator.openshift.io,"
    "dnses.config.openshift.io -o yaml > dns.yaml",
    content=loose("DNS"),
    words=kind_words("DNS"),
)
def cluster_dns(source: SourceFile) -> Iterator[ClusterDns | DnsConfig | ParseFailure]:
    return read_objects(source, "cluster_dns", {"DNS": _dns}, _READING)


def _dns(tree: Tree, source: SourceFile) -> Iterator[ClusterDns | DnsConfig]:
    group = str(tree.get("apiVersion", default="")).partition("/")[0]
    if group == "config.openshift.io":
        found = marks(tree, base_domain=("spec", "baseDomain"))
        yield DnsConfig(**metadata(tree, source), marks=found, base_domain=text(tree, "spec", "baseDomain") or None)
    elif group == "operator.openshift.io":
        yield _of_operator(tree, source)


def _of_operator(tree: Tree, source: SourceFile) -> ClusterDns:
    return ClusterDns(
        **metadata(tree, source),
        marks=marks(
            tree,
            cluster_ip=("status", "clusterIP"),
            cluster_domain=("status", "clusterDomain"),
            upstreams=("spec", "upstreamResolvers"),
            servers=("spec", "servers"),
            conditions=("status", "conditions"),
        ),
        cluster_ip=text(tree, "status", "clusterIP") or None,
        cluster_domain=text(tree, "status", "clusterDomain") or None,
        upstreams=tuple(_upstream(one) for one in tree.items("spec", "upstreamResolvers", "upstreams")),
        servers=tuple(_server(one) for one in tree.items("spec", "servers")),
        conditions=conditions(tree, "status", "conditions"),
    )


def _upstream(tree: Tree) -> DnsUpstream:
    return DnsUpstream(
        evidence=tree.evidence(),
        type=text(tree, "type"),
        address=text(tree, "address") or None,
        port=number(tree, "port"),
    )


def _server(tree: Tree) -> DnsServer:
    return DnsServer(
        evidence=tree.evidence(),
        name=text(tree, "name"),
        zones=texts(tree, "zones"),
        upstreams=texts(tree, "forwardPlugin", "upstreams"),
    )
