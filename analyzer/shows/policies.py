"""`gatherscope show policies`: what each policy selects and lets pass, whether OVN holds it, and whose rules drop."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analyzer.instances import PodsByName
from analyzer.metallb.selectors import words
from analyzer.ovn import admin_words
from analyzer.ovn.policies import Owner, Policies
from analyzer.ovn.programmed import ProgrammedPolicies
from analyzer.rule import NotCollectedError, join
from analyzer.show import Table, place, register, text
from analyzer.store import Store
from parsers.admin_network_policies import AdminNetworkPolicy
from parsers.namespaces import Namespace
from parsers.network_policies import NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule, PolicyType
from parsers.ovn_databases import NorthboundDatabase
from parsers.pods import Pod

_COLUMNS = ("NAMESPACE", "POLICY", "PODS", "SELECTED", "INGRESS", "EGRESS", "IN OVN")
_RULES = 3  # rules that a cell tells before it counts the rest


@dataclass(frozen=True, slots=True)
class ShownPolicies:
    """Policies in the order of namespaces and names, owners of access rules that drop, and pods by namespace.

    admin: those of the administrator in the order in which they decide, the baseline last. collected: whether policies
    were; without them the databases still tell what drops.
    """

    policies: tuple[NetworkPolicy, ...]
    admin: tuple[AdminNetworkPolicy, ...]
    owners: tuple[Owner, ...]
    collected: bool
    programmed: ProgrammedPolicies
    _pods: Mapping[str, tuple[Pod, ...]]
    _namespaces: Mapping[str, Namespace]

    def selected(self, policy: NetworkPolicy) -> list[str] | None:
        """The pods that a policy selects; None where those of its namespace were not collected."""
        mine = self._pods.get(policy.namespace or "")
        if mine is None:
            return None
        return sorted(one.name for one in mine if not one.host_network and policy.pod_selector.matches(one.labels))

    def subjects(self, policy: AdminNetworkPolicy) -> list[str] | None:
        """The pods that a policy of the administrator is about; None where that is not known."""
        return admin_words.selected(policy, self._namespaces, self._pods)


@join
def shown_policies(
    written: tuple[NetworkPolicy, ...] | None,
    northbound: tuple[NorthboundDatabase, ...] | None,
    policies: Policies,
    programmed: ProgrammedPolicies,
    pods: PodsByName,
) -> ShownPolicies:
    if written is None and northbound is None and not policies.admin:
        raise NotCollectedError("not collected: network policies, OVN northbound database")
    found = [one for each in policies.by_namespace.values() for one in each]
    by_namespace: dict[str, list[Pod]] = {}
    for pod in pods.values():
        by_namespace.setdefault(pod.namespace or "", []).append(pod)
    return ShownPolicies(
        tuple(sorted(found, key=lambda one: (one.namespace or "", one.name))),
        tuple(sorted(policies.admin, key=lambda one: (one.baseline, one.priority or 0, one.name))),
        policies.denying,
        written is not None,
        programmed,
        {name: tuple(each) for name, each in by_namespace.items()},
        policies.namespaces,
    )


def _data(store: Store) -> dict[str, Any]:
    shown: ShownPolicies = store.joined(ShownPolicies)
    return {
        "policies": [
            {
                "namespace": one.namespace,
                "name": one.name,
                "pod_selector": words([one.pod_selector]),
                "selected": shown.selected(one),
                "directions": list(one.policy_types),
                "ingress": _rules(one, PolicyType.INGRESS, None),
                "egress": _rules(one, PolicyType.EGRESS, None),
                "in_ovn": shown.programmed.words(one),
                "evidence": place(one.evidence),
            }
            for one in shown.policies
        ],
        "admin_policies": [
            {
                "name": one.name,
                "priority": one.priority,
                "baseline": one.baseline,
                "subject": admin_words.subject(one),
                "selected": shown.subjects(one),
                "ingress": _admin_rules(one, PolicyType.INGRESS, None),
                "egress": _admin_rules(one, PolicyType.EGRESS, None),
                "in_ovn": shown.programmed.words(one),
                "evidence": place(one.evidence),
            }
            for one in shown.admin
        ],
        "ovn_drops": [
            {
                "owner": one.words,
                "namespace": one.namespace,
                "direction": one.direction,
                "default_deny": one.default_deny,
                "evidence": [place(line) for line in one.evidence],
            }
            for one in shown.owners
        ],
    }


def _table(store: Store) -> Table:
    shown: ShownPolicies = store.joined(ShownPolicies)
    rows = (
        *(_admin_row(one, shown) for one in shown.admin if not one.baseline),
        *(_row(one, shown) for one in shown.policies),
        *(_admin_row(one, shown) for one in shown.admin if one.baseline),
        *(_owner_row(one) for one in shown.owners),
    )
    note = None if shown.collected else "no network policies were collected: the rows are access rules of OVN that drop"
    return Table(_COLUMNS, rows, note)


def _row(one: NetworkPolicy, shown: ShownPolicies) -> tuple[str, ...]:
    ingress, egress = (_cell(_rules(one, direction, _RULES)) for direction in PolicyType)
    return (
        *(text(one.namespace), one.name, words([one.pod_selector]), _count(shown.selected(one)), ingress, egress),
        text(shown.programmed.words(one)),
    )


def _admin_row(one: AdminNetworkPolicy, shown: ShownPolicies) -> tuple[str, ...]:
    ingress, egress = (_cell(_admin_rules(one, direction, _RULES)) for direction in PolicyType)
    return (
        *("-", admin_words.title(one), admin_words.subject(one), _count(shown.subjects(one)), ingress, egress),
        text(shown.programmed.words(one)),
    )


def _count(selected: list[str] | None) -> str:
    return text(None if selected is None else len(selected))


def _owner_row(one: Owner) -> tuple[str, ...]:
    cells = ("drops" if one.direction is direction else "-" for direction in PolicyType)
    return (text(one.namespace), f"OVN: {one.words}", "-", "-", *cells, "-")


def _cell(rules: list[str] | None) -> str:
    return text(None if rules is None else "; ".join(rules))


def _rules(one: NetworkPolicy, direction: PolicyType, most: int | None) -> list[str] | None:
    """What it lets pass, in words; None where it says nothing about the direction."""
    if direction not in one.policy_types:
        return None
    told = [_rule(each, direction) for each in one.rules(direction)]
    return _first(told, most) or ["denies all"]


def _admin_rules(one: AdminNetworkPolicy, direction: PolicyType, most: int | None) -> list[str] | None:
    told = [admin_words.rule(each, direction) for each in admin_words.rules_of(one, direction)]
    return _first(told, most) or None


def _first(told: list[str], most: int | None) -> list[str]:
    rest = len(told) - len(told[:most])
    return [*told[:most], f"and {rest} more rules"] if rest else told


def _rule(rule: PolicyRule, direction: PolicyType) -> str:
    if not rule.peers and not rule.ports:
        return "allows all"
    peers = " or ".join(_peer(one) for one in rule.peers) or "anybody"
    ports = f" at {', '.join(_ports(rule.ports))}" if rule.ports else ""
    return f"{'from' if direction is PolicyType.INGRESS else 'to'} {peers}{ports}"


def _peer(one: PolicyPeer) -> str:
    if one.cidr is not None:
        return f"{one.cidr} but not {', '.join(one.excepted)}" if one.excepted else one.cidr
    parts = [f"pods {words([one.pod_selector])}"] if one.pod_selector is not None else []
    if one.namespace_selector is not None:
        parts.append(f"namespaces {words([one.namespace_selector])}")
    return " in ".join(parts) or "nobody"


def _ports(ports: Iterable[PolicyPort]) -> Iterator[str]:
    for one in ports:
        last = f"-{one.end_port}" if one.end_port is not None else ""
        yield f"{one.protocol} {one.port}{last}" if one.port is not None else f"every {one.protocol} port"


register(
    "policies",
    "network policies: what they select and let pass, and what drops in OVN",
    (ShownPolicies,),
    _table,
    _data,
    in_report=True,
)
