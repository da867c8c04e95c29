import pytest
from metallb_kit import written
from sdn_kit import (
    IPS,
    cluster,
    container,
    expect,
    host_subnets,
    log,
    network,
    node,
    not_checked,
    outcome_of,
    pod,
    pods,
    program,
    silent,
    timestamp,
)

RULE = "sdn-setup-log-errors"
FAILED = "21 09:59:30 F cmd.go:111 Failed to start sdn: node SDN setup failed: could not add route"
WAITS = '21 09:59:20 W subnets.go:155 HostIP "192.0.2.99" for local subnet does not match with nodeIP "192.0.2.20", W'
ENDS = "21 09:59:30 F cmd.go:111 Failed to start sdn: failed to get subnet for this host: worker-0, error: timed out"
CNI = "21 {} W pod.go:300 CNI_ADD shop/{} failed: failed to run IPAM for abc: no IP addresses available"
FLOWS = '21 09:59:30 E ovscontroller.go:1 error adding OVS flows for subnet "10.128.2.0/23": exit status 1'
HOST = "node-1.example.com"
UNIT = f"Nov 21 10:00:{{:02}} {HOST} atomic-openshift-node[2345]: "
SCRIPT = (
    "I1121 10:00:01.000000    2345 kube.go:100] Output of setup script:",
    "+ ovs-vsctl add-br br0",
    "+ ip link add vlinuxbr type veth peer name vovsbr",
    "RTNETLINK answers: Operation not permitted",
    "E1121 10:00:02.000000    2345 kube.go:102] Error executing setup script.",
    "\tOutput: + ovs-vsctl add-br br0",
    "\tError: exit status 2",
)
ADDED = (
    "I1121 10:00:03.000000    2345 kube.go:120] Output of adding table=0,cookie=0xc0000215,priority=100,ip,"
    "nw_dst=10.1.2.0/24,actions=set_field:192.0.2.21->tun_dst,output:1: {}"
)


def base():
    return timestamp() | network() | node()


def journal(*lines):
    return {"case/node-1/atomic-openshift-node.log": "".join(f"{UNIT.format(1)}{one}\n" for one in lines)}


def test_healthy():
    silent(RULE, cluster() | program() | log("21 09:00:00 I node.go:1 Starting openshift-sdn network plugin"))


def test_a_node_that_does_not_start():
    members = base() | program(ready=False) | log(FAILED)
    words = ("OpenShift SDN on worker-0 does not start", "node SDN setup failed: could not add route")
    expect(RULE, members, "error", *words, subject="worker-0", shown=("Failed to start sdn",))


def test_one_that_starts_again_and_again():
    members = base() | program(restarts=7, started="2026-11-21T09:59:40Z") | log(FAILED)
    expect(RULE, members, "error", "does not start", subject="worker-0")
    long_ago = log(FAILED.replace("09:59", "08:00"), "21 09:59:00 I node.go:1 on and on")
    silent(RULE, base() | program(restarts=7) | long_ago)


def test_one_that_did_start():
    silent(RULE, base() | program() | log(FAILED))
    silent(RULE, base() | log(FAILED, "21 10:09:00 I node.go:1 on and on"))
    assert outcome_of(RULE, base() | log(FAILED)).findings


@pytest.mark.parametrize(
    "text",
    [
        "F cmd.go:111 Failed to start sdn: net/ipv4/ip_forward=0, it must be set to 1",
        "E node.go:12 could not complete SDN setup: exit status 1",
        "E node.go:12 Unable to find network interface for node IP 192.0.2.20",
    ],
)
def test_steps(text):
    members = base() | program(ready=False) | log(f"21 09:59:30 {text}")
    expect(RULE, members, "error", text.split(" ", 2)[2][:40], subject="worker-0")


def test_what_another_rule_tells_of():
    silent(RULE, base() | program(ready=False) | log(WAITS, ENDS))
    expect(RULE, base() | program(ready=False) | log(ENDS), "error", "failed to get subnet", subject="worker-0")


def test_the_newest_of_several():
    older = FAILED.replace("09:59:30", "09:50:00").replace("add route", "make it")
    members = (
        base() | program(ready=False) | log(older, FAILED.replace("node SDN setup failed", "Failed to initialize sdn"))
    )
    expect(RULE, members, "error", "add route", subject="worker-0")


