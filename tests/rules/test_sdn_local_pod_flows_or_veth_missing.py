import pytest
from ovs_kit import interfaces
from sdn_kit import (
    IMAGE,
    TUN,
    VETHS,
    VXLAN,
    base_flows,
    clear,
    cluster,
    expect,
    flow,
    flows,
    gap,
    not_checked,
    of_ports,
    outcome_of,
    pod,
    pod_flows,
    pods,
    program,
    silent,
    switch,
)

RULE = "sdn-local-pod-flows-or-veth-missing"
IP = "10.128.0.9"


def one_more(**more):
    """A further pod of worker-0 without flows."""
    return pods(pod("late", ip=IP, namespace="late", **more), namespace="late")


def test_healthy():
    clear(RULE, cluster(), cluster(subnets=False))


@pytest.mark.parametrize(
    ("without", "words"),
    [
        ("arp_spa=10.128.0.4", "no flow for ARP from it (arp_spa)"),
        ("goto_table:21", "no flow for ARP from it (arp_spa), IP from it (nw_src)"),
        ("arp_tpa=10.128.0.4 ", "no flow for ARP to it (arp_tpa)"),
        ("nw_dst=10.128.0.4 ", "no flow for IP to it (nw_dst)"),
        ("10.128.0.4", "br0 has no flow for it at all"),
    ],
)
def test_flows_that_are_not_there(without, words):
    lines = [
        *base_flows(),
        *(one for one in pod_flows("10.128.0.4") if without not in one),
        *pod_flows("10.128.0.5", 4),
    ]
    shown = ("10.128.0.4", "OFPST_FLOW")
    members = cluster() | flows(lines=lines)
    expect(
        RULE, members, "error", "pod shop/web-0-0 with address 10.128.0.4", words, subject="shop/web-0-0", shown=shown
    )


def test_the_flow_behind_a_service_is_not_the_one_that_lets_in():
    """Table 25 names the pod, too."""
    lines = [*base_flows(), *(one for one in pod_flows("10.128.0.4") if "table=20" not in one)]
    members = cluster() | flows(lines=[*lines, *pod_flows("10.128.0.5", 4)])
    expect(RULE, members, "error", "arp_spa), IP from it (nw_src)", subject="shop/web-0-0")


def test_all_pods_of_a_node():
    members = cluster() | flows(lines=base_flows()) | one_more()
    found = expect(RULE, members, "error", "3 of 3 pods on worker-0 are not attached to br0", subject="br0")
    assert found.about == ("late/late", "shop/web-0-0", "shop/web-0-1")


def test_a_port_that_br0_does_not_have():
    members = cluster() | of_ports(ports=((1, "vxlan0"), (2, "tun0"), (4, "veth00000004")))
    members |= switch(ports=(VXLAN, TUN, VETHS[1]))
    words = "its flows are for port 3, which br0 does not have"
    expect(RULE, members, "error", words, subject="shop/web-0-0", shown=("in_port=3", "OFPST_PORT_DESC"))


def test_ports_by_name():
    named = {"replaced": (("in_port=3", 'in_port="veth00000003"'), ("in_port=4", "in_port=veth00000004"))}
    clear(RULE, cluster() | flows(**named))
    lost = of_ports(ports=((1, "vxlan0"), (2, "tun0"), (4, "veth00000004")))
    expect(RULE, cluster() | flows(**named) | lost, "error", "for port veth00000003", subject="shop/web-0-0")


def test_fewer_ports_than_flows():
    members = {key: text for key, text in cluster().items() if "dump_ports" not in key}
    members |= switch(ports=(VXLAN, TUN, VETHS[0]))
    words = "are for 2 ports of pods, but it has 1 that work: pods run without a device"
    expect(RULE, members, "error", words, subject="br0", shown=("Bridge br0", "OFPST_FLOW"))
    unknown = members | pods(pod("other", "worker-1"))
    expect(RULE, unknown, "info", "flows of pods that are gone, or pods without a device", subject="br0")


def test_whose_the_ports_are():
    rows = [
        {"name": f"veth0000000{at - 1}", "external_ids": f'{{ip="10.128.0.{at}", sandbox="{at}a"}}', "ofport": at - 1}
        for at in (4, 5)
    ]
    clear(RULE, cluster() | interfaces(*rows))
    silent(RULE, cluster() | interfaces(rows[0], {**rows[1], "external_ids": "{}"}))
    lost = interfaces(rows[0], {**rows[1], "external_ids": '{ip="10.128.0.77", sandbox="5a"}'})
    expect(RULE, cluster() | lost, "error", "no port of br0 is for 10.128.0.5", subject="shop/web-0-1")


@pytest.mark.parametrize(
    "more",
    [
        {"phase": "Succeeded"},
        {"phase": "Pending"},
        {"deletionTimestamp": "2026-11-21T09:59:59Z"},
        {"spec": {"hostNetwork": True}},
        {"started": "2026-11-21T09:58:00Z"},
        {"labels": {"job-name": "nightly"}},
    ],
)
def test_pods_that_need_no_flows(more):
    silent(RULE, cluster() | one_more(**more))


