import pytest
from bgp_kit import expect, quiet, timestamp, unjudged
from health_kit import (
    FRRK8S,
    controller_pod,
    deployment,
    deployments,
    event,
    healthy,
    node,
    nodes,
    operator_pod,
    pod,
    restarted,
    waiting,
    without,
)
from kit import found, outcome_of
from metallb_kit import cluster, container_log

RULE = "metallb-control-plane-down"
OPERATOR = "metallb-operator-controller-manager"
CONTROLLER = "metallb-system/controller"
CALL = (
    'Internal error occurred: failed calling webhook "bgppeersvalidationwebhook.metallb.io": failed to call webhook: '
    'Post "https://metallb-operator-webhook-service.metallb-system.svc:443/validate?timeout=10s": connection refused'
)
WEBHOOK = "webhook bgppeersvalidationwebhook.metallb.io"


def with_deployment(one):
    other = deployment(OPERATOR, app="metallb-operator")
    return healthy() | deployments(one, *(() if one["metadata"]["name"] == OPERATOR else (other,)))


def reconciler(time, error=CALL):
    return {
        "at": time,
        "controller": "metallb",
        "error": error,
        "level": "error",
        "logger": "controller.metallb",
        "msg": "Reconciler error",
    }


def operator_log(*lines):
    return container_log(*lines, pod="metallb-operator-controller-manager-7c8d9-fghij", container="manager")


def test_the_controller_does_not_run():
    states = {"controller": waiting("CrashLoopBackOff", restarts=9, exitCode=1, reason="Error")}
    members = with_deployment(deployment(ready=0)) | controller_pod(states=states)
    text = ("controller metallb-system/controller has 0 of 1 pods ready", "no service gets a new address", "CrashLoopB")
    shown = ("replicas: 1", "unavailableReplicas", "CrashLoopBackOff")
    expect(RULE, members, "error", *text, subject=CONTROLLER, shown=shown)


@pytest.mark.parametrize(
    ("name", "app", "effect"),
    [
        (OPERATOR, "metallb-operator", "the MetalLB resource has no effect"),
        ("metallb-operator-webhook-server", "metallb-operator", "changes of MetalLB's resources are refused"),
        ("frr-k8s-webhook-server", "frr-k8s", "changes of FRRConfigurations are refused"),
        ("frr-k8s-statuscleaner", "frr-k8s", "changes of FRRConfigurations are refused"),
    ],
)
def test_the_others_do_not_run(name, app, effect):
    members = without(with_deployment(deployment(name, ready=0, app=app)), OPERATOR)
    expect(RULE, members, "error", effect, subject=f"metallb-system/{name}", whose=None, shown=("replicas: 1",))


def test_the_pod_has_no_node():
    told = "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector."
    name = "controller-5d8f7c9b6-abcde"
    members = with_deployment(deployment(ready=0)) | event("FailedScheduling", told, name)
    members |= controller_pod(name, None, phase="Pending", states={"controller": None})
    expect(RULE, members, "error", f"{name} has no node: {told}", subject=CONTROLLER, whose=None, shown=("0/3 nodes",))


def test_the_node_is_gone():
    members = (
        with_deployment(deployment(ready=0)) | node("worker-0", ready="Unknown") | controller_pod(condition="False")
    )
    expect(RULE, members, "error", "is on worker-0, which is NotReady", subject=CONTROLLER, shown=("Unknown",))


def test_scaled_to_nothing():
    members = with_deployment(deployment(desired=0, ready=0, since=None))
    expect(RULE, members, "error", "is scaled to 0, so no service gets", subject=CONTROLLER, shown=("replicas: 0",))


def test_only_pods_were_collected():
    members = timestamp() | controller_pod(condition="False")
    expect(RULE, members, "error", "0 of 1 pods ready", subject="metallb-system/controller-5d8f7c9b6-abcde")
    members = with_deployment(deployment(status=False)) | controller_pod(condition="False")
    expect(RULE, members, "error", "0 of 1 pods ready", subject=CONTROLLER)


def test_a_container_that_died_after_the_condition_was_written():
    states = {"controller": waiting("CrashLoopBackOff", restarts=9)}
    members = without(healthy(), "deployments") | controller_pod(states=states, condition="True")
    expect(RULE, members, "error", "0 of 1 pods ready", "CrashLoopBackOff", subject=f"{CONTROLLER}-5d8f7c9b6-abcde")


