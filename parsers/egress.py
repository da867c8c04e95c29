"""What OVN-Kubernetes does with traffic that leaves the cluster.

Sources: ovn-org/ovn-kubernetes go-controller/pkg/crd/{egressfirewall,egressip,egressservice,adminpolicybasedroute}/v1.
"""

from collections.abc import Iterator
from enum import StrEnum

from parsers.base import ParseFailure, SourceFile, parser
from parsers.endpoint_facts import Protocol
from parsers.kubernetes import KubernetesFact, LabelSelector, kind_words, loose, metadata, read_objects, selector
from parsers.objects import Reading, without
from parsers.part import Part
from parsers.tree import Tree
from parsers.values import flag, marks, number, required_text, required_word, text, texts


class EgressAction(StrEnum):
    """What a rule of an egress firewall does (EgressFirewallRuleType)."""

    ALLOW = "Allow"
    DENY = "Deny"


class EgressPort(Part):
    """A port of a rule."""

    protocol: Protocol
    port: int | None = None


class EgressRule(Part):
    """A rule of an egress firewall about a prefix, a name or nodes; the first one that matches decides."""

    action: EgressAction
    cidr: str | None = None
    dns_name: str | None = None
    nodes: LabelSelector | None = None
    ports: tuple[EgressPort, ...] = ()


class EgressFirewall(KubernetesFact):
    """The egress firewall of a namespace. `status` is what the controller says of it."""

    rules: tuple[EgressRule, ...] = ()
    status: str | None = None
    messages: tuple[str, ...] = ()


class EgressIpItem(Part):
    """An address that a node holds."""

    ip: str
    node: str


class EgressIP(KubernetesFact):
    """Source addresses of pods that leave the cluster. An address without an item is held by no node."""

    ips: tuple[str, ...] = ()
    namespaces: LabelSelector = LabelSelector()
    pods: LabelSelector = LabelSelector()
    items: tuple[EgressIpItem, ...] = ()


class EgressService(KubernetesFact):
    """Traffic of a service's pods leaves by one node. `host` is the node, or ALL."""

    source_by: str | None = None
    network: str | None = None
    nodes: LabelSelector = LabelSelector()
    host: str | None = None


class StaticHop(Part):
    """A gateway by its address."""

    ip: str
    bfd: bool = False


class DynamicHop(Part):
    """Pods that are gateways."""

    pods: LabelSelector = LabelSelector()
    namespaces: LabelSelector = LabelSelector()
    bfd: bool = False


class ExternalRoute(KubernetesFact):
    """An AdminPolicyBasedExternalRoute: namespaces whose traffic leaves by other gateways.

    `status` is Success or Fail.
    """

    namespaces: LabelSelector = LabelSelector()
    static: tuple[StaticHop, ...] = ()
    dynamic: tuple[DynamicHop, ...] = ()
    status: str | None = None
    messages: tuple[str, ...] = ()


_READING = Reading(drop=without("annotations", "labels", "managedFields", "ownerReferences"))
_CLUSTER = "cluster-scoped-resources/k8s.ovn.org"
_NAMESPACE = "namespaces/{namespace}/k8s.ovn.org"
_KINDS = ("EgressFirewall", "EgressIP", "EgressService", "AdminPolicyBasedExternalRoute")


@parser(
    f"{_NAMESPACE}/egressfirewalls.yaml",
    f"{_NAMESPACE}/egressfirewalls/{{name}}.yaml",
    f"{_CLUSTER}/egressips.yaml",
    f"{_CLUSTER}/egressips/{{name}}.yaml",
    f"{_NAMESPACE}/egressservices.yaml",
    f"{_NAMESPACE}/egressservices/{{name}}.yaml",
    f"{_CLUSTER}/adminpolicybasedexternalroutes.yaml",
    f"{_CLUSTER}/adminpolicybasedexternalroutes/{{name}}.yaml",
    title="egress firewalls, addresses, services and routes of OVN-Kubernetes",
    collect="oc adm must-gather, oc adm inspect ns/<namespace>; by hand: oc get egressips,egressfirewalls,"
    "egressservices,adminpolicybasedexternalroutes -A -o yaml > egress.yaml",
    content=loose(*_KINDS),
    words=kind_words(*_KINDS),
)
def egress(
    source: SourceFile,
) -> Iterator[EgressFirewall | EgressIP | EgressService | ExternalRoute | ParseFailure]:
    builders = (_firewall, _ip, _service, _route)
    return read_objects(source, "egress", dict(zip(_KINDS, builders, strict=True)), _READING)


