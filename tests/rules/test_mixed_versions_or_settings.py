import json

import pytest
from bgp_kit import IMAGE, NAMESPACE, config, expect, quiet, statements, timestamp, unjudged
from bgp_kit import node as made_node
from consistency_kit import daemon_pod
from kit import found, outcome_of
from metallb_kit import cluster, frr, peer, speaker_pod
from operator_kit import config_pool

from analyzer.model import Status

RULE = "mixed-versions-or-settings"
OLD, NEW = "quay.example.com/ocp@sha256:1111", "quay.example.com/ocp@sha256:2222"
OVN = "openshift-ovn-kubernetes"


def pods(*images, family="ovnkube-node", namespace=OVN, started="2026-11-20T00:00:00Z"):
    """A pod of a DaemonSet on each node, with two containers of this image."""
    members = {}
    for at, image in enumerate(images):
        members |= daemon_pod(family, at, f"worker-{at}", namespace, started, kube_rbac_proxy=OLD, driver=image)
    return members


def release(progressing):
    made = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "ClusterVersion",
        "metadata": {"name": "version"},
        "status": {
            "desired": {"version": "4.16.10"},
            "conditions": [{"type": "Progressing", "status": str(progressing)}],
        },
    }
    path = f"{IMAGE}/cluster-scoped-resources/config.openshift.io/clusterversions/version.yaml"
    return {path: json.dumps(made, indent=4)}


@pytest.mark.parametrize(
    ("family", "namespace"),
    [
        ("ovnkube-node", OVN),
        ("multus", "openshift-multus"),
        ("multus-additional-cni-plugins", "openshift-multus"),
        ("frr-k8s", "metallb-system"),
        ("my-metallb-speaker", "lb"),
    ],
)
def test_the_images_of_a_daemonset(family, namespace):
    words = (f"{namespace}/{family}: image of the container driver is {OLD} on worker-0, worker-1; {NEW} on worker-2",)
    members = pods(OLD, OLD, NEW, family=family, namespace=namespace) | release(progressing=False)
    expect(RULE, members, "warning", *words, subject=f"{namespace}/{family}", whose="worker-2", shown=(OLD, NEW))


def test_of_two_nodes_none_is_the_outlier():
    expect(
        RULE,
        pods(OLD, NEW),
        "warning",
        f"{OLD} on worker-0; {NEW} on worker-1",
        subject=f"{OVN}/ovnkube-node",
        whose=None,
    )


def test_nodes_of_which_many_are_alike_are_counted():
    words = (f"is {OLD} on 5 nodes; {NEW} on worker-5",)
    expect(RULE, pods(*[OLD] * 5, NEW), "warning", *words, subject=f"{OVN}/ovnkube-node", whose="worker-5")
    words = ("worker-4, worker-5, worker-6 and 1 more",)
    expect(RULE, pods(*[OLD] * 4, *[NEW] * 4), "warning", *words, subject=f"{OVN}/ovnkube-node", whose=None)


def test_several_containers_are_one_finding():
    members = {}
    for at, image in enumerate((OLD, OLD, NEW)):
        members |= daemon_pod("ovnkube-node", at, f"worker-{at}", OVN, northd=image, controller=image)
    words = ("image of the container northd (and of 1 more containers)",)
    expect(RULE, members, "warning", *words, subject=f"{OVN}/ovnkube-node", whose="worker-2")


def test_many_values():
    members = pods(*(f"{OLD}{at}" for at in range(6)))
    expect(RULE, members, "warning", "; 2 more", subject=f"{OVN}/ovnkube-node", whose=None)


