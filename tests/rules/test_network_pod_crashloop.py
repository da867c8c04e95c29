import pytest
from bgp_kit import IMAGE, expect, quiet, unjudged
from health_kit import READY, frrk8s_pod, node, pod, waiting, without
from kit import found, outcome_of
from metallb_kit import cluster
from operator_kit import DNS, INGRESS, MULTUS, NODES, OVN, agent, events, happened, healthy

from analyzer.model import Status

RULE = "network-pod-crashloop"
CRASHING = waiting("CrashLoopBackOff", restarts=12, exitCode=1, reason="Error", finishedAt="2026-11-21T09:57:00Z")
UNREADY = READY | {"ready": False}
SUBJECT = f"{OVN}/ovnkube-node-worker-1"


def sick(**states):
    return healthy() | agent(states={key.replace("_", "-"): one for key, one in states.items()})


@pytest.mark.parametrize(
    ("states", "severity", "words", "shown"),
    [
        (
            {"ovnkube_controller": CRASHING},
            "critical",
            ("2/3 containers ready", "ovnkube-controller waits (CrashLoopBackOff), 12 restarts", "exit code 1"),
            ("CrashLoopBackOff", '"restartCount": 12'),
        ),
        (
            {"ovn_controller": waiting("ImagePullBackOff")},
            "critical",
            ("ovn-controller waits (ImagePullBackOff)",),
            ("ImagePullBackOff",),
        ),
        (
            {
                "ovn_controller": {
                    "ready": False,
                    "restartCount": 4,
                    "state": {"terminated": {"exitCode": 2, "reason": "Error"}},
                }
            },
            "critical",
            ("ovn-controller ended (Error, exit code 2)",),
            ('"exitCode": 2',),
        ),
        ({"kube_rbac_proxy_node": CRASHING}, "error", ("kube-rbac-proxy-node waits",), ("CrashLoopBackOff",)),
        ({"ovn_controller": UNREADY}, "warning", ("ovn-controller runs but is not ready",), ("false",)),
        ({"ovn_controller": waiting("ContainerCreating")}, "critical", ("waits (ContainerCreating)",), ()),
    ],
    ids=["crash-loop", "image", "ended", "sidecar", "not-ready", "creating-for-long"],
)
def test_fires(states, severity, words, shown):
    expect(RULE, sick(**states), severity, *words, subject=SUBJECT, whose="worker-1", shown=shown)


def test_an_init_container():
    blocked = dict.fromkeys(
        ("ovn-controller", "ovnkube-controller", "kube-rbac-proxy-node"), waiting("PodInitializing")
    )
    members = healthy() | agent(phase="Pending", states=blocked, inits={"kubecfg-setup": CRASHING})
    finding = expect(RULE, members, "critical", "init container kubecfg-setup", subject=SUBJECT, whose="worker-1")
    assert "PodInitializing" not in finding.message


@pytest.mark.parametrize(
    ("name", "namespace", "container", "severity"),
    [
        ("dns-default-abcde", DNS, "dns", "error"),
        ("router-default-1-abcde", INGRESS, "router", "error"),
        ("multus-abcde", MULTUS, "kube-multus", "critical"),
        ("multus-additional-cni-plugins-abcde", MULTUS, "kube-multus-additional-cni-plugins", "critical"),
        ("multus-admission-controller-abcde", MULTUS, "multus-admission-controller", "error"),
        ("ovnkube-control-plane-abcde", OVN, "ovnkube-cluster-manager", "error"),
        ("sdn-abcde", "openshift-sdn", "sdn", "critical"),
        ("sdn-controller-abcde", "openshift-sdn", "sdn-controller", "error"),
        ("network-operator-abcde", "openshift-network-operator", "network-operator", "error"),
        ("nmstate-handler-abcde", "openshift-nmstate", "nmstate-handler", "error"),
    ],
)
def test_every_part_of_the_network(name, namespace, container, severity):
    states = {"namespace": namespace, "states": {container: CRASHING}, "labels": {}}
    members = healthy() | pod(name, "worker-2", (container,), **states)
    assert found(RULE, members) == [("worker-2", f"{namespace}/{name}", severity)]


