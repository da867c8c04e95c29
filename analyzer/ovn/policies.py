"""Network policies as Kubernetes means them, and as OVN-Kubernetes writes them to its databases.

A pod that any policy of its namespace selects for a direction lets only that pass there which some rule allows. OVN-
Kubernetes puts such pods into a port group of their namespace that drops everything (`a<hash>_ingressDefaultDeny` up to
OpenShift 4.13, then `a<hash>` of the group's id), and adds what the policies allow above (ovn-org/ovn-kubernetes
go-controller/pkg/ovn/base_network_controller_policy.go, pkg/util HashForOVN: FNV-1a of 64 bits).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from analyzer.instances import PodsByName
from analyzer.ovn.databases import OvnDatabases
from analyzer.rule import join
from parsers.admin_network_policies import AdminNetworkPolicy
from parsers.base import Evidence
from parsers.kubernetes import LabelSelector, unique
from parsers.namespaces import Namespace
from parsers.network_policies import NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule, PolicyType
from parsers.ovn_northbound_rows import Acl
from parsers.pods import Pod
from parsers.vocabulary import network

NAME = "kubernetes.io/metadata.name"  # the label that every namespace has
_OWNER, _OBJECT = "k8s.ovn.org/owner-type", "k8s.ovn.org/name"
_GROUP = re.compile(r"(?:in|out)port == @([\w.]{1,300})")


class Answer(StrEnum):
    """Whether something is let through; maybe where the archive does not tell."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class Side(NamedTuple):
    """One end of a flow; name: of its logical port, where nothing is known of the pod itself."""

    pod: Pod | None = None
    ip: str | None = None
    name: str | None = None

    @property
    def label(self) -> str | None:
        """`namespace/pod`."""
        return f"{self.pod.namespace}/{self.pod.name}" if self.pod else self.name


class Flow(NamedTuple):
    """What is to pass: who asks whom for what; protocol in capitals."""

    source: Side
    destination: Side
    protocol: str | None = None
    port: int | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose an access rule is: words for a sentence; namespace and direction of a default deny."""

    words: str
    default_deny: bool = False
    namespace: str | None = None
    direction: PolicyType | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Policies:
    """The policies by namespace; of other namespaces nothing is known unless `listed` holds them."""

    by_namespace: Mapping[str, tuple[NetworkPolicy, ...]]
    namespaces: Mapping[str, Namespace]
    admin: tuple[AdminNetworkPolicy, ...] = ()
    _groups: Mapping[str, Owner] = field(default_factory=dict, repr=False)
    _rules: Mapping[tuple[str, int], Owner] = field(default_factory=dict, repr=False)

    def selecting(self, pod: Pod, direction: PolicyType) -> tuple[NetworkPolicy, ...]:
        """The policies that a pod is subject to in a direction."""
        if pod.host_network:
            return ()
        mine = self.by_namespace.get(pod.namespace or "", ())
        return tuple(one for one in mine if direction in one.policy_types and one.pod_selector.matches(pod.labels))

    def of_namespace(self, namespace: str, direction: PolicyType) -> tuple[NetworkPolicy, ...]:
        """The policies of a namespace that are about a direction."""
        return tuple(one for one in self.by_namespace.get(namespace, ()) if direction in one.policy_types)

    @property
    def denying(self) -> tuple[Owner, ...]:
        """Whose the access rules are that drop or reject in the collected databases, each owner once, by its words."""
        by_words = {one.words: one for one in self._rules.values()}
        return tuple(by_words[words] for words in sorted(by_words))

    def passes(self, policies: Iterable[NetworkPolicy], direction: PolicyType, flow: Flow) -> Answer:
        """Whether one of these policies allows the flow."""
        other = flow.source if direction is PolicyType.INGRESS else flow.destination
        answers = {
            both(self._peers(rule, other, one.namespace or ""), _ports(rule.ports, flow))
            for one in policies
            for rule in one.rules(direction)
        }
        return either(answers)

    def _peers(self, rule: PolicyRule, other: Side, namespace: str) -> Answer:
        if not rule.peers:
            return Answer.YES
        return either(self._peer(one, other, namespace) for one in rule.peers)

    def _peer(self, peer: PolicyPeer, other: Side, namespace: str) -> Answer:
        if peer.cidr is not None:
            return _inside(peer, other.ip or next(iter(other.pod.pod_ips if other.pod else ()), None))
        pod = other.pod
        if pod is None or pod.host_network:
            # A label of namespaces stands for all host networks (policy-group.network.openshift.io/host-network).
            return Answer.MAYBE if peer.namespace_selector is not None or pod is None else Answer.NO
        if peer.pod_selector is not None and not peer.pod_selector.matches(pod.labels):
            return Answer.NO
        if peer.namespace_selector is None:
            return _answer(pod.namespace == namespace)
        return self._selects(peer.namespace_selector, pod.namespace or "")

    def _selects(self, selector: LabelSelector, name: str) -> Answer:
        known = self.namespaces.get(name)
        if known is not None:
            return _answer(selector.matches({NAME: name, **known.labels}))
        return Answer.YES if selector.matches({NAME: name}) else Answer.MAYBE

    def owner(self, match: str, priority: int | None, group: str | None) -> Owner | None:
        """Whose the access rule is that this logical flow was made of; its priority is 1000 above the rule's."""
        written = match.rpartition("&& (")[2].removesuffix(")") if "&& (" in match else match
        found = self._rules.get((written, (priority or 0) - 1000))
        return found or (self._groups.get(group) if group else None)


