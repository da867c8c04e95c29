import pytest
from bgp_kit import IMAGE, expect, node, quiet, unjudged
from layer2_kit import EXCLUDE, IP, LABELLED, assigned, excluded_line, idle, layer2, log, logs, start, without
from metallb_kit import (
    WORKERS,
    bgp_advertisement,
    cluster,
    endpoints,
    frr,
    node_selector,
    peer,
    service,
    services,
)

RULE = "node-excluded-from-lb"
CONTROL = {EXCLUDE: "", "node-role.kubernetes.io/control-plane": ""}


def excluded(*names, labels=LABELLED):
    """These nodes carry the label and announce nothing."""
    members = {}
    for name in names:
        members |= node(name, '["192.0.2.20/24"]', labels) | frr(name, f"speaker-{'abc'[int(name[-1])]}", networks=())
    return members


def subscription(version):
    name = f"metallb-operator.v{version}"
    content = (
        "apiVersion: operators.coreos.com/v1alpha1\nkind: Subscription\nmetadata:\n  name: metallb\n"
        f"spec:\n  name: metallb-operator\nstatus:\n  installedCSV: {name}\n"
    )
    return {f"{IMAGE}/namespaces/metallb-system/operators.coreos.com/subscriptions/metallb.yaml": content}


def unavailable(name, status="True"):
    members = node(name, '["192.0.2.20/24"]')
    (path,) = members
    condition = f"  - type: NetworkUnavailable\n    status: '{status}'\n"
    return {path: members[path] + "status:\n  conditions:\n" + condition}


def test_a_worker_beside_others_that_announce():
    words = "worker-2 does not announce shop/web (198.51.100.10): it is labelled node.kubernetes.io/exclude"
    expect(
        RULE, cluster() | excluded("worker-2"), "warning", words, subject="worker-2", whose="worker-2", shown=(EXCLUDE,)
    )


def test_a_control_plane_node_is_left_out_on_purpose_while_others_announce():
    members = cluster() | excluded("worker-2", labels=CONTROL)
    words = "it is a control-plane node, and others announce them"
    expect(RULE, members, "info", words, subject="worker-2", whose="worker-2")
    members |= frr("worker-1", "speaker-b", up=False) | log("worker-2", start(), idle())
    expect(RULE, members, "warning", "worker-2 does not announce", subject="worker-2", whose="worker-2")


def test_all_nodes():
    members = cluster(networks=()) | excluded(*WORKERS) | log("worker-0", start()) | subscription("4.16.0-202409051837")
    words = (
        "nobody announces shop/web (198.51.100.10): all 3 nodes that may announce (worker-0, worker-1, worker-2) are"
    )
    expect(RULE, members, "error", words, subject="worker-0, worker-1, worker-2", whose=None, shown=(EXCLUDE,))


def test_the_only_node_that_an_advertisement_selects():
    members = cluster(networks=()) | excluded("worker-2") | bgp_advertisement(nodeSelectors=node_selector("worker-2"))
    members |= log("worker-2", start(), excluded_line())
    words = "the only node that may announce (worker-2) is excluded"
    expect(RULE, members, "error", words, subject="worker-2", whose="worker-2", shown=("skipping should announce bgp",))


def test_the_only_node_that_a_peer_is_for():
    members = cluster(networks=()) | excluded("worker-2") | peer(nodeSelectors=node_selector("worker-2"))
    members |= subscription("0.14.2")
    expect(RULE, members, "error", "the only node that may", subject="worker-2", whose="worker-2")


def test_a_single_node_of_an_unknown_release():
    members = cluster(networks=(), names=("worker-0",)) | excluded("worker-0") | endpoints("worker-0")
    words = ("the only node that may announce (worker-0) is excluded", "releases before 0.14 ignore the label")
    expect(RULE, members, "warning", *words, subject="worker-0", whose="worker-0")


def test_the_only_node_with_an_endpoint_and_others_without():
    members = cluster(networks=()) | service(policy="Local") | endpoints("worker-0") | excluded(*WORKERS)
    members |= subscription("4.18.0")
    expect(RULE, members, "error", "the only node that may announce (worker-0)", subject="worker-0", whose="worker-0")


