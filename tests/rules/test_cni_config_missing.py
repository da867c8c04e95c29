import json

import pytest
from bgp_kit import IMAGE, expect, quiet, timestamp, unjudged
from health_kit import node, pod, waiting, without
from kit import outcome_of
from operator_kit import MULTUS, agent, healthy, journal

from analyzer.model import Status

RULE = "cni-config-missing"
TEXT = (
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin "
    "returns error: No CNI configuration file in /etc/kubernetes/cni/net.d/. Has your network provider started?"
)


def bare(since="2026-11-21T09:30:00Z", message=TEXT, **more):
    """worker-1 without a network plugin."""
    (path, content), *_ = node("worker-1", ready="False", message=message, **more).items()
    made = json.loads(content)
    made["status"]["conditions"][0] |= {"reason": "KubeletNotReady"} | ({"lastTransitionTime": since} if since else {})
    return {path: json.dumps(made, indent=1)}


def test_fires():
    words = ("worker-1 has no network plugin since 2026-11-21 09:30:00 UTC", "No CNI configuration file")
    finding = expect(RULE, healthy() | bare(), "critical", *words, subject="worker-1", whose="worker-1", shown=(TEXT,))
    assert "not ready on it" not in finding.message
    finding = expect(RULE, healthy() | bare(None), "critical", subject="worker-1", whose="worker-1")
    assert "since" not in finding.message


def test_the_pods_that_should_write_it():
    crash = waiting("CrashLoopBackOff", restarts=9, exitCode=1, reason="Error")
    members = healthy() | bare() | agent(states={"ovnkube-controller": crash})
    members |= pod("multus-worker-1", "worker-1", ("kube-multus",), namespace=MULTUS, labels={}, phase="Pending")
    words = ("not ready on it: multus-worker-1 (Pending), ovnkube-node-worker-1 (Running)",)
    expect(RULE, members, "critical", *words, subject="worker-1", whose="worker-1", shown=(TEXT, "Pending"))


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        (bare("2026-11-21T09:59:00Z"), "missing only just before"),
        (bare(created="2026-11-21T09:55:00Z"), "added only just before"),
    ],
)
def test_what_may_be_a_start(members, reason):
    unjudged(RULE, healthy() | members, reason, examined=2)


def test_without_the_time_of_the_collection():
    members = without(healthy() | bare("2026-11-21T09:59:00Z"), "timestamp")
    expect(RULE, members, "critical", subject="worker-1", whose="worker-1")


def test_a_node_that_is_not_ready_for_another_reason():
    quiet(RULE, healthy() | bare(message="PLEG is not healthy"), 3)


SAID = '"Container runtime network not ready" networkReady="NetworkReady=false reason:NetworkPluginNotReady message:No"'


def test_a_journal_alone():
    members = timestamp() | journal(("09:00:00", SAID), ("09:03:00", SAID))
    words = ("the kubelet of worker-1 said 2 times up to 11-21 09:03:00",)
    expect(RULE, members, "critical", *words, subject="worker-1", whose="worker-1", shown=("09:00:00", "09:03:00"))


@pytest.mark.parametrize(
    "lines",
    [
        (("09:00:00", SAID), ("09:03:00", SAID), ("09:05:00", '"Unable to update node status" err="no"')),
        (("09:00:00", SAID), ("09:00:40", SAID)),
        (("09:00:00", '"Unable to update node status" err="no"'),),
    ],
    ids=["overcome", "a-start", "other"],
)
def test_a_journal_of_a_start(lines):
    quiet(RULE, journal(*lines), 0)


def test_a_journal_beside_nodes():
    """The node itself says how it is."""
    quiet(RULE, healthy() | journal(("09:00:00", SAID), ("09:03:00", SAID)), 3)


def test_not_collected():
    path = f"{IMAGE}/namespaces/openshift-multus/pods/multus-x/kube-multus/kube-multus/logs/current.log"
    for members in (timestamp(), timestamp() | {path: "2026-11-21T09:00:00Z [error] Multus: [shop/a/1]: x\n"}):
        outcome = outcome_of(RULE, members)
        assert (outcome.status, "neither nodes nor journals" in outcome.reason) == (Status.NOT_CHECKED, True)


def test_healthy():
    quiet(RULE, healthy(), 3)