def _firewall(tree: Tree, source: SourceFile) -> Iterator[EgressFirewall]:
    yield EgressFirewall(
        **metadata(tree, source),
        marks=marks(tree, rules=("spec", "egress"), status=("status", "status"), messages=("status", "messages")),
        rules=tuple(_rule(one) for one in tree.items("spec", "egress")),
        status=text(tree, "status", "status") or None,
        messages=texts(tree, "status", "messages"),
    )


def _rule(tree: Tree) -> EgressRule:
    return EgressRule(
        evidence=tree.evidence(),
        marks=marks(tree, action=("type",), cidr=("to", "cidrSelector"), dns_name=("to", "dnsName"), ports=("ports",)),
        action=required_word(tree, EgressAction, "type"),
        cidr=text(tree, "to", "cidrSelector") or None,
        dns_name=text(tree, "to", "dnsName") or None,
        nodes=selector(tree, "to", "nodeSelector") if tree.has("to", "nodeSelector") else None,
        ports=tuple(
            EgressPort(
                evidence=one.evidence(),
                protocol=required_word(one, Protocol, "protocol"),
                port=number(one, "port"),
            )
            for one in tree.items("ports")
        ),
    )


def _ip(tree: Tree, source: SourceFile) -> Iterator[EgressIP]:
    yield EgressIP(
        **metadata(tree, source),
        marks=marks(
            tree,
            ips=("spec", "egressIPs"),
            namespaces=("spec", "namespaceSelector"),
            pods=("spec", "podSelector"),
            items=("status", "items"),
        ),
        ips=texts(tree, "spec", "egressIPs"),
        namespaces=selector(tree, "spec", "namespaceSelector"),
        pods=selector(tree, "spec", "podSelector"),
        items=tuple(
            EgressIpItem(
                evidence=one.evidence(),
                marks=marks(one, ip=("egressIP",), node=("node",)),
                ip=required_text(one, "egressIP"),
                node=required_text(one, "node"),
            )
            for one in tree.items("status", "items")
        ),
    )


def _service(tree: Tree, source: SourceFile) -> Iterator[EgressService]:
    yield EgressService(
        **metadata(tree, source),
        marks=marks(
            tree,
            source_by=("spec", "sourceIPBy"),
            network=("spec", "network"),
            nodes=("spec", "nodeSelector"),
            host=("status", "host"),
        ),
        source_by=text(tree, "spec", "sourceIPBy"),
        network=text(tree, "spec", "network") or None,
        nodes=selector(tree, "spec", "nodeSelector"),
        host=text(tree, "status", "host") or None,
    )


def _route(tree: Tree, source: SourceFile) -> Iterator[ExternalRoute]:
    hops = ("spec", "nextHops")
    yield ExternalRoute(
        **metadata(tree, source),
        marks=marks(
            tree,
            namespaces=("spec", "from"),
            static=(*hops, "static"),
            dynamic=(*hops, "dynamic"),
            status=("status", "status"),
            messages=("status", "messages"),
        ),
        namespaces=selector(tree, "spec", "from", "namespaceSelector"),
        static=tuple(
            StaticHop(evidence=one.evidence(), ip=required_text(one, "ip"), bfd=flag(one, "bfdEnabled") or False)
            for one in tree.items(*hops, "static")
        ),
        dynamic=tuple(_dynamic(one) for one in tree.items(*hops, "dynamic")),
        status=text(tree, "status", "status") or None,
        messages=texts(tree, "status", "messages"),
    )


def _dynamic(tree: Tree) -> DynamicHop:
    return DynamicHop(
        evidence=tree.evidence(),
        pods=selector(tree, "podSelector"),
        namespaces=selector(tree, "namespaceSelector"),
        bfd=flag(tree, "bfdEnabled") or False,
    )
