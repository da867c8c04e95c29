"""route-backend-broken: services of routes that do not exist, have no endpoint or no such port; stale routers."""

import pytest
from bgp_kit import IMAGE, expect, quiet, unjudged
from kit import outcome_of
from service_kit import (
    JUST_NOW,
    OTHER,
    WEB,
    cluster,
    crashing,
    endpoint,
    listed,
    no_slices,
    pod,
    pods,
    route,
    routes,
    service,
    services,
    slices,
    workloads,
)

RULE = "route-backend-broken"
DOWN = {"ready": False, "serving": False, "terminating": False}


def wrong(members, *words, severity="error", subject="shop/web", **more):
    return expect(RULE, members, severity, *words, subject=subject, whose=None, **more)


def of(**spec):
    return cluster() | routes(route(**spec))


def haproxy(*names, pod_name="router-default-5c6d7f8b9-x2x8q"):
    """The configuration of a router in which these routes have no server."""
    text = "".join(f"backend be_edge_http:{name.replace('/', ':')}\n  mode http\n" for name in names)
    return {f"{IMAGE}/ingress_controllers/default/{pod_name}/haproxy.config": f"global\n{text}"}


def test_a_healthy_cluster():
    quiet(RULE, cluster())


def test_a_service_that_does_not_exist():
    members = of(to={"kind": "Service", "name": "wbe", "weight": 100})
    words = ("requests for web.apps.example.com get 503", "there is no service shop/wbe")
    wrong(members, *words, shown=("name: wbe",))


def test_the_port_of_the_service_instead_of_the_pods():
    words = (
        "its port 80 is no port of the endpoints of shop/web (these are 8080, http)",
        "80 is the port of the service",
    )
    wrong(of(port={"targetPort": 80}), *words, shown=("targetPort: 80", "port: 80"))


def test_a_port_that_does_not_exist():
    finding = wrong(of(port={"targetPort": "https"}), "its port https is no port", shown=("targetPort: https",))
    assert "of the service itself" not in finding.message


def test_the_ports_of_endpoints_that_are_not_ready_do_not_count():
    other = {"addressType": "IPv4", "apiVersion": "discovery.k8s.io/v1", "endpoints": [endpoint(OTHER, **DOWN)]}
    other |= {"kind": "EndpointSlice", "ports": [{"name": "old", "port": 9090, "protocol": "TCP"}]}
    other["metadata"] = {"labels": {"kubernetes.io/service-name": "web"}, "name": "web-y", "namespace": "shop"}
    wrong(of(port={"targetPort": "old"}) | slices(endpoint(), others=(other,)), "its port old is no port")


@pytest.mark.parametrize("target", ["http", 8080, None])
def test_ports_that_are_there(target):
    quiet(RULE, of(port={"targetPort": target} if target else None))


@pytest.mark.parametrize(
    ("target", "found"), [("http", "one endpoint, "), (8080, ""), (80, "no port of"), ("x", "no port of")]
)
def test_ports_where_no_endpoint_is_ready(target, found):
    members = of(port={"targetPort": target}) | pods(crashing()) | slices(endpoint(WEB, **DOWN))
    wrong(members, "no port of" if "port" in found else "has no endpoint that is ready")


def test_the_number_of_a_named_port_is_not_known_without_endpoints():
    named = services(service(ports=[{"name": "http", "port": 80, "targetPort": "web"}]))
    members = of(port={"targetPort": 8080}) | named | pods(crashing()) | slices()
    wrong(members, "has no endpoint that is ready")


def test_a_service_whose_pods_are_not_ready():
    members = cluster() | pods(crashing()) | slices(endpoint(WEB, **DOWN)) | haproxy("shop/web")
    words = (
        "shop/web has no endpoint that is ready; not ready: ",
        "CrashLoopBackOff",
        "the router has no server for it",
    )
    wrong(members, *words, shown=("CrashLoopBackOff", "be_edge_http:shop:web"))


def test_a_service_without_pods():
    wrong(cluster() | pods() | no_slices(), "no pod has the labels app=web", severity="warning")


def test_a_service_without_a_selector():
    members = cluster() | services(service(selector=None)) | slices()
    wrong(members, "shop/web has no endpoint, and no selector", severity="warning")


def test_weights_that_are_all_zero():
    off = {"kind": "Service", "name": "web", "weight": 0}
    wrong(of(to=off), "weight 0", shown=("weight: 0",))
    wrong(of(to=off, alternateBackends=[off]), "weight 0")


def test_another_service_carries_the_traffic():
    gone = {"kind": "Service", "name": "gone", "weight": 1}
    quiet(RULE, of(alternateBackends=[gone]))
    quiet(RULE, of(to=gone, alternateBackends=[{"kind": "Service", "name": "web"}]))
    wrong(
        of(to=gone, alternateBackends=[{**gone, "name": "lost"}]), "no service shop/gone, there is no service shop/lost"
    )


@pytest.mark.parametrize("spec", [{"type": "ExternalName", "externalName": "example.com"}])
def test_external_names(spec):
    quiet(RULE, cluster() | services(service(**spec)) | no_slices())


def test_backends_of_another_kind():
    quiet(RULE, of(to={"kind": "Mirror", "name": "x"}))


def test_a_router_that_lacks_the_servers():
    members = cluster() | haproxy("shop/web") | haproxy("shop/web", pod_name="router-default-5c6d7f8b9-zzzzz")
    words = ("router-default-5c6d7f8b9-x2x8q, router-default-5c6d7f8b9-zzzzz has no server", "2 ready endpoints")
    wrong(members, *words, shown=("be_edge_http:shop:web",))


def test_a_router_that_may_not_know_new_pods_yet():
    new = pods(pod(since=JUST_NOW), pod(OTHER, since=JUST_NOW))
    quiet(RULE, cluster() | haproxy("shop/web") | new)


def test_routes_that_were_not_collected():
    finding = wrong(cluster() | haproxy("dev/a"), "its service was not collected", severity="info", subject="dev/a")
    assert "503" in finding.message
    many = haproxy(*(f"dev/a{at}" for at in range(21)))
    wrong(cluster() | many, "21 routes of namespaces that were not collected", severity="info", subject="routers")


def without(part):
    return {path: text for path, text in cluster().items() if part not in path}


def test_input_that_is_missing():
    unjudged(RULE, without("services.yaml"), "services were not collected")
    unjudged(RULE, without("endpointslices"), "endpoints of shop/web were not collected")
    elsewhere = listed("namespaces/else/core/services.yaml", "Service", service(namespace="else"))
    unjudged(RULE, without("services.yaml") | elsewhere, "the services of shop were not collected")
    starting = pods(pod(ready=False, since=JUST_NOW, started=JUST_NOW))
    unjudged(RULE, cluster() | starting | slices(), "only just been started")
    assert "not collected" in (outcome_of(RULE, without("routes")).reason or "")


def test_a_workload_that_is_scaled_to_zero():
    members = cluster() | pods() | no_slices() | workloads(("web", 0, 0, {}))
    words = ("get 503: shop/web has no endpoint that is ready; Deployment web is scaled to 0",)
    wrong(members, *words, severity="info", shown=("replicas: 0",))
