import json

import pytest
from bgp_kit import IMAGE, dump, expect, neighbor, pod, quiet, timestamp, unjudged
from kit import found
from node_kit import (
    ROUTES,
    absent,
    addresses,
    healthy,
    links,
    network,
    node,
    operator,
    ovn_links,
    routes,
    sdn_links,
    without_route,
)

RULE = "route-wrong-or-missing"
BASE = node("worker-0") | network() | addresses() | links()
KERNEL = "192.0.2.0/24 dev br-ex proto kernel scope link src 192.0.2.{at} metric 48"
SDN_ROUTES = (
    "default via 192.0.2.1 dev ens192 proto dhcp metric 100",
    "10.128.0.0/14 dev tun0 scope link",
    "172.30.0.0/16 dev tun0",
    "192.0.2.0/24 dev ens192 proto kernel scope link src 192.0.2.{at} metric 100",
)


def test_a_healthy_cluster():
    quiet(RULE, healthy(), examined=3)


def test_openshift_sdn():
    sdn = node("worker-0") | network(1450, kind="OpenShiftSDN") | links("worker-0", sdn_links())
    base = sdn | addresses("worker-0", device="ens192")
    quiet(RULE, base | routes("worker-0", *SDN_ROUTES))
    # sdn-routes-missing tells of the routes through tun0.
    quiet(RULE, base | routes("worker-0", *(one for one in SDN_ROUTES if "10.128" not in one)))
    lost = base | routes("worker-0", *(one for one in SDN_ROUTES if "default" not in one))
    expect(RULE, lost, "error", "no IPv4 default route", subject="0.0.0.0/0")


def test_routes_that_a_network_state_leaves_out():
    """Up to nmstate 1.0 it told routes of what NetworkManager manages, and it does not manage ovn-k8s-mp0."""
    hops = {"0.0.0.0/0": ("192.0.2.1", "br-ex"), "192.0.2.0/24": ("", "br-ex"), "198.51.100.0/24": ("", "ens5")}
    running = [
        {"destination": to, "next-hop-address": hop, "next-hop-interface": device, "metric": 48, "table-id": 254}
        for to, (hop, device) in hops.items()
    ]
    state = {"currentState": {"interfaces": [], "routes": {"running": running}}}
    made = {"apiVersion": "nmstate.io/v1beta1", "kind": "NodeNetworkState", "metadata": {"name": "worker-0"}}
    path = f"{IMAGE}/cluster-scoped-resources/nmstate.io/nodenetworkstates/worker-0.yaml"
    quiet(RULE, BASE | {path: json.dumps(made | {"status": state}, indent=1)})


def test_no_default_route():
    members = BASE | without_route("worker-0", "default")
    expect(RULE, members, "error", "worker-0 has no IPv4 default route", subject="0.0.0.0/0", shown=("192.0.2.0/24",))
    lone = node("worker-0") | routes("worker-0", KERNEL)
    expect(RULE, lone, "error", "worker-0 has no IPv4 default route", subject="0.0.0.0/0")


def test_the_default_route_leaves_by_another_interface():
    lines = ("default via 198.51.100.1 dev ens5 proto dhcp metric 20", *ROUTES)
    words = "the IPv4 default route of worker-0 leaves by ens5 to 198.51.100.1, not by br-ex"
    shown = ("dev ens5 proto dhcp metric 20",)
    expect(RULE, BASE | routes("worker-0", *lines), "error", words, subject="0.0.0.0/0", shown=shown)
    quiet(RULE, BASE | routes("worker-0", *ROUTES, "default via 198.51.100.1 dev ens5 proto dhcp metric 100"))
    vrf = "default via 198.51.100.1 dev ens5 table 1007 metric 20"
    quiet(RULE, BASE | routes("worker-0", *ROUTES, vrf))


def test_two_default_routes_of_equal_metric():
    lines = (*ROUTES, "default via 198.51.100.1 dev ens5 proto static metric 48")
    words = "worker-0 has several IPv4 default routes of metric 48: br-ex to 192.0.2.1 and ens5 to 198.51.100.1"
    expect(RULE, BASE | routes("worker-0", *lines), "error", words, subject="0.0.0.0/0")
    twice = (*ROUTES, "default via 192.0.2.2 dev br-ex proto static metric 48")
    quiet(RULE, BASE | routes("worker-0", *twice))


def test_no_route_to_the_pods():
    members = BASE | without_route("worker-0", "10.128.0.0/14")
    words = "worker-0 has no route to the pods' network 10.128.0.0/14 by ovn-k8s-mp0"
    expect(RULE, members, "error", words, subject="10.128.0.0/14")
    quiet(RULE, members | operator(1400, transport="NoOverlay"))


