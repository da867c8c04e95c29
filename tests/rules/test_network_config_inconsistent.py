import json

import pytest
from bgp_kit import IMAGE, expect, quiet, unjudged
from health_kit import node, without
from kit import found, outcome_of
from metallb_kit import cluster
from operator_kit import CLUSTER, healthy, network, network_operator, operator, operators

from analyzer.model import Status

RULE = "network-config-inconsistent"
CONFIG, OPERATOR = "network.config", "network.operator"
OTHER = [{"cidr": "10.132.0.0/14", "hostPrefix": 23}]


@pytest.mark.parametrize(
    ("members", "words", "shown"),
    [
        (
            network(networkType="OpenShiftSDN"),
            ("the network type is OVNKubernetes in the spec of network.config but OpenShiftSDN in the status",),
            ("networkType: OVNKubernetes", "networkType: OpenShiftSDN"),
        ),
        (
            network(serviceNetwork=["172.31.0.0/16"]),
            ("serviceNetwork is 172.30.0.0/16 in the spec", "but 172.31.0.0/16 in the status"),
            ("172.30.0.0/16", "172.31.0.0/16"),
        ),
        (
            network(clusterNetwork=OTHER),
            ("clusterNetwork is 10.128.0.0/14 host prefix 23 in", "but 10.132.0.0/14 host prefix 23"),
            ("10.128.0.0/14", "10.132.0.0/14"),
        ),
    ],
    ids=["type", "services", "pods"],
)
def test_asked_for_and_in_use(members, words, shown):
    members = without(healthy(), "operator.openshift.io") | members
    expect(RULE, members, "warning", *words, subject=CONFIG, whose=None, shown=shown)


def test_the_operator_is_told_something_else():
    members = healthy() | network_operator(kind="OpenShiftSDN")
    words = ("OVNKubernetes in the status of network.config but OpenShiftSDN in the spec of network.operator",)
    expect(RULE, members, "warning", *words, subject=CONFIG, whose=None, shown=("OVNKubernetes", "OpenShiftSDN"))
    members = healthy() | network_operator(network=("10.132.0.0/14", 23))
    expect(RULE, members, "warning", "10.132.0.0/14", "network.operator", subject=CONFIG, whose=None)


def test_the_operator_leaves_out_what_is_the_default():
    quiet(RULE, healthy() | network_operator(network=(CLUSTER[0], 0)), 3)


@pytest.mark.parametrize("mtu", [None, 0])
def test_no_mtu(mtu):
    members = healthy() | network(clusterNetworkMTU=mtu)
    expect(RULE, members, "warning", "no clusterNetworkMTU", subject=CONFIG, whose=None, shown=("OVNKubernetes",))


def test_another_plugin_tells_no_mtu():
    members = healthy() | network(clusterNetworkMTU=None, networkType="Calico")
    assert all("MTU" not in one.message for one in outcome_of(RULE, members).findings)


LEFT = {"migration": {"networkType": "OVNKubernetes"}}
MTU_LEFT = {"migration": {"mtu": {"network": {"from": 1300, "to": 1400}}}}


def test_a_migration_that_is_left_set():
    words = (
        "the migration to OVNKubernetes is done, but the field migration is still set in the spec of network.operator",
    )
    members = healthy() | network_operator(**LEFT) | network(**LEFT)
    expect(RULE, members, "warning", *words, subject=OPERATOR, whose=None, shown=("migration", "OVNKubernetes"))
    members = healthy() | network_operator(**MTU_LEFT)
    expect(RULE, members, "warning", "to an MTU of 1400", subject=OPERATOR, whose=None, shown=("1400",))
    members = without(members, "clusteroperators")
    expect(RULE, members, "warning", "to an MTU of 1400", subject=OPERATOR, whose=None)


@pytest.mark.parametrize(
    "members",
    [
        network_operator(**LEFT, kind="OpenShiftSDN") | network(networkType="OpenShiftSDN", **LEFT),
        network_operator(**LEFT) | operators(operator(Progressing="True")),
        network_operator(**LEFT)
        | network(
            conditions=[{"type": "NetworkTypeMigrationInProgress", "status": "True"}], networkType="OVNKubernetes"
        ),
        network_operator(migration={"mtu": {"network": {"from": 1400, "to": 8900}}}),
        network_operator(migration={}),
        network_operator(migration={"features": {"egressIP": True}}),
    ],
    ids=["before", "rolling-out", "in-progress", "mtu", "empty", "without-target"],
)
def test_a_migration_that_runs(members):
    quiet(RULE, healthy() | members, 3)


