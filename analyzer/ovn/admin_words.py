"""Policies of the cluster's administrator in words."""

from collections.abc import Iterable, Iterator, Mapping

from analyzer.metallb.selectors import words
from parsers.admin_network_policies import AdminAction, AdminNetworkPolicy, AdminPeer, AdminPort, AdminRule
from parsers.namespaces import Namespace
from parsers.network_policies import PolicyType
from parsers.pods import Pod

NAME = "kubernetes.io/metadata.name"  # the label that every namespace has
_DONE = {AdminAction.ALLOW: "allows", AdminAction.DENY: "denies", AdminAction.PASS: "leaves to network policies"}


def title(one: AdminNetworkPolicy) -> str:
    """`AdminNetworkPolicy gold (priority 5)`."""
    if one.baseline:
        return f"BaselineAdminNetworkPolicy {one.name}"
    return f"AdminNetworkPolicy {one.name} (priority {one.priority})"


def subject(one: AdminNetworkPolicy) -> str:
    """The pods that it is about."""
    return _peer(one.subject)


def rules_of(one: AdminNetworkPolicy, direction: PolicyType) -> tuple[AdminRule, ...]:
    """Its rules of a direction, the first of which that fits decides."""
    return one.ingress if direction is PolicyType.INGRESS else one.egress


def rule(one: AdminRule, direction: PolicyType) -> str:
    """`denies from namespaces kubernetes.io/metadata.name=other at TCP 80`."""
    way = "from" if direction is PolicyType.INGRESS else "to"
    ports = f" at {', '.join(_ports(one.ports))}" if one.ports else ""
    return f"{_DONE[one.action]} {way} {' or '.join(map(_peer, one.peers)) or 'nobody'}{ports}"


def _peer(one: AdminPeer) -> str:
    if one.networks:
        return ", ".join(one.networks)
    if one.domain_names:
        return ", ".join(one.domain_names)
    if one.nodes is not None:
        return f"nodes {words([one.nodes])}"
    pods = f"pods {words([one.pods])} in " if one.pods is not None else ""
    shared = "namespaces told by labels that they share"
    return pods + (shared if one.namespaces is None else f"namespaces {words([one.namespaces])}")


def _ports(ports: Iterable[AdminPort]) -> Iterator[str]:
    for one in ports:
        last = f"-{one.end_port}" if one.end_port is not None else ""
        yield f"port {one.name}" if one.name else f"{one.protocol} {one.port}{last}"


def selected(
    one: AdminNetworkPolicy, namespaces: Mapping[str, Namespace], pods: Mapping[str, tuple[Pod, ...]]
) -> list[str] | None:
    """`namespace/name` of the pods that it is about; None where the labels of a namespace with pods are not known."""
    if one.subject.namespaces is None or any(name not in namespaces for name in pods):
        return None
    found = []
    for name, each in pods.items():
        if one.subject.namespaces.matches({NAME: name, **namespaces[name].labels}):
            found += [
                f"{name}/{pod.name}"
                for pod in each
                if not pod.host_network and (one.subject.pods is None or one.subject.pods.matches(pod.labels))
            ]
    return sorted(found)