def test_the_last_words_and_events():
    logs = f"{IMAGE}/namespaces/{OVN}/pods/ovnkube-node-worker-1/ovnkube-controller/ovnkube-controller/logs"
    line = "2026-11-21T09:5{}:00.000000000Z F1121 09:5{}:00.000000    4000 ovnkube.go:136] failed to {}\n"
    members = sick(ovnkube_controller=CRASHING) | {
        f"{logs}/previous.log": line.format(0, 0, "create *v1.Pod shop/web, error: x")
        + line.format(1, 1, "run ovnkube: no annotation")
        + line.format(2, 2, "run ovnkube: MTU"),
        f"{logs}/current.log": line.format(9, 9, "run ovnkube: something of the run that goes on"),
    }
    told = happened("ovnkube-node-worker-1", "Back-off restarting failed container", reason="BackOff", namespace=OVN)
    members |= events(told, happened("x", "other", reason="FailedScheduling", namespace=OVN), namespace=OVN)
    words = ("the log of ovnkube-controller says last: failed to run ovnkube: MTU",)
    expect(RULE, members, "critical", *words, subject=SUBJECT, whose="worker-1", shown=("MTU", "Back-off restarting"))


def test_one_finding_for_many_nodes():
    members = healthy()
    for at in range(25):
        name = f"w{at:02}"
        members |= node(name) | agent(name, states={"ovn-controller": waiting("ImagePullBackOff")})
    (finding,) = outcome_of(RULE, members).findings
    assert (finding.node, str(finding.severity)) == (None, "critical")
    assert "the same of 24 more nodes" in finding.message


@pytest.mark.parametrize(
    "states",
    [
        {"ovn_controller": UNREADY | {"state": {"running": {"startedAt": "2026-11-21T09:55:00Z"}}}},
        {
            "ovn_controller": {
                "ready": False,
                "restartCount": 0,
                "state": {"terminated": {"exitCode": 0, "reason": "Completed"}},
            }
        },
    ],
    ids=["just-started", "completed"],
)
def test_what_is_normal(states):
    quiet(RULE, sick(**states), 10)


def test_pods_that_do_not_count():
    states = {"ovn-controller": CRASHING}
    going = agent(states=states, deletionTimestamp="2026-11-21T09:59:00Z")
    quiet(RULE, healthy() | going, 9)
    quiet(RULE, healthy() | agent(states=states, phase="Failed"), 9)
    quiet(RULE, healthy() | pod("web-1", namespace="shop", states={"speaker": CRASHING}, labels={}), 10)


def test_metallb_has_rules_of_its_own():
    quiet(RULE, healthy() | frrk8s_pod("frr-k8s-b", "worker-1", states={"frr": CRASHING}), 10)


def test_a_node_that_is_lost():
    quiet(RULE, sick(ovn_controller=CRASHING) | node("worker-1", ready="Unknown"), 10)
    members = sick(ovn_controller=CRASHING)
    expect(RULE, without(members, "/nodes/"), "critical", "CrashLoopBackOff", subject=SUBJECT, whose="worker-1")


def test_a_young_pod():
    once = waiting("CrashLoopBackOff", restarts=1, exitCode=1, reason="Error")
    members = healthy() | agent(started="2026-11-21T09:58:00Z", states={"ovn-controller": once})
    unjudged(RULE, members, "only just before", examined=9)
    members = healthy() | agent(started="2026-11-21T09:58:00Z", states={"ovn-controller": CRASHING})
    expect(RULE, members, "critical", "12 restarts", subject=SUBJECT, whose="worker-1")


def test_without_the_time_of_the_collection():
    expect(RULE, without(sick(ovn_controller=CRASHING), "timestamp"), "critical", subject=SUBJECT, whose="worker-1")
    quiet(RULE, without(sick(ovn_controller=UNREADY), "timestamp"), 10)


def test_not_collected():
    outcome = outcome_of(RULE, cluster())
    assert (outcome.status, "no pods of the network's namespaces" in outcome.reason) == (Status.NOT_CHECKED, True)


def test_healthy():
    quiet(RULE, healthy(), 3 * len(NODES) + 1)
