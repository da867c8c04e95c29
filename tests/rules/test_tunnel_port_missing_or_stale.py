import json

import pytest
from kit import store_of
from ovs_kit import (
    CHASSIS,
    CUT,
    IMAGE,
    NODES,
    br_ex,
    br_int,
    cluster,
    expect,
    journal,
    node,
    not_checked,
    outcome_of,
    port,
    quiet,
    sdn,
    show,
    subjects,
    switch,
    tunnel,
    unjudged,
)
from ovsdb_sample import log, schema, transaction, uuid

from analyzer.rule import Rule
from analyzer.run import judge

RULE = "tunnel-port-missing-or-stale"
DUPLICATE = (
    "ovs|00031|tunnel|WARN|ovn-bbbbbb-1: attempting to add tunnel port with same config as port 'ovn-bbbbbb-0' "
    "(::->192.0.2.21, key=flow, legacy_l2, dp port=2)"
)
UNKNOWN = "ovs|00032|tunnel(handler1)|WARN|receive tunnel port not found (tun_id=0x1)"


def southbound(**ips):
    """The southbound database of the cluster: chassis of the nodes with these tunnel addresses."""
    names = {name.replace("_", "-"): ip for name, ip in ips.items()}
    tables = {
        "SB_Global": {uuid(1): {}},
        "Chassis": {
            uuid(10 + at): {"name": CHASSIS[name], "hostname": name, "encaps": [uuid(20 + at)]}
            for at, name in enumerate(names)
        },
        "Encap": {
            uuid(20 + at): {"type": "geneve", "ip": ip, "chassis_name": CHASSIS[name]}
            for at, (name, ip) in enumerate(names.items())
        },
    }
    data = log(schema("OVN_Southbound"), transaction(tables))
    return {f"{IMAGE}/network_logs/ovnkube-master-x_sbdb": data}


def findings(members):
    """With a database among the members, whose lines are shortened in the evidence."""
    outcome = judge(Rule.registry[RULE], store_of(members))
    return [(one.node, one.subject, str(one.severity), one.message) for one in outcome.findings]


def test_a_tunnel_is_missing():
    members = cluster() | switch(to=(tunnel("worker-2"),))
    words = "worker-0 has no tunnel to worker-1 (192.0.2.21), it has 1 to others"
    expect(RULE, members, "error", words, subject="br-int/ovn-bbbbbb-0", shown=["192.0.2.21", "192.0.2.22"])


def test_all_tunnels_are_missing():
    expect(RULE, cluster() | switch(to=()), "error", "no tunnel to 2 of 2 other nodes", subject="br-int")


def test_many_tunnels_are_missing():
    members = cluster()
    for at in range(11):
        members |= node(f"extra-{at}", ips=(f"192.0.2.{100 + at}",), node_chassis_id=f"dddd{at:02}-1")
    expect(RULE, members, "error", "no tunnel to 11 of 13 other nodes", "and 7 more", subject="br-int")


def test_a_tunnel_to_no_node():
    stale = port("ovn-dddddd-0", "geneve", remote_ip="192.0.2.77")
    members = cluster() | switch(to=(tunnel("worker-1"), tunnel("worker-2"), stale))
    expect(
        RULE, members, "warning", "192.0.2.77, which is no node's", subject="br-int/ovn-dddddd-0", shown=["192.0.2.77"]
    )


def test_when_no_tunnel_leads_to_a_known_node():
    """Perhaps only some nodes were collected."""
    members = {path: text for path, text in cluster().items() if "nodes/" not in path} | node("worker-0")
    unjudged(RULE, members, "not all nodes may be collected")


def test_all_tunnels_lead_elsewhere():
    """Both other nodes have new addresses, and chassis of new names."""
    to = [port(f"ovn-dddd0{at}-0", "geneve", remote_ip=f"203.0.113.{at}") for at in range(2)]
    found = subjects(RULE, cluster() | switch(to=to))
    assert [one[1:] for one in found] == [
        ("br-int/ovn-bbbbbb-0", "error"),
        ("br-int/ovn-cccccc-0", "error"),
        ("br-int/ovn-dddd00-0", "warning"),
        ("br-int/ovn-dddd01-0", "warning"),
    ]


@pytest.mark.parametrize(
    "other",
    [
        node("worker-1", ready=False),
        node("worker-1", created="2026-11-21T09:58:00Z"),
        node("worker-1", labels={"kubernetes.io/os": "windows"}),
        node("worker-1", hybrid_overlay_node_subnet="10.132.0.0/24"),
        node("worker-1", node_chassis_id=None),
    ],
)
def test_nodes_to_which_none_is_needed(other):
    quiet(RULE, cluster() | other | switch(to=(tunnel("worker-2"),)))


def test_a_new_node_on_the_day_of_a_sosreport():
    path = "sosreport-worker-0-2026-11-20-abcdefg/sos_commands/openvswitch/ovs-vsctl_-t_5_show"
    members = {key: text for key, text in cluster().items() if "ovs_dump" not in key}
    members |= show(br_ex(), br_int(to=(tunnel("worker-2"),)), path=path)
    assert [one[1] for one in subjects(RULE, members)] == ["br-int/ovn-bbbbbb-0"]
    quiet(RULE, members | node("worker-1", created="2026-11-20T12:00:00Z"))
    wrong = {key.replace("2026-11-20", "2026-99-20"): text for key, text in members.items()}
    assert [one[1] for one in subjects(RULE, wrong)] == ["br-int/ovn-bbbbbb-0"]


