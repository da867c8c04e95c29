"""Network policies, egress firewalls, egress addresses and routes that namespaces leave by."""

from analyzer.diff.area import Area
from analyzer.diff.areas.configuration import of_kinds
from analyzer.diff.model import Facet
from analyzer.store import Store
from parsers.admin_network_policies import AdminNetworkPolicy
from parsers.egress import EgressFirewall, EgressIP, EgressService, ExternalRoute
from parsers.kubernetes import KubernetesFact
from parsers.network_policies import NetworkPolicy
from parsers.sdn_facts import EgressNetworkPolicy

KINDS: tuple[type[KubernetesFact], ...] = (
    *(NetworkPolicy, AdminNetworkPolicy, EgressFirewall, EgressIP, EgressService, ExternalRoute, EgressNetworkPolicy),
)


def _read(store: Store) -> Facet:
    return of_kinds(store, POLICIES, KINDS)


POLICIES = Area("policies", "network policies and egress", KINDS, _read)