@pytest.mark.parametrize(
    ("word", "subject", "text"),
    [("172.30", "172.30.0.0/16", "the services' network 172.30.0.0/16"), ("169.254", "169.254.169.1", "masquerade")],
)
def test_what_other_nodes_have(word, subject, text):
    members = healthy() | without_route("worker-1", word)
    expect(RULE, members, "error", "worker-1 has no route to", text, subject=subject, whose="worker-1")
    everywhere = {key: value for at in range(3) for key, value in without_route(f"worker-{at}", word).items()}
    quiet(RULE, healthy() | everywhere, examined=3)  # a release that does not set it


FRR = pod() | dump(neighbors=(neighbor("198.51.100.1"),)) | timestamp()
SECOND = addresses("worker-0", (20, "ens5", "198.51.100.20/24"))
ON_LINK = "198.51.100.0/24 dev ens5 proto kernel scope link src 198.51.100.20"


def ways(*lines, name="ip_route"):
    return BASE | FRR | SECOND | routes("worker-0", *ROUTES, ON_LINK, *lines, name=name)


def test_the_way_to_a_peer():
    quiet(RULE, ways())
    words = (
        "worker-0 reaches BGP peer 198.51.100.1 by br-ex to 192.0.2.1,"
        " although it is in the network of ens5 (198.51.100.20/24)"
    )
    for line in (
        "198.51.100.1 via 192.0.2.1 dev br-ex",
        "198.51.100.1 via 192.0.2.1 dev br-ex src 192.0.2.20 uid 0 \n    cache",
    ):
        expect(RULE, ways(line), "error", words, subject="198.51.100.1")
    detour = "198.51.100.1 via 198.51.100.254 dev ens5"
    expect(RULE, ways(detour), "error", "by ens5 to 198.51.100.254", subject="198.51.100.1", shown=(detour,))


def test_ways_that_are_meant():
    quiet(RULE, ways("198.51.100.1 dev ens5 scope link"))
    quiet(RULE, BASE | FRR | SECOND | routes())  # the link's own route is in the table of a VRF
    rule = "0:\tfrom all lookup local\n5000:\tfrom all fwmark 0x3f0 lookup 1007\n32766:\tfrom all lookup main\n"
    policy = {"sosreport-worker-0-2026-11-21-abcdefg/sos_commands/networking/ip_rule_list": rule}
    quiet(RULE, ways("198.51.100.1 via 192.0.2.1 dev br-ex") | policy)


def test_link_local_routes_of_ovn():
    masquerade = addresses("worker-0", (5, "br-ex", "169.254.169.2/29"))
    lines = (*ROUTES, "169.254.169.3 via 10.128.20.1 dev ovn-k8s-mp0")
    quiet(RULE, healthy() | masquerade | routes("worker-0", *lines), examined=3)


def test_the_way_to_another_node():
    members = healthy() | routes("worker-0", *ROUTES, "192.0.2.21 via 192.0.2.254 dev br-ex")
    words = "worker-0 reaches worker-1 (192.0.2.21) by br-ex to 192.0.2.254"
    expect(RULE, members, "error", words, subject="192.0.2.21")


def test_ipv6_where_the_node_has_it():
    dual = BASE | node("worker-0", "192.0.2.20", "2001:db8::20") | routes()
    own = ("2001:db8::/64 dev br-ex proto kernel metric 256 pref medium", "fe80::/64 dev br-ex proto kernel metric 256")
    with_default = (*own, "default via fe80::1 dev br-ex proto ra metric 48 pref medium")
    quiet(RULE, dual)
    quiet(RULE, dual | routes("worker-0", *with_default, name="ip_6_route"))
    members = dual | routes("worker-0", *own, name="ip_6_route")
    expect(RULE, members, "error", "worker-0 has no IPv6 default route", subject="::/0")
    quiet(RULE, BASE | routes() | routes("worker-0", *own, name="ip_6_route"))


def test_more_than_twenty_nodes():
    members = network()
    for at in range(22):
        name = f"worker-{at}"
        members |= node(name) | addresses(name) | links(name, ovn_links()) | without_route(name, "default")
    assert found(RULE, members) == [(None, "0.0.0.0/0", "error")]


def test_not_collected():
    unjudged(RULE, BASE, "its routes (ip route) were not collected")
    unjudged(RULE, BASE | routes("worker-0", "198.51.100.7 via 192.0.2.1 dev br-ex"), "its routes (ip route)")
    absent(RULE, network(), "no output of a node's network")
