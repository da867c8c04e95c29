"""host-subnet-exhausted: subnets of nodes in the objects, in logs and alerts, and how full they are."""

import json

import pytest
from bgp_kit import expect, unjudged
from kit import outcome_of
from metallb_kit import written
from ovn_kit import HOMES, NODES, cluster, node, pod, pods
from policy_kit import alert, ovnkube_log

from analyzer.ovn.subnets import SUBNETS

RULE = "host-subnet-exhausted"
NO_SUBNET = "Failed to create *v1.Node {}, error: error allocating network for node {}: no subnets available"


def silent(members):
    outcome = outcome_of(RULE, members)
    assert (str(outcome.status), outcome.findings, outcome.gaps) == ("clear", (), ())


def subnets(**given):
    """Nodes with these subnets; `worker_0="10.128.0.0/23"`."""
    members = {}
    for name, text in given.items():
        value = json.dumps({"default": text if isinstance(text, list) else [text]})
        members |= node(name.replace("_", "-"), annotations={SUBNETS: value})
    return members


def network(*cidrs, kind="OVNKubernetes"):
    made = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "Network",
        "metadata": {"name": "cluster"},
        "spec": {},
        "status": {"clusterNetwork": [{"cidr": one, "hostPrefix": 23} for one in cidrs], "networkType": kind},
    }
    path = "cluster-scoped-resources/config.openshift.io/networks.yaml"
    return written(path, "Network", made, version="config.openshift.io/v1")


def healthy():
    return cluster() | subnets(worker_0="10.128.0.0/23", worker_1="10.128.2.0/23") | network("10.128.0.0/14")


def test_healthy():
    silent(healthy())
    silent(cluster() | subnets(worker_0=["10.128.0.0/23", "fd01:0:0:1::/64"], worker_1="10.128.2.0/23") | network())
    old_form = node("worker-0", annotations={SUBNETS: '{"default":"10.128.0.0/23"}'})
    silent(healthy() | old_form)


def test_a_node_without_a_subnet():
    members = healthy() | node("worker-2")
    words = ("worker-2 has no subnet for pods", "other nodes have it")
    expect(RULE, members, "error", *words, subject="worker-2", whose="worker-2", shown=("worker-2",))
    log = ovnkube_log("09:50:00 " + NO_SUBNET.format("worker-2", "worker-2"), container="ovnkube-cluster-manager")
    words = ('its log says "no subnets available"',)
    expect(RULE, members | log, "error", *words, subject="worker-2", whose="worker-2", shown=("no subnets",))


@pytest.mark.parametrize(
    "change",
    [
        node("worker-2", created="2026-11-21T09:55:00Z"),
        node("worker-2", labels={"kubernetes.io/os": "windows"}),
        node("worker-2", annotations={"k8s.ovn.org/hybrid-overlay-node-subnet": "10.132.0.0/24"}),
        {
            path: text.replace('"spec": {}', '"spec": {"taints": [{"key": "ToBeDeletedByClusterAutoscaler"}]}')
            for path, text in node("worker-2").items()
        },
    ],
)
def test_nodes_that_need_none(change):
    silent(healthy() | change)


def test_an_annotation_that_cannot_be_read():
    for value in ("<masked>", "[]", '{"default": 7}', '{"default": ["<masked>"]}'):
        members = healthy() | node("worker-2", annotations={SUBNETS: value})
        unjudged(RULE, members, "cannot be read", examined=2)


def test_most_subnets_are_given():
    given = {f"worker_{at}": f"10.128.{2 * at}.0/23" for at in range(4)}
    members = cluster() | subnets(**given) | network("10.128.0.0/21")
    words = ("4 of the 4 IPv4 subnets (/23)", "10.128.0.0/21", "none left")
    expect(RULE, members, "warning", *words, subject="cluster network", whose=None, shown=("10.128.0.0/21",))
    # The alert says the same.
    expect(
        RULE, members | alert("V4SubnetAllocationThresholdExceeded"), "warning", subject="cluster network", whose=None
    )
    more = network("10.128.0.0/21", "10.132.0.0/14")
    silent(cluster() | subnets(**given) | more)