def _answer(yes: bool) -> Answer:
    return Answer.YES if yes else Answer.NO


def both(one: Answer, other: Answer) -> Answer:
    """That both hold."""
    if Answer.NO in {one, other}:
        return Answer.NO
    return Answer.MAYBE if Answer.MAYBE in {one, other} else Answer.YES


def either(answers: Iterable[Answer]) -> Answer:
    """That one of them holds."""
    found = set(answers)
    return Answer.YES if Answer.YES in found else Answer.MAYBE if Answer.MAYBE in found else Answer.NO


def _inside(peer: PolicyPeer, ip: str | None) -> Answer:
    block, address = network(peer.cidr or ""), network(ip or "")
    if block is None or address is None:
        return Answer.MAYBE
    out = [found for text in peer.excepted if (found := network(text)) and found.version == address.version]
    inside = block.version == address.version and address.network_address in block
    return _answer(inside and not any(address.network_address in one for one in out))


def _ports(ports: tuple[PolicyPort, ...], flow: Flow) -> Answer:
    if not ports:
        return Answer.YES
    return either(_port(one, flow) for one in ports)


def _port(one: PolicyPort, flow: Flow) -> Answer:
    if flow.protocol is not None and one.protocol.upper() != flow.protocol.upper():
        return Answer.NO
    if one.port is None:
        return Answer.YES if flow.protocol else Answer.MAYBE
    if flow.port is None or not one.port.isdecimal():
        return Answer.MAYBE
    inside = int(one.port) <= flow.port <= (one.end_port or int(one.port))
    return _answer(inside) if flow.protocol or not inside else Answer.MAYBE


@join
def policies(
    written: tuple[NetworkPolicy, ...] | None,
    namespaces: tuple[Namespace, ...] | None,
    admin: tuple[AdminNetworkPolicy, ...] | None,
    databases: OvnDatabases | None,
    pods: PodsByName,
) -> Policies:
    found: dict[str, list[NetworkPolicy]] = {}
    for one in unique(written or ()):
        found.setdefault(one.namespace or "", []).append(one)
    by_name = {one.name: one for one in unique(namespaces or ())}
    names = {*found, *by_name, *(namespace for namespace, _ in pods)}
    groups = {group: owner for name in sorted(names) for group, owner in _expected(name)}
    rules: dict[tuple[str, int], Owner] = {}
    for zone in databases or ():
        for row in zone.northbound.fact.rows(Acl) if zone.northbound else ():
            if row.action in {"drop", "reject"}:
                owner = rules.setdefault((row.match, row.priority), _owner(row))
                if owner.default_deny and (group := _GROUP.search(row.match)):
                    groups[group[1]] = owner
    return Policies(
        {name: tuple(each) for name, each in found.items()}, by_name, tuple(unique(admin or ())), groups, rules
    )


def hashed(text: str) -> str:
    """The name that OVN-Kubernetes makes of an id."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"a{value}"


def _expected(namespace: str) -> Iterable[tuple[str, Owner]]:
    """The port groups that drop what no policy of a namespace allows, by the names that they have in any release."""
    for direction in PolicyType:
        owner = _default_deny(namespace, direction)
        yield f"{hashed(namespace)}_{direction.lower()}DefaultDeny", owner
        yield hashed(f"default-network-controller:NetpolNamespace:{namespace}:{direction}"), owner


def _default_deny(namespace: str, direction: PolicyType, *lines: Evidence) -> Owner:
    words = f"the default deny of namespace {namespace} ({direction})"
    return Owner(words, True, namespace, direction, lines)


def _owner(row: Acl) -> Owner:
    """Whose an access rule is, as its external ids say; those of old releases tell it by its name."""
    ids = row.external_ids
    kind, name = ids.get(_OWNER, ""), ids.get(_OBJECT, "")
    direction = next(
        (one for one in PolicyType if one in {ids.get("direction"), ids.get("default-deny-policy-type")}), None
    )
    namespace = name if kind == "NetpolNamespace" else (row.name or "").rpartition("_")[0]
    denies = ids.get("type") == "defaultDeny" or "default-deny-policy-type" in ids
    if denies and namespace and direction:
        return _default_deny(namespace, direction, row.evidence)
    words = f"{kind} {name.replace(':', '/')}".strip() or row.name or "an access rule without an owner"
    return Owner(words, direction=direction, evidence=(row.evidence,))
