import pytest
from bgp_kit import expect, quiet, timestamp, unjudged
from health_kit import (
    FRRK8S,
    daemonset,
    event,
    frrk8s_pod,
    handing_over,
    healthy,
    metallb,
    node,
    nodes,
    pod,
    without,
)
from kit import found, outcome_of
from metallb_kit import cluster

RULE = "announcer-missing-on-node"
WORKER = {"node-role.kubernetes.io/worker": ""}
GONE = without(healthy(), "speaker-c") | daemonset(ready=2, updated=2)


def test_the_daemonset_wants_one_more_node():
    text = ("worker-2", "metallb-system/speaker is ready on 2 of 3 nodes", "it runs on worker-0, worker-1")
    members = without(healthy(), "speaker-c") | daemonset(ready=2)
    expect(RULE, members, "error", *text, subject="speaker", whose="worker-2", shown=("desiredNumberScheduled",))


@pytest.mark.parametrize(
    ("change", "words", "shown"),
    [
        (node("worker-2", taints=("dedicated:NoSchedule",), labels=WORKER), ("taint dedicated:NoSchedule",), "taints"),
        (
            node("worker-2", ready="Unknown", labels=WORKER, message="Kubelet stopped posting node status."),
            ("the node is the problem: it is NotReady (Kubelet stopped posting",),
            "Unknown",
        ),
    ],
    ids=["taint", "not-ready"],
)
def test_the_resource_selects_the_node(change, words, shown):
    """The number of the DaemonSet is content without a node that it does not tolerate; the resource names the node."""
    members = without(healthy(), "speaker-c") | nodes(labels=WORKER) | change | daemonset(desired=2, ready=2)
    members |= metallb(nodeSelector=WORKER)
    words = (*words, "MetalLB metallb selects by node-role.kubernetes.io/worker")
    expect(RULE, members, "error", *words, subject="speaker", whose="worker-2", shown=(shown, "nodeSelector"))


def test_a_taint_is_no_fault_where_nobody_names_the_node():
    members = without(healthy(), "speaker-c") | node("worker-2", taints=("dedicated:NoSchedule",))
    quiet(RULE, members | daemonset(desired=2, ready=2), 2)
    quiet(RULE, members | daemonset(desired=2, ready=2) | metallb(logLevel="info"), 2)


def test_a_resource_without_selector_wants_every_node():
    members = without(healthy(), "speaker-c", "daemonsets") | metallb(logLevel="info")
    expect(RULE, members, "error", "no speaker runs on worker-2", subject="speaker", whose="worker-2")
    quiet(RULE, members | node("worker-2", taints=("dedicated:NoExecute",)), 2)


def test_a_tainted_node_that_is_tolerated():
    """Of two nodes without a pod only one is wanted, the one that nothing keeps pods away from."""
    members = GONE | daemonset(ready=2) | node("infra-0", taints=("dedicated:NoSchedule",))
    assert found(RULE, members) == [("worker-2", "speaker", "error")]
    members |= node("worker-2", taints=("dedicated:NoSchedule",)) | daemonset(desired=4, ready=2)
    assert found(RULE, members) == [("infra-0", "speaker", "error"), ("worker-2", "speaker", "error")]


def test_which_node_is_not_known():
    members = GONE | daemonset(ready=2) | node("worker-3")
    text = ("ready on 2 of 3 nodes", "worker-2, worker-3")
    expect(RULE, members, "error", *text, subject="speaker", whose=None, shown=("numberReady",))


def test_a_pod_that_finds_no_node():
    told = "0/3 nodes are available: 1 Too many pods."
    waiting = pod("speaker-c", None, phase="Pending", states=dict.fromkeys(("speaker", "frr")), started=None)
    members = healthy() | waiting | daemonset(ready=2) | event("FailedScheduling", told)
    text = ("pod speaker-c is Pending and has no node", f"FailedScheduling: {told}")
    expect(RULE, members, "error", *text, subject="speaker", whose="worker-2", shown=("Pending", told))


def test_the_pod_is_not_allowed():
    told = "pods is forbidden: unable to validate against any security context constraint"
    members = GONE | daemonset(ready=2) | event("FailedCreate", told, "speaker", "DaemonSet")
    members |= event("FailedCreate", told, "speaker", "DaemonSet")
    expect(RULE, members, "error", told, subject="speaker", whose="worker-2", shown=(told,))


def test_a_pod_that_was_evicted():
    status = {"reason": "Evicted", "message": "The node was low on resource: memory."}
    members = healthy() | pod("speaker-c", "worker-2", phase="Failed", status=status) | daemonset(ready=2)
    text = ("its pod speaker-c is Failed: Evicted, The node was low",)
    expect(RULE, members, "error", *text, subject="speaker", whose="worker-2", shown=("Evicted",))


def test_a_pod_that_took_the_place_of_an_evicted_one():
    quiet(RULE, healthy() | pod("speaker-x", "worker-2", phase="Failed", status={"reason": "Evicted"}), 4)


def test_a_pod_that_was_just_made():
    waiting = {"phase": "Pending", "states": dict.fromkeys(("speaker", "frr", "reloader", "frr-metrics"))}
    lately = pod("speaker-c", "worker-2", started="2026-11-21T09:59:30Z", **waiting)
    unjudged(RULE, healthy() | lately | daemonset(ready=2), "only just before", examined=2)
    lately = pod("speaker-c", None, started=None, creationTimestamp="2026-11-21T09:59:30Z", **waiting)
    unjudged(RULE, healthy() | lately | daemonset(ready=2), "only just before", examined=2)
    told = pod("speaker-c", "worker-2", phase="Pending", started="2026-11-21T08:00:00Z", states=waiting["states"])
    assert found(RULE, healthy() | told | daemonset(ready=2)) == [("worker-2", "speaker", "error")]


