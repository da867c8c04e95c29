"""The chain of a service, from its pool to the router: the first link that does not hold is the answer."""

import pytest
from bgp_kit import node, resource
from kit import store_of
from metallb_kit import (
    UNREADY,
    bgp_advertisement,
    cluster,
    endpoints,
    events,
    frr,
    l2_advertisement,
    node_selector,
    peer,
    pool,
    service,
)

from analyzer.metallb.summary import ServiceVerdicts


def verdicts(members):
    return store_of(members).joined(ServiceVerdicts)


def only(members):
    """The only verdict on a service: its step and words."""
    (one,) = (each for each in verdicts(members) if each.service)
    return one.step, one.verdict


def test_a_healthy_service_is_announced_by_every_node():
    (one,) = verdicts(cluster())
    assert (one.service, one.address, one.step, one.pool) == ("shop/web", "198.51.100.10", None, "pool")
    assert one.verdict == "announced by 3 of 3 nodes"


GIVEN = {"annotations": {"metallb.io/ip-allocated-from-pool": "pool"}}
OUTSIDE = service(ip="203.0.113.5", metadata=GIVEN)


@pytest.mark.parametrize(
    ("change", "step", "words"),
    [
        ({}, "pool", "not announced: 203.0.113.5 is in no pool"),
        (endpoints(), "endpoints", "it has no endpoints"),
        (bgp_advertisement(ipAddressPools=["pool"], peers=["tor9"]), "peer", "no BGPPeer of the advertisement"),
        (frr("worker-1", "speaker-b", networks=("203.0.113.6/32",)), "network", "no `network 203.0.113.5/32`"),
    ],
    ids=["nothing else", "endpoints", "peers", "its like is announced"],
)
def test_an_address_that_its_pool_no_longer_holds(change, step, words):
    """That stops an address only where its way is not broken elsewhere, and MetalLB announces none of its like."""
    found_step, verdict = only(cluster() | OUTSIDE | change)
    assert (found_step, words in verdict) == (step, True), verdict


def test_a_gather_without_any_advertisement():
    """It asked for them, and nothing is announced: there is none."""
    members = {path: text for path, text in cluster(networks=()).items() if "bgpadvertisements" not in path}
    assert only(members) == (
        "advertisement",
        "not announced: no BGPAdvertisement and no L2Advertisement selects its pool pool",
    )
    announced = {path: text for path, text in cluster().items() if "bgpadvertisements" not in path}
    assert only(announced)[0] is None


@pytest.mark.parametrize(
    ("change", "step", "words"),
    [
        (service(ip=None), "address", "not announced: no address was given to it"),
        (service(ip="203.0.113.5"), "pool", "not announced: 203.0.113.5 is in no pool"),
        (bgp_advertisement(ipAddressPools=["other"]), "advertisement", "selects its pool pool"),
        (
            bgp_advertisement(serviceSelectors=[{"matchLabels": {"tier": "gold"}}]),
            "advertisement",
            "no service selector",
        ),
        (bgp_advertisement(nodeSelectors=node_selector("worker-9")), "advertisement", "every node is left out"),
        (endpoints(), "endpoints", "it has no endpoints"),
        (endpoints(("worker-0", UNREADY)), "endpoints", "no endpoint of it is ready"),
        (peer(nodeSelectors=node_selector("worker-9")), "peer", "no BGPPeer is for it"),
        (frr("worker-1", "speaker-b", peers=("192.0.2.2",)), "configuration", "worker-1: 192.0.2.1 (tor1) is not in"),
        (frr("worker-1", "speaker-b", networks=()), "network", "worker-1: no `network 198.51.100.10/32`"),
        (frr("worker-1", "speaker-b", permitted=()), "policy", "worker-1: its outbound policy to 192.0.2.1 holds"),
        (frr("worker-1", "speaker-b", up=False), "session", "worker-1: the session with 192.0.2.1 is down"),
    ],
)
def test_the_first_broken_link_is_named(change, step, words):
    found, verdict = only(cluster() | change)
    assert found == step, verdict
    assert words in verdict


def test_a_local_policy_announces_where_an_endpoint_is_and_that_is_right():
    members = cluster() | service(policy="Local") | frr("worker-2", "speaker-c", networks=())
    step, verdict = only(members)
    assert step is None
    assert verdict == "announced by 2 of 3 nodes; worker-2: no ready local endpoint"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (service(ip=None, loadBalancerClass="example.com/own"), "it is of the load balancer class example.com/own"),
        (
            service(ip=None) | resource("MetalLB", "metallb", ["loadBalancerClass: example.com/own"]),
            "it has no load balancer class, MetalLB serves example.com/own",
        ),
        (service(ip="203.0.113.5", loadBalancerClass="example.com/own"), "203.0.113.5 is of another load balancer"),
    ],
)
def test_a_service_of_another_load_balancer_is_left_out(change, words):
    (one,) = (each for each in verdicts(cluster() | change) if each.service)
    assert (one.step, one.reach) == (None, "left out")
    assert words in one.verdict


