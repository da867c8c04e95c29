import pytest
from sdn_kit import (
    OLD,
    clear,
    cluster,
    expect,
    gap,
    host_subnet,
    host_subnets,
    log,
    network,
    node,
    not_checked,
    outcome_of,
    program,
    silent,
    timestamp,
)

RULE = "hostsubnet-ip-mismatch"
TABLE = "NAME       HOST       HOST IP      SUBNET          EGRESS CIDRS   EGRESS IPS\n"
WAITS = (
    '21 09:59:30 W subnets.go:155 HostIP "192.0.2.99" for local subnet does not match with nodeIP "192.0.2.20",'
    ' Waiting for master to update subnet for node "worker-0" ...'
)


def test_healthy():
    clear(RULE, cluster())
    gap(RULE, cluster(subnets=False) | log("21 09:00:00 I node.go:1 fine"), "none was collected")


def test_another_address():
    members = cluster() | host_subnet(ip=OLD)
    words = ("HostSubnet worker-0 says 192.0.2.99, node worker-0 has 192.0.2.20",)
    shown = ('"hostIP": "192.0.2.99"', '"address": "192.0.2.20"')
    expect(RULE, members, "critical", *words, subject="worker-0", shown=shown)


def test_a_table():
    members = network() | node() | {"case/hostsubnet.txt": f"{TABLE}worker-0   worker-0   192.0.2.99   10.128.0.0/23\n"}
    expect(RULE, members, "critical", "says 192.0.2.99", subject="worker-0", shown=("192.0.2.99",))


def test_one_of_several_addresses():
    clear(RULE, cluster() | node(ips=("192.0.2.77", "192.0.2.20")))


def test_another_host():
    members = cluster() | host_subnet(host="elsewhere")
    expect(RULE, members, "critical", "is for host elsewhere", subject="worker-0", shown=('"host": "elsewhere"',))


def test_another_name():
    members = {key: value for key, value in cluster().items() if "hostsubnets/worker-0" not in key}
    members |= host_subnet("moved", "192.0.2.20", "10.128.0.0/23")
    expect(RULE, members, "critical", "the node with its address is called worker-0", subject="moved")


def test_whole_and_short_names():
    members = {key: value for key, value in cluster().items() if "hostsubnets/worker-0" not in key}
    clear(RULE, members | host_subnet("worker-0.example.com", "192.0.2.20", "10.128.0.0/23"))
    clear(RULE, cluster() | host_subnet(host="worker-0.example.com"))
    clear(RULE, cluster() | node(hostname="ip-192-0-2-20.internal") | host_subnet(host="ip-192-0-2-20.internal"))


@pytest.mark.parametrize("note", ["pod.network.openshift.io/assign-subnet", "pod.network.openshift.io/fixed-vnid-host"])
def test_external_hosts(note):
    clear(RULE, cluster() | host_subnet("f5-big", OLD, "10.131.0.0/23", annotations={note: "true"}))


def test_on_its_way_out():
    clear(RULE, cluster() | host_subnet(ip=OLD, deletionTimestamp="2026-11-21T09:59:58Z"))


def test_a_host_without_a_node():
    clear(RULE, cluster() | host_subnet("gone", OLD, "10.131.0.0/23"))


def test_a_node_without_addresses():
    gap(RULE, cluster() | node(ips=()), "the addresses of node worker-0 were not collected")


@pytest.mark.parametrize(("ip", "number"), [("192.0.2.20", 0), ("192.0.2.99", 1)])
def test_the_addresses_of_the_host_itself(ip, number):
    """As they are compared by hand, without any object of a node."""
    lines = ["1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536", "    inet 127.0.0.1/8 scope host lo"]
    lines += ["2: ens192: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500", f"    inet {ip}/24 scope global ens192"]
    members = host_subnet() | {"case/worker-0/ip_addr.txt": "\n".join(("$ ip addr", *lines)) + "\n"}
    if number:
        words = "says 192.0.2.20, which is none of the addresses of worker-0: 192.0.2.99"
        expect(RULE, members, "critical", words, subject="worker-0", shown=("192.0.2.20", "inet 192.0.2.99/24"))
    else:
        clear(RULE, members)
    gap(RULE, host_subnet(), "neither node worker-0 nor all addresses of its host")


def test_the_log_of_a_node_that_waits():
    members = timestamp() | network() | node() | program(ready=False) | log(WAITS)
    found = expect(RULE, members, "critical", "does not match with nodeIP", subject="worker-0", shown=("HostIP",))
    assert len(found.evidence) == 1


def test_the_log_beside_the_object_is_told_once():
    members = cluster() | host_subnet(ip=OLD) | program(ready=False) | log(WAITS)
    assert len(outcome_of(RULE, members).findings) == 1


def test_the_log_of_a_node_that_waited():
    silent(RULE, timestamp() | network() | node() | program() | log(WAITS))
    silent(RULE, cluster() | log(WAITS, "21 10:09:00 I node.go:1 on and on"))


def test_not_collected():
    not_checked(RULE, network() | node(), "not collected: HostSubnets")
    not_checked(RULE, network(kind="OVNKubernetes") | host_subnets(), "the network of the cluster is OVNKubernetes")
    not_checked(RULE, node(), "nothing of OpenShift SDN was collected")
