"""`gatherscope show policies`: policies in words, and the access rules of OVN that drop."""

import json
import sys

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "tests" / "rules"))

from bgp_kit import IMAGE
from kit import store_of
from ovn_kit import OVN, OVN_POD, STORE, cluster, database, later, north_rows
from policy_kit import allow, namespace, policies, policy

from analyzer.rule import NotCollectedError
from analyzer.show import shows
from parsers.network_policies import NetworkPolicy
from parsers.ovn_databases import NorthboundDatabase

DROP = {
    "action": "drop",
    "direction": "to-lport",
    "priority": 1000,
    "match": "outport == @a77",
    "external_ids": {
        "k8s.ovn.org/owner-type": "NetpolNamespace",
        "k8s.ovn.org/name": "shop",
        "direction": "Ingress",
        "type": "defaultDeny",
    },
}


def rows(members):
    return shows()["policies"].rows(store_of(members))


def row(**spec):
    return rows(cluster() | policies(policy(**spec))).rows[0]


def test_what_is_selected_and_let_pass():
    assert row(pods={"app": "web"}) == ("shop", "default-deny", "app=web", "2", "denies all", "-", "0 of 2 databases")
    assert row(pods={"app": "nobody"})[3] == "0"
    assert row(ingress=[{}], types=("Ingress", "Egress"))[2:6] == ("everything", "3", "allows all", "denies all")
    by_label = allow(podSelector={"matchLabels": {"app": "client"}}, namespaceSelector={"matchLabels": {"a": "b"}})
    assert row(ingress=[by_label])[4] == "from pods app=client in namespaces a=b at TCP 8080"
    by_pods = allow(None, podSelector={"matchLabels": {"app": "client"}})
    assert row(ingress=[by_pods])[4] == "from pods app=client"
    block = {"cidr": "192.0.2.0/24", "except": ["192.0.2.8/29"]}
    assert row(ingress=[allow(None, ipBlock=block)])[4] == "from 192.0.2.0/24 but not 192.0.2.8/29"
    ports = [{"port": 53, "endPort": 60, "protocol": "UDP"}, {"protocol": "SCTP"}]
    assert row(types=("Egress",), egress=[{"ports": ports}])[4:6] == ("-", "to anybody at UDP 53-60, every SCTP port")


def test_many_rules():
    made = row(ingress=[allow(port) for port in range(1, 6)])
    assert made[4].endswith("from anybody at TCP 3; and 2 more rules")
    found = shows()["policies"].data(
        store_of(cluster() | policies(policy(ingress=[allow(port) for port in range(1, 6)])))
    )
    assert len(found["policies"][0]["ingress"]) == 5
    assert "/networkpolicies.yaml:" in found["policies"][0]["evidence"]


def test_namespaces_whose_pods_were_not_collected():
    table = rows(cluster() | policies(policy(namespace="far"), namespace="far"))
    assert table.rows[0][:4] == ("far", "default-deny", "everything", "-")


def test_what_drops_in_ovn():
    data = database("OVN_Northbound", north_rows("worker-0"), later("ACL", 90, DROP))
    members = cluster() | {f"{STORE}/{OVN_POD['worker-0']}_nbdb": data}
    table = rows(members)
    assert table.rows == (("shop", "OVN: the default deny of namespace shop (Ingress)", "-", "-", "drops", "-", "-"),)
    assert table.note.startswith("no network policies were collected")
    (drop,) = shows()["policies"].data(store_of(members))["ovn_drops"]
    assert (drop["namespace"], drop["direction"], drop["default_deny"]) == ("shop", "Ingress", True)
    assert f"{OVN_POD['worker-0']}_nbdb:" in drop["evidence"][0]


OWNER, OBJECT = "k8s.ovn.org/owner-type", "k8s.ovn.org/name"


def held(*ids, where="worker-0"):
    """The database of a node with port groups that have these external ids."""
    groups = [later("Port_Group", 80 + at, {"name": f"a{at}", "external_ids": one}) for at, one in enumerate(ids)]
    return {f"{STORE}/{OVN_POD[where]}_nbdb": database("OVN_Northbound", north_rows(where), *groups)}


@pytest.mark.parametrize(
    "ids",
    [
        {OWNER: "NetworkPolicy", OBJECT: "shop:default-deny"},
        {"name": "shop_default-deny"},
        {OWNER: "NetpolNamespace", OBJECT: "shop"},
        {"name": "shop_ingressDefaultDeny"},
    ],
)
def test_which_databases_hold_a_policy(ids):
    members = cluster() | policies(policy()) | held(ids)
    assert rows(members).rows[0][6] == "1 of 2 databases, not of worker-1"
    assert rows(members | held(ids, where="worker-1")).rows[0][6] == "2 of 2 databases"
    allows = policies(policy(ingress=[allow()]))
    whole = ids == {"name": "shop_default-deny"} or ids[next(iter(ids))] == "NetworkPolicy"
    assert rows(members | allows).rows[0][6].startswith("1 of 2" if whole else "0 of 2")


