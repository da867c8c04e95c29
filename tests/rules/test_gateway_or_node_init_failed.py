"""gateway-or-node-init-failed: what ovnkube and ovs-configuration said when they failed, and whether they run since."""

import pytest
from bgp_kit import expect
from kit import outcome_of
from ovn_kit import OVN, OVN_POD, cluster, node, pod, pods, without
from policy_kit import journal, ovnkube_log

RULE = "gateway-or-node-init-failed"
START = (
    "failed to run ovnkube: failed to start node network controller: failed to start default node network controller: "
)
GATEWAYS = START + "failed to init shared interface gateway: multiple gateway interfaces detected: 'ens3' 'ens4'"


def silent(members):
    outcome = outcome_of(RULE, members)
    assert (str(outcome.status), outcome.findings) == ("clear", ())


def container(started=None, ready=False, restarts=7, reason="CrashLoopBackOff", name="ovnkube-controller"):
    state = {"running": {"startedAt": started}} if started else {"waiting": {"reason": reason}}
    made = pod(OVN_POD["worker-0"], OVN, "worker-0", "192.0.2.20", hostNetwork=True, containers=[{"name": name}])
    made["status"]["containerStatuses"] = [{"name": name, "ready": ready, "restartCount": restarts, "state": state}]
    return pods(made, namespace=OVN)


def failed(text=GATEWAYS, clock="09:50:00", **more):
    return ovnkube_log(f"{clock} {text}", level="F", **more)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GATEWAYS, "default routes leave by different interfaces"),
        (START + "unable to find default gateway and none provided via config", "no default route"),
        (START + "could not find IPv6 address on subnet: x", "no IPv6 address"),
        (START + "could not set the correct forwarding value for interface br-ex: x", "forwarding could not"),
        (START + "timed out waiting for the node zone", "its start failed"),
    ],
)
def test_ovnkube_does_not_start(text, said):
    words = ("ovnkube-controller on worker-0 does not start", said, "CrashLoopBackOff, restarted 7 times")
    expect(RULE, cluster() | container() | failed(text), "critical", *words, subject="worker-0", shown=("failed", "7"))


def test_the_last_of_several_failures_counts():
    log = ovnkube_log(f"09:10:00 {START}x", f"09:20:00 {GATEWAYS}", f"09:30:00 {START}y", level="F")
    expect(
        RULE,
        cluster() | container() | log,
        "critical",
        "its start failed (2 times, last 11-21 09:30:00)",
        subject="worker-0",
    )


def test_it_crashes_again_each_time():
    members = cluster() | container(started="2026-11-21T09:58:00Z", ready=True) | failed(clock="09:57:00")
    expect(RULE, members, "critical", "is running, restarted 7 times", subject="worker-0")


@pytest.mark.parametrize(
    "change",
    [
        container(started="2026-11-21T09:55:00Z", ready=True),
        container(started="2026-11-21T09:59:00Z", ready=True, restarts=1),  # an update
        container(started="2026-11-21T08:55:00Z", ready=True, restarts=0),  # it went on
        failed(START + "MTU (1400) of network interface br-ex is too small for specified overlay MTU (1458)"),
        failed("failed to run ovnkube: certificate was not signed: timed out"),
    ],
)
def test_what_recovered_or_is_told_elsewhere(change):
    silent(cluster() | failed() | change)


def test_of_a_pod_that_was_not_collected_the_log_tells_it():
    members = cluster() | failed(where="ovnkube-node-zzzzz")
    expect(RULE, members, "critical", "on ovnkube-node-zzzzz", subject="ovnkube-node-zzzzz", whose=None)
    went_on = ovnkube_log(f"09:50:00 {GATEWAYS}", "09:58:00 all is well", level="F", where="ovnkube-node-zzzzz")
    silent(cluster() | went_on)
    before = failed(where="ovnkube-node-zzzzz", name="previous.log")
    silent(cluster() | before | ovnkube_log("09:58:00 well", where="ovnkube-node-zzzzz", level="I"))


FAILED = "systemd[1]: ovs-configuration.service: Failed with result 'exit-code'."
DONE = "systemd[1]: Finished Configures OVS with proper host networking configuration."


def test_the_service_that_builds_br_ex():
    log = journal("ovs-configuration", f"09:40:00 {FAILED}")
    down = cluster() | node("worker-0", ready="False")
    words = ("ovs-configuration", "failed on worker-0 (1 times, last 11-21 09:40:00), and the node is not ready")
    expect(RULE, down | log, "critical", *words, subject="worker-0", shown=("Failed with", "Ready"))
    silent(cluster() | log)
    silent(down | journal("ovs-configuration", f"09:40:00 {FAILED}", f"09:41:00 {DONE}"))
    silent(down | journal("ovs-configuration", f"09:40:00 {DONE}"))
    silent(down | journal("ovs-configuration", f"09:40:00 {FAILED.replace('ovs-configuration', 'x')}"))
    again = journal("ovs-configuration", f"09:40:00 {DONE}", f"09:41:00 {FAILED}")
    expect(RULE, down | again, "critical", subject="worker-0")
    unknown = without(log | cluster(), "core/nodes")
    finding = expect(RULE, unknown, "critical", subject="worker-0")
    assert "not ready" not in finding.message


def test_not_collected():
    outcome = outcome_of(RULE, cluster())
    assert (str(outcome.status), outcome.reason) == (
        "not_checked",
        "not collected: logs of ovnkube, or logs of Open vSwitch and OVN",
    )
