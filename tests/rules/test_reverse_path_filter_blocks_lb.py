import pytest
from bgp_kit import dump, expect, neighbor, pod, quiet, timestamp, unjudged
from node_kit import ROUTES, absent, addresses, healthy, link, links, network, node, nstat, ovn_links, routes, settings

RULE = "reverse-path-filter-blocks-lb"
PEER = "198.51.100.1"
ON_LINK = "198.51.100.0/24 dev ens5 proto kernel scope link src 198.51.100.20"
FRR = pod() | dump(neighbors=(neighbor(PEER),)) | timestamp()
BASE = node("worker-0") | network() | addresses("worker-0", (20, "ens5", "198.51.100.20/24")) | links()


def filters(everywhere, own):
    return settings("worker-0", **{"net.ipv4.conf.all.rp_filter": everywhere, "net.ipv4.conf.ens5.rp_filter": own})


def second(everywhere=0, own=1, *more):
    return BASE | FRR | routes("worker-0", *ROUTES, ON_LINK, *more) | filters(everywhere, own)


def test_a_healthy_cluster_with_its_peer_on_the_uplink():
    quiet(RULE, healthy() | pod() | dump(neighbors=(neighbor("192.0.2.9"),)) | timestamp(), examined=3)


@pytest.mark.parametrize(("everywhere", "own"), [(0, 1), (1, 0), (1, 1)])
def test_strict_on_a_second_interface(everywhere, own):
    words = (
        "worker-0 filters reverse paths strictly on ens5, by which traffic from BGP peer 198.51.100.1 comes in,"
        " but its default route leaves by br-ex"
    )
    shown = (f"all.rp_filter = {everywhere}", f"ens5.rp_filter = {own}", "198.51.100.20/24", "default via 192.0.2.1")
    expect(RULE, second(everywhere, own), "warning", words, subject="ens5", shown=shown)
    both = dump(neighbors=(neighbor(PEER), neighbor("198.51.100.2")))
    expect(RULE, second(everywhere, own) | both, "warning", words, subject="ens5")  # told once


def test_the_kernel_counted_such_packets():
    members = second() | nstat("worker-0", TcpExtIPReversePathFilter=341)
    expect(RULE, members, "warning", "the kernel dropped 341 such packets", subject="ens5", shown=("341",))
    quiet(RULE, second(0, 0) | nstat("worker-0", TcpExtIPReversePathFilter=341))


@pytest.mark.parametrize(("everywhere", "own"), [(0, 0), (0, 2), (2, 1), (1, 2)])
def test_loose_or_off(everywhere, own):
    quiet(RULE, second(everywhere, own))


def test_routes_lead_back():
    quiet(RULE, second(0, 1, "203.0.113.0/24 via 198.51.100.1 dev ens5 proto bgp metric 20"))
    quiet(RULE, second(0, 1, "default via 198.51.100.1 dev ens5 proto static metric 200"))


def test_policy_routing():
    rule = "0:\tfrom all lookup local\n5000:\tfrom 198.51.100.20 lookup 100\n32766:\tfrom all lookup main\n"
    quiet(RULE, second() | {"sosreport-worker-0-2026-11-21-abcdefg/sos_commands/networking/ip_rule_list": rule})


def test_a_vrf():
    more = [link("ens5", index=20, master="red"), link("red", 65575, index=21, kind="vrf", state="UP")]
    quiet(RULE, second() | links("worker-0", ovn_links(more=more)))


def test_without_a_default_route():
    quiet(RULE, BASE | FRR | routes("worker-0", *ROUTES[1:], ON_LINK) | filters(0, 1))


def test_not_collected():
    absent(RULE, healthy(), "no BGP session of a node")
    alone = settings("worker-0", **{"net.ipv4.conf.all.rp_filter": 0})
    unjudged(RULE, BASE | FRR | routes("worker-0", *ROUTES, ON_LINK) | alone, "filter of ens5 was not collected")
    loose = settings("worker-0", **{"net.ipv4.conf.all.rp_filter": 2})
    quiet(RULE, BASE | FRR | routes("worker-0", *ROUTES, ON_LINK) | loose)
