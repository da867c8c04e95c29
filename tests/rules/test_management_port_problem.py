import json

import pytest
from ovs_kit import (
    CUT,
    IMAGE,
    br_ex,
    br_int,
    bridge,
    cluster,
    expect,
    network,
    node,
    nodes,
    not_checked,
    outcome_of,
    port,
    quiet,
    sdn,
    show,
    switch,
    unjudged,
)

RULE = "management-port-problem"
SUBJECT = "br-int/ovn-k8s-mp0"
SOS = "sosreport-worker-0-2026-11-21-abcdefg/sos_commands/networking"


def links(*blocks, others=("br-ex", "ovs-system")):
    """`ip -s -d link` of worker-0: lo, bridges of the host and these blocks."""
    each = [
        link("lo", "LOOPBACK,UP,LOWER_UP"),
        *(link(name, "BROADCAST,MULTICAST,UP,LOWER_UP") for name in others),
        *blocks,
    ]
    text = "".join(f"{at}: {block}" for at, block in enumerate(each, 1))
    return {f"{SOS}/ip_-s_-d_link": text}


def link(name, flags="BROADCAST,MULTICAST,UP,LOWER_UP", rx=(1000, 0, 0), tx=(1000, 0, 0)):
    rows = [f"{name}: <{flags}> mtu 1400 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000"]
    rows += ["    link/ether 0a:58:0a:80:00:02 brd ff:ff:ff:ff:ff:ff"]
    rows += ["    RX:  bytes packets errors dropped  missed   mcast", f"         1 {rx[0]} {rx[1]} {rx[2]} 0 0"]
    rows += ["    TX:  bytes packets errors dropped carrier collsns", f"         1 {tx[0]} {tx[1]} {tx[2]} 0 0", ""]
    return "\n".join(rows)


def addresses(*of_management):
    """`ip -o addr`-like listing of worker-0."""
    lines = ["1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000"]
    lines += ["    inet 127.0.0.1/8 scope host lo", "       valid_lft forever preferred_lft forever"]
    lines += [
        "2: br-ex: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UNKNOWN group default qlen 1000"
    ]
    lines += [
        "3: ovn-k8s-mp0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1400 qdisc noqueue state UNKNOWN group default qlen 1000"
    ]
    for one in of_management:
        scope = "link" if one.startswith("fe80") else "global"
        text = f"inet6 {one} scope {scope}" if ":" in one else f"inet {one} scope {scope} ovn-k8s-mp0"
        lines += [f"    {text}", "       valid_lft forever preferred_lft forever"]
    return {f"{SOS}/ip_-d_address": "\n".join(lines) + "\n"}


def test_no_port():
    expect(RULE, cluster() | switch(management=""), "error", "no port ovn-k8s-mp0", subject=SUBJECT, shown=["br-int"])


def test_no_link():
    members = network() | nodes() | links()
    expect(RULE, members, "error", "no link ovn-k8s-mp0", subject=SUBJECT, shown=["lo:"])


def test_links_of_a_pod_prove_nothing():
    outcome = outcome_of(RULE, network() | nodes() | links(others=("eth0",)))
    assert not outcome.findings


@pytest.mark.parametrize("name", ["ovn-k8s-mp0", "ovn-k8s-mp0_0", "k8s-worker-0"])
def test_names_of_releases(name):
    quiet(RULE, cluster() | switch(management=port(name, "internal")))


def test_down():
    members = cluster() | links(link("ovn-k8s-mp0", "BROADCAST,MULTICAST"))
    expect(RULE, members, "error", "is set down", subject=SUBJECT, shown=["BROADCAST,MULTICAST"])
    quiet(RULE, cluster() | links(link("ovn-k8s-mp0")))


def test_what_network_manager_does_not_manage():
    port = {"name": "ovn-k8s-mp0", "type": "ovs-interface", "state": "down"}
    made = {
        "apiVersion": "nmstate.io/v1beta1",
        "kind": "NodeNetworkState",
        "metadata": {"name": "worker-0"},
        "status": {"currentState": {"interfaces": [port]}},
    }
    path = f"{IMAGE}/cluster-scoped-resources/nmstate.io/nodenetworkstates/worker-0.yaml"
    quiet(RULE, cluster() | {path: json.dumps(made, indent=4) + "\n"})


@pytest.mark.parametrize(
    ("has", "words"),
    [
        ((), "has no address, not 10.128.0.2"),
        (("fe80::1/64",), "has no address"),
        (("10.128.0.3/23",), "has the address 10.128.0.3/23, not 10.128.0.2"),
    ],
)
def test_the_address(has, words):
    members = cluster() | addresses(*has)
    expect(RULE, members, "error", words, subject=SUBJECT, shown=["ovn-k8s-mp0", "10.128.0.0/23"])


def test_an_address_in_two_outputs_is_told_once():
    again = {path.replace("ip_-d_address", "ip_address"): text for path, text in addresses("10.128.0.3/23").items()}
    members = cluster() | addresses("10.128.0.3/23") | again
    expect(RULE, members, "error", "has the address 10.128.0.3/23, not 10.128.0.2", subject=SUBJECT)


