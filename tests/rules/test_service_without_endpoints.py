"""service-without-endpoints: what pods, labels, ports and events tell of a service that nobody serves."""

import metallb_kit
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
    listed,
    no_slices,
    pod,
    pods,
    service,
    services,
    shop,
    slices,
    workloads,
)

from analyzer.service.absent import _alike

RULE = "service-without-endpoints"
DOWN = {"ready": False, "serving": False, "terminating": False}


def broken(members, *words, severity="error", **more):
    return expect(RULE, members, severity, *words, **{"subject": "shop/web", "whose": None, **more})


def test_a_healthy_cluster():
    quiet(RULE, cluster())


def test_pods_that_are_not_ready():
    members = shop() | pods(crashing(), pod(OTHER, ready=False, since=LONG_AGO))
    members |= slices(endpoint(WEB, **DOWN), endpoint(OTHER, **DOWN))
    words = (
        "2 endpoints, none of them ready",
        f"{WEB} (CrashLoopBackOff, 12 restarts)",
        f"{OTHER} (ContainersNotReady)",
    )
    broken(members, *words, shown=("app: web", "CrashLoopBackOff", "status: 'False'", "ready: false"))


def test_a_pod_that_no_node_takes():
    waiting = pod(WEB, ready=False, since=LONG_AGO, started=LONG_AGO, phase="Pending", state={})
    broken(shop() | pods(waiting) | slices(), "no endpoints", f"{WEB} (Pending)")


def test_one_endpoint_that_is_not_ready():
    members = shop() | pods(crashing()) | slices(endpoint(WEB, **DOWN))
    broken(members, "one endpoint, not ready")


def test_ready_pods_that_no_endpoint_lists():
    ports = [{"name": "http", "port": 80, "targetPort": "web"}]
    members = shop() | services(service(ports=ports)) | slices()
    words = (f"{WEB}, {OTHER} are ready, but in no slice; has a container a port named web?",)
    broken(members, *words, shown=("lastTransitionTime",))
    broken(shop() | pods(pod()) | slices(endpoint(WEB, **DOWN)), f"{WEB} is ready, but no endpoint is")


def test_a_ready_pod_that_may_be_newer_than_the_endpoints():
    unjudged(RULE, shop() | pods(pod(since=JUST_NOW)) | slices(), "may have become ready")


def test_pods_that_have_just_started():
    young = pod(ready=False, since=JUST_NOW, started=JUST_NOW)
    unjudged(RULE, shop() | pods(young) | slices(), "only just been started")


def test_a_named_port_that_no_pod_has():
    ports = [
        {"name": "http", "port": 80, "targetPort": 8080},
        {"name": "admin", "port": 81, "targetPort": "admin", "protocol": "TCP"},
    ]
    members = shop() | services(service(ports=ports))
    words = ("port admin of the service leads nowhere", "none of its 2 ready pods has a port named admin", "only http")
    broken(members, *words, shown=("targetPort: admin",))


def test_no_port_at_all():
    members = shop() | services(service(ports=[{"port": 80, "targetPort": "web"}]))
    members |= slices(endpoint(), ports=())
    broken(members, "port 80 of the service leads nowhere", "a port named web")


def test_labels_that_are_not_those_of_the_selector():
    members = shop() | pods(pod(labels={"app": "wbe", "tier": "front"})) | slices()
    members |= services(service(selector={"app": "web", "zone": "a"}))
    words = ("no pod has the labels app=web, zone=a", f"{WEB} has app=wbe and lacks zone")
    broken(members, *words, shown=("app: wbe", "zone: a"))


def test_a_service_that_is_named_for_its_workload():
    made = service("web-svc", selector={"app": "shop"})
    members = shop() | services(made) | slices(name="web-svc")
    words = ("no pod has the labels app=shop", f"{WEB} has app=web")
    broken(members, *words, subject="shop/web-svc")


@pytest.mark.parametrize(
    "other",
    [
        pod("web-hooks-6b7f9d4c8d-n7c5v", labels={"app": "hooks"}, ip="10.128.0.9"),
        pod(labels={"app": "taken"}),
        pod(labels={"app": "wbe"}, ready=False),
        pod(labels={"app": "wbe"}, deleted=True),
    ],
)
def test_pods_that_are_not_meant(other):
    members = shop() | pods(other) | services(service(), service("else", selector={"app": "taken"}))
    members |= no_slices()
    findings = outcome_of(RULE, members).findings
    assert {str(one.severity) for one in findings if one.subject == "shop/web"} == {"info"}


