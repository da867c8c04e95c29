"""Policies of the cluster's administrator, before and behind those of the namespaces.

Sources: kubernetes-sigs/network-policy-api apis/v1alpha1 adminnetworkpolicy_types.go, shared_types.go and
baselineadminnetworkpolicy_types.go, v0.1.0 to v0.1.7. An AdminNetworkPolicy decides before every NetworkPolicy, the one
of the lowest priority number first; `Pass` hands on to the NetworkPolicies. The BaselineAdminNetworkPolicy decides on
what is left.
"""

from collections.abc import Iterator
from enum import StrEnum

from parsers.base import ParseFailure, SourceFile, parser
from parsers.endpoint_facts import Protocol
from parsers.kubernetes import KubernetesFact, LabelSelector, kind_words, loose, metadata, read_objects, selector
from parsers.objects import Reading, without
from parsers.part import Part
from parsers.spans import MalformedError
from parsers.tree import Tree
from parsers.values import marks, number, required_number, required_text, required_word, text, texts, word


class AdminAction(StrEnum):
    """What a rule does; a baseline policy has no Pass."""

    ALLOW = "Allow"
    DENY = "Deny"
    PASS = "Pass"  # noqa: S105 - a verdict of a policy


class AdminPeer(Part):
    """Pods, namespaces, nodes or addresses. Without `pods` all pods of the namespaces are meant.

    selected: False where namespaces are told by labels that they share with the subject, which is not followed.
    """

    namespaces: LabelSelector | None = None
    pods: LabelSelector | None = None
    nodes: LabelSelector | None = None
    networks: tuple[str, ...] = ()
    domain_names: tuple[str, ...] = ()
    selected: bool = True


class AdminPort(Part):
    """A port by number, a range of ports (`port` to `end_port`), or one by its `name` in the pods."""

    protocol: Protocol = Protocol.TCP
    port: int | None = None
    end_port: int | None = None
    name: str | None = None


class AdminRule(Part):
    """One rule; without ports it is about all of them."""

    name: str | None = None
    action: AdminAction
    peers: tuple[AdminPeer, ...]
    ports: tuple[AdminPort, ...] = ()


class AdminNetworkPolicy(KubernetesFact):
    """A policy of the administrator; `priority` is None for the baseline, of which there is one, `default`."""

    priority: int | None = None
    baseline: bool = False
    subject: AdminPeer
    ingress: tuple[AdminRule, ...] = ()
    egress: tuple[AdminRule, ...] = ()


_FOLDER = "cluster-scoped-resources/policy.networking.k8s.io"
_READING = Reading(drop=without("annotations", "labels", "managedFields", "ownerReferences", "conditions"))
_BASELINE = "BaselineAdminNetworkPolicy"


@parser(
    f"{_FOLDER}/adminnetworkpolicies/{{policy}}.yaml",
    f"{_FOLDER}/baselineadminnetworkpolicies/{{policy}}.yaml",
    title="network policies of the administrator",
    collect="oc adm must-gather of 4.16 or later; by hand: oc get adminnetworkpolicies,baselineadminnetworkpolicies "
    "-o yaml > adminnetworkpolicies.yaml",
    content=loose("AdminNetworkPolicy", _BASELINE),
    words=kind_words("AdminNetworkPolicy", _BASELINE),
)
def admin_network_policies(source: SourceFile) -> Iterator[AdminNetworkPolicy | ParseFailure]:
    kinds = {"AdminNetworkPolicy": _policy, _BASELINE: _policy}
    return read_objects(source, "admin_network_policies", kinds, _READING)


def _policy(tree: Tree, source: SourceFile) -> Iterator[AdminNetworkPolicy]:
    baseline = tree.get("kind") == _BASELINE
    yield AdminNetworkPolicy(
        **metadata(tree, source),
        marks=marks(
            tree,
            priority=("spec", "priority"),
            subject=("spec", "subject"),
            ingress=("spec", "ingress"),
            egress=("spec", "egress"),
        ),
        priority=None if baseline else required_number(tree, "spec", "priority"),
        baseline=baseline,
        subject=_peer(tree.sub("spec", "subject")),
        ingress=tuple(_rule(one, "from") for one in tree.items("spec", "ingress")),
        egress=tuple(_rule(one, "to") for one in tree.items("spec", "egress")),
    )


def _rule(tree: Tree, peers: str) -> AdminRule:
    return AdminRule(
        evidence=tree.evidence(),
        marks=marks(tree, name=("name",), action=("action",), peers=(peers,), ports=("ports",)),
        name=text(tree, "name") or None,
        action=required_word(tree, AdminAction, "action"),
        peers=tuple(_peer(one) for one in tree.items(peers)),
        ports=tuple(_port(one) for one in tree.items("ports")),
    )


def _peer(tree: Tree) -> AdminPeer:
    if not any(tree.has(key) for key in ("namespaces", "pods", "nodes", "networks", "domainNames")):
        raise MalformedError(tree.span[0], "a peer of a kind that is not known")
    at = ("pods",) if tree.has("pods") else ()
    namespaces, selected = _namespaces(tree.sub(*at, "namespaceSelector" if _direct(tree) else "namespaces"))
    return AdminPeer(
        evidence=tree.evidence(),
        namespaces=namespaces,
        pods=selector(tree, "pods", "podSelector") if tree.has("pods") else None,
        nodes=selector(tree, "nodes") if tree.has("nodes") else None,
        networks=texts(tree, "networks"),
        domain_names=texts(tree, "domainNames"),
        selected=selected,
    )


def _direct(tree: Tree) -> bool:
    """Whether the namespaces of pods are told as they are since v0.1.1, not below `namespaces`."""
    return tree.has("pods", "namespaceSelector")


def _namespaces(tree: Tree) -> tuple[LabelSelector | None, bool]:
    """The selector of namespaces; up to v0.1.1 peers have it one level deeper, or labels that are shared instead."""
    if not isinstance(tree.value, dict):
        return None, True
    if tree.has("sameLabels") or tree.has("notSameLabels"):
        return None, False
    return (selector(tree, "namespaceSelector") if tree.has("namespaceSelector") else selector(tree)), True


def _port(tree: Tree) -> AdminPort:
    kind = next((key for key in ("portNumber", "portRange", "namedPort") if tree.has(key)), None)
    if kind is None:
        raise MalformedError(tree.span[0], "a port of a kind that is not known")
    if kind == "namedPort":
        return AdminPort(evidence=tree.evidence(), name=required_text(tree, kind))
    return AdminPort(
        evidence=tree.evidence(),
        protocol=word(tree, Protocol, kind, "protocol") or Protocol.TCP,
        port=number(tree, kind, "port" if kind == "portNumber" else "start"),
        end_port=number(tree, kind, "end"),
    )
