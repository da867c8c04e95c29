"""router-not-serving: conditions of ingress controllers, router pods, and the service in front of them."""

import pytest
from bgp_kit import expect, quiet, timestamp, unjudged
from kit import outcome_of
from service_kit import (
    JUST_NOW,
    LONG_AGO,
    ROUTERS,
    STARTED,
    cluster,
    condition,
    controller,
    crashing,
    operator,
    pod,
    pods,
    router_pod,
    service,
    services,
    slices,
)

RULE = "router-not-serving"
OTHER = "router-default-5c6d7f8b9-zzzzz"
MESSAGE = "0/3 nodes are available: 3 node(s) did not have free ports for the requested pod ports"


def wrong(members, *words, severity="critical", **more):
    return expect(RULE, members, severity, *words, **{"subject": "ingress controller default", "whose": None, **more})


def of(*made):
    return cluster() | pods(*made, namespace=ROUTERS)


def pending(name=OTHER, **more):
    return router_pod(name, node=None, ready=False, since=LONG_AGO, started=LONG_AGO, phase="Pending", state={}, **more)


def test_a_healthy_cluster():
    quiet(RULE, cluster())


def test_not_available():
    conditions = (
        condition("Available", "False", "Unavailable", "no replicas are\navailable"),
        condition("Degraded", "True"),
    )
    members = of(crashing("router-default-a", namespace=ROUTERS)) | controller(*conditions)
    wrong(
        of(pending()) | controller(*conditions),
        "it is not available (no replicas are available)",
        "no router pod is ready",
    )
    assert outcome_of(RULE, members).findings


def test_not_available_although_a_pod_is_ready():
    members = cluster() | controller(condition("Available", "False", message="no load balancer"))
    wrong(members, "not available (no load balancer)", "1 of 1 router pods are ready", shown=("no load balancer",))


def test_no_pod_is_ready_and_the_service_is_empty():
    front = service("router-internal-default", namespace=ROUTERS, selector={"a": "b"})
    members = (
        of(pending()) | services(front, namespace=ROUTERS) | slices(name=front["metadata"]["name"], namespace=ROUTERS)
    )
    words = (f"no router pod is ready: {OTHER} (Pending)", "openshift-ingress/router-internal-default has no endpoint")
    wrong(members, *words, shown=("router-internal-default-x7k2p", "status: 'False'"))


def test_no_router_pod_at_all():
    wrong(of(), "there is no router pod", shown=("items: []",))


def test_degraded():
    told = condition("Degraded", "True", "DegradedConditions", "CanaryChecksSucceeding=False")
    members = of(router_pod(), pending()) | controller(condition("Available", "True"), told)
    words = ("it is degraded (CanaryChecksSucceeding=False)", f"not ready: {OTHER}")
    wrong(members, *words, severity="error", shown=("CanaryChecksSucceeding=False",))
    wrong(cluster() | controller(told), "it is degraded", severity="error")


def test_a_pending_router_beside_one_that_serves():
    wrong(of(router_pod(), pending()), "1 of 2 router pods is pending", severity="warning", shown=("phase: Pending",))
    two = of(router_pod(), pending(), pending("router-default-5c6d7f8b9-yyyyy"))
    wrong(two, "2 of 3 router pods are pending", severity="warning")


def test_pods_that_have_just_started():
    young = router_pod(ready=False, since=JUST_NOW, started=JUST_NOW)
    unjudged(RULE, of(young), "only just been started")


def test_a_controller_without_pods_on_purpose():
    quiet(RULE, cluster() | controller(name="shard", replicas=0) | pods(router_pod(), namespace=ROUTERS), examined=2)


def test_the_cluster_operator_where_no_controller_was_collected():
    members = timestamp(STARTED) | operator("ingress", condition("Available", "False", message="no router"))
    wrong(members, "not available (no router)", subject="cluster operator ingress")
    quiet(RULE, timestamp(STARTED) | operator("ingress"))


def test_pods_alone():
    members = timestamp(STARTED) | pods(crashing("router-default-a", namespace=ROUTERS), namespace=ROUTERS)
    assert outcome_of(RULE, members).reason
    labelled = pods(pending(), namespace=ROUTERS)
    wrong(timestamp(STARTED) | labelled, "no router pod is ready")


def test_a_single_pod_that_was_saved():
    members = {
        path.replace("core/pods.yaml", f"pods/{OTHER}/{OTHER}.yaml"): text
        for path, text in of(router_pod(OTHER)).items()
    }
    alone = {path: text for path, text in members.items() if OTHER in path and ROUTERS in path}
    unjudged(RULE, timestamp(STARTED) | alone, "neither its resource nor its service")


def test_the_router_of_openshift_3():
    made = service("router", namespace="default", selector={"router": "router"})
    old = pod("router-1-x2x8q", "default", ready=False, since=LONG_AGO, labels={"router": "router"}, ip="192.0.2.20")
    members = timestamp(STARTED) | services(made, namespace="default") | pods(old, namespace="default")
    wrong(members | slices(name="router", namespace="default"), "no router pod is ready", subject="default/router")


@pytest.mark.parametrize("members", [timestamp(STARTED)])
def test_nothing_was_collected(members):
    assert "not collected" in (outcome_of(RULE, members).reason or "")