def test_pods_that_the_api_refuses():
    event = {
        "apiVersion": "v1",
        "involvedObject": {"kind": "ReplicaSet", "name": "web-6b7f9d4c8d", "namespace": "shop"},
        "kind": "Event",
        "message": "Error creating: pods is forbidden: exceeded quota: small",
        "metadata": {"name": "web.1", "namespace": "shop"},
        "reason": "FailedCreate",
        "type": "Warning",
    }
    other = {**event, "involvedObject": {"kind": "Job", "name": "web", "namespace": "shop"}}
    stranger = {**event, "involvedObject": {"kind": "ReplicaSet", "name": "shop-1", "namespace": "shop"}}
    empty = shop() | pods() | slices()
    members = empty | listed("namespaces/shop/core/events.yaml", "Event", other, stranger, event)
    broken(members, "ReplicaSet web-6b7f9d4c8d cannot create them", "exceeded quota", shown=("exceeded quota: small",))
    broken(empty | listed("namespaces/shop/core/events.yaml", "Event", other, stranger), severity="info")


def test_nothing_runs_and_nothing_says_that_it_should():
    words = ("no pod has the labels app=web", "nothing says that one should")
    broken(shop() | pods() | slices(), *words, severity="info", shown=("app: web",))


EMPTY = shop() | pods() | slices()


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet"])
def test_a_workload_that_is_scaled_to_zero(kind):
    members = EMPTY | workloads(("web", 0, 0, {}), kind=kind)
    broken(members, f"no endpoints; {kind} web is scaled to 0", severity="info", shown=("replicas: 0",))
    broken(without(members, "pods.yaml"), "is scaled to 0", severity="info")
    leaving = members | pods(pod(deleted=True))
    broken(leaving, "is scaled to 0", severity="info")


def test_a_deployment_config_that_is_scaled_to_zero():
    """Its pods bear its name, which its template need not say."""
    members = EMPTY | services(service(selector={"deploymentconfig": "old"}))
    members |= workloads(("old", 0, 0, {}), kind="DeploymentConfig")
    broken(members, "DeploymentConfig old is scaled to 0", severity="info")


def test_one_of_two_workloads_is_scaled_to_zero():
    members = EMPTY | workloads(("blue", 0, 0, {}), ("green", 2, 0, {}))
    broken(members, "no pod has the labels app=web: Deployment green is to have 2 and has none", shown=("replicas: 2",))
    both = EMPTY | workloads(("blue", 0, 0, {}), ("green", 0, 0, {}))
    broken(both, "Deployment blue, Deployment green are scaled to 0", severity="info")


@pytest.mark.parametrize(
    "made",
    [("web", 3, 3, {}), ("web", 3, 0, {"generation": 3}), ("web", 3, 0, {"creationTimestamp": JUST_NOW})],
    ids=["counted", "not seen yet", "new"],
)
def test_a_workload_whose_pods_are_only_being_made(made):
    unjudged(RULE, EMPTY | workloads(made), "Deployment web was only just to have 3 pods")


def test_a_workload_without_pods_where_no_pods_were_collected():
    unjudged(RULE, without(EMPTY, "pods.yaml") | workloads(("web", 3, 0, {})), "were not collected")


def test_a_service_that_is_new():
    new = services(service(metadata={"creationTimestamp": JUST_NOW}))
    unjudged(RULE, EMPTY | new, "only just been created")
    quiet(RULE, shop() | new)


def test_workloads_of_others_tell_nothing():
    members = EMPTY | workloads(("web", 0, 0, {})) | services(service(selector={**SELECTOR, "tier": "front"}))
    broken(members, "nothing says that one should", severity="info")


def test_a_selector_that_is_misspelt():
    members = (
        shop() | pods(pod("front-6b7f9d4c8d-n7c5v", labels={"app": "wbe", "tier": "a"}, ip="10.128.0.9")) | slices()
    )
    broken(members, "no pod has the labels app=web: front-6b7f9d4c8d-n7c5v has app=wbe", shown=("app: wbe", "app: web"))
    other = members | services(service(), service("else", selector={"tier": "a"}))
    findings = outcome_of(RULE, other | slices(others=())).findings
    assert {str(one.severity) for one in findings if one.subject == "shop/web"} == {"info"}


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("web", "wbe", True),
        ("web", "webs", True),
        ("frontend", "fronted", True),
        ("api-server", "apiserver", True),
        ("redis-1", "redis-2", False),
        ("web", "api", False),
        ("web", "webshop", False),
        ("frontend", "backend", False),
        ("a", "ab", False),
        ("same", "same", False),
        ("frontend", "frontend-of-the-shop", False),
    ],
)
def test_words_that_are_alike(one, other, alike):
    assert _alike(one, other) is alike
    assert _alike(other, one) is alike


