"""NetworkPolicies: which pods they select, and what they let in and out (kubernetes/api networking/v1 types.go).

Where a pod is selected for a direction, only what some rule allows passes. A rule without peers allows every peer, one
without ports every port; a policy of a direction without a rule allows nothing there.
"""

from collections.abc import Iterator
from enum import StrEnum

from parsers.base import ParseFailure, SourceFile, parser
from parsers.endpoint_facts import Protocol
from parsers.kubernetes import KubernetesFact, LabelSelector, kind_words, loose, metadata, selector
from parsers.listed import Listed, Listing
from parsers.objects import Reading, without
from parsers.part import Part
from parsers.spans import MalformedError
from parsers.tree import Tree
from parsers.values import marks, number, required_text, text, texts, word


class PolicyType(StrEnum):
    """Directions, seen from the pods that are selected (networking/v1 PolicyType)."""

    INGRESS = "Ingress"
    EGRESS = "Egress"


class PolicyPeer(Part):
    """Who is allowed: pods by selectors, or addresses.

    No `namespace_selector` beside a `pod_selector` means the namespace of the policy itself. `excepted` are parts of
    `cidr` that are not meant.
    """

    pod_selector: LabelSelector | None = None
    namespace_selector: LabelSelector | None = None
    cidr: str | None = None
    excepted: tuple[str, ...] = ()


class PolicyPort(Part):
    """Ports that are allowed. `port` is a number or the name of a port of the pods; None means every port."""

    protocol: Protocol = Protocol.TCP
    port: str | None = None
    end_port: int | None = None


class PolicyRule(Part):
    """One rule: these peers at these ports; an empty tuple of either means all."""

    peers: tuple[PolicyPeer, ...] = ()
    ports: tuple[PolicyPort, ...] = ()


class NetworkPolicy(KubernetesFact):
    """A policy. Its marks `ingress` and `egress` are the rules, `policy_types` the directions."""

    pod_selector: LabelSelector = LabelSelector()
    policy_types: tuple[PolicyType, ...]
    ingress: tuple[PolicyRule, ...] = ()
    egress: tuple[PolicyRule, ...] = ()

    def rules(self, direction: PolicyType) -> tuple[PolicyRule, ...]:
        """The rules of a direction."""
        return self.ingress if direction is PolicyType.INGRESS else self.egress

    def denies_all(self, direction: PolicyType) -> bool:
        """Whether it selects pods for a direction and allows them nothing there."""
        return direction in self.policy_types and not self.rules(direction)


class NetworkPoliciesListed(Listed):
    """Of which namespaces the policies were collected."""


_READING = Reading(drop=without("annotations", "labels", "managedFields", "ownerReferences"))


@parser(
    "namespaces/{namespace}/networking.k8s.io/networkpolicies.yaml",
    "namespaces/{namespace}/networking.k8s.io/networkpolicies/{policy}.yaml",
    title="network policies",
    collect="oc adm inspect ns/<namespace> (must-gather takes only the cluster's own namespaces); by hand: "
    "oc get networkpolicies -A -o yaml > networkpolicies.yaml",
    content=loose("NetworkPolicy"),
    words=kind_words("NetworkPolicy"),
)
def network_policies(source: SourceFile) -> Iterator[NetworkPolicy | NetworkPoliciesListed | ParseFailure]:
    return Listing("network_policies", "NetworkPolicy", _policy, NetworkPoliciesListed, _READING).read(source)


def _policy(tree: Tree, source: SourceFile) -> Iterator[NetworkPolicy]:
    if not str(tree.get("apiVersion", default="")).startswith(("networking.k8s.io/", "extensions/")):
        return  # Calico has a kind of this name too
    yield NetworkPolicy(
        **metadata(tree, source),
        marks=marks(
            tree,
            pod_selector=("spec", "podSelector"),
            policy_types=("spec", "policyTypes"),
            ingress=("spec", "ingress"),
            egress=("spec", "egress"),
        ),
        pod_selector=selector(tree, "spec", "podSelector"),
        policy_types=_types(tree),
        ingress=tuple(_rule(one, "from") for one in tree.items("spec", "ingress")),
        egress=tuple(_rule(one, "to") for one in tree.items("spec", "egress")),
    )


def _types(tree: Tree) -> tuple[PolicyType, ...]:
    """The directions; where none are written, ingress, and egress if it has rules of its own."""
    written = tuple(kind for one in tree.items("spec", "policyTypes") if (kind := word(one, PolicyType)))
    implied = (PolicyType.INGRESS, *((PolicyType.EGRESS,) if tree.get("spec", "egress") else ()))
    return written or implied


def _rule(tree: Tree, peers: str) -> PolicyRule:
    return PolicyRule(
        evidence=tree.evidence(),
        marks=marks(tree, peers=(peers,), ports=("ports",)),
        peers=tuple(_peer(one) for one in tree.items(peers)),
        ports=tuple(_port(one) for one in tree.items("ports")),
    )


def _peer(tree: Tree) -> PolicyPeer:
    pods, namespaces, block = (tree.has(key) for key in ("podSelector", "namespaceSelector", "ipBlock"))
    if not (pods or namespaces or block):
        raise MalformedError(tree.span[0], "a peer of a kind that is not known")
    return PolicyPeer(
        evidence=tree.evidence(),
        pod_selector=selector(tree, "podSelector") if pods else None,
        namespace_selector=selector(tree, "namespaceSelector") if namespaces else None,
        cidr=required_text(tree, "ipBlock", "cidr") if block else None,
        excepted=texts(tree, "ipBlock", "except"),
    )


def _port(tree: Tree) -> PolicyPort:
    return PolicyPort(
        evidence=tree.evidence(),
        protocol=word(tree, Protocol, "protocol") or Protocol.TCP,
        port=text(tree, "port"),
        end_port=number(tree, "endPort"),
    )