def test_addresses_that_fit():
    quiet(RULE, cluster() | addresses("10.128.0.2/23"))
    both = cluster() | node(node_subnets='{"default":["10.128.0.0/23","fd01:0:0:1::/64"]}')
    quiet(RULE, both | addresses("10.128.0.2/23", "fd01:0:0:1::2/64"))
    expect(RULE, both | addresses("10.128.0.2/23"), "error", "not fd01:0:0:1::2", subject=SUBJECT)
    quiet(RULE, cluster() | node(node_subnets='{"default":"10.128.0.0/23"}') | addresses("10.128.0.2/23"))


@pytest.mark.parametrize("subnets", ["{", "[]", '{"default":["10.128.0.1/32"]}', '{"default":["x"]}', '{"default":7}'])
def test_subnets_that_cannot_be_read(subnets):
    members = cluster() | node(node_subnets=subnets)
    quiet(RULE, members | addresses("10.128.0.9/23"))
    expect(RULE, members | addresses(), "error", "no address, and needs one", subject=SUBJECT)


@pytest.mark.parametrize(
    ("counters", "words"),
    [
        ({"rx": (50_000, 0, 150)}, "150 rx_dropped beside 50000 packets"),
        ({"tx": (50_000, 5_000, 0)}, "5000 tx_errors"),
    ],
)
def test_losses(counters, words):
    expect(RULE, cluster() | links(link("ovn-k8s-mp0", **counters)), "warning", words, subject=SUBJECT, shown=["50000"])


@pytest.mark.parametrize("counters", [{"rx": (248_078, 0, 0)}, {"rx": (500, 0, 99)}, {"rx": (1_000_000, 0, 900)}])
def test_few_losses(counters):
    quiet(RULE, cluster() | links(link("ovn-k8s-mp0", **counters)))


def test_two_outputs():
    first = links(link("ovn-k8s-mp0", rx=(50_000, 0, 9_000)))
    second = links(link("ovn-k8s-mp0", rx=(60_000, 0, 9_500)))
    older = {path.replace("2026-11-21", "2026-11-20"): text for path, text in first.items()}
    members = cluster() | second | older
    expect(RULE, members, "error", "500 rx_dropped beside 10000 packets between", subject=SUBJECT, shown=["60000"])
    quiet(RULE, cluster() | links(link("ovn-k8s-mp0", rx=(60_000, 0, 9_000))) | older)


def test_counters_of_open_vswitch():
    text = """\
OFPST_PORT reply (OF1.3) (xid=0x2): 1 ports
  port  "ovn-k8s-mp0": rx pkts=50000, bytes=1, drop=700, errs=0, frame=0, over=0, crc=0
           tx pkts=50000, bytes=1, drop=0, errs=0, coll=0
           duration=1.0s
"""
    members = cluster() | {
        "sosreport-worker-0-2026-11-21-abcdefg/sos_commands/openvswitch/ovs-ofctl_dump-ports_br-int": text
    }
    expect(RULE, members, "warning", "700 rx_dropped", subject=SUBJECT, shown=["drop=700"])


def test_openshift_sdn():
    quiet(RULE, sdn())
    members = network("OpenShiftSDN") | nodes() | show(bridge("br0", port("vxlan0", "vxlan"), mode="secure"))
    expect(RULE, members, "error", "no port tun0", subject="br0/tun0")


def test_a_page():
    """`ifconfig ovn-k8s-mp0` as a page shows it, without a cluster around."""
    text = """\
[root@worker1 ~]# ifconfig ovn-k8s-mp0
ovn-k8s-mp0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1400
        inet 10.131.0.2  netmask 255.255.254.0  broadcast 10.131.1.255
        ether ee:45:a3:53:06:65  txqueuelen 1000  (Ethernet)
        RX packets 248078  bytes 20827992 (19.8 MiB)
        RX errors 0  dropped 0  overruns 0  frame 0
        TX packets 265000  bytes 20827992 (19.8 MiB)
        TX errors 0  dropped {} overruns 0  carrier 0  collisions 0
"""
    quiet(RULE, {"saved/page.txt": text.format(0)})
    found = outcome_of(RULE, {"saved/page.txt": text.format(9000)}).findings
    assert [(one.subject, str(one.severity)) for one in found] == [(SUBJECT, "warning")]
    assert "9000 tx_dropped beside 265000 packets" in found[0].message


def test_not_judged():
    not_checked(RULE, network() | nodes(), "ip link, ifconfig")
    members = network() | nodes()
    saved = show(br_ex(), br_int(management=""), path="saved/worker-0/ovs.txt", **CUT)
    unjudged(RULE, members | saved, "may be cut")
    some = {f"{SOS}/ip_-s_-d_link": "1: " + link("ens3")}
    not_checked(RULE, some, "ip link")
    card = cluster() | node(labels={"network.operator.openshift.io/dpu-host": ""}) | switch(management="")
    assert outcome_of(RULE, card).status == "not_checked"
    host = network() | node(labels={"network.operator.openshift.io/dpu-host": ""}) | links()
    assert outcome_of(RULE, host).status == "not_checked"
