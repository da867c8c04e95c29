import pytest
from sdn_kit import (
    SUBNETS,
    clear,
    cluster,
    each,
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

RULE = "hostsubnet-missing-or-overlapping"
WAITS = "21 09:59:30 W subnets.go:160 Could not find an allocated subnet for node: worker-0, Waiting..."
FULL = (
    "21 09:59:30 E subnets.go:210 Error creating subnet: error allocating network for node worker-9:"
    " no subnets available."
)


def lacking(name="worker-0"):
    return {key: value for key, value in cluster().items() if f"hostsubnets/{name}" not in key}


def test_healthy():
    clear(RULE, cluster())


def test_a_node_without():
    expect(RULE, lacking(), "critical", "node worker-0 has no HostSubnet, 2 other nodes have one", subject="worker-0")


def test_newcomers_windows_and_single_ones():
    clear(RULE, lacking() | node(created="2026-11-21T09:59:00Z"))
    clear(RULE, lacking() | node(system="windows"))
    clear(RULE, lacking() | node(deletionTimestamp="2026-11-21T09:59:00Z"))
    gap(RULE, network() | each(node) | host_subnet(), "those of most nodes were not collected")


def test_the_same_subnet():
    members = cluster() | host_subnet("worker-1", subnet=SUBNETS["worker-0"])
    words = "HostSubnet worker-1 has 10.128.0.0/23, the same subnet as worker-0"
    shown = ('"subnet": "10.128.0.0/23"',)
    found = expect(RULE, members, "critical", words, subject="worker-1", whose="worker-1", shown=shown)
    assert len(found.evidence) == 2


def test_a_subnet_inside_another():
    members = cluster() | host_subnet("worker-1", subnet="10.128.1.128/25")
    words = "has 10.128.1.128/25, a subnet inside 10.128.0.0/23 of worker-0"
    expect(RULE, members, "critical", words, subject="worker-1", whose="worker-1")


def test_outside_of_the_cluster():
    members = cluster() | host_subnet("worker-1", subnet="10.200.0.0/23")
    words = "HostSubnet worker-1 is 10.200.0.0/23, outside of the cluster network 10.128.0.0/14"
    expect(RULE, members, "critical", words, subject="worker-1", whose="worker-1", shown=("10.128.0.0/14",))
    clear(RULE, members | network(("10.128.0.0/14", "10.200.0.0/16")))


def test_without_a_subnet():
    members = cluster()
    path = next(key for key in members if "hostsubnets/worker-1" in key)
    members[path] = members[path].replace('"10.128.2.0/23"', '""')
    expect(RULE, members, "critical", "HostSubnet worker-1 has no subnet", subject="worker-1", whose="worker-1")


def test_external_hosts_and_those_that_go():
    note = {"pod.network.openshift.io/fixed-vnid-host": "7"}
    clear(RULE, cluster() | host_subnet("f5-big", "192.0.2.99", "0.0.0.0/0", annotations=note))
    gone = host_subnet("gone", "192.0.2.98", SUBNETS["worker-0"], deletionTimestamp="2026-11-21T09:59:58Z")
    clear(RULE, cluster() | gone)


def test_the_same_object_in_a_table_and_as_yaml():
    row = "worker-0   worker-0   192.0.2.20   10.128.0.0/23\n"
    table = "NAME       HOST       HOST IP      SUBNET          EGRESS CIDRS   EGRESS IPS\n"
    clear(RULE, {"case/hostsubnet.txt": table + row} | cluster())
    clear(RULE, cluster() | {"case/hostsubnet.txt": table + row})


def test_addresses_that_are_masked():
    clear(RULE, cluster() | host_subnet("worker-1", subnet="x-ipv4-0000000007-x/23"))


def test_the_log_of_a_node_that_waits():
    members = timestamp() | network() | node() | program(ready=False) | log(WAITS)
    expect(RULE, members, "critical", "waits for a HostSubnet", subject="worker-0", shown=("Could not find",))
    silent(RULE, timestamp() | network() | node() | program() | log(WAITS))
    assert len(outcome_of(RULE, lacking() | program(ready=False) | log(WAITS)).findings) == 1


@pytest.mark.parametrize(("name", "number"), [("worker-9", 1), ("worker-1", 0)])
def test_the_log_of_the_controller(name, number):
    members = cluster() | log(FULL.replace("worker-9", name), program="sdn-controller", pod="sdn-controller-x")
    found = outcome_of(RULE, members).findings
    assert [one.subject for one in found] == [name] * number
    late = log(FULL, "21 11:30:00 I master.go:1 on", program="sdn-controller", pod="sdn-controller-x")
    silent(RULE, cluster() | late)


def test_not_collected():
    not_checked(RULE, network() | node(), "not collected: HostSubnets")
    not_checked(RULE, network(kind="OVNKubernetes") | host_subnets(), "the network of the cluster is OVNKubernetes")
