import pytest
from sdn_kit import (
    ROUTES,
    VXLAN,
    clear,
    cluster,
    cluster_network,
    each,
    expect,
    gap,
    host_subnets,
    log,
    network,
    node,
    not_checked,
    outcome_of,
    program,
    routes,
    silent,
    switch,
    timestamp,
    without_route,
)

RULE = "sdn-routes-missing"
PODS, SERVICES = "10.128.0.0/14", "172.30.0.0/16"
GUIDE = (
    "default via 192.168.122.1 dev ens3",
    "10.128.0.0/14 dev tun0  proto kernel  scope link",
    "10.128.2.0/23 dev tun0  proto kernel  scope link  src 10.128.2.1",
    "169.254.0.0/16 dev ens3  scope link  metric 1002",
    "172.17.0.0/16 dev docker0  proto kernel  scope link  src 172.17.42.1",
    "192.168.122.0/24 dev ens3  proto kernel  scope link  src 192.168.122.46",
)
WRONG = "21 09:59:30 W sdn_controller.go:90 [SDN setup] one or more cluster routes not found or not correct"
CONFLICT = (
    "21 09:50:00 E node.go:300 Local networks conflict with SDN; this will eventually cause problems: cluster IP:"
    " 10.128.0.0 conflicts with host network: 10.128.0.0/16"
)


def test_healthy():
    clear(RULE, cluster(), cluster(subnets=False))


def test_the_own_subnet_may_be_missing_or_there():
    clear(
        RULE, cluster() | routes("worker-0", *ROUTES, "10.128.0.0/23 dev tun0 proto kernel scope link src 10.128.0.1")
    )


@pytest.mark.parametrize(("cidr", "what"), [(PODS, "pods"), (SERVICES, "services")])
def test_a_route_that_is_not_there(cidr, what):
    members = cluster() | routes("worker-0", *without_route(cidr))
    words = f"worker-0 has no route for {cidr}, the network of {what}, through tun0"
    expect(RULE, members, "critical", words, subject=cidr, shown=(cidr, "dev tun0"))


def test_masked_networks_cannot_be_compared():
    members = {
        path: text.replace("10.128.0.0/14", "xxx.xxx.xxx.xxx/14").replace("172.30.0.0/16", "xxx.xxx.xxx.xxx/16")
        for path, text in network().items()
    }
    outcome = outcome_of(RULE, cluster() | members)
    assert not outcome.findings
    assert {one.reason.partition(": ")[2] for one in outcome.gaps} == {"masked addresses hide the route"}


def test_both_routes_are_one_finding():
    members = cluster() | routes("worker-0", *without_route(PODS, SERVICES))
    text = f"has no route for {PODS}, the network of pods, and {SERVICES}, the network of services, through tun0"
    expect(RULE, members, "critical", text, subject=PODS, shown=("default via",))


def test_by_another_device():
    members = cluster() | routes("worker-0", *without_route(SERVICES), "172.30.0.0/16 dev docker1 scope link")
    expect(RULE, members, "critical", f"no route for {SERVICES}", "it goes by docker1", subject=SERVICES)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("10.130.0.0/16 via 192.0.2.7 dev ens192", "worker-0 sends 10.130.0.0/16 by ens192, a part of 10.128.0.0/14"),
        ("172.30.4.0/24 dev tunvpn scope link", "worker-0 sends 172.30.4.0/24 by tunvpn, a part of 172.30.0.0/16"),
        ("blackhole 10.129.0.0/16", "worker-0 sends 10.129.0.0/16 by a blackhole route"),
    ],
)
def test_a_narrower_route(line, words):
    members = cluster() | routes("worker-0", *ROUTES, line)
    expect(RULE, members, "critical", words, subject=line.removeprefix("blackhole ").split()[0], shown=(line, "tun0"))


def test_a_better_route():
    lines = [one.replace("dev tun0 scope link", "dev tun0 scope link metric 100") for one in ROUTES]
    members = cluster() | routes("worker-0", *lines, "10.128.0.0/14 dev ens192 scope link")
    expect(RULE, members, "critical", "sends 10.128.0.0/14, the network of pods, by ens192 before tun0", subject=PODS)
    worse = routes("worker-0", *ROUTES, "10.128.0.0/14 via 192.0.2.1 dev ens192 metric 400")
    clear(RULE, cluster() | worse)


def test_a_node_that_has_gone_over_to_ovn_kubernetes():
    own = ("default via 192.0.2.1 dev br-ex", "10.128.0.0/14 via 10.128.0.1 dev ovn-k8s-mp0")
    gap(RULE, cluster() | routes("worker-0", *own), "it is no node with OpenShift SDN")


