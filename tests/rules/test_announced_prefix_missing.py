"""A `network` that is not there: the services and nodes of which that is a fault, and those of which it is right."""

from bgp_kit import OTHER, expect, node, quiet, unjudged
from config_kit import of_frrk8s, on_worker_0, running, without
from kit import outcome_of
from metallb_kit import (
    ADDRESS,
    SERVICE,
    bgp_advertisement,
    cluster,
    container_log,
    endpoints,
    frr,
    l2_advertisement,
    node_selector,
    peer,
    pool,
    service,
    services,
    speaker_pod,
    written,
)

from analyzer.model import Status

RULE = "announced-prefix-missing"
MISSING = "shop/web has 198.51.100.10, but worker-0 has no `network 198.51.100.10/32`"


def lacking(*networks):
    """Worker-0 originates these prefixes and not that of the service."""
    return on_worker_0(networks=networks)


def test_the_address_is_not_originated():
    expect(
        RULE,
        lacking("198.51.100.99/32"),
        "error",
        f"{MISSING}; it has 198.51.100.99/32",
        subject=SERVICE,
        shown=('"ip": "198.51.100.10"', "router bgp 64500", "network 198.51.100.99/32", "ipAddressPools"),
    )


def test_nothing_is_originated():
    expect(RULE, lacking(), "error", f"{MISSING}; it has no `network` at all", subject=SERVICE)
    many = [f"198.51.100.{at}/32" for at in range(60, 66)]
    expect(
        RULE,
        lacking(*many),
        "error",
        "198.51.100.60/32, 198.51.100.61/32, 198.51.100.62/32 and 3 more",
        subject=SERVICE,
    )


def test_an_aggregate_is_wanted():
    only = bgp_advertisement(ipAddressPools=["pool"], aggregationLength=26, nodeSelectors=node_selector("worker-0"))
    members = lacking("198.51.100.99/32") | only
    expect(RULE, members, "error", "no `network 198.51.100.0/26`", subject=SERVICE, shown=("aggregationLength",))


def test_a_wider_network_holds_the_address():
    quiet(RULE, lacking("198.51.100.0/24"), 1)


def test_what_froze_it():
    log = container_log(
        "09:59:00 Reloading FRR", "09:59:01 Failed to fully apply configuration file", container="reloader"
    )
    expect(
        RULE,
        lacking() | log,
        "error",
        "; because FRR did not load the configuration",
        subject=SERVICE,
        shown=("Failed",),
    )


def test_nodes_and_services_that_are_left_out():
    elsewhere = bgp_advertisement(ipAddressPools=["pool"], nodeSelectors=node_selector("worker-1", "worker-2"))
    quiet(RULE, lacking() | elsewhere)
    quiet(RULE, lacking() | service(policy="Local") | endpoints("worker-1"))
    quiet(RULE, lacking() | bgp_advertisement(ipAddressPools=["pool"], peers=["other"]))
    excluded = node(labels={"node.kubernetes.io/exclude-from-external-load-balancers": ""})
    quiet(RULE, lacking() | excluded)
    quiet(RULE, without(lacking(), "bgpadvertisements") | l2_advertisement())
    quiet(RULE, lacking() | endpoints())
    quiet(RULE, lacking() | service(ip=None), 2)
    assert not outcome_of(RULE, without(cluster(networks=()), "services.yaml")).findings


def test_a_peer_that_is_not_configured_is_told_elsewhere():
    members = cluster() | peer("tor2", OTHER)
    quiet(RULE, members)


def test_young_pods_and_services():
    unjudged(RULE, lacking() | speaker_pod(started="2026-11-21T09:59:30Z"), "less than a minute")
    unjudged(RULE, lacking() | service(metadata={"creationTimestamp": "2026-11-21T09:59:30Z"}), "less than a minute")


def test_a_configuration_that_is_cut():
    text = running(networks=()).split("ip prefix-list")[0].replace("\nend", "")
    unjudged(RULE, cluster() | frr(running=text), "cut")


def test_without_endpoints_another_node_tells():
    members = without(lacking(), "endpointslices")
    expect(RULE, members, "error", MISSING, subject=SERVICE)
    unjudged(RULE, without(members | service(policy="Local"), "endpointslices"), "endpoints were not collected")


def many(count):
    """The addresses of as many services, of which worker-0 originates none; their EndpointSlices were not collected."""
    made = [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": f"web-{at}", "namespace": "shop", "creationTimestamp": "2026-11-01T00:00:00Z"},
            "spec": {"type": "LoadBalancer", "externalTrafficPolicy": "Cluster", "selector": {"app": "web"}},
            "status": {"loadBalancer": {"ingress": [{"ip": f"198.51.100.{at + 10}"}]}},
        }
        for at in range(count)
    ]
    networks = tuple(f"198.51.100.{at + 10}/32" for at in range(count))
    members = without(cluster(networks=networks), "endpointslices") | services(*made)
    return members | frr(running=running(networks=()))


def test_a_node_that_lacks_many_is_one_finding():
    found = expect(
        RULE, many(21), "error", "worker-0 has no `network` for 21 addresses", "and more", subject="worker-0"
    )
    assert "198.51.100.10 of shop/web-0" in found.message
    assert len(outcome_of(RULE, many(20)).findings) == 20


def test_a_service_that_many_nodes_lack_is_one_finding():
    members = without(cluster(), "endpointslices")
    for at in range(21):
        name, pod = f"other-{at:02}", f"speaker-{at:02}"
        members |= node(name) | speaker_pod(pod, name) | frr(name, pod, running=running(networks=()))
    words = "shop/web has 198.51.100.10, but 21 nodes have no `network 198.51.100.10/32`: other-00, other-01, other-02"
    expect(RULE, members, "error", words, subject=SERVICE, whose=None, shown=(ADDRESS, "router bgp"))


def test_frr_k8s():
    expect(RULE, of_frrk8s(lacking()), "error", MISSING, subject=SERVICE)
    quiet(RULE, of_frrk8s(cluster()))


def test_old_releases_announce_the_pool():
    old = written(
        "namespaces/metallb-system/cr/addresspools.yaml",
        "AddressPool",
        {
            "apiVersion": "metallb.io/v1beta1",
            "kind": "AddressPool",
            "metadata": {"name": "pool", "namespace": "metallb-system"},
            "spec": {"protocol": "bgp", "addresses": ["198.51.100.0/24"]},
        },
    )
    bare = without(cluster(), "ipaddresspools", "bgpadvertisements") | old
    quiet(RULE, bare | frr(running=running(networks=("198.51.100.0/24",))))
    expect(RULE, bare | frr(running=running(networks=())), "error", MISSING, subject=SERVICE)


def test_healthy_and_absent():
    quiet(RULE, cluster())
    assert outcome_of(RULE, pool()).status is Status.NOT_CHECKED


def test_without_services_nothing_is_to_be_announced():
    outcome = outcome_of(RULE, without(cluster(), "core/services"))
    assert (outcome.status, outcome.reason) == (Status.NOT_CHECKED, "not collected: services of type LoadBalancer")
