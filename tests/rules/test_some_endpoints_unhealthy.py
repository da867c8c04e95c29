"""some-endpoints-unhealthy: pods that are not ready for long, endpoints without a pod, endpoints on one broken node."""

import pytest
from bgp_kit import expect, quiet, unjudged
from kit import outcome_of
from service_kit import (
    JUST_NOW,
    LONG_AGO,
    OTHER,
    SELECTOR,
    WEB,
    cluster,
    crashing,
    endpoint,
    node,
    pod,
    pods,
    service,
    services,
    shop,
    slices,
)

RULE = "some-endpoints-unhealthy"
DOWN = {"ready": False, "serving": False, "terminating": False}
ONE_DOWN = slices(endpoint(), endpoint(OTHER, **DOWN))
GONE = "web-6b7f9d4c8d-zzzzz"


def partly(members, *words, severity="warning", **more):
    return expect(RULE, members, severity, *words, **{"subject": "shop/web", "whose": None, **more})


def nothing(members):
    outcome = outcome_of(RULE, members)
    assert (outcome.findings, outcome.gaps) == ((), ())


def revision(name, **more):
    return {**SELECTOR, "pod-template-hash": name}


def test_a_healthy_cluster():
    quiet(RULE, cluster())


def test_a_pod_that_crashes():
    members = shop() | pods(pod(), crashing(OTHER)) | ONE_DOWN
    words = ("1 of 2 endpoints does not serve", f"{OTHER} (CrashLoopBackOff, 12 restarts) on worker-1")
    partly(members, *words, whose="worker-1", shown=("10.128.1.6", "CrashLoopBackOff"))


def test_pods_that_are_not_ready_for_long():
    third = endpoint("web-x", ip="10.128.0.9", **DOWN)
    members = shop() | pods(pod(), pod(OTHER, ready=False, since=LONG_AGO), pod("web-x", ready=False, node="worker-0"))
    partly(members | slices(endpoint(), endpoint(OTHER, **DOWN), third), "2 of 3 endpoints do not serve")


def test_a_pod_that_was_ready_a_moment_ago():
    nothing(shop() | pods(pod(), pod(OTHER, ready=False, since=JUST_NOW)) | ONE_DOWN)


def test_a_rollout():
    new = pod(OTHER, ready=False, since="2026-11-21T09:52:00Z", started="2026-11-21T09:52:00Z", labels=revision("b"))
    nothing(shop() | pods(pod(labels=revision("a")), new) | ONE_DOWN)
    stuck = pod(OTHER, ready=False, since=LONG_AGO, started=LONG_AGO, labels=revision("b"))
    partly(shop() | pods(pod(labels=revision("a")), stuck) | ONE_DOWN, "1 of 2", whose="worker-1")


@pytest.mark.parametrize(
    "other",
    [pod(OTHER), pod(OTHER, ready=False, deleted=True), pod(OTHER, ready=False, phase="Failed")],
)
def test_pods_that_do_not_count(other):
    nothing(shop() | pods(pod(), other) | ONE_DOWN)


def test_an_endpoint_that_terminates():
    members = shop() | pods(pod(), pod(OTHER, ready=False, since=LONG_AGO))
    nothing(members | slices(endpoint(), endpoint(OTHER, ready=False, serving=False, terminating=True)))


def test_nobody_knows_for_how_long():
    members = {path: text for path, text in shop().items() if "timestamp" not in path}
    members |= pods(pod(), pod(OTHER, ready=False, since=LONG_AGO)) | ONE_DOWN
    unjudged(RULE, members, f"how long {OTHER} has not been ready is not known")


def test_an_endpoint_of_a_pod_that_does_not_exist():
    members = shop() | slices(endpoint(), endpoint(OTHER), endpoint(GONE, ip="10.128.1.99"))
    words = ("1 of 3 endpoints are said to be ready", f"10.128.1.99 (its pod shop/{GONE} does not exist)")
    partly(members, *words, shown=("10.128.1.99", "items:"))


def test_a_pod_that_may_have_been_replaced_in_the_meantime():
    new = pod(OTHER, since=JUST_NOW, started=JUST_NOW)
    nothing(shop() | pods(pod(), new) | slices(endpoint(), endpoint(GONE, ip="10.128.1.99")))