def test_a_network_that_is_unavailable():
    members = cluster() | unavailable("worker-2") | frr("worker-2", "speaker-c", networks=())
    words = "its network is unavailable"
    expect(RULE, members, "warning", words, subject="worker-2", whose="worker-2", shown=("NetworkUnavailable",))
    quiet(RULE, members | unavailable("worker-2", "Unknown"))


def test_an_old_release_ignores_the_label():
    old = {}
    for name in WORKERS:
        old |= log(name, start(version="0.13.12"), idle())
    quiet(RULE, cluster() | excluded("worker-2") | old)
    quiet(RULE, layer2() | excluded(*WORKERS) | old)


def test_a_version_that_is_none():
    members = cluster(networks=(), names=("worker-0",)) | excluded("worker-0") | endpoints("worker-0")
    members |= subscription("next.1")
    expect(RULE, members, "warning", "the release was not collected", subject="worker-0", whose="worker-0")


def test_nodes_of_which_one_announces_another_service():
    other = services(
        *(
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": name, "namespace": "shop"},
                "spec": {"type": "LoadBalancer"},
                "status": {"loadBalancer": {"ingress": [{"ip": ip}]}},
            }
            for name, ip in (("web", "198.51.100.10"), ("api", "198.51.100.11"))
        )
    )
    members = cluster(networks=()) | excluded(*WORKERS) | other | frr("worker-0", "speaker-a", ("198.51.100.11/32",))
    unjudged(RULE, members, "whether its speaker heeds the label", examined=0)


def test_a_node_that_announces_does_not_heed_the_label():
    quiet(RULE, cluster() | node("worker-2", labels=LABELLED))
    quiet(RULE, layer2() | node("worker-1", labels=LABELLED) | assigned("worker-1"))


@pytest.mark.parametrize(
    "change",
    [
        bgp_advertisement(nodeSelectors=node_selector("worker-0", "worker-1")),
        peer(nodeSelectors=node_selector("worker-0", "worker-1")),
        service(policy="Local"),
    ],
    ids=["not-selected", "no-peer", "no-endpoint"],
)
def test_a_node_that_was_not_to_announce(change):
    quiet(RULE, cluster() | excluded("worker-2") | change)


def test_many_services_are_counted():
    made = [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": f"web{at}", "namespace": "shop"},
            "spec": {"type": "LoadBalancer"},
            "status": {"loadBalancer": {"ingress": [{"ip": f"198.51.100.{at + 1}"}]}},
        }
        for at in range(5)
    ]
    networks = tuple(f"198.51.100.{at + 1}/32" for at in range(5))
    members = cluster(networks=networks) | services(*made) | excluded("worker-2") | subscription("4.16.0")
    expect(
        RULE, members, "warning", "shop/web2 (198.51.100.3) and 2 more services", subject="worker-2", whose="worker-2"
    )


def test_layer_2():
    members = layer2() | node("worker-2", labels=LABELLED) | logs("worker-0")
    words = f"worker-2 does not announce shop/web ({IP})"
    expect(RULE, members, "warning", words, subject="worker-2", whose="worker-2")
    everybody = layer2() | excluded(*WORKERS)
    members = everybody | logs()
    expect(RULE, members, "error", "nobody announces", subject="worker-0, worker-1, worker-2", whose=None)


def test_layer_2_of_an_unknown_release():
    members = layer2() | node("worker-2", labels=LABELLED) | assigned("worker-0")
    unjudged(RULE, members, "whether its speaker heeds the label")


def test_without_resources_and_without_labels_of_the_node():
    members = without(cluster() | excluded("worker-2"), "/bgppeers/")
    expect(RULE, members, "warning", "worker-2 does not announce", subject="worker-2", whose="worker-2")


def test_another_reason_in_the_log_proves_nothing():
    members = cluster(networks=(), names=("worker-0",)) | excluded("worker-0") | endpoints("worker-0")
    members |= log("worker-0", excluded_line(why="pool not matching my node"))
    expect(RULE, members, "warning", "the release was not collected", subject="worker-0", whose="worker-0")
    members |= subscription("4.12.1")
    expect(RULE, members, "warning", "the release was not collected", subject="worker-0", whose="worker-0")


def test_healthy():
    quiet(RULE, cluster())
    quiet(RULE, layer2() | assigned())