def test_pods_that_have_ended():
    ended = pod(phase="Succeeded", ready=False)
    broken(shop() | pods(ended) | slices(), "have ended", severity="info")


def test_many_services_without_pods_are_one_finding():
    made = [service(f"web-{at}", selector={"app": f"web-{at}"}) for at in range(21)]
    members = shop() | services(*made) | pods() | no_slices()
    broken(members, "21 services of shop select no pod", severity="info", subject="shop")


@pytest.mark.parametrize(
    "spec",
    [
        {"type": "ExternalName", "externalName": "example.com"},
        {"ip": "None"},
        {"selector": None},
        {"metadata": {"deletionTimestamp": JUST_NOW}},
    ],
)
def test_services_that_need_no_endpoint(spec):
    quiet(RULE, shop() | services(service(**spec)) | slices())


def test_endpoints_that_are_not_ready_but_published():
    members = shop() | services(service(publishNotReadyAddresses=True)) | pods(crashing())
    quiet(RULE, members | slices(endpoint(WEB, **DOWN)))


def test_endpoints_that_terminate_and_still_serve():
    leaving = endpoint(WEB, ready=False, serving=True, terminating=True)
    quiet(RULE, shop() | pods(pod(deleted=True)) | slices(leaving))


def test_pods_that_are_being_deleted():
    unjudged(RULE, shop() | pods(pod(deleted=True)) | slices(), "being deleted")


def without(members, part):
    return {path: content for path, content in members.items() if part not in path}


def test_endpoints_that_were_not_collected():
    unjudged(RULE, without(shop(), "endpointslices"), "endpoints were not collected")


def test_pods_that_were_not_collected():
    unjudged(RULE, without(shop(), "pods.yaml") | slices(), "pods of its namespace were not collected")


def test_endpoints_objects_alone():
    subsets = [{"addresses": [{"ip": "10.128.0.7"}], "ports": [{"name": "x", "port": 1}]}]
    made = {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "web", "namespace": "shop"}}
    members = without(shop(), "endpointslices")
    path = "namespaces/shop/core/endpoints.yaml"
    quiet(RULE, members | listed(path, "Endpoints", {**made, "subsets": subsets}))
    broken(members | pods(crashing()) | listed(path, "Endpoints", made), "no endpoints", WEB)


def test_the_selector_needs_all_its_labels():
    members = shop() | pods(pod(labels={"app": "web"})) | slices()
    members |= services(service(selector={**SELECTOR, "tier": "front"}))
    broken(members, f"{WEB} has app=web and lacks tier")


def test_an_address_that_stands_twice():
    """Of a pod that has addresses of both families, or that Endpoints list for some ports only, one may serve."""
    second = {"addressType": "IPv6", "endpoints": [endpoint(WEB, ip="2001:db8::7", **DOWN)], "kind": "EndpointSlice"}
    second |= {"apiVersion": "discovery.k8s.io/v1", "ports": None}
    second["metadata"] = {"labels": {"kubernetes.io/service-name": "web"}, "name": "web-6", "namespace": "shop"}
    quiet(RULE, shop() | slices(endpoint(), others=(second,)))


def test_readiness_that_is_not_known():
    """A pod that was written in one line: which time is of the condition cannot be told."""
    bare = pod(WEB, ready=False)
    bare["status"]["conditions"] = []
    broken(shop() | pods(bare) | slices(), "not ready", WEB)


def test_an_address_that_metallb_withdraws_is_told_of_once():
    members = metallb_kit.cluster(networks=()) | metallb_kit.endpoints() | pods(crashing())
    assert [one.subject for one in outcome_of("lb-service-no-serving-endpoint", members).findings] == ["shop/web"]
    assert not outcome_of(RULE, members).findings
    parts = ("metallb", "timestamp")
    without = {path: text for path, text in members.items() if not any(part in path for part in parts)}
    assert [one.subject for one in outcome_of(RULE, without).findings] == ["shop/web"]
