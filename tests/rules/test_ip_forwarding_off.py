import pytest
from bgp_kit import dump, expect, neighbor, pod, quiet, timestamp, unjudged
from kit import found
from node_kit import (
    WORKERS,
    absent,
    addresses,
    healthy,
    links,
    network,
    node,
    operator,
    routes,
    sdn_links,
    settings,
    sysctl,
)

RULE = "ip-forwarding-off"
FRR = pod() | dump(neighbors=(neighbor("198.51.100.1"),)) | timestamp()
SECOND = addresses("worker-0", (9, "ens5", "198.51.100.20/24"))
BASE = node("worker-0") | network() | operator() | addresses() | links()


def test_a_healthy_cluster():
    quiet(RULE, healthy(), examined=3)
    quiet(RULE, healthy() | FRR | SECOND, examined=3)


@pytest.mark.parametrize("name", ["br-ex", "ovn-k8s-mp0"])
def test_off_on_an_interface_of_ovn(name):
    key = f"net.ipv4.conf.{name}.forwarding"
    members = BASE | settings("worker-0", **{"net.ipv4.ip_forward": 0, key: 0})
    expect(RULE, members, "error", f"worker-0 has {key} = 0", subject=key, shown=(f"{key} = 0",))


def test_the_global_setting_is_off_on_purpose_when_restricted():
    for config in (operator(), operator(gatewayConfig={"ipForwarding": "Restricted"})):
        quiet(RULE, BASE | config | sysctl(net__ipv4__ip_forward=0))
    members = BASE | operator(gatewayConfig={"ipForwarding": "Global"})
    words = "net.ipv4.ip_forward = 0: the network operator is to forward on all interfaces"
    shown = ("net.ipv4.ip_forward = 0", '"ipForwarding": "Global"')
    expect(RULE, members | sysctl(net__ipv4__ip_forward=0), "error", words, subject="net.ipv4.ip_forward", shown=shown)


def test_openshift_sdn_needs_the_global_setting():
    sdn = node("worker-0") | network(1450, kind="OpenShiftSDN") | links("worker-0", sdn_links())
    words = "net.ipv4.ip_forward = 0: OpenShift SDN needs it"
    expect(RULE, sdn | sysctl(net__ipv4__ip_forward=0), "error", words, subject="net.ipv4.ip_forward")
    quiet(RULE, sdn | sysctl(net__ipv4__conf__br_ex__forwarding=0))
    by_link = node("worker-0") | links("worker-0", sdn_links()) | sysctl(net__ipv4__ip_forward=0)
    expect(RULE, by_link, "error", words, subject="net.ipv4.ip_forward")


def test_traffic_of_metallb_on_a_second_interface():
    key = "net.ipv4.conf.ens5.forwarding"
    members = BASE | FRR | SECOND | sysctl(net__ipv4__conf__ens5__forwarding=0)
    words = f"{key} = 0: traffic for services comes in there, from BGP peer 198.51.100.1"
    expect(RULE, members, "error", words, subject=key, shown=("198.51.100.20/24",))
    quiet(RULE, BASE | FRR | SECOND | sysctl(net__ipv4__conf__ens5__forwarding=1))
    several = pod() | timestamp() | dump(neighbors=tuple(map(neighbor, ("192.0.2.1", "198.51.100.1", "198.51.100.2"))))
    expect(RULE, members | several, "error", words, subject=key)  # told once
    unnumbered = dump(
        neighbors=(neighbor(header="BGP neighbor on ens5: fe80::1, remote AS 64512, local AS 64500, external link"),)
    )
    quiet(RULE, members | unnumbered)
    quiet(RULE, BASE | SECOND | sysctl(net__ipv4__conf__ens5__forwarding=0))  # nobody sends traffic there


def test_ipv6():
    members = BASE | network(networks=("10.128.0.0/14", "fd01::/48")) | sysctl(net__ipv6__conf__all__forwarding=0)
    expect(RULE, members, "error", "the cluster network has IPv6", subject="net.ipv6.conf.all.forwarding")
    quiet(RULE, BASE | sysctl(net__ipv6__conf__all__forwarding=0))
    own = sysctl(net__ipv6__conf__all__forwarding=0, net__ipv6__conf__br_ex__forwarding=1)
    quiet(RULE, members | own)


def test_more_than_twenty_nodes():
    members = network() | operator()
    for at in range(21):
        name = f"worker-{at}"
        members |= node(name) | settings(name, **{"net.ipv4.conf.br-ex.forwarding": 0})
    assert found(RULE, members) == [(None, "net.ipv4.conf.br-ex.forwarding", "error")]


def test_not_collected():
    unjudged(RULE, BASE, "sysctl")
    members = (
        BASE | {key: text for name in WORKERS for key, text in (node(name) | sysctl(name)).items()} | routes("worker-3")
    )
    unjudged(RULE, members | node("worker-3"), "sysctl", examined=3)
    absent(RULE, network() | operator(), "no output of a node's network")
    absent(RULE, settings("tor1", **{"net.ipv4.ip_forward": 0}), "a node of the cluster for sure")
