"""`gatherscope show policies`: policies in words, and the access rules of OVN that drop."""

import sys

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "tests" / "rules"))

from kit import store_of
from ovn_kit import OVN_POD, STORE, cluster, database, later, north_rows
from policy_kit import allow, policies, policy

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
    assert row(pods={"app": "web"}) == ("shop", "default-deny", "app=web", "2", "denies all", "-")
    assert row(pods={"app": "nobody"})[3] == "0"
    assert row(ingress=[{}], types=("Ingress", "Egress"))[2:] == ("everything", "3", "allows all", "denies all")
    by_label = allow(podSelector={"matchLabels": {"app": "client"}}, namespaceSelector={"matchLabels": {"a": "b"}})
    assert row(ingress=[by_label])[4] == "from pods app=client in namespaces a=b at TCP 8080"
    block = {"cidr": "192.0.2.0/24", "except": ["192.0.2.8/29"]}
    assert row(ingress=[allow(None, ipBlock=block)])[4] == "from 192.0.2.0/24 but not 192.0.2.8/29"
    ports = [{"port": 53, "endPort": 60, "protocol": "UDP"}, {"protocol": "SCTP"}]
    assert row(types=("Egress",), egress=[{"ports": ports}])[4:] == ("-", "to anybody at UDP 53-60, every SCTP port")


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
    assert table.rows == (("shop", "OVN: the default deny of namespace shop (Ingress)", "-", "-", "drops", "-"),)
    assert table.note.startswith("no network policies were collected")
    (drop,) = shows()["policies"].data(store_of(members))["ovn_drops"]
    assert (drop["namespace"], drop["direction"], drop["default_deny"]) == ("shop", "Ingress", True)
    assert f"{OVN_POD['worker-0']}_nbdb:" in drop["evidence"][0]


def test_what_is_read_for_it():
    assert {NetworkPolicy, NorthboundDatabase} <= shows()["policies"].kinds


def test_not_collected():
    with pytest.raises(NotCollectedError, match="network policies"):
        rows({})
