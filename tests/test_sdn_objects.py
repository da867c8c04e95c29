"""Objects of OpenShift SDN: where they lie, what stays absent, and what a torn file costs."""

import pytest
from conftest import ROOT
from pairs import read

from analyzer.plan import Plan
from analyzer.registry import load_parsers
from parsers.base import ParseFailure, Parser
from parsers.kubernetes import unique
from parsers.sdn_facts import ClusterNetwork, EgressNetworkPolicy, HostSubnet, NetNamespace, NodeConfig

load_parsers()
PLAN = Plan(Parser.registry.values())
DIR = "must-gather.local.1/quay-io-example-sha256-0"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"{DIR}/cluster-scoped-resources/network.openshift.io/hostsubnets/worker-0.yaml", "sdn_host_subnets"),
        (f"{DIR}/cluster-scoped-resources/network.openshift.io/hostsubnets.yaml", "sdn_host_subnets"),
        (f"{DIR}/cluster-scoped-resources/network.openshift.io/netnamespaces/shop.yaml", "sdn_net_namespaces"),
        (f"{DIR}/cluster-scoped-resources/network.openshift.io/clusternetworks/default.yaml", "sdn_cluster_networks"),
        (f"{DIR}/namespaces/shop/network.openshift.io/egressnetworkpolicies.yaml", "sdn_egress_policies"),
        (f"{DIR}/namespaces/openshift-sdn/core/configmaps.yaml", "sdn_node_config"),
        (f"{DIR}/namespaces/openshift-node/core/configmaps/node-config-infra.yaml", "sdn_node_config"),
        ("sosreport-node1-2023-01-02-abcdefg/etc/origin/node/node-config.yaml", "sdn_node_config"),
    ],
)
def test_where_the_objects_lie(path, name):
    assert name in {match.parser.name for match in PLAN.matches(path)}


@pytest.mark.parametrize("kind", [HostSubnet, NetNamespace, ClusterNetwork, EgressNetworkPolicy, NodeConfig])
def test_no_parser_makes_a_kind_present_that_it_was_not_given(kind):
    """A must-gather before 4.13 holds the ClusterNetwork alone: HostSubnets are absent then, and not none."""
    for one in Parser.registry.values():
        if kind in one.kinds:
            assert one.kinds == (kind,)


@pytest.mark.parametrize(
    "folder", ["sdn_host_subnets", "sdn_net_namespaces", "sdn_cluster_networks", "sdn_egress_policies"]
)
def test_saved_objects_are_recognised_under_any_name(folder):
    for raw in (ROOT / "fixtures/parsers" / folder).glob("*.raw"):
        found = {match.parser.name for match in PLAN.recognise("saved/it.txt", raw.read_bytes())}
        assert found & {name for name in Parser.registry if name.startswith("sdn_")} == {folder}


def test_definitions_of_these_kinds_are_none_of_them():
    data = (
        b"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  names:\n    kind: HostSubnet\n"
    )
    assert not [one for one in PLAN.recognise("saved/it.txt", data) if one.parser.name.startswith("sdn_")]


def test_a_torn_line_that_begins_with_a_dash_costs_its_item_alone():
    text = b"""apiVersion: v1
items:
- apiVersion: network.openshift.io/v1
  kind: NetNamespace
  metadata:
    name: shop
  netid: 7
-9a51-11e8
- apiVersion: network.openshift.io/v1
  kind: NetNamespace
  metadata:
    name: cart
  netid: 8
kind: List
"""
    facts = read("sdn_net_namespaces", text)
    assert [one.name for one in facts if isinstance(one, NetNamespace)] == ["shop", "cart"]
    (torn,) = [one for one in facts if isinstance(one, ParseFailure)]
    assert (torn.evidence.first_line, torn.reason) == (8, "no item of a list: torn")


def fact(name, folder, **values):
    (made,) = read("sdn_net_namespaces", b"apiVersion: v1\nkind: NetNamespace\nmetadata: {name: x}\nnetid: 1\n")
    return made.model_copy(update={"name": name, "image_dir": folder, **values})


def test_only_what_has_neither_uid_nor_version_gives_way():
    row, whole = fact("a", "saved"), fact("a", "gather", uid="1", resource_version=5)
    other, versioned = fact("a", "saved", namespace="shop"), fact("a", "masked", resource_version=3)
    assert unique([row, whole, other, versioned]) == [whole, other, versioned]
    assert unique([row, other]) == [row, other]
