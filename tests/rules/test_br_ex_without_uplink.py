import json

import pytest
from bgp_kit import IMAGE
from kit import outcome_of
from ovs_kit import (
    CUT,
    NO_DEVICE,
    br_ex,
    br_int,
    bridge,
    cluster,
    expect,
    interface,
    interfaces,
    network,
    node,
    nodes,
    not_checked,
    outer,
    port,
    quiet,
    sdn,
    show,
    switch,
    unjudged,
)

RULE = "br-ex-without-uplink"
SOS = "sosreport-worker-0-2026-11-21-abcdefg/sos_commands"


def ip_link(state="UP", flags="BROADCAST,MULTICAST,UP,LOWER_UP", name="ens3"):
    line = f"2: {name}: <{flags}> mtu 1500 qdisc fq_codel master ovs-system state {state} group default qlen 1000\n"
    return {f"{SOS}/networking/ip_-s_-d_link": line + "    link/ether 52:54:00:80:00:10 brd ff:ff:ff:ff:ff:ff\n"}


def ports_desc(config="0", state="LIVE", name="ens3"):
    lines = ["OFPST_PORT_DESC reply (OF1.3) (xid=0x2):", f" 1({name}): addr:52:54:00:80:00:10"]
    lines += [f"     config:     {config}", f"     state:      {state}", "     speed: 0 Mbps now, 0 Mbps max", ""]
    return {f"{IMAGE}/network_logs/worker-0_ovs_ofctl_dump_ports_br_ex": "\n".join(lines)}


def state(*members, link="up"):
    """A NodeNetworkState of worker-0."""
    ports = [{"name": one} for one in members]
    interfaces = [
        {"name": "br-ex", "type": "ovs-bridge", "state": "up", "bridge": {"port": ports}},
        {"name": "br-ex", "type": "ovs-interface", "state": "up"},
        {"name": "ens3", "type": "ethernet", "state": link},
    ]
    made = {
        "apiVersion": "nmstate.io/v1beta1",
        "kind": "NodeNetworkState",
        "metadata": {"name": "worker-0"},
        "status": {"currentState": {"interfaces": interfaces}},
    }
    path = f"{IMAGE}/cluster-scoped-resources/nmstate.io/nodenetworkstates/worker-0.yaml"
    return network() | nodes() | {path: json.dumps(made, indent=4) + "\n"}


def test_no_card():
    expect(
        RULE,
        cluster() | switch(ex=br_ex(outer())),
        "critical",
        "no network card",
        subject="br-ex",
        shown=["Bridge br-ex"],
    )


def test_an_error():
    card = br_ex(port("ens3", "system", error=NO_DEVICE.format("ens3")), outer())
    expect(
        RULE, cluster() | switch(ex=card), "critical", "has an error", subject="br-ex/ens3", shown=["No such device"]
    )


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (ip_link("DOWN", "BROADCAST,MULTICAST"), "is set down"),
        (ip_link("DOWN", "NO-CARRIER,BROADCAST,MULTICAST,UP"), "no carrier"),
        (ports_desc("PORT_DOWN", "LINK_DOWN"), "PORT_DOWN"),
        (ports_desc("0", "LINK_DOWN"), "LINK_DOWN"),
    ],
)
def test_the_card_is_down(more, words):
    expect(RULE, cluster() | more, "critical", words, subject="br-ex/ens3")


def test_the_state_in_the_list_of_interfaces():
    rows = [("br-int", "1"), ("br-ex", "2")]
    ids = {name: f"{at}0000000-3ffe-4f7b-80db-6f806e2c9d73" for name, at in rows}
    links = [
        interface("ens3", _uuid="00000001-3ffe-4f7b-80db-6f806e2c9d73", admin_state="up", link_state="down"),
        interface("ovn-k8s-mp0", _uuid="00000002-3ffe-4f7b-80db-6f806e2c9d73", type="internal"),
    ]
    ports = [
        {"bond_mode": "[]", "interfaces": f"[{one['_uuid']}]", "name": one["name"], "_uuid": one["_uuid"]}
        for one in links
    ]
    bridges = [
        {"_uuid": ids[name], "datapath_id": '"1"', "name": name, "fail_mode": mode, "ports": f"[{port['_uuid']}]"}
        for name, mode, port in (("br-ex", "[]", ports[0]), ("br-int", "secure", ports[1]))
    ]
    members = interfaces(*links) | interfaces(*ports, table="port") | interfaces(*bridges, table="bridge")
    expect(RULE, members, "critical", "is down", subject="br-ex/ens3", shown=["down"])


def test_one_member_of_a_bond_is_down():
    bond = "        Port bond0\n            Interface ens3\n                type: system\n            Interface ens4\n"
    members = cluster() | switch(ex=br_ex(bond.rstrip("\n"), outer())) | ip_link("DOWN", "BROADCAST,MULTICAST")
    expect(RULE, members, "warning", "ens3", subject="br-ex/ens3")


@pytest.mark.parametrize("kind", ["system", "dpdk", None])
def test_types_of_cards(kind):
    quiet(RULE, cluster() | switch(ex=br_ex(port("bond0.100", kind), outer())))


def test_network_manager_tells():
    expect(RULE, state("br-ex", "patch-br-ex_worker-0-to-br-int"), "critical", "no network card", subject="br-ex")
    expect(RULE, state("br-ex", "ens3", link="down"), "critical", "is set down", subject="br-ex/ens3")
    quiet(RULE, state("br-ex", "ens3"))
    unjudged(RULE, state(), "NetworkManager")


def test_quiet():
    quiet(RULE, cluster())
    quiet(RULE, cluster() | ip_link())
    quiet(RULE, cluster() | ports_desc())
    quiet(RULE, cluster() | show(br_int()))
    quiet(RULE, cluster() | node(l3_gateway_config=None) | show(bridge("br-local"), br_int(patch="")))


def test_not_judged():
    not_checked(RULE, sdn(), "OVN-Kubernetes")
    saved = show(br_ex(outer()), br_int(), path="saved/worker-0/ovs.txt", **CUT)
    unjudged(RULE, saved, "may be cut")
    assert outcome_of(RULE, state("ens3") | network("Calico")).status == "not_checked"