def test_an_older_one_behind_it():
    older = "21 09:50:00 E node.go:12 Unable to find network interface for node IP 192.0.2.20"
    members = base() | program(ready=False) | log(older, FAILED)
    expect(RULE, members, "error", "add route", subject="worker-0")


def test_an_empty_log():
    silent(RULE, base() | program(ready=False) | log())


def test_flows_that_could_not_be_added():
    expect(RULE, base() | program() | log(FLOWS), "warning", "logs once", subject="worker-0", shown=("error adding",))
    expect(RULE, base() | program(ready=False) | log(FLOWS, FLOWS), "error", "logs 2 times", subject="worker-0")
    silent(RULE, base() | program() | log(FLOWS, "21 11:30:00 E node.go:1 on and on"))


def test_pods_without_network():
    lines = [CNI.format(f"09:59:0{at}", name) for at, name in enumerate(("web-1", "web-2", "web-2"))]
    waiting = [pod(name, phase="Pending", ip="", ready=False) for name in ("web-1", "web-2")]
    members = base() | program() | log(*lines)
    words = ("failed 3 times to set up the network of shop/web-1, shop/web-2", "no IP addresses available")
    found = expect(RULE, members, "error", *words, subject="worker-0", shown=("CNI_ADD",))
    assert found.about == ("shop/web-1", "shop/web-2")
    expect(RULE, members | pods(*waiting), "error", "failed 3 times", subject="worker-0")
    silent(RULE, base() | program() | log(lines[0]))
    silent(RULE, members | pods(pod("web-1", ready=True), pod("web-2", ready=True)))
    silent(RULE, members | pods(waiting[0]))  # the other one is gone
    silent(RULE, base() | program() | log(*lines, "21 11:30:00 I node.go:1 on and on"))


def test_pods_that_were_deleted_meanwhile():
    gone = [f'21 09:59:0{at} W pod.go:300 CNI_ADD market/job-{at} failed: pods "job-{at}" not found' for at in range(5)]
    silent(RULE, base() | program() | log(*gone))


def test_the_setup_script():
    words = (
        "the setup script of OpenShift SDN on node-1",
        "failed of `ip link add",
        "RTNETLINK answers: Operation not",
    )
    expect(RULE, journal(*SCRIPT), "error", *words, subject=HOST, whose=HOST, shown=("RTNETLINK",))
    warned = journal(*SCRIPT[:4], "I1121 10:00:04.000000    2345 node.go:1] Started")
    expect(RULE, warned, "warning", "came to its end with errors", subject=HOST, whose=HOST)
    silent(RULE, journal(*SCRIPT[:3]))


def test_the_last_run_of_the_script_counts():
    good = "I1121 10:05:01.000000    2345 kube.go:100] Output of setup script:"
    silent(RULE, journal(*SCRIPT, good, "+ ovs-vsctl add-br br0", "I1121 10:05:04.000000    2345 node.go:1] Started"))


def test_flows_of_openshift_3():
    members = journal(
        ADDED.format(" (<nil>)"), ADDED.format("ovs-ofctl: br0 is not a bridge or a socket (exit status 1)")
    )
    words = ("1 of 2 flows of OpenShift SDN on node-1", "table=0,cookie=0xc0000215", "is not a bridge or a socket")
    expect(RULE, members, "error", *words, subject=HOST, whose=HOST, shown=("Output of adding table=0",))
    silent(RULE, journal(ADDED.format(" (<nil>)")))


def test_a_pod_that_is_not_known():
    other = written(
        "namespaces/openshift-sdn/core/pods.yaml",
        "Pod",
        pod("x", "worker-0", IPS["worker-0"], containers=[container()]),
    )
    members = base() | other | log(FAILED, pod="sdn-9xkzq")
    expect(RULE, members, "error", "on sdn-9xkzq does not start", subject="sdn-9xkzq", whose=None)


def test_not_collected():
    not_checked(RULE, network() | node() | host_subnets(), "not collected: logs of OpenShift SDN")
    not_checked(RULE, network(kind="OVNKubernetes") | log(FAILED), "is OVNKubernetes")
    not_checked(RULE, node(), "nothing of OpenShift SDN was collected")
