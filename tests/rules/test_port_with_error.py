from bgp_kit import IMAGE
from kit import store_of
from ovs_kit import (
    NO_DEVICE,
    br_ex,
    br_int,
    cluster,
    expect,
    interface,
    interfaces,
    not_checked,
    outer,
    pod,
    pods,
    port,
    quiet,
    sdn,
    show,
    subjects,
    switch,
)
from ovsdb_sample import log, schema, transaction, uuid

from analyzer.rule import Rule
from analyzer.run import judge

RULE = "port-with-error"
GONE = NO_DEVICE.format("veth0badc0de")
BROKEN = port("veth0badc0de", error=GONE)


def broken(*names):
    return tuple(port(name, error=NO_DEVICE.format(name)) for name in names)


def owned(name="0badc0de1234567", iface="shop_web-1", **more):
    """A broken port on br-int, and the interface that tells its owner."""
    return switch_with(name) | interfaces(interface(name, iface, NO_DEVICE.format(name), **more))


def switch_with(*names):
    return cluster() | show(br_ex(), br_int(*broken(*names)))


def test_a_port_whose_owner_is_not_known():
    expect(
        RULE, sdn(BROKEN), "warning", "No such device", "was not collected", subject="br0/veth0badc0de", shown=[GONE]
    )


def test_a_pod_that_runs():
    members = owned() | pods(pod())
    words = "its pod shop/web-1 runs without a network"
    expect(RULE, members, "warning", words, subject="br-int/0badc0de1234567", shown=["iface-id=shop_web-1", "Running"])


def test_a_pod_that_is_gone():
    members = owned() | pods(pod("web-2"))
    expect(RULE, members, "info", "shop/web-1 is gone: a leftover", subject="br-int/0badc0de1234567", shown=["items"])


def test_a_pod_of_a_namespace_that_was_not_collected():
    expect(RULE, owned(), "warning", "whether its pod shop/web-1 still runs", subject="br-int/0badc0de1234567")


def test_a_pod_that_is_being_deleted():
    quiet(RULE, owned() | pods(pod(deletionTimestamp="2026-11-21T09:59:00Z")))


def test_leftovers():
    subject = "br-int/0badc0de1234567"
    expect(RULE, owned() | pods(pod(phase="Succeeded")), "info", "is Succeeded: a leftover", subject=subject)
    expect(RULE, owned() | pods(pod(where="worker-1")), "info", "runs on worker-1 now", subject=subject)
    ids = "{iface-id=shop_web-1, iface-id-ver=old}"
    expect(RULE, owned(ids=ids) | pods(pod(uid="new")), "info", "an earlier pod shop/web-1", subject=subject)
    expect(
        RULE, owned() | pods(pod(creationTimestamp="2026-11-22T00:00:00Z")), "warning", "made later", subject=subject
    )


def test_a_newer_port_of_the_same_pod():
    members = owned() | pods(pod())
    rows = (
        interface("0badc0de1234567", "shop_web-1", NO_DEVICE.format("0badc0de1234567")),
        interface("good", "shop_web-1"),
    )
    members |= show(br_ex(), br_int(*broken("0badc0de1234567"), port("good"))) | interfaces(*rows)
    expect(RULE, members, "info", "a newer port that works, good", subject="br-int/0badc0de1234567")


def test_the_address_that_openshift_sdn_writes():
    row = interface("veth0badc0de", error=GONE, ids='{ip="10.128.0.9", sandbox=abc}')
    members = sdn(BROKEN) | interfaces(row)
    expect(RULE, members | pods(pod()), "warning", "shop/web-1 runs without", subject="br0/veth0badc0de")
    expect(RULE, members, "warning", "no pod that was collected has its address 10.128.0.9", subject="br0/veth0badc0de")


def test_many_leftovers_are_more_than_untidy():
    names = [f"0badc0de123456{at}" for at in range(5)]
    rows = [interface(name, f"shop_web-{name}", NO_DEVICE.format(name)) for name in names]
    found = subjects(RULE, switch_with(*names) | interfaces(*rows) | pods(pod("other")))
    assert found == [("worker-0", f"br-int/{name}", "warning") for name in names]


def test_a_crowd_is_one_finding():
    names = [f"0badc0de12345{at:02}" for at in range(21)]
    rows = [interface(name, f"shop_web-{name}", NO_DEVICE.format(name)) for name in names]
    members = switch_with(*names) | interfaces(*rows)
    running = pods(*(pod(f"web-{name}") for name in names))
    expect(
        RULE,
        members | running,
        "warning",
        "21 ports of pods",
        "pods that run: shop/web-0badc0de1234500",
        subject="br-int",
    )
    expect(RULE, members | pods(pod("other")), "warning", "21 of them known leftovers", subject="br-int")


def test_the_uplink_a_tunnel_and_other_ports():
    card = br_ex(port("ens3", "system", error=NO_DEVICE.format("ens3")), outer())
    expect(RULE, cluster() | switch(ex=card), "critical", "the network card of br-ex", subject="br-ex/ens3")
    added = "could not add network device ovn-bbbbbb-0 to ofproto (File exists)"
    broken_tunnel = port("ovn-bbbbbb-0", "geneve", error=added, remote_ip="192.0.2.21")
    expect(RULE, cluster() | switch(to=(broken_tunnel,)), "error", "a geneve tunnel", subject="br-int/ovn-bbbbbb-0")
    management = port("ovn-k8s-mp0", "internal", error="could not add network device ovn-k8s-mp0")
    expect(RULE, cluster() | switch(management=management), "error", "a port of br-int", subject="br-int/ovn-k8s-mp0")
    other = br_ex(port("ens3", "system"), outer(), port("vm1", "internal", error="some text"))
    expect(RULE, cluster() | switch(ex=other), "warning", "some text", subject="br-ex/vm1")


def test_a_list_of_interfaces_alone():
    members = interfaces(interface("0badc0de1234567", "shop_web-1", NO_DEVICE.format("0badc0de1234567")))
    expect(RULE, members, "warning", "shop/web-1", subject="0badc0de1234567")


def test_the_database_of_the_node():
    rows = {
        "Open_vSwitch": {uuid(1): {"external_ids": {"hostname": "worker-0", "system-id": "aaaaaa00-1"}}},
        "Bridge": {uuid(2): {"name": "br-int", "fail_mode": "secure", "ports": [uuid(3)]}},
        "Port": {uuid(3): {"name": "bad", "interfaces": [uuid(4)]}},
        "Interface": {
            uuid(4): {"name": "bad", "error": NO_DEVICE.format("bad"), "external_ids": {"iface-id": "shop_web-1"}}
        },
    }
    data = log(schema("Open_vSwitch"), transaction(rows))
    members = {f"{IMAGE}/network_logs/ovnkube-node-x_conf.db": data}
    (found,) = judge(Rule.registry[RULE], store_of(members)).findings
    assert (found.node, found.subject, str(found.severity)) == ("worker-0", "br-int/bad", "warning")
    assert "shop/web-1" in found.message


def test_no_errors():
    quiet(RULE, cluster())
    quiet(RULE, sdn())


def test_not_collected():
    not_checked(RULE, {}, "ovs-vsctl show")


def test_the_names_of_the_bridges_alone_say_nothing_of_ports():
    outcome = judge(Rule.registry[RULE], store_of({"worker-0/list-br.txt": "# ovs-vsctl list-br\nbr-ex\nbr-int\n"}))
    assert (outcome.status, [gap.reason for gap in outcome.gaps]) == (
        "not_checked",
        ["the ports of worker-0 were not collected"],
    )
