"""Which policies the northbound databases hold: OVN-Kubernetes makes a port group of each.

The port group names its policy in its external ids: `k8s.ovn.org/owner-type` and `k8s.ovn.org/name` (`<namespace>:
<name>`), up to OpenShift 4.13 `name` (`<namespace>_<name>`) (ovn-org/ovn-kubernetes go-controller/pkg/libovsdb/ops
db_object_types.go; pkg/ovn base_network_controller_policy.go).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from analyzer.ovn.databases import OvnDatabases, Zone, named
from analyzer.rule import join
from parsers.admin_network_policies import AdminNetworkPolicy
from parsers.network_policies import NetworkPolicy
from parsers.ovn_northbound_rows import PortGroup

_OWNER, _OBJECT = "k8s.ovn.org/owner-type", "k8s.ovn.org/name"
_POLICY, _NAMESPACE = "NetworkPolicy", "NetpolNamespace"
_ADMIN, _BASELINE = "AdminNetworkPolicy", "BaselineAdminNetworkPolicy"


@dataclass(frozen=True, slots=True)
class ProgrammedPolicies:
    """The policies in the databases, by zone; zones whose database cannot prove that one is missing are left out."""

    by_zone: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)

    def lacking(self, policy: NetworkPolicy | AdminNetworkPolicy) -> tuple[str, ...]:
        """The zones that lack a policy."""
        keys = _keys(policy)
        return tuple(zone for zone, found in self.by_zone.items() if found.isdisjoint(keys))

    def words(self, policy: NetworkPolicy | AdminNetworkPolicy) -> str | None:
        """`6 of 6 databases`, `5 of 6 databases, not that of worker-0`; None where no database tells."""
        total, lacking = len(self.by_zone), self.lacking(policy)
        if not total:
            return None
        text = f"{total - len(lacking)} of {total} database{'s' if total > 1 else ''}"
        return f"{text}, not of {named(lacking, 2)}" if 0 < len(lacking) < total else text


@join
def programmed_policies(databases: OvnDatabases | None) -> ProgrammedPolicies:
    return ProgrammedPolicies({one.name: _held(one) for one in databases or () if one.northbound and not one.unsound()})


def _held(zone: Zone) -> frozenset[tuple[str, str]]:
    rows = zone.northbound.fact.rows(PortGroup) if zone.northbound else ()
    ids = [one.external_ids for one in rows]
    new = {(one[_OWNER], one[_OBJECT]) for one in ids if _OWNER in one and _OBJECT in one}
    old = {(_POLICY, one["name"]) for one in ids if _OWNER not in one and "name" in one}
    return frozenset(new | old)


def _keys(policy: NetworkPolicy | AdminNetworkPolicy) -> set[tuple[str, str]]:
    if isinstance(policy, AdminNetworkPolicy):
        return {(_BASELINE if policy.baseline else _ADMIN, policy.name)}
    keys = {(_POLICY, f"{policy.namespace}{between}{policy.name}") for between in ":_"}
    if all(policy.denies_all(direction) for direction in policy.policy_types):  # what its namespace's group does
        keys |= {(_NAMESPACE, policy.namespace or "")}
        keys |= {(_POLICY, f"{policy.namespace}_{one.lower()}DefaultDeny") for one in policy.policy_types}
    return keys
