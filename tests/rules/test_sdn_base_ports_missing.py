import pytest
from ovs_kit import CUT
from sdn_kit import (
    HEAD,
    TUN,
    VETHS,
    VXLAN,
    bridge,
    clear,
    cluster,
    cluster_network,
    expect,
    flow,
    flows,
    gap,
    host_subnets,
    network,
    node,
    not_checked,
    of_ports,
    outcome_of,
    port,
    program,
    show,
    silent,
    switch,
    timestamp,
)

RULE = "sdn-base-ports-missing"
OLD_FLOWS = (flow(0, "tun_src=0.0.0.0 actions=goto_table:1"), flow(2, "priority=200,arp actions=goto_table:9"))


def test_healthy():
    clear(RULE, cluster())


@pytest.mark.parametrize(
    ("ports", "name", "effect"),
    [
        ((TUN, *VETHS), "vxlan0", "its pods do not reach those of other nodes"),
        ((VXLAN, *VETHS), "tun0", "its pods reach neither the host nor services"),
    ],
)
def test_a_port_that_is_not_there(ports, name, effect):
    members = cluster() | switch(ports=ports)
    words = (f"br0 of worker-0 has no port {name} among", effect)
    expect(RULE, members, "critical", *words, subject=f"br0/{name}", shown=("Bridge br0",))


def test_ports_of_openflow_alone():
    members = network() | node() | of_ports(ports=((2, "tun0"), (3, "veth00000003")))
    members |= flows()
    expect(RULE, members, "critical", "no port vxlan0", subject="br0/vxlan0", shown=("OFPST_PORT_DESC",))


def test_a_list_that_does_not_say_its_bridge():
    text = next(iter(of_ports(ports=((2, "tun0"), (3, "veth00000003"))).values()))
    members = network() | node() | {"case/worker-0/ports.txt": text}
    expect(RULE, members, "critical", "no port vxlan0", subject="br0/vxlan0")
    other = {"case/worker-1/ports.txt": text.replace("tun0", "ens3").replace("br0", "br-ex")}
    not_checked(RULE, network() | node() | node("worker-1") | other, "not collected: br0 of a node")


def test_another_number():
    members = cluster() | of_ports(ports=((7, "vxlan0"), (2, "tun0"), (3, "veth00000003")))
    words = "vxlan0 of worker-0 is OpenFlow port 7, but the flows of br0 are for port 1"
    expect(RULE, members, "critical", words, subject="br0/vxlan0", shown=("7(vxlan0)",))


def test_another_port_of_vxlan():
    other = port("vxlan0", "vxlan", dst_port="4790", key="flow", remote_ip="flow")
    clear(RULE, cluster() | switch(ports=(other, TUN)) | cluster_network(vxlanPort=4790))


def test_no_end_of_the_setup():
    members = cluster() | flows(without=("table=253",))
    expect(RULE, members, "critical", "no flow in table 253", subject="br0", shown=(HEAD,))


def test_flows_that_are_cut_off(monkeypatch):
    """The last flow of a setup may have stood behind the end of what was read."""
    monkeypatch.setattr("analyzer.sdn.bridge.Flows.unsound", "its dump of flows is cut off")
    members = cluster() | flows(without=("table=253",))
    gap(RULE, members, "whether the setup of worker-0 came to its end: its dump of flows is cut off")


def test_no_flows_at_all():
    expect(RULE, cluster() | flows(lines=()), "critical", "br0 of worker-0 has no flows", subject="br0")


def test_only_just_started():
    members = cluster() | flows(without=("table=253",)) | program(started="2026-11-21T09:59:30Z")
    gap(RULE, members, "OpenShift SDN had only just started on worker-0")
    members = cluster() | flows(without=("table=253",)) | program(started="2026-11-21T08:00:00Z")
    assert outcome_of(RULE, members).findings


def test_releases_without_the_last_flow():
    clear(RULE, cluster() | flows(lines=OLD_FLOWS))


def test_a_part_of_an_output():
    members = network() | node() | timestamp()
    lone = show(bridge("br0", VXLAN), path="case/worker-0/ovs.txt", **CUT)
    gap(RULE, members | lone, "were not collected as a whole", "no flows were collected")


def test_what_is_no_br0_of_the_cluster():
    silent(RULE, cluster() | show(bridge("br0", port("ens3"), port("tun0")), node="router"))
    not_checked(RULE, network() | node() | show(bridge("br-int")), "not collected: br0 of a node")
    not_checked(RULE, network(kind="OVNKubernetes") | host_subnets(), "is OVNKubernetes")


def test_openshift_3():
    members = cluster_network() | show(bridge("br0", TUN, port("vethe19c6ea")), path="case/worker-0/ovs-vsctl_show.txt")
    expect(RULE, members, "critical", "no port vxlan0", subject="br0/vxlan0")