@pytest.mark.parametrize(
    "members",
    [
        cluster(),
        pods(OLD, OLD, OLD),
        pods(OLD, NEW, family="my-app", namespace="shop") | pods(OLD, OLD),
        pods(OLD, OLD, family="ovnkube-node") | pods(NEW, NEW, family="multus"),
        pods(OLD, OLD)
        | {path: text.replace("Running", "Failed") for path, text in pods(OLD, OLD, NEW).items() if "-ddddd" in path},
    ],
    ids=["healthy", "alike", "other-pods", "other-daemonsets", "failed"],
)
def test_is_quiet(members):
    assert outcome_of(RULE, members).status is Status.CLEAR
    assert not outcome_of(RULE, members).gaps


def test_a_pod_that_is_going_is_no_other_version():
    members = pods(OLD, OLD) | {
        path: text.replace('"name": "ovnkube-node-ddddd"', '"deletionTimestamp": "2026-11-21T09:00:00Z", "name": "d"')
        for path, text in pods(OLD, OLD, NEW).items()
        if "-ddddd" in path
    }
    quiet(RULE, members, examined=2)


def test_two_collections_are_not_compared_with_each_other():
    later = {
        path.replace("local.1", "local.2").replace("-bbbbb", "-fffff").replace("-ccccc", "-ggggg"): text
        for path, text in pods(NEW, NEW).items()
    }
    renamed = {path: text.replace("-bbbbb", "-fffff").replace("-ccccc", "-ggggg") for path, text in later.items()}
    assert found(RULE, pods(OLD, OLD) | renamed) == []


def test_an_update_in_progress():
    unjudged(RULE, pods(OLD, OLD, NEW) | release(progressing=True), "an update to 4.16.10 is in progress", examined=1)
    quiet(RULE, pods(OLD, OLD) | release(progressing=True), examined=2)


def daemonset(updated, *, status=True):
    told = f"status:\n  desiredNumberScheduled: 3\n  updatedNumberScheduled: {updated}\n  observedGeneration: 2\n"
    content = f"""\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  generation: 2
  labels:
    app: metallb
  name: speaker
  namespace: {NAMESPACE}
spec:
  template:
    spec:
      containers:
      - image: {NEW}
        name: driver
{told if status else ""}"""
    return {f"{IMAGE}/namespaces/{NAMESPACE}/apps/daemonsets/speaker.yaml": content}


def test_a_rollout_of_the_daemonset():
    speakers = pods(OLD, OLD, NEW, family="speaker", namespace=NAMESPACE)
    unjudged(RULE, speakers | daemonset(1), "DaemonSet speaker is being rolled out", examined=1)
    assert found(RULE, speakers | daemonset(3)) == [("worker-2", f"{NAMESPACE}/speaker", "warning")]
    assert found(RULE, speakers | daemonset(0, status=False)) == [("worker-2", f"{NAMESPACE}/speaker", "warning")]


def test_a_pod_that_only_just_started_may_be_a_rollout():
    members = pods(OLD, OLD, NEW, started="2026-11-21T09:55:00Z") | timestamp()
    unjudged(RULE, members, "only just started: it may be a rollout", examined=1)
    assert found(RULE, pods(OLD, OLD, NEW, started="2026-11-21T09:40:00Z") | timestamp())


def other_frr(*, up=True, **more):
    text = config(statements(), version="8.5.3", hostname="worker-2")
    return frr("worker-2", "speaker-c", running=text, up=up) | more


def test_the_version_of_frr():
    words = (f"FRR in {NAMESPACE}: version is 8.4.4 on worker-0, worker-1; 8.5.3 on worker-2",)
    shown = ("frr version 8.5.3", "frr version 8.4.4")
    finding = expect(
        RULE, cluster() | other_frr(), "warning", *words, subject=f"FRR in {NAMESPACE}", whose="worker-2", shown=shown
    )
    assert "strong lead" not in finding.message


def test_the_outlier_that_fails_is_a_strong_lead():
    words = ("worker-2 is also the only node with BGP sessions that are down: a strong lead",)
    members = cluster() | other_frr(up=False)
    expect(RULE, members, "warning", *words, subject=f"FRR in {NAMESPACE}", whose="worker-2")
    finding = expect(
        RULE,
        cluster(up=False) | other_frr(up=False),
        "warning",
        subject=f"FRR in {NAMESPACE}",
        whose="worker-2",
    )
    assert "strong lead" not in finding.message