def test_ipv6():
    given = {f"worker_{at}": [f"10.128.{2 * at}.0/23", f"fd01:0:0:{at}::/64"] for at in range(4)}
    members = cluster() | subnets(**given) | network("10.128.0.0/14", "fd01::/62")
    expect(RULE, members, "warning", "4 of the 4 IPv6 subnets (/64)", subject="cluster network", whose=None)


def test_the_alert_alone():
    members = healthy() | alert("V6SubnetAllocationThresholdExceeded")
    expect(
        RULE, members, "warning", "80% of the IPv6 subnets", subject="cluster network", whose=None, shown=("firing",)
    )
    silent(healthy() | alert("V4SubnetAllocationThresholdExceeded", state="pending"))
    silent(healthy() | alert("NorthboundStale"))


def test_the_log_alone():
    log = ovnkube_log("09:50:00 " + NO_SUBNET.format("worker-9", "worker-9"), container="ovnkube-cluster-manager")
    words = ('no subnet is left for worker-9: "no subnets available" 1 times, last 11-21 09:50:00',)
    expect(RULE, healthy() | log, "error", *words, subject="worker-9", whose=None)
    silent(healthy() | ovnkube_log("08:00:00 " + NO_SUBNET.format("worker-9", "worker-9")))
    silent(healthy() | ovnkube_log("09:50:00 " + NO_SUBNET.format("worker-1", "worker-1")))
    unnamed = healthy() | ovnkube_log("09:50:00 cannot do it: no subnets available")
    expect(RULE, unnamed, "error", "for a node", subject="cluster network", whose=None)


@pytest.mark.parametrize(("count", "severity"), [(2, None), (3, "error")])
def test_a_node_that_is_full(count, severity):
    """A /29 has room for three pods."""
    many = [pod(f"p-{at}", ip=f"10.128.0.{at + 1}") for at in range(count)]
    others = [pod("done", status={"phase": "Succeeded"}), pod("host", hostNetwork=True)]
    members = healthy() | subnets(worker_0="10.128.0.0/29") | network() | pods(*many, *others)
    if severity:
        expect(RULE, members, severity, "worker-0 has 3 pods", "has room for 3", subject="worker-0", shown=("/29",))
    else:
        silent(members)


def test_a_node_that_is_nearly_full():
    many = [pod(f"p-{at}", ip=f"10.128.0.{at + 1}") for at in range(25)]
    members = healthy() | subnets(worker_0="10.128.0.0/27") | network() | pods(*many)
    expect(RULE, members, "warning", "25 pods", "has room for 27", subject="worker-0")


def test_pods_that_were_refused_an_address():
    full = "Failed to create *v1.Pod shop/{}, error: failed to allocate new IPs for worker-0: range is full"
    waits = pod("new-1", status={"phase": "Pending", "podIPs": []})
    members = healthy() | pods(*(pod(name) for name in HOMES), waits) | ovnkube_log("09:50:00 " + full.format("new-1"))
    words = ("no address was left for shop/new-1 in the subnet of worker-0",)
    expect(RULE, members, "error", *words, subject="shop/new-1", shown=("range is full",))
    silent(healthy() | ovnkube_log("09:50:00 " + full.format("gone")))
    silent(healthy() | ovnkube_log("09:50:00 " + full.format(next(iter(HOMES)))))
    silent(members | ovnkube_log("08:00:00 " + full.format("new-1")))
    unnamed = healthy() | ovnkube_log("09:50:00 cannot allocate: range is full")
    expect(RULE, unnamed, "error", "no address was left in the subnet of worker-0", subject="worker-0")


def test_without_nodes_the_log_tells_it():
    log = ovnkube_log("09:50:00 " + NO_SUBNET.format("worker-9", "worker-9"))
    members = {path: text for path, text in healthy().items() if "core/nodes" not in path}
    expect(RULE, members | log, "error", "no subnet is left for worker-9", subject="worker-9", whose=None)


def test_not_collected():
    assert str(outcome_of(RULE, cluster()).status) == "not_checked"
    assert str(outcome_of(RULE, healthy() | network("10.128.0.0/14", kind="OpenShiftSDN")).status) == "not_checked"
    members = {path: text for path, text in healthy().items() if not any(name in path for name in NODES)}
    assert "not collected: nodes" in (outcome_of(RULE, members).reason or "")
