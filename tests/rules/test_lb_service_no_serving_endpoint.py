import json

import pytest
import service_kit
from bgp_kit import expect, one_of, quiet, unjudged
from layer2_kit import assigned, layer2, pod_of, without
from metallb_kit import (
    UNREADY,
    bgp_advertisement,
    cluster,
    endpoints,
    frr,
    service,
    services,
)

RULE = "lb-service-no-serving-endpoint"
WEB = {"subject": "shop/web", "whose": None}


def silent(**more):
    """A cluster that announces nothing."""
    return cluster(networks=()) | service(**more)


def test_no_endpoints_at_all():
    words = ("198.51.100.10 has nowhere to send traffic: it has no endpoints",)
    finding = expect(RULE, silent() | endpoints(), "error", *words, **WEB, shown=("198.51.100.10", "---"))
    assert "pod" not in finding.message  # the pods of the namespace were not collected


@pytest.mark.parametrize(
    ("on", "words"),
    [
        ([("worker-0", UNREADY)], "its only endpoint is not ready"),
        ([("worker-0", UNREADY), ("worker-1", UNREADY)], "none of its 2 endpoints is ready"),
    ],
)
def test_endpoints_that_are_not_ready(on, words):
    expect(RULE, silent() | endpoints(*on), "error", words, **WEB, shown=("web-x7k2p",))


def test_an_endpoint_that_terminates_and_still_serves_counts():
    leaving = {"ready": False, "serving": True, "terminating": True}
    quiet(RULE, cluster() | endpoints(("worker-0", leaving)))


def test_the_pods_tell_why():
    members = silent() | endpoints(("worker-0", UNREADY)) | pod_of("web-1", "worker-0")
    words = "; not ready: web-1 (CrashLoopBackOff)"
    expect(RULE, members, "error", words, **WEB, shown=("CrashLoopBackOff", "ContainersNotReady"))
    many = {}
    for at in range(5):
        many |= pod_of(f"web-{at}", "worker-0")
    expect(RULE, members | many, "error", "web-2 (CrashLoopBackOff) and 2 more", **WEB)


def test_a_pod_without_a_waiting_container_tells_its_condition():
    running = pod_of("web-1", "worker-0")
    (path,) = running
    made = json.loads(running[path])
    made["status"]["containerStatuses"][0]["state"] = {"running": {}}
    members = silent() | endpoints(("worker-0", UNREADY)) | {path: json.dumps(made, indent=4)}
    expect(RULE, members, "error", "not ready: web-1 (ContainersNotReady)", **WEB)


def test_pods_that_are_ready_by_now():
    members = silent() | endpoints() | pod_of("web-1", "worker-0", ready=True)
    expect(RULE, members, "error", "it has no endpoints; web-1 is ready by now", **WEB)
    members |= pod_of("web-2", "worker-0", ready=True)
    expect(RULE, members, "error", "web-1, web-2 are ready by now", **WEB)


def test_no_pod_of_the_selector():
    other = pod_of("db-1", "worker-0", labels={"app": "db"})
    words = "no pod has the labels app=web (none runs, or the labels differ)"
    expect(RULE, silent() | endpoints() | other, "error", words, **WEB)
    done = pod_of("web-1", "worker-0")
    (path,) = done
    members = silent() | endpoints() | {path: done[path].replace('"Running"', '"Succeeded"')}
    expect(RULE, members, "error", words, **WEB)


def test_a_service_without_selector():
    words = "it has no endpoints and no selector, so that somebody has to write them by hand"
    expect(RULE, silent(selector={}) | endpoints(), "error", words, **WEB)
    quiet(RULE, cluster() | service(selector={}) | endpoints("worker-0"))


def test_nodes_that_still_announce_are_counted():
    expect(RULE, cluster() | endpoints(), "error", "; 3 of 3 nodes announce it all the same", **WEB)


def test_one_finding_for_both_addresses():
    members = silent(ip=("198.51.100.10", "198.51.100.11")) | endpoints()
    assert one_of(RULE, members).subject == "shop/web"


def test_an_earlier_fault_speaks_first():
    quiet(RULE, silent() | endpoints() | bgp_advertisement(ipAddressPools=["other"]))
    quiet(RULE, silent(ip="203.0.113.5") | endpoints())
    quiet(RULE, silent(ip=None) | endpoints())


def test_another_load_balancer_is_not_judged():
    quiet(RULE, silent(ip="203.0.113.5", loadBalancerClass="example.com/lb") | endpoints())


def test_layer_2():
    expect(RULE, layer2() | endpoints(), "error", "192.0.2.100 has nowhere to send traffic", **WEB)


def test_healthy():
    quiet(RULE, cluster())
    quiet(RULE, layer2() | assigned())


def test_endpoints_that_were_not_collected():
    members = without(silent(), "endpointslices")
    unjudged(RULE, members, "its endpoints were not collected")
    quiet(RULE, without(cluster(), "endpointslices"))  # what nodes announce has an endpoint


def test_a_namespace_whose_endpoints_were_not_collected_beside_one_with():
    pay = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "api", "namespace": "pay"},
        "spec": {"type": "LoadBalancer"},
        "status": {"loadBalancer": {"ingress": [{"ip": "198.51.100.20"}]}},
    }
    members = cluster() | services(pay)
    members |= frr("worker-0", "speaker-a", networks=("198.51.100.10/32",))
    unjudged(RULE, members, "its endpoints were not collected", examined=1)


def test_a_prefix_of_no_collected_service_is_a_gap():
    unjudged(RULE, without(cluster(), "/services.yaml"), "its service was not collected")


@pytest.mark.parametrize(
    ("names", "words"),
    [(("web",), "; Deployment web is scaled to 0"), (("a", "b"), "; Deployment a, Deployment b are scaled to 0")],
)
def test_a_workload_that_is_scaled_to_zero(names, words):
    scaled = service_kit.workloads(*((name, 0, 0, {}) for name in names))
    expect(RULE, silent() | endpoints() | scaled, "info", words, **WEB, shown=("replicas: 0",))