def test_frr_of_other_images_is_told_once():
    members = cluster() | other_frr() | pods(OLD, OLD, NEW, family="speaker", namespace=NAMESPACE)
    assert found(RULE, members) == [("worker-2", f"{NAMESPACE}/speaker", "warning")]


def test_the_frr_of_a_router_is_another_matter():
    saved = {"saved/tor1/running-config.txt": config(statements(), version="10.1", hostname="tor1")}
    quiet(RULE, cluster() | saved, examined=2)


def test_saved_configurations_of_nodes_are_compared():
    saved = {
        f"saved/worker-{at}/running-config.txt": config(statements(), version=version, hostname=f"worker-{at}")
        for at, version in enumerate(("8.4.4", "8.5.3"))
    }
    hosts = made_node("worker-0") | made_node("worker-1")
    expect(RULE, hosts | saved, "warning", "FRR: version is 8.4.4 on worker-0", subject="FRR", whose=None)


def nodes(*each, **labels):
    """Nodes as (roles, kubelet, kernel, image of the system) or with cordoned as fifth."""
    members = {}
    for at, (roles, kubelet, kernel, image, *cordoned) in enumerate(each):
        made = {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "name": f"worker-{at}",
                "labels": {f"node-role.kubernetes.io/{one}": "" for one in roles.split(",") if one}
                | {key.replace("__", "/").replace("_", "."): values[at] for key, values in labels.items()},
            },
            "spec": {"unschedulable": True} if cordoned else {},
            "status": {
                "nodeInfo": {"kubeletVersion": kubelet, "kernelVersion": kernel, "osImage": image},
            },
        }
        path = f"{IMAGE}/cluster-scoped-resources/core/nodes/worker-{at}.yaml"
        members |= {path: json.dumps(made, indent=4)}
    return members


W = ("worker", "v1.27.3", "5.14.0-284", "RHCOS 414")
V = ("worker", "v1.29.6", "5.14.0-427", "RHCOS 416")


def test_a_node_that_was_not_updated():
    words = (
        "worker nodes: kubelet / kernel / operating system is v1.29.6 / 5.14.0-427 / RHCOS 416 on worker-0, worker-1;",
        "v1.27.3 / 5.14.0-284 / RHCOS 414 on worker-2",
    )
    shown = ("v1.27.3", "5.14.0-284", "RHCOS 414", "v1.29.6")
    expect(RULE, nodes(V, V, W), "warning", *words, subject="worker nodes", whose="worker-2", shown=shown)


def test_a_pool_that_is_being_updated():
    members = nodes(*[("worker", "v1", "5.14.0-284", "R")] * 2, ("worker", "v1", "5.14.0-285", "R"))
    reason = "kernel differs, but the machine config pool is being updated: 1 of 3 nodes done"
    unjudged(RULE, members | config_pool(), reason, examined=2)
    for other in (config_pool(paused=True), config_pool("master"), config_pool(updating="False")):
        assert [severity for _, _, severity in found(RULE, members | other)] == ["warning"]


def test_a_kernel_alone():
    words = ("worker nodes: kernel is 5.14.0-284 on worker-0, worker-1; 5.14.0-285 on worker-2",)
    members = nodes(W, W, ("worker", "v1.27.3", "5.14.0-285", "RHCOS 414"))
    expect(RULE, members, "warning", *words, subject="worker nodes", whose="worker-2", shown=("5.14.0-285",))


def test_a_cordoned_node_is_being_updated():
    words = ("worker-2 of them cordoned: an update may be in progress",)
    expect(RULE, nodes(V, V, (*W, "cordoned")), "info", *words, subject="worker nodes", whose="worker-2")