def test_a_service_of_the_class_of_metallb_is_its_own():
    change = service(ip=None, loadBalancerClass="example.com/own")
    change |= resource("MetalLB", "metallb", ["loadBalancerClass: example.com/own"])
    assert only(cluster() | change) == ("address", "not announced: no address was given to it")


def without(members, *parts):
    """The members whose path has none of these parts."""
    return {path: content for path, content in members.items() if not any(part in path for part in parts)}


def test_without_the_namespace_of_the_application_the_addresses_still_tell_what_is_announced():
    (one,) = verdicts(without(cluster(), "namespaces/shop"))
    assert (one.service, one.address, one.pool, one.step) == (None, "198.51.100.10/32", "pool", None)
    assert one.verdict == "announced by 3 of 3 nodes (its service was not collected)"


def test_an_address_that_a_node_lacks_is_no_fault_while_its_service_is_unknown():
    members = without(cluster() | frr("worker-1", "speaker-b", networks=()), "namespaces/shop")
    (one,) = verdicts(members)
    assert (one.reach, one.step) == ("announced", None)
    assert "worker-1: not announced; the service was not collected" in one.verdict


def test_endpoints_that_were_not_collected_are_not_no_endpoints():
    (one,) = verdicts(without(cluster(networks=()), "endpointslices"))
    assert (one.reach, one.step) == ("unknown", None)
    assert "its endpoints were not collected" in one.verdict


def test_where_another_node_announces_a_service_its_endpoints_are_ready():
    members = without(cluster() | frr("worker-1", "speaker-b", networks=()), "endpointslices")
    assert only(members) == ("network", only(members)[1])
    local = members | service(policy="Local")
    assert only(local)[0] is None


def test_without_peers_every_session_of_a_node_counts():
    members = without(cluster() | frr("worker-1", "speaker-b", up=False), "/bgppeers/")
    assert only(members)[0] == "session"


def test_without_pools_the_running_configurations_say_who_announces():
    assert only(without(cluster(), "/ipaddresspools/", "/bgpadvertisements/")) == (None, "announced by 3 of 3 nodes")


def test_an_aggregate_stands_for_the_address():
    members = cluster(networks=("198.51.100.0/28",)) | bgp_advertisement(ipAddressPools=["pool"], aggregationLength=28)
    assert only(members) == (None, "announced by 3 of 3 nodes")


def test_releases_of_old_announce_the_whole_pool():
    assert only(cluster(networks=("198.51.100.0/24",))) == (None, "announced by 3 of 3 nodes")


def test_an_advertisement_for_one_peer_leaves_the_other_out():
    more = peer("tor2", "192.0.2.2") | bgp_advertisement(ipAddressPools=["pool"], peers=["tor1"])
    members = cluster(peers=("192.0.2.1",)) | more
    assert only(members) == (None, "announced by 3 of 3 nodes")
    assert only(members | bgp_advertisement(ipAddressPools=["pool"], peers=["tor3"]))[0] == "peer"


def test_a_peer_of_the_other_family_does_not_get_it():
    members = cluster() | peer("tor6", "2001:db8::1")
    assert only(members) == (None, "announced by 3 of 3 nodes")
    six = pool("pool", "2001:db8:5::/64") | service(ip="2001:db8:5::10")
    step, words = only(cluster(networks=("2001:db8:5::10/128",)) | six)
    assert step is None, words


def test_a_node_without_a_running_configuration_is_not_known():
    members = without(cluster(), "speaker-b/frr")
    assert only(members)[1] == "announced by 2 of 3 nodes; worker-1: its FRR was not collected"


def test_endpoints_count_before_what_the_nodes_do():
    members = cluster() | endpoints()
    assert only(members)[1] == "announced by 3 of 3 nodes although it has no endpoints"


def test_an_excluded_node_that_does_not_announce_is_left_out():
    label = {"node.kubernetes.io/exclude-from-external-load-balancers": ""}
    members = cluster() | node("worker-1", '["192.0.2.20/24"]', label) | frr("worker-1", "speaker-b", networks=())
    step, words = only(members)
    assert step is None
    assert "worker-1: it is labelled node.kubernetes.io/exclude-from-external-load-balancers" in words


def test_layer_2_names_the_node_that_answers():
    members = without(cluster(networks=()), "/bgpadvertisements/") | l2_advertisement()
    assert only(members)[0] is None
    said = 'announcing from node "worker-2" with protocol "layer2"'
    members |= events(("nodeAssigned", said, "Normal", "metallb-speaker"))
    step, words = only(members)
    assert step is None
    assert "worker-2" in words


def test_an_address_that_its_pool_lost_is_still_announced():
    given = {"annotations": {"metallb.universe.tf/ip-allocated-from-pool": "pool"}}
    members = cluster() | pool("pool", "198.51.100.128/25") | service(metadata=given)
    (one,) = (each for each in verdicts(members) if each.service)
    assert (one.pool, one.verdict) == ("pool", "announced by 3 of 3 nodes")
    unnamed = cluster() | pool("pool", "198.51.100.128/25")
    assert only(unnamed) == (None, "announced by 3 of 3 nodes")