def test_addresses_of_an_interface_of_their_own():
    """`ovn-encap-ip` is set on every node: by design."""
    own = tuple(tunnel(name, f"198.51.100.{at}") for at, name in enumerate(NODES) if at)
    quiet(RULE, cluster() | switch(to=own))
    annotated = cluster() | switch(to=own)
    for at, name in enumerate(NODES):
        annotated |= node(name, node_encap_ips=json.dumps([f"198.51.100.{at}"]))
    quiet(RULE, annotated)
    quiet(RULE, annotated | node("worker-1", node_encap_ips="{"))


def test_the_encap_table_is_the_truth():
    members = cluster() | southbound(worker_0="192.0.2.20", worker_1="198.51.100.1", worker_2="192.0.2.22")
    found = findings(members | switch(to=(tunnel("worker-1", "198.51.100.1"), tunnel("worker-2"))))
    assert not found
    (found,) = findings(members | switch(to=(tunnel("worker-1", "203.0.113.1"), tunnel("worker-2"))))
    assert found[:3] == ("worker-0", "br-int/ovn-bbbbbb-0", "warning")
    assert "leads to 203.0.113.1, while worker-1 has 198.51.100.1" in found[3]


def test_one_address_that_differs_from_all_others():
    members = cluster() | node("worker-3", ips=("192.0.2.23",), node_chassis_id="dddddd-1")
    to = (tunnel("worker-1", "203.0.113.1"), tunnel("worker-2"), port("ovn-dddddd-0", "geneve", remote_ip="192.0.2.23"))
    words = "leads to 203.0.113.1, while worker-1 has 192.0.2.21"
    expect(RULE, members | switch(to=to), "info", words, subject="br-int/ovn-bbbbbb-0", shown=["203.0.113.1"])


def test_a_tunnel_that_takes_its_address_from_packets():
    quiet(RULE, cluster() | switch(to=(tunnel("worker-1"), tunnel("worker-2"), port("any", "vxlan", remote_ip="flow"))))


def test_the_switch_of_the_other_node_tells_its_address():
    rows = {
        "Open_vSwitch": {
            uuid(1): {
                "external_ids": {
                    "hostname": "worker-1",
                    "system-id": CHASSIS["worker-1"],
                    "ovn-encap-ip": "198.51.100.1,198.51.100.2,",
                }
            }
        }
    }
    data = log(schema("Open_vSwitch"), transaction(rows))
    members = cluster() | {f"{IMAGE}/network_logs/ovnkube-node-y_conf.db": data}
    named = port("tunnel-1", "geneve", remote_ip="198.51.100.2")
    found = findings(members | switch(to=(named, tunnel("worker-2"))))
    assert ("worker-0", "br-int/ovn-bbbbbb-0") not in [one[:2] for one in found]


def test_routes_in_place_of_tunnels():
    advertised = {
        f"{IMAGE}/cluster-scoped-resources/operator.openshift.io/networks/cluster.yaml": """\
apiVersion: operator.openshift.io/v1
kind: Network
metadata:
  name: cluster
spec:
  defaultNetwork:
    ovnKubernetesConfig:
      routeAdvertisements: Enabled
    type: OVNKubernetes
"""
    }
    unjudged(RULE, cluster() | advertised | switch(to=()), "routes may be advertised")
    members = cluster() | advertised | switch(to=(tunnel("worker-2"),))
    expect(RULE, members, "error", "no tunnel to worker-1", subject="br-int/ovn-bbbbbb-0")


def test_a_single_node():
    members = {path: text for path, text in cluster().items() if "worker-1" not in path and "worker-2" not in path}
    quiet(RULE, members | switch(to=()))


def test_messages_that_go_on():
    lines = [f"21 09:{at:02}:00 worker-0 ovs-vswitchd: {DUPLICATE}" for at in range(12)]
    expect(
        RULE,
        journal(*lines),
        "error",
        "same configuration",
        "ovn-bbbbbb-0",
        subject="ovs-vswitchd",
        shown=["same config"],
    )
    sound = cluster() | journal(*lines)
    assert subjects(RULE, sound) == [("worker-0", "ovs-vswitchd", "warning")]
    expect(RULE, journal(lines[0]), "info", "1 messages", subject="ovs-vswitchd")
    expect(RULE, journal(*lines[:2]), "warning", "2 messages", subject="ovs-vswitchd")
    later = f"23 10:00:00 worker-0 ovs-vswitchd: {UNKNOWN}"
    found = subjects(RULE, journal(*lines, later))
    assert found == [("worker-0", "ovs-vswitchd", "info"), ("worker-0", "ovs-vswitchd", "info")]


def test_healthy():
    quiet(RULE, cluster())


def test_not_judged():
    not_checked(RULE, sdn(), "OpenShiftSDN")
    not_checked(RULE, {}, "no log of ovs-vswitchd")
    members = {path: text for path, text in cluster().items() if "ovs_dump" not in path}
    unjudged(RULE, members | show(br_ex(), br_int(to=()), path="saved/worker-0/ovs.txt", **CUT), "may be cut")
    alone = show(br_ex(), br_int())
    unjudged(RULE, alone, "the nodes were not collected")
    assert outcome_of(RULE, alone).gaps[0].subject == "tunnels"


def test_without_the_bridge_of_the_tunnels():
    unjudged(RULE, cluster() | show(br_ex()), "no bridge br-int")
