import pytest
from sdn_kit import (
    HEAD,
    IMAGE,
    IPS,
    MOVE,
    NODES,
    OLD,
    base_flows,
    clear,
    cluster,
    each,
    expect,
    flow,
    flows,
    gap,
    host_subnet,
    host_subnets,
    network,
    node,
    not_checked,
    outcome_of,
    program,
    remote_flows,
    timestamp,
)

RULE = "sdn-remote-node-flows-missing"
TUN = "set_field:192.0.2.21->tun_dst"


@pytest.mark.parametrize("subnets", [True, False])
def test_healthy(subnets):
    clear(RULE, cluster(subnets=subnets))


@pytest.mark.parametrize("subnets", [True, False])
@pytest.mark.parametrize(
    ("without", "words"),
    [
        ("tun_src=192.0.2.21", "no flow with tun_src=192.0.2.21"),
        ("arp,arp_tpa=10.128.2.0/23", "no ARP flow"),
        ("ip,nw_dst=10.128.2.0/23", "no IP flow"),
    ],
)
def test_a_flow_that_is_not_there(subnets, without, words):
    members = cluster(subnets=subnets) | flows(without=(without,))
    shown = ("192.0.2.21", "OFPST_FLOW")
    expect(RULE, members, "error", "br0 of worker-0 has for worker-1", words, subject="worker-1", shown=shown)


def test_a_node_that_is_being_deleted():
    members = cluster(subnets=False) | flows(without=("192.0.2.21",))
    assert outcome_of(RULE, members).findings
    clear(RULE, members | node("worker-1", deletionTimestamp="2026-11-21T09:59:00Z"))


@pytest.mark.parametrize("subnets", [True, False])
def test_flows_to_an_old_address(subnets):
    members = cluster(subnets=subnets) | flows(replaced=((TUN, f"set_field:{OLD}->tun_dst"),))
    words = ("no ARP and no IP flow", "its flow for 10.128.2.0/23 leads to 192.0.2.99")
    found = expect(RULE, members, "error", *words, subject="worker-1", shown=(f"set_field:{OLD}->tun_dst",))
    assert found.about == ("worker-1",)


def test_a_stranger_is_let_in():
    members = cluster() | flows(replaced=(("tun_src=192.0.2.21", f"tun_src={OLD}"),))
    expect(
        RULE, members, "error", "no flow with tun_src=192.0.2.21", "192.0.2.99, which no node has", subject="worker-1"
    )


def test_flows_for_another_subnet():
    members = cluster() | flows(replaced=(("=10.128.2.0/23", "=10.130.0.0/23"),))
    words = "its flow to 192.0.2.21 is for 10.130.0.0/23"
    expect(RULE, members, "error", "for 10.128.2.0/23 with tun_dst", words, subject="worker-1")


def test_all_other_nodes():
    members = cluster() | flows(lines=base_flows())
    found = expect(RULE, members, "error", "lacks flows for 2 of 2 other nodes: worker-1, worker-2", subject="br0")
    assert found.about == ("worker-1", "worker-2")


def test_many_other_nodes():
    members = cluster(subnets=False)
    for at in range(25):
        members |= node(f"n{at}", ips=(f"198.51.100.{at}",))
    found = [one.message for one in outcome_of(RULE, members).findings if one.node == "worker-0"]
    assert len(found) == 1
    assert "lacks flows for 25 of 27 other nodes" in found[0]


def test_words_of_other_versions():
    old = f"actions={MOVE}load:0xc0000215->NXM_NX_TUN_IPV4_DST[],output:1"
    new = f"actions={MOVE}{TUN},output:1"
    members = cluster() | flows(
        replaced=((new, old), ("OFPST_FLOW reply (OF1.3) (xid=0x2)", "NXST_FLOW reply (xid=0x4)"))
    )
    clear(RULE, members)
    wrong = cluster() | flows(replaced=((new, old.replace("0xc0000215", "0xc0000263")),))
    expect(RULE, wrong, "error", "leads to 192.0.2.99", subject="worker-1")