def with_network(name="worker-1", ip="192.0.2.21", primary=None, transit=False):
    """A node with its address and the prefix length that OVN-Kubernetes writes."""
    (path, content), *_ = node(name, ip=ip).items()
    made = json.loads(content)
    found = {"k8s.ovn.org/node-primary-ifaddr": json.dumps({"ipv4": primary})} if primary else {}
    found |= {"k8s.ovn.org/node-transit-switch-port-ifaddr": '{"ipv4":"100.88.0.2/16"}'} if transit else {}
    made["metadata"]["annotations"] = found
    return {path: json.dumps(made, indent=1)}


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (
            network_operator(ovn={"ipv4": {"internalJoinSubnet": "10.130.0.0/16"}}),
            "the pods' network 10.128.0.0/14 overlaps the join subnet 10.130.0.0/16",
        ),
        (
            network_operator(ovn={"v4InternalSubnet": "172.30.0.0/20"}),
            "the services' network 172.30.0.0/16 overlaps the join",
        ),
        (with_network(ip="10.129.0.7"), "the pods' network 10.128.0.0/14 overlaps the nodes' network 10.129.0.7/32"),
        (with_network(ip="10.1.0.7", primary="10.1.0.7/8"), "overlaps the nodes' network 10.0.0.0/8"),
        (
            with_network(ip="100.64.3.7", primary="100.64.3.7/24"),
            "the join subnet 100.64.0.0/16 overlaps the nodes' network",
        ),
        (with_network(ip="100.88.3.7", transit=True), "the transit switch subnet 100.88.0.0/16 overlaps the nodes'"),
        (
            network_operator(ovn={"gatewayConfig": {"ipv4": {"internalMasqueradeSubnet": "192.0.2.0/25"}}}),
            "the masquerade subnet 192.0.2.0/25 overlaps the nodes' network",
        ),
    ],
    ids=["join-pods", "join-services", "node", "prefix", "default-join", "transit", "masquerade"],
)
def test_overlaps(members, words):
    expect(RULE, healthy() | members, "warning", words, subject=CONFIG, whose=None)


def test_the_evidence_of_an_overlap():
    members = healthy() | network_operator(ovn={"ipv4": {"internalJoinSubnet": "10.130.0.0/16"}})
    expect(RULE, members, "warning", subject=CONFIG, whose=None, shown=("10.128.0.0/14", "10.130.0.0/16"))


def test_pods_and_services():
    both = {"clusterNetwork": [{"cidr": "172.30.0.0/15", "hostPrefix": 23}]}
    members = without(healthy(), "operator.openshift.io") | network(**both)
    assert len(found(RULE, members)) == 2  # it differs from what is asked for, too


@pytest.mark.parametrize(
    "members",
    [
        with_network(ip="100.88.3.7"),  # nothing uses that range before 4.14
        with_network(ip="100.64.3.7") | network_operator(ovn={"v4InternalSubnet": "100.99.0.0/16"}),
        network_operator(ovn={"v4InternalSubnet": "100.99.0.0/16", "ipv4": {"internalJoinSubnet": "100.99.0.0/16"}}),
        network_operator(ovn={"v4InternalSubnet": "x-ipv4-0000000001-x"}),
        with_network(ip="x-ipv4-0000000001-x"),
        with_network(ip="192.0.2.20"),  # the same range on two nodes
    ],
    ids=["no-transit", "moved", "told-twice", "masked", "masked-node", "two-nodes"],
)
def test_what_does_not_overlap(members):
    quiet(RULE, healthy() | members, 3)


def test_masked_networks():
    text = {path: content.replace("10.128.0.0/14", "x-ipv4-0000000001-x") for path, content in healthy().items()}
    quiet(RULE, text, 3)


def test_sdn_has_no_join_subnet():
    members = healthy() | with_network(ip="100.64.3.7")
    members = {path: text.replace("OVNKubernetes", "OpenShiftSDN") for path, text in members.items()}
    quiet(RULE, members, 3)


def test_without_status_or_with_one_object():
    unjudged(RULE, healthy() | network(status=False), "status was not collected", examined=1)
    quiet(RULE, without(healthy(), "config.openshift.io/networks"), 1)
    quiet(RULE, without(healthy(), "operator.openshift.io"), 2)


def test_not_collected():
    assert outcome_of(RULE, cluster()).status is Status.NOT_CHECKED
    path = f"{IMAGE}/cluster-scoped-resources/config.openshift.io/networks.yaml"
    empty = {path: "apiVersion: config.openshift.io/v1\nitems: []\nkind: NetworkList\nmetadata: {}\n"}
    assert outcome_of(RULE, empty).status is Status.NOT_CHECKED


def test_healthy():
    quiet(RULE, healthy(), 3)