def test_pods_of_other_networks():
    silent(RULE, cluster() | pods(pod("multus", ip="198.51.100.7", namespace="late"), namespace="late"))
    silent(RULE, cluster() | pods(pod("waiting", ip="", namespace="late"), namespace="late"))
    expect(RULE, cluster() | one_more(), "error", "no flow for it at all", subject="late/late")


ENDED = """\
apiVersion: v1
items:
- apiVersion: v1
  involvedObject:
    kind: Pod
    name: late
    namespace: late
  kind: Event
  lastTimestamp: "{}"
  message: Stopping container web
  metadata:
    name: late.17
    namespace: late
  reason: Killing
  type: Normal
kind: EventList
"""


def test_pods_that_were_ended_meanwhile():
    path = f"{IMAGE}/namespaces/late/core/events.yaml"
    silent(RULE, cluster() | one_more() | {path: ENDED.format("2026-11-21T10:00:30Z")})
    members = cluster() | one_more() | {path: ENDED.format("2026-11-21T07:00:30Z")}
    assert len(outcome_of(RULE, members).findings) == 1


def test_two_gathers_in_one_archive():
    """A pod of the older one alone is gone, one that came after the flows of the older one had none yet."""
    later = {
        key.replace("must-gather.local.1/", "must-gather.local.2/"): text.replace("2026-11-21", "2026-11-22")
        for key, text in cluster().items()
    }
    silent(RULE, cluster() | one_more() | later)
    without = {key: text for key, text in later.items() if "_flows_" not in key and "_ovs_dump" not in key}
    first = {key: text for key, text in cluster().items() if "_ovs_" not in key}
    silent(RULE, first | one_more() | without)
    switches = {key: text for key, text in later.items() if "_ovs_" not in key}
    new = pods(pod("web-9", ip="10.128.0.9", started="2026-11-21T20:00:00Z"), namespace="late")
    moved = {key.replace("must-gather.local.1/", "must-gather.local.2/"): text for key, text in new.items()}
    silent(RULE, cluster() | switches | moved)


def test_numbers_of_openshift_3():
    """Up to 3.2 packets to a pod find their port by its MAC address, or by the one flow of table 7."""
    lines = [
        flow(2, "priority=200,arp actions=goto_table:9"),
        flow(4, "priority=100,ip,in_port=5,nw_src=10.128.0.4 actions=goto_table:6"),
    ]
    lines += [flow(7, "priority=100,ip,reg0=0x9,nw_dst=10.128.0.5 actions=output:6")]
    silent(
        RULE, cluster() | flows(lines=lines) | of_ports(ports=((1, "vxlan0"), (5, "veth00000003"), (6, "veth00000004")))
    )
    lost = cluster() | flows(lines=lines[:2]) | of_ports(ports=((1, "vxlan0"), (5, "veth00000003")))
    expect(RULE, lost, "error", "no flow for IP from it (nw_src), IP to it (nw_dst)", subject="shop/web-0-1")


def test_numbers_of_openshift_3_3():
    """With other numbers of tables, and flows for ARP."""
    lines = [one for ip in ("10.128.0.4", "10.128.0.5") for one in pod_flows(ip)]
    old = [
        one.replace("table=20", "table=2").replace("table=40", "table=6").replace("table=70", "table=7")
        for one in lines
    ]
    old = [one for one in old if "table=25" not in one]
    silent(RULE, cluster() | flows(lines=old))
    lost = [one for one in old if "arp_tpa=10.128.0.5" not in one]
    expect(RULE, cluster() | flows(lines=lost), "error", "no flow for ARP to it (arp_tpa)", subject="shop/web-0-1")


def test_what_cannot_be_judged():
    gap(RULE, cluster() | flows(without=("table=253",)), "its setup was not finished")
    gap(RULE, cluster() | one_more() | program(started="2026-11-21T09:59:30Z"), "had only just started")
    members = {key: text for key, text in cluster().items() if "worker-0_ovs" not in key}
    members |= {"case/worker-0/list-br.txt": "$ ovs-vsctl list-br\nbr0\n"}
    gap(RULE, members, "worker-0: neither its flows nor all of its ports were collected")
    without = {key: text for key, text in cluster().items() if "pods.yaml" not in key}
    not_checked(RULE, without, "not collected: the pods")
    only = {"case/flows.txt": f"$ ovs-ofctl dump-flows br0\n{next(iter(flows().values()))}"}
    members = {key: text for key, text in cluster().items() if "/core/nodes/" not in key and "_ovs_" not in key}
    gap(RULE, {key: text for key, text in members.items() if "network_logs" not in key} | only, "which node it is")


def test_flows_alone():
    clear(RULE, {key: text for key, text in cluster().items() if "_ovs_dump" not in key and "dump_ports" not in key})


def test_ports_alone():
    """Without flows only ports that are known to be a pod's tell anything."""
    members = {key: text for key, text in cluster().items() if "dump_flows" not in key}
    clear(RULE, members)