def test_numbers_of_openshift_3():
    """Up to 3.2 in tables 0, 8 and 9; 3.0 lets in packets of everybody."""
    to = "set_field:{}->tun_dst,output:1"
    lines = [
        flow(0, "tun_src=0.0.0.0 actions=goto_table:1"),
        flow(6, "priority=200,ip,nw_dst=10.128.0.1 actions=output:2"),
    ]
    for name in NODES[1:]:
        subnet = f"10.128.{2 * NODES.index(name)}.0/23"
        lines += [flow(0, f"tun_src={IPS[name]} actions=goto_table:1")]
        lines += [flow(8, f"priority=100,ip,nw_dst={subnet} actions={to.format(IPS[name])}")]
        lines += [flow(9, f"priority=100,arp,arp_tpa={subnet} actions={to.format(IPS[name])}")]
    clear(RULE, cluster() | flows(lines=lines))
    clear(RULE, cluster() | flows(lines=lines, without=("tun_src",)))
    members = cluster() | flows(lines=lines, without=("tun_src=192",))
    assert len(outcome_of(RULE, members).findings) == 2
    expect(RULE, cluster() | flows(lines=lines, without=("tun_src=192.0.2.21",)), "error", subject="worker-1")
    expect(
        RULE,
        cluster() | flows(lines=lines, without=("table=8, n_packets=0, n_bytes=0, priority=100,ip,nw_dst=10.128.2",)),
        "error",
        "no IP flow",
        subject="worker-1",
    )


@pytest.mark.parametrize(
    "changed",
    [
        node("worker-1", ready=False),
        node("worker-1", created="2026-11-21T09:58:00Z"),
        node("worker-1", system="windows"),
        host_subnet("worker-1", deletionTimestamp="2026-11-21T09:59:00Z"),
    ],
)
def test_nodes_that_need_none(changed):
    clear(RULE, cluster() | flows(lines=[*base_flows(), *remote_flows("worker-2")]) | changed)


def test_host_subnets_without_a_node():
    clear(RULE, cluster() | host_subnet("gone", "192.0.2.70", "10.131.0.0/23"))
    note = {"pod.network.openshift.io/assign-subnet": "true"}
    f5 = host_subnet("f5", "192.0.2.70", "10.131.0.0/23", annotations=note)
    found = outcome_of(RULE, cluster() | f5).findings
    assert {one.subject for one in found} == {"f5"}


def test_what_is_wrong_by_itself():
    clear(RULE, cluster() | host_subnet("worker-1", subnet="10.128.0.0/24"))
    clear(RULE, cluster() | host_subnet("worker-1", subnet="10.200.0.0/24"))
    clear(RULE, cluster() | host_subnet("worker-1", OLD))  # hostsubnet-ip-mismatch tells of it


def test_dumps_that_prove_nothing():
    gap(RULE, cluster() | flows(without=("table=253", "tun_src=192.0.2.21")), "its setup was not finished")
    just = program(started="2026-11-21T09:59:30Z")
    gap(RULE, cluster() | flows(without=("tun_src=192.0.2.21",)) | just, "had only just started")


def test_saved_by_hand():
    """Neither nodes nor a host's name: the address of tun0 tells whose the flows are."""
    saved = f"$ ovs-ofctl -O OpenFlow13 dump-flows br0\n{next(iter(flows().values()))}"
    members = host_subnets() | {"case/flows.txt": saved}
    clear(RULE, members)
    wrong = saved.replace("tun_src=192.0.2.21", f"tun_src={OLD}")
    expect(RULE, host_subnets() | {"case/flows.txt": wrong}, "error", subject="worker-1", whose=None)
    lost = "\n".join(one for one in saved.split("\n") if "10.128.0.1 " not in one)
    gap(RULE, host_subnets() | {"case/flows.txt": lost}, "which node it is, is not known")


def test_the_table_of_the_troubleshooting_guide():
    table = "NAME HOST HOST IP SUBNET\n"
    table += "".join(
        f"{name}.example.com {name}.example.com {IPS[name]} 10.128.{2 * at}.0/23\n" for at, name in enumerate(NODES)
    )
    members = {"case/hostsubnet.txt": table} | flows(
        path="case/worker-0/dump-flows_br0.txt", head=f"$ ovs-ofctl -O OpenFlow13 dump-flows br0\n{HEAD}"
    )
    clear(RULE, members)


def test_not_collected():
    not_checked(RULE, timestamp() | network() | each(node) | host_subnets(), "not collected: br0 of a node")
    members = {key: value for key, value in cluster().items() if "dump_flows" not in key}
    not_checked(RULE, members, "not collected: the flows of br0")
    not_checked(
        RULE,
        network() | {key: value for key, value in flows().items() if IMAGE in key},
        "neither HostSubnets nor nodes",
    )
    members = {key: value for key, value in cluster().items() if "worker-1_ovs_ofctl_dump_flows" not in key}
    gap(RULE, members, "worker-1: its flows were not collected")