def test_degraded():
    members = with_deployment(deployment(desired=2, ready=1))
    expect(RULE, members, "warning", "1 of 2 pods ready", subject=CONTROLLER)
    killed = restarted(2, "2026-11-21T08:30:00Z", "OOMKilled", 137)
    members = healthy() | controller_pod(states={"controller": killed})
    expect(RULE, members, "warning", "killed for using more memory", subject=CONTROLLER, shown=("OOMKilled",))


def test_what_just_started():
    lately = deployment(ready=0, since="2026-11-21T09:59:00Z")
    unjudged(RULE, with_deployment(lately), "only just before", examined=1)
    members = with_deployment(deployment(ready=0, since=None)) | controller_pod(
        started="2026-11-21T09:59:00Z", condition="False"
    )
    unjudged(RULE, members, "only just before", examined=1)
    members |= controller_pod("controller-x", started="2026-11-21T06:59:00Z", condition="False")
    assert found(RULE, members) == [(None, CONTROLLER, "error")]


def test_pods_that_ended_or_go_away_do_not_count():
    members = healthy() | controller_pod("controller-old", phase="Failed", condition="False")
    quiet(
        RULE, members | controller_pod("controller-x", deletionTimestamp="2026-11-21T09:59:00Z", condition="False"), 2
    )


def test_calling_the_webhook_fails():
    members = healthy() | operator_log(reconciler("09:30:00"), reconciler("09:40:00"), reconciler("09:59:00"))
    text = ("could not be called 3 times between 2026-11-21 09:30:00 and 09:59:00 UTC", "connection refused")
    expect(RULE, members, "error", *text, subject=WEBHOOK, whose=None, shown=("failed calling webhook",))


def test_an_event_tells_of_the_webhook():
    members = healthy() | event("FailedUpdate", CALL, count=7)
    expect(RULE, members, "error", "could not be called 7 times", subject=WEBHOOK, whose=None, shown=("count: 7",))
    expect(RULE, event("FailedUpdate", CALL, count=7), "error", subject=WEBHOOK, whose=None)
    quiet(RULE, healthy() | event("FailedUpdate", CALL.replace("metallb", "other"), count=7), 2)


@pytest.mark.parametrize(
    "lines",
    [
        (reconciler("09:59:00"),),
        (reconciler("09:58:55"), reconciler("09:59:00"), reconciler("09:59:05")),
        (reconciler("08:30:00"), reconciler("08:40:00"), reconciler("08:50:00")),
        (reconciler("09:30:00", "other"), reconciler("09:59:00", "other")),
        (reconciler("09:30:00", CALL.replace("metallb", "x")), reconciler("09:59:00", CALL.replace("metallb", "x"))),
    ],
    ids=["once", "within-seconds", "long-ago", "another-error", "another-product"],
)
def test_a_transient_failure(lines):
    later = {"at": "09:59:30", "level": "error", "error": "x", "msg": "problem running manager"}
    quiet(RULE, healthy() | operator_log(*lines, later), 2)


def test_the_certificate_is_not_renewed():
    def line(time):
        told = {"error": "acquiring secret", "level": "error", "logger": "cert-rotation"}
        return {"at": time, **told, "msg": "could not refresh cert on startup"}

    members = healthy() | container_log(
        line("09:40:00"), line("09:50:00"), pod="controller-5d8f7c9b6-abcde", container="controller"
    )
    subject = "certificate of controller-5d8f7c9b6-abcde"
    text = ("could not be renewed 2 times", "could not refresh cert on startup: acquiring secret")
    expect(RULE, members, "error", *text, subject=subject, whose=None, shown=("cert-rotation",))
    start = {
        "at": "09:55:00",
        "caller": "main.go:1",
        "level": "info",
        "msg": "MetalLB controller starting (commit v0.14.9)",
    }
    members |= container_log(
        line("09:40:00"), line("09:50:00"), start, pod="controller-5d8f7c9b6-abcde", container="controller"
    )
    quiet(RULE, members, 2)


def test_webhook_pods_without_a_deployment():
    members = timestamp()
    for name in ("metallb-operator-webhook-server-1", "frr-k8s-webhook-server-1", "frr-k8s-statuscleaner-1"):
        members |= pod(name, "worker-0", ("server",), namespace=FRRK8S, labels={"app": "x"}, condition="False")
    assert len(found(RULE, members)) == 3


def test_healthy():
    quiet(RULE, healthy(), 2)
    quiet(RULE, cluster() | controller_pod() | operator_pod(), 2)


def test_nothing_was_collected():
    assert outcome_of(RULE, nodes()).status == "not_checked"
    members = deployments(deployment(status=False))
    unjudged(RULE, members, "neither the status of its Deployment nor its pods")