def test_no_database_tells():
    members = {path: content for path, content in cluster().items() if "db" not in path}
    assert rows(members | policies(policy())).rows[0][6] == "-"


def admin(name="gold", *, kind="AdminNetworkPolicy", subject=None, **spec):
    made = {
        "apiVersion": "policy.networking.k8s.io/v1alpha1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": {"subject": subject or {"namespaces": {}}, **spec},
    }
    folder = "adminnetworkpolicies" if kind == "AdminNetworkPolicy" else "baselineadminnetworkpolicies"
    path = f"cluster-scoped-resources/policy.networking.k8s.io/{folder}/{name}.yaml"
    return {f"{IMAGE}/{path}": json.dumps(made, indent=1)}


WEB = {"pods": {"namespaceSelector": {"matchLabels": {"team": "a"}}, "podSelector": {"matchLabels": {"app": "web"}}}}
RULES = [
    {"action": "Allow", "from": [{"namespaces": {"matchLabels": {"team": "b"}}}]},
    {"action": "Deny", "from": [WEB], "ports": [{"portNumber": {"port": 80, "protocol": "TCP"}}]},
    {"action": "Pass", "from": [{"namespaces": {}}], "ports": [{"namedPort": "http"}]},
]


def test_policies_of_the_administrator():
    named = namespace("shop", team="a") | namespace(OVN)
    first = admin("first", subject=WEB, priority=1, ingress=RULES)
    other = admin("gold", priority=7, egress=[{"action": "Deny", "to": [{"networks": ["192.0.2.0/24"]}]}])
    base = admin(
        "default", kind="BaselineAdminNetworkPolicy", ingress=[{"action": "Deny", "from": [{"namespaces": {}}]}]
    )
    ids = {OWNER: "AdminNetworkPolicy", OBJECT: "first"}
    members = cluster() | named | other | first | base | policies(policy()) | held(ids)
    found = rows(members).rows
    assert [one[1] for one in found] == [
        "AdminNetworkPolicy first (priority 1)",
        "AdminNetworkPolicy gold (priority 7)",
        "default-deny",
        "BaselineAdminNetworkPolicy default",
    ]
    assert found[0][2:4] == ("pods app=web in namespaces team=a", "2")
    assert found[0][4] == (
        "allows from namespaces team=b; denies from pods app=web in namespaces team=a at TCP 80;"
        " leaves to network policies from namespaces everything at port http"
    )
    assert found[0][5:] == ("-", "1 of 2 databases, not of worker-1")
    assert (found[1][3], found[1][5]) == ("3", "denies to 192.0.2.0/24")
    data = shows()["policies"].data(store_of(members))["admin_policies"]
    assert [(one["name"], one["priority"], one["baseline"]) for one in data] == [
        ("first", 1, False),
        ("gold", 7, False),
        ("default", None, True),
    ]
    assert data[0]["selected"] == ["shop/web-6b7f9d4c8d-4zq2k", "shop/web-6b7f9d4c8d-n7c5v"]


def test_peers_of_the_administrator():
    ports = [{"portRange": {"start": 1, "end": 9, "protocol": "UDP"}}]
    peers = [{"nodes": {"matchLabels": {"a": "b"}}}, {"domainNames": ["*.example.com."]}]
    shared = [{"namespaces": {"sameLabels": ["team"]}}]
    made = admin(priority=3, egress=[{"action": "Deny", "to": peers, "ports": ports}, {"action": "Deny", "to": shared}])
    (found,) = rows(made).rows
    assert found[3] == "0"
    assert found[5] == (
        "denies to nodes a=b or *.example.com. at UDP 1-9; denies to namespaces told by labels that they share"
    )
    assert rows(cluster() | made).rows[0][3] == "-"  # labels of namespaces were not collected
    by_label = admin(priority=3, subject={"namespaces": {"matchLabels": {"team": "b"}}})
    assert rows(cluster() | by_label | namespace("shop", team="a") | namespace(OVN)).rows[0][3:6] == ("0", "-", "-")


def test_what_is_read_for_it():
    assert {NetworkPolicy, NorthboundDatabase} <= shows()["policies"].kinds


def test_not_collected():
    with pytest.raises(NotCollectedError, match="network policies"):
        rows({})