def test_harmless_routes():
    lines = ("169.254.0.0/16 dev ens192 scope link", "172.17.0.0/16 dev docker0", "10.128.0.0/23 dev lbr0 scope link")
    clear(RULE, cluster() | routes("worker-0", *ROUTES, *lines))


def test_the_troubleshooting_guide():
    """Its table has no route for services, and no object tells their network."""
    silent(
        RULE,
        {"case/node-1/ip_route.txt": "\n".join(("# ip route", *GUIDE)) + "\n"} | cluster_network(serviceNetwork=""),
    )
    lost = {
        "case/node-1/ip_route.txt": "\n".join(one for one in ("# ip route", *GUIDE) if "10.128.0.0/14" not in one)
        + "\n"
    }
    found = expect(
        RULE,
        lost | cluster_network(serviceNetwork=""),
        "critical",
        "no route for 10.128.0.0/14",
        subject=PODS,
        whose="node-1",
    )
    assert found.evidence


def test_the_setup_script_of_early_releases():
    """It adds no route for services; whoever takes their addresses is told of all the same."""
    lines = [f"{one} proto kernel scope link" if "10.128" in one else one for one in without_route(SERVICES)]
    lines = [one.replace("scope link proto", "proto") for one in lines]
    clear(RULE, cluster() | routes("worker-0", *lines))
    members = cluster() | routes("worker-0", *lines, "172.30.4.0/24 dev tunvpn scope link")
    expect(RULE, members, "critical", "by tunvpn", subject="172.30.4.0/24")


def test_networks_that_are_not_known():
    bare = network((), ()) | timestamp() | node() | routes()
    gap(RULE, bare, "the cluster's networks were not collected")
    lost = bare | routes("worker-0", *without_route("tun0"))
    expect(RULE, lost, "critical", "no route for the cluster's networks", subject="the cluster's networks")


def test_what_another_rule_tells_of():
    lost = routes("worker-0", *without_route("tun0"))
    gap(RULE, cluster() | lost | switch(ports=(VXLAN,)), "its br0 has no tun0")
    members = {key: text for key, text in cluster().items() if "hostsubnets/worker-0" not in key}
    gap(RULE, members | lost, "it has no HostSubnet")
    gap(RULE, cluster() | lost | program(started="2026-11-21T09:59:30Z"), "had only just started")


def test_parts_of_a_table():
    gap(RULE, cluster() | routes("worker-0", "10.129.0.0/23 dev ens192"), "not as a whole")
    gap(
        RULE,
        cluster() | node(system="windows") | routes("worker-0", *without_route("tun0")),
        "no node with OpenShift SDN",
    )
    other = {"case/router/ip_route.txt": "$ ip route\ndefault via 198.51.100.1 dev eth0\n"}
    gap(RULE, cluster_network() | other, "whether it is a node of the cluster is not known")


def test_masked_addresses():
    lines = [one.replace("10.128.0.0/14", "x-ipv4-0000000003-x/16") for one in ROUTES]
    gap(RULE, cluster() | routes("worker-0", *lines), "masked addresses hide the route")


def test_many_nodes():
    names = [f"worker-{at}" for at in range(25)]
    members = timestamp() | network()
    for at, name in enumerate(names):
        members |= node(name, ips=(f"198.51.100.{at}",))
        members |= {
            key.replace("worker-0", name): text for key, text in routes("worker-0", *without_route(PODS)).items()
        }
    expect(RULE, members, "critical", "the same of 24 more nodes", subject=PODS, whose=None)


def test_the_log():
    members = timestamp() | network() | node()
    expect(
        RULE,
        members | program(ready=False) | log(WRONG),
        "critical",
        "routes missing or wrong",
        subject="worker-0",
        shown=("not correct",),
    )
    silent(RULE, members | program() | log(WRONG))
    expect(
        RULE, members | program() | log(CONFLICT), "warning", "overlap", subject="worker-0", shown=("conflicts with",)
    )
    conflict = cluster() | routes("worker-0", *ROUTES, "10.128.0.0/16 dev ens192")
    assert len(outcome_of(RULE, conflict | program(ready=False) | log(CONFLICT, WRONG)).findings) == 1
    gap(RULE, members | log(CONFLICT.replace("Local networks", "Other")), "only the logs were searched")


def test_not_collected():
    not_checked(RULE, network() | each(node) | host_subnets(), "not collected: the routes")
    not_checked(RULE, network(kind="OVNKubernetes") | routes(), "is OVNKubernetes")
