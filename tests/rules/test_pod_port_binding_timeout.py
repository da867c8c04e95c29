"""pod-port-binding-timeout: pods without a network in logs and events, and what became of them."""

import pytest
from bgp_kit import expect, timestamp
from kit import outcome_of
from metallb_kit import written
from ovn_kit import HOMES, cluster, pod, pods, without
from policy_kit import ANNOTATIONS, BINDING, IMAGE, added, journal, ovnkube_log, sandbox

RULE = "pod-port-binding-timeout"
SANDBOX = 'E1121 09:59:00.000000    2345 remote_runtime.go:193] "RunPodSandbox from runtime service failed" err="'


def pending():
    """The status of a pod without a network; lists of its own, lest YAML writes an alias."""
    return {"phase": "Pending", "podIPs": [], "containerStatuses": []}


def waiting(*names, where="worker-0", started="2026-11-21T09:30:00Z", **status):
    """The pods of the cluster, and these that wait for their network."""
    new = [pod(name, where=where, started=started, status={**pending(), **status}) for name in names]
    return pods(*(pod(name) for name in HOMES), *new)


def failing(*names, error=BINDING, clock="09:58:00", times=2, where="worker-0"):
    lines = [f"{clock} {added(name, error)}" for name in names for _ in range(times)]
    return ovnkube_log(*lines, where=where, level="I")


def silent(members):
    outcome = outcome_of(RULE, members)
    assert (str(outcome.status), outcome.findings) == ("clear", ())
    assert outcome.examined


def test_healthy():
    silent(cluster() | ovnkube_log("09:58:00 something else"))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (BINDING, "timed out waiting for OVS port binding"),
        (ANNOTATIONS, "timed out waiting for annotations"),
        ("failed to configure pod interface: cannot add the veth", "failed to configure pod interface"),
    ],
)
def test_a_pod_waits(error, said):
    members = cluster() | waiting("new-1") | failing("new-1", error=error)
    words = ("shop/new-1 waits on worker-0", said, "2 times, last 11-21 09:58:00")
    expect(RULE, members, "error", *words, subject="shop/new-1", shown=("new-1", "Pending"))


def test_events_and_several_logs_of_one_failure_are_one_finding():
    error = "error adding pod shop_new-1 to CNI network: timed out waiting for OVS port binding"
    kubelet = f'09:59:00 kubenswrapper[2345]: {SANDBOX}{error}"'
    members = cluster() | waiting("new-1") | failing("new-1", times=3) | sandbox("new-1") | journal("kubelet", kubelet)
    expect(RULE, members, "error", "3 times, last 11-21 09:59:00", subject="shop/new-1")
    alone = cluster() | waiting("new-1") | sandbox("new-1", count=7)
    expect(RULE, alone, "error", "7 times", subject="shop/new-1", shown=("timed out waiting for OVS port binding",))


def test_most_of_the_new_pods_of_a_node():
    names = [f"new-{number}" for number in range(5)]
    members = cluster() | waiting(*names) | failing(*names)
    words = ("5 pods wait on worker-0", "shop/new-0", "and 1 more")
    expect(RULE, members, "critical", *words, subject="worker-0")
    three = outcome_of(RULE, cluster() | waiting(*names[:3]) | failing(*names[:3])).findings
    assert [(one.subject, str(one.severity)) for one in three] == [(f"shop/{name}", "critical") for name in names[:3]]


def test_some_of_many_new_pods():
    names = [f"new-{number}" for number in range(3)]
    young = [pod(f"ok-{at}", ip=f"10.128.0.{50 + at}", started="2026-11-21T09:40:00Z") for at in range(4)]
    stuck = [pod(name, started="2026-11-21T09:40:00Z", status=pending()) for name in names]
    members = cluster() | pods(*young, *stuck) | failing(*names)
    assert {str(one.severity) for one in outcome_of(RULE, members).findings} == {"error"}


@pytest.mark.parametrize(
    "change",
    [
        pods(*(pod(name) for name in HOMES)),  # deleted meanwhile
        pods(*(pod(name) for name in HOMES), pod("new-1", ip="10.128.0.44")),  # runs now
        pods(pod("new-1", status=pending(), metadata={"deletionTimestamp": "2026-11-21T09:59:30Z"})),
        pods(pod("new-1", status=pending(), hostNetwork=True)),
        waiting("new-1") | failing("new-1", error="canceled while waiting for OVS port binding"),
        waiting("new-1") | failing("new-1", error="port 3 is no longer active (probably due to a subsequent CNI ADD)"),
        waiting("new-1") | failing("new-1", error="failed to send CNI request: connection refused"),
        waiting("new-1") | failing("new-1", clock="08:30:00"),
        waiting("new-1", started="2026-11-21T09:58:00Z") | failing("new-1", times=1),
        waiting("new-1") | ovnkube_log() | sandbox("new-1", error="No CNI configuration file in /etc/cni/net.d"),
    ],
)
def test_what_is_over_or_another_fault(change):
    silent(cluster() | failing("new-1") | change)


def test_a_single_failure_of_a_pod_that_waits_for_long():
    members = cluster() | waiting("new-1") | failing("new-1", times=1)
    expect(RULE, members, "error", "1 times", subject="shop/new-1")


def test_a_namespace_that_was_not_collected():
    lines = [f"09:5{minute}:00 {added('job-1', BINDING, 'batch')}" for minute in (2, 4, 6, 8)]
    members = cluster() | ovnkube_log(*lines, level="I")
    words = ("pods got no network on worker-0", "batch/job-1 (4 times, last 11-21 09:58:00)", "were not collected")
    expect(RULE, members, "warning", *words, subject="batch/job-1", shown=("job-1",))
    second = [line.replace("job-1", "job-2") for line in lines]
    expect(RULE, cluster() | ovnkube_log(*lines, *second, level="I"), "warning", "batch/job-2", subject="worker-0")
    silent(cluster() | ovnkube_log(*lines[:2], level="I"))
    silent(cluster() | ovnkube_log(*(line.replace("09:5", "09:1") for line in lines), level="I"))


def test_without_a_time_of_the_collection_the_log_tells_it():
    members = without(cluster() | waiting("new-1") | failing("new-1"), "timestamp")
    expect(RULE, members, "error", "shop/new-1 waits", subject="shop/new-1")
    late = members | ovnkube_log("09:00:00 " + added("new-1", BINDING), "11:00:00 end", level="I")
    assert not outcome_of(RULE, late).findings


def test_a_new_year():
    error = "error adding pod shop_new-1 to CNI network: timed out waiting for annotations"
    lines = [f'Dec 31 23:{at}:00.000000 worker-0 kubenswrapper[2345]: {SANDBOX}{error}"\n' for at in (50, 55)]
    members = cluster() | waiting("new-1", started="2026-12-31T23:49:00Z") | timestamp("2027-01-01 00:10:00")
    members |= {f"{IMAGE}/host_service_logs/masters/kubelet_service.log": "".join(lines)}
    expect(RULE, members, "error", "2 times, last 12-31 23:55:00", subject="shop/new-1")


def test_not_collected():
    outcome = outcome_of(RULE, cluster())
    assert str(outcome.status) == "not_checked"
    assert "logs of ovnkube, multus or the kubelet, or events" in (outcome.reason or "")
    silent(cluster() | written("namespaces/shop/core/events.yaml", "Event"))
