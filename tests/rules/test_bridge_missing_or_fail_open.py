import json

import pytest
from bgp_kit import IMAGE
from ovs_kit import (
    CUT,
    MANAGEMENT,
    br_ex,
    br_int,
    bridge,
    cluster,
    expect,
    inner,
    network,
    node,
    nodes,
    not_checked,
    outcome_of,
    port,
    quiet,
    sdn,
    show,
    switch,
    unjudged,
)

RULE = "bridge-missing-or-fail-open"
LIST_BR = "sosreport-worker-0-2026-11-21-abcdefg/sos_commands/openvswitch/ovs-vsctl_-t_5_list-br"


@pytest.mark.parametrize(
    ("name", "bridges", "effect"),
    [
        ("br-int", (br_ex(),), "no pod of this node has a network"),
        ("br-ex", (br_int(patch=""),), "reaches nothing outside"),
    ],
)
def test_a_bridge_is_missing(name, bridges, effect):
    members = cluster() | show(*bridges)
    expect(RULE, members, "critical", f"no bridge {name}", effect, subject=name, shown=[bridges[0].split("\n")[0]])


def test_without_any_bridge():
    found = outcome_of(RULE, cluster() | show()).findings
    assert [one.subject for one in found] == ["br-ex", "br-int"]
    assert all("shows no bridge at all" in one.message for one in found)


def test_sdn():
    quiet(RULE, sdn())
    members = network("OpenShiftSDN") | nodes() | show(bridge("br-other"))
    expect(RULE, members, "critical", "no bridge br0", subject="br0")
    expect(RULE, sdn(mode="standalone"), "warning", "fail_mode standalone", subject="br0", shown=["standalone"])


def test_fail_open():
    expect(RULE, cluster() | switch(mode=None), "warning", "no fail_mode", subject="br-int", shown=["Bridge br-int"])


def test_a_healthy_cluster():
    quiet(RULE, cluster())


def test_a_cut_output_proves_nothing():
    members = cluster()
    del members[f"{IMAGE}/network_logs/worker-0_ovs_dump"]
    saved = show(br_int(mode=None), path="saved/worker-0/ovs.txt", **CUT)
    unjudged(RULE, members | saved, "br-ex is missing", "may be cut")


def test_the_list_of_names_is_enough():
    members = network() | nodes()
    expect(RULE, members | {LIST_BR: "br-int\n"}, "critical", "shows br-int", subject="br-ex", shown=["br-int"])
    quiet(RULE, members | {LIST_BR: "br-ex\nbr-int\n"})


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ({"mode": "shared", "bridge-id": "breth0", "interface-id": "breth0_worker-0"}, "breth0"),
        ({"mode": "shared", "interface-id": "breth1_worker-0"}, "breth1"),
        ({"mode": "shared"}, "br-ex"),
    ],
)
def test_the_gateway_bridge_that_the_node_names(config, found):
    members = cluster() | node(l3_gateway_config=json.dumps({"default": config})) | show(br_int(patch=""))
    expect(RULE, members, "critical", subject=found)


@pytest.mark.parametrize("config", ['{"default":{"mode":"disabled"}}', '{"default":{"mode":""}}'])
def test_a_node_without_gateway(config):
    quiet(RULE, cluster() | node(l3_gateway_config=config) | show(br_int(patch="")))


@pytest.mark.parametrize("config", ["{", "[]", '{"default":[]}', "[" * 5000])
def test_an_annotation_that_cannot_be_read(config):
    quiet(RULE, cluster() | node(l3_gateway_config=config))


def test_local_gateway_of_old_releases():
    quiet(RULE, cluster() | node(l3_gateway_config=None) | show(bridge("br-local"), br_int(patch="")))


def test_a_card_with_its_own_network():
    members = cluster() | node(labels={"network.operator.openshift.io/dpu-host": ""}) | show()
    quiet(RULE, members)


def test_a_host_that_is_no_node_or_no_linux_node():
    other = show(br_ex(), node="bastion")
    members = network() | nodes() | other
    unjudged(RULE, members, "no node of the cluster")
    unjudged(RULE, cluster() | node(labels={"kubernetes.io/os": "windows"}), "no node of the cluster")


def test_an_unknown_network():
    members = nodes() | show(bridge("br-int", port("tap1")), bridge("br-tun"))
    unjudged(RULE, members, "which network")
    unjudged(RULE, members | network("Calico"), "which network")


def test_a_node_that_migrates():
    """The cluster still says OpenShiftSDN, the node already runs OVN-Kubernetes."""
    quiet(RULE, cluster() | network("OpenShiftSDN"))


def test_without_cluster_the_ports_tell():
    expect(RULE, show(bridge("br-int", MANAGEMENT, mode="secure")), "critical", subject="br-ex")
    expect(RULE, show(bridge("br-int", inner(), mode="secure")), "critical", subject="br-ex")


def test_names_of_gateway_bridges_outside_of_openshift():
    """`breth0` of a cluster in containers, known by its patch ports."""
    ports = [port(f"patch-{one}", "patch") for one in ("br-int-to-breth0_worker-0", "breth0_worker-0-to-br-int")]
    gateway = bridge("breth0", port("eth0", "system"), ports[1])
    quiet(RULE, show(gateway, bridge("br-int", MANAGEMENT, ports[0], mode="secure")))


def test_an_output_that_somebody_shortened():
    """Without the port `br-int` of br-int others may be missing, too."""
    short = bridge("br-int", MANAGEMENT, mode="secure").split("        Port br-int")[0].rstrip("\n")
    unjudged(RULE, show(short), "a bridge lacks its own port")


def test_not_collected():
    not_checked(RULE, network() | nodes(), "ovs-vsctl show")


def test_an_output_that_ends_with_half_a_port():
    unjudged(RULE, cluster() | show(br_int() + "\n        Port ens3", **CUT), "it ends too early")