def test_a_pod_that_is_not_ready_may_have_replaced_it():
    nothing(shop() | pods(pod(ready=False, since=JUST_NOW)) | slices(endpoint(), endpoint(GONE, ip="10.128.1.99")))


def test_an_address_that_another_pod_has():
    thief = pod("job-1", labels={"app": "job"}, ip="10.128.1.99", node="worker-1")
    new = pod(OTHER, since=JUST_NOW, started=JUST_NOW)
    members = shop() | pods(pod(), new, thief) | slices(endpoint(), endpoint(GONE, ip="10.128.1.99"))
    partly(members, "the address is of the pod shop/job-1 now", shown=("ip: 10.128.1.99",))


def test_an_endpoint_of_a_pod_that_has_ended():
    members = shop() | pods(pod(), pod(OTHER, ready=False, phase="Failed"))
    partly(members, f"its pod {OTHER} has ended (Failed)", shown=("phase: Failed",))


def test_endpoints_without_a_pod_are_not_stale():
    made = endpoint(ip="192.0.2.77") | {"targetRef": None}
    nothing(shop() | slices(endpoint(), made))


@pytest.mark.parametrize("ready", ["False", "Unknown"])
def test_all_endpoints_on_a_node_that_is_not_ready(ready):
    members = cluster() | slices(endpoint()) | node("worker-0", ready)
    words = ("the only endpoint is on worker-0", "not ready")
    partly(members, *words, whose="worker-0", shown=("10.128.0.7", ready))
    both = slices(endpoint(), endpoint(OTHER, node="worker-0"))
    partly(cluster() | both | node("worker-0", ready), "all 2 endpoints are on worker-0", whose="worker-0")


def test_headless_services_are_judged_and_others_are_not():
    members = shop() | pods(pod(), crashing(OTHER)) | ONE_DOWN
    partly(members | services(service(ip="None")), "1 of 2", whose="worker-1")
    nothing(members | services(service(type="ExternalName", externalName="example.com")))
    nothing(members | services(service(publishNotReadyAddresses=True)))


def test_no_endpoint_at_all_is_of_another_rule():
    nothing(shop() | pods(crashing()) | slices(endpoint(WEB, **DOWN)))


def test_endpoints_that_were_not_collected():
    members = {path: text for path, text in shop().items() if "endpointslices" not in path}
    unjudged(RULE, members, "not collected")


def test_pods_of_a_node_that_is_down():
    """The node is the fault: its services are told of together."""
    more = services(service(), service("api", selector={"tier": "api"}))
    apis = (
        pod("api-a", labels={"tier": "api"}, ip="10.128.0.8", node="worker-0"),
        pod("api-b", labels={"tier": "api"}, ip="10.128.1.8", node="worker-1", ready=False, since=LONG_AGO),
    )
    second = {
        "addressType": "IPv4",
        "apiVersion": "discovery.k8s.io/v1",
        "endpoints": [endpoint("api-a", ip="10.128.0.8"), endpoint("api-b", ip="10.128.1.8", node="worker-1", **DOWN)],
        "kind": "EndpointSlice",
        "metadata": {"labels": {"kubernetes.io/service-name": "api"}, "name": "api-x7k2p", "namespace": "shop"},
        "ports": None,
    }
    members = shop() | more | pods(pod(), pod(OTHER, ready=False, since=LONG_AGO), *apis)
    members |= slices(endpoint(), endpoint(OTHER, **DOWN), others=(second,)) | node("worker-0")
    words = "worker-1 is not ready: the endpoints on it do not serve, of shop/web, shop/api; others do"
    found = expect(
        RULE,
        members | node("worker-1", "False"),
        "info",
        words,
        subject="worker-1",
        whose="worker-1",
        shown=("10.128.1.8",),
    )
    assert "KubeletReady" in str(found.evidence)
    assert len(outcome_of(RULE, members | node("worker-1")).findings) == len(("web", "api"))


def test_a_pod_that_ended_while_the_archive_was_made():
    ended = pod(OTHER, ready=False, phase="Succeeded", since=JUST_NOW)
    nothing(shop() | pods(pod(), ended))