@pytest.mark.parametrize(
    "members",
    [
        nodes(V, V, ("master", *W[1:]), ("master", *W[1:])),
        nodes(V, V, ("infra,worker", *W[1:])),
        nodes(V, V, ("control-plane,worker", *W[1:])),
        nodes(V, V, W, W, kubernetes_io__arch=("amd64", "amd64", "arm64", "arm64")),
        nodes(V, V, W, W, kubernetes_io__os=("linux", "linux", "windows", "windows")),
        nodes(V, V, ("worker", "v1.29.6", None, None)),
    ],
    ids=["masters", "infra", "schedulable-masters", "architecture", "windows", "unknown"],
)
def test_nodes_of_another_kind_are_not_compared(members):
    assert found(RULE, members) == []
    assert outcome_of(RULE, members).status is Status.CLEAR


def without_frr(where, name):
    members = speaker_pod(name, where)
    (path,) = members
    made = json.loads(members[path])
    made["spec"]["containers"] = [{"name": "speaker"}]
    return {path: json.dumps(made, indent=4)}


def test_speakers_of_two_modes():
    mixed = speaker_pod("speaker-a", "worker-0") | without_frr("worker-1", "speaker-b")
    words = ("MetalLB: who speaks BGP is frr-k8s on worker-1; the speaker on worker-0",)
    members = mixed | daemon_pod("frr-k8s", 1, "worker-1", frr=OLD)
    expect(RULE, members, "warning", *words, subject="MetalLB", whose=None, shown=('"name": "frr"', "nodeName"))
    expect(RULE, mixed, "warning", "no FRR on worker-1", subject="MetalLB", whose=None)
    unjudged(RULE, mixed | daemonset(1), "DaemonSet speaker is being rolled out")


def test_a_missing_frr_k8s_is_another_fault():
    alike = without_frr("worker-0", "speaker-a") | without_frr("worker-1", "speaker-b")
    quiet(RULE, alike | daemon_pod("frr-k8s", 1, "worker-1", frr=OLD))
    quiet(RULE, alike)


def gateways(*modes):
    members = {}
    for at, mode in enumerate(modes):
        text = (
            mode if mode is None or mode.startswith("{") or mode == "cut" else json.dumps({"default": {"mode": mode}})
        )
        (path,) = made = made_node(f"worker-{at}")
        note = f"  annotations:\n    k8s.ovn.org/l3-gateway-config: '{text}'\n" if text else ""
        members |= {path: made[path].replace("  labels:", f"{note}  labels:", 1)}
    return members


def test_the_gateway_mode_of_ovn():
    words = ("OVN-Kubernetes: gateway mode is shared on worker-0, worker-1; local on worker-2",)
    shown = ('"mode": "local"', '"mode": "shared"')
    expect(
        RULE,
        gateways("shared", "shared", "local"),
        "warning",
        *words,
        subject="OVN-Kubernetes",
        whose="worker-2",
        shown=shown,
    )
    quiet(RULE, gateways("shared", "shared", "cut", '{"default": {}}', None))


def test_forwarding_of_saved_settings():
    saved = {
        f"saved/worker-{at}/sysctl.txt": f"net.ipv4.ip_forward = {value}\nnet.ipv4.conf.all.rp_filter = 1\n"
        for at, value in enumerate((1, 1, 0))
    }
    words = ("net.ipv4.ip_forward is 1 on worker-0, worker-1; 0 on worker-2",)
    expect(RULE, saved, "warning", *words, subject="nodes", whose="worker-2", shown=("net.ipv4.ip_forward = 0",))
    quiet(RULE, {path: text.replace("= 0", "= 1") for path, text in saved.items()})


def test_one_node_alone_is_not_checked():
    for members in (peer(), pods(OLD), nodes(W)):
        outcome = outcome_of(RULE, members)
        assert outcome.status is Status.NOT_CHECKED
        assert "no two nodes" in outcome.reason
