"""One fault at a time in a healthy cluster, judged by every rule: what is found, at which object, and nothing else."""

import pytest
from kit import store_of
from metallb_kit import (
    UNREADY,
    bgp_advertisement,
    cluster,
    endpoints,
    frr,
    node_selector,
    peer,
    service,
    written,
)

from analyzer.model import Severity, Status
from analyzer.rule import Rule
from analyzer.run import judge


def faults(members):
    """Every finding of every rule that is worse than a remark: rule, node, subject, severity.

    The rules about the collection itself are left out: the outputs here are shorter than those of a real gather.
    """
    store = store_of(members)
    outcomes = [judge(one, store) for one in Rule.registry.values() if one.area != "gather"]
    assert not [(one.rule, one.reason) for one in outcomes if one.status is Status.CRASHED]
    return {
        (outcome.rule, finding.node, finding.subject, str(finding.severity))
        for outcome in outcomes
        for finding in outcome.findings
        if finding.severity.at_least(Severity.WARNING)
    }


def without(members, *parts):
    """The members whose path has none of these parts."""
    return {path: content for path, content in members.items() if not any(part in path for part in parts)}


HEALTHY = {
    "policy Cluster": cluster(),
    "policy Local, one node without an endpoint": cluster()
    | service(policy="Local")
    | frr("worker-2", "speaker-c", networks=()),
    "the namespace of the application is not in the archive": without(cluster(), "namespaces/shop"),
    "nor are resources": without(cluster(), "namespaces/shop", "metallb.io/"),
    "endpoints are not in the archive": without(cluster(), "endpointslices"),
    "no service at all": without(cluster(networks=()), "namespaces/shop")
    | written("namespaces/shop/core/services.yaml", "Service"),
    "a service of another load balancer": cluster()
    | service(ip="203.0.113.5", loadBalancerClass="example.com/lb")
    | frr("worker-0", "speaker-a", networks=())
    | frr("worker-1", "speaker-b", networks=())
    | frr("worker-2", "speaker-c", networks=()),
    "a peer for one node only": cluster()
    | peer(nodeSelectors=node_selector("worker-0"))
    | frr("worker-1", "speaker-b", networks=(), peers=())
    | frr("worker-2", "speaker-c", networks=(), peers=()),
    "an advertisement for one node only": cluster()
    | bgp_advertisement(ipAddressPools=["pool"], nodeSelectors=node_selector("worker-0"))
    | frr("worker-1", "speaker-b", networks=())
    | frr("worker-2", "speaker-c", networks=()),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_cluster_is_silent(name):
    assert faults(HEALTHY[name]) == set()


CASES = {
    "no such pool": (
        cluster(networks=()) | service(ip=None, metadata={"annotations": {"metallb.universe.tf/address-pool": "gold"}}),
        {("lb-service-without-ip", None, "shop/web", "error")},
    ),
    "no endpoint": (
        cluster(networks=()) | endpoints(),
        {("lb-service-no-serving-endpoint", None, "shop/web", "error")},
    ),
    "no endpoint is ready": (
        cluster(networks=()) | endpoints(("worker-0", UNREADY)),
        {("lb-service-no-serving-endpoint", None, "shop/web", "error")},
    ),
    "the advertisement is for another pool": (
        cluster(networks=()) | bgp_advertisement(ipAddressPools=["gold"]),
        {
            ("advertisement-selects-nothing", None, "BGPAdvertisement adv", "error"),
            ("pool-not-advertised", None, "pool pool", "error"),
        },
    ),
    "the advertisement is for no node": (
        cluster(networks=()) | bgp_advertisement(ipAddressPools=["pool"], nodeSelectors=node_selector("worker-9")),
        {("advertisement-selects-nothing", None, "BGPAdvertisement adv", "error")},
    ),
    "one node lacks the prefix": (
        cluster() | frr("worker-1", "speaker-b", networks=()),
        {
            ("announced-prefix-missing", "worker-1", "shop/web", "error"),
            ("announcement-asymmetry", "worker-1", "shop/web", "warning"),
        },
    ),
    "one node lacks the peer": (
        cluster() | frr("worker-1", "speaker-b", peers=()),
        {
            ("bgppeer-not-in-running-config", "worker-1", "192.0.2.1", "error"),
            ("announcement-asymmetry", "worker-1", "shop/web", "warning"),
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_one_fault_is_found_at_its_object(name):
    members, expected = CASES[name]
    assert faults(members) == expected