def test_a_pod_whose_containers_tell_more_is_judged_elsewhere():
    quiet(RULE, healthy() | pod("speaker-c", "worker-2", phase="Pending") | daemonset(ready=2), 3)


def test_a_node_that_was_just_made():
    quiet(RULE, healthy() | node("worker-3", created="2026-11-21T09:58:00Z") | metallb(logLevel="info"), 3)


def test_during_a_rollout():
    unjudged(RULE, GONE | daemonset(ready=2, updated=1), "rolled out", examined=2)
    unjudged(RULE, GONE | daemonset(ready=2, updated=1) | node("worker-3"), "rolled out", examined=2)


def test_pods_that_were_not_collected():
    members = without(healthy(), "speaker-")
    quiet(RULE, members, 3)
    text = ("ready on 1 of 3 nodes, 2 of them without a pod that was collected",)
    expect(RULE, members | daemonset(ready=1), "error", *text, subject="speaker", whose=None)
    unjudged(RULE, members | daemonset(ready=1, updated=1), "rolled out", examined=2)
    members = without(healthy(), "speaker-a", "speaker-b") | metallb(nodeSelector=WORKER) | nodes(labels=WORKER)
    quiet(RULE, members, 3)


def test_the_selector_fits_no_node():
    members = without(healthy(), "speaker-") | daemonset(desired=0, ready=0, selector={"zone": "west"})
    text = ("wants a pod on no node, no node has the labels zone=west",)
    expect(RULE, members, "error", *text, subject="speaker", whose=None, shown=("desiredNumberScheduled",))


def test_windows_runs_no_speaker():
    members = healthy() | node("win-0", labels={"kubernetes.io/os": "windows"}) | daemonset(selector={"a": "b"})
    quiet(RULE, members | metallb(logLevel="info"), 3)


def test_frrk8s_is_missing_beside_a_speaker():
    members = handing_over(("worker-0", "worker-1"))
    text = ("no frr-k8s runs on worker-2", "it runs on worker-0, worker-1")
    expect(RULE, members, "error", *text, subject="frr-k8s", whose="worker-2", shown=("worker-0",))
    sets = daemonset("frr-k8s", desired=2, ready=2, namespace=FRRK8S)
    expect(RULE, members | sets, "error", *text, subject="frr-k8s", whose="worker-2")


def test_the_clusters_own_frrk8s_runs_on_more_nodes():
    members = without(handing_over(), "speaker-c") | daemonset(desired=2, ready=2)
    quiet(RULE, members | daemonset("frr-k8s", namespace=FRRK8S) | metallb(logLevel="info"), 5)


def test_two_kinds_of_frrk8s_may_share_the_nodes():
    other = frrk8s_pod("frr-k8s-z", "worker-2")
    moved = {
        path.replace(FRRK8S, "frr-k8s-system"): text.replace(FRRK8S, "frr-k8s-system") for path, text in other.items()
    }
    quiet(RULE, handing_over(("worker-0", "worker-1")) | moved, 6)


def test_frrk8s_was_not_collected():
    unjudged(RULE, handing_over(()), "leave BGP to frr-k8s", examined=2)
    members = handing_over(("worker-0",)) | daemonset("frr-k8s", namespace=FRRK8S, desired=3, ready=3)
    quiet(RULE, members, 6)


def test_nobody_says_whether_a_node_shall_have_one():
    members = without(healthy(), "speaker-c", "daemonsets")
    unjudged(RULE, members, "neither the MetalLB resource nor the DaemonSet", examined=1)


def test_many_nodes_are_told_together():
    names = [f"node-{at:03}" for at in range(30)]
    members = nodes(names) | pod("speaker-a", "worker-0") | daemonset(desired=31, ready=1) | timestamp()
    text = ("node-000, node-001, node-002, node-003 and 26 more, 30 nodes in all",)
    expect(RULE, members, "error", *text, subject="speaker", whose=None)


def test_healthy():
    quiet(RULE, cluster(), 3)
    quiet(RULE, healthy(), 3)
    quiet(RULE, handing_over(), 6)
    quiet(RULE, healthy() | daemonset(status=False), 3)


def test_nothing_was_collected():
    outcome = outcome_of(RULE, nodes())
    assert outcome.status == "not_checked"
    assert "neither pods nor DaemonSets" in outcome.reason


def test_of_two_events_the_newer_one_is_told():
    old = event("FailedCreate", "old words", "speaker", "DaemonSet", last="09:10:00")
    new = event("FailedCreate", "new words", "speaker", "DaemonSet", namespace="metallb-system")
    other = event("Unhealthy", "probe failed", "speaker", "DaemonSet", namespace="shop")
    moved = {
        path.replace("events.yaml", "more.yaml"): text.replace("speaker.1", "speaker.2") for path, text in new.items()
    }
    moved = {path.replace("core/more.yaml", "events.k8s.io/events.yaml"): text for path, text in moved.items()}
    members = GONE | daemonset(ready=2) | old | moved | other
    expect(RULE, members, "error", "FailedCreate: new words", subject="speaker", whose="worker-2")
