import json

import pytest
from bgp_kit import IMAGE, expect, quiet
from health_kit import pod
from kit import found, outcome_of
from operator_kit import events, happened, healthy, journal, plain_pod, pod_list

from analyzer.model import Status

RULE = "smt-alignment-error"
ODD = "SMT Alignment Error: requested 5 cpus not multiple cpus per core = 2"
FULL = (
    "Pod was rejected: SMT Alignment Error: not enough free physical CPUs: available physical CPUs = 3, "
    "requested CPUs = 4, CPUs per core = 2"
)
HASH = "5d8f7c9b6"


def refused(  # noqa: PLR0913 - what a pod is told by
    name="dpdk", message=ODD, where="worker-1", *, cpu=None, created="2026-11-21T09:00:00Z", labels=None, **more
):
    """A pod that the kubelet refused."""
    status = {"reason": "SMTAlignmentError", "message": message} | more
    members = pod(
        *(name, where, ("app",)),
        namespace="shop",
        phase="Failed",
        states={"app": None},
        status=status,
        labels=labels or {},
        creationTimestamp=created,
    )
    if cpu:
        (path,) = members
        made = json.loads(members[path])
        made["spec"]["containers"][0]["resources"] = {"limits": {"cpu": cpu}, "requests": {"cpu": cpu}}
        members = {path: json.dumps(made, indent=1)}
    return members


def test_no_multiple():
    words = ("pod dpdk on worker-1 was refused: it asks for 5 CPUs, which is no multiple of the 2 threads of a core",)
    words += ("container app asks for 5",)
    shown = ("SMTAlignmentError", "requested 5 cpus", '"cpu": "5"', "Failed")
    expect(RULE, healthy() | refused(cpu="5"), "error", *words, subject="shop/dpdk", whose="worker-1", shown=shown)


def test_too_few_are_free():
    words = ("it asks for 4 CPUs and only 3 are free in whole cores of 2 threads",)
    shown = ("available physical CPUs = 3",)
    finding = expect(
        RULE, healthy() | refused(message=FULL), "error", *words, subject="shop/dpdk", whose="worker-1", shown=shown
    )
    assert "asks for None" not in finding.message


def test_a_text_that_is_not_known():
    expect(
        RULE, healthy() | refused(message="cores"), "error", "was refused: cores", subject="shop/dpdk", whose="worker-1"
    )
    expect(RULE, healthy() | refused(message=None), "error", "SMTAlignmentError", subject="shop/dpdk", whose="worker-1")


OF_DEPLOYMENT = {"labels": {"pod-template-hash": HASH}}


@pytest.mark.parametrize(
    ("name", "labels", "created", "replaced"),
    [
        (f"dpdk-{HASH}-bbbbb", {"pod-template-hash": HASH}, "2026-11-21T09:30:00Z", True),
        (f"dpdk-{HASH}-bbbbb", {"pod-template-hash": HASH}, "2026-11-21T08:30:00Z", False),
        ("dpdk-77777ccccc-bbbbb", {"pod-template-hash": "77777ccccc"}, "2026-11-21T09:30:00Z", True),
        ("other-77777ccccc-bbbbb", {"pod-template-hash": "77777ccccc"}, "2026-11-21T09:30:00Z", False),
    ],
    ids=["replaced", "older", "new-template", "another"],
)
def test_a_pod_that_runs_instead(name, labels, created, replaced):
    members = healthy() | refused(f"dpdk-{HASH}-aaaaa", **OF_DEPLOYMENT)
    members |= pod(name, "worker-1", ("app",), namespace="shop", labels=labels, creationTimestamp=created)
    if replaced:
        quiet(RULE, members, 13)
    else:
        expect(RULE, members, "error", "5 CPUs", subject=f"shop/dpdk-{HASH}-aaaaa", whose="worker-1")


def test_pods_of_a_daemonset():
    members = healthy() | refused("dpdk-bbbbb")
    running = {"namespace": "shop", "labels": {}, "creationTimestamp": "2026-11-21T09:30:00Z"}
    quiet(RULE, members | pod("dpdk-ccccc", "worker-1", ("app",), **running), 13)


def test_without_a_time_nothing_replaces():
    members = healthy() | refused("dpdk-bbbbb", created=None)
    running = {"namespace": "shop", "labels": {}, "creationTimestamp": "2026-11-21T09:30:00Z"}
    members |= pod("dpdk-ccccc", "worker-1", ("app",), **running)
    expect(RULE, members, "error", "5 CPUs", subject="shop/dpdk-bbbbb", whose="worker-1")


def test_many_of_one_owner():
    members = healthy()
    for at in range(5):
        name = f"dpdk-{HASH}-bbbb{at + 2}"
        members |= refused(name, where="worker-1", created=f"2026-11-21T09:0{at}:00Z", **OF_DEPLOYMENT)
    words = ("4 more pods of dpdk",)
    expect(RULE, members, "error", *words, subject=f"shop/dpdk-{HASH}-bbbb6", whose="worker-1")
    members |= refused(f"dpdk-{HASH}-bbbb2", where="worker-2", **OF_DEPLOYMENT)
    expect(RULE, members, "error", *words, subject=f"shop/dpdk-{HASH}-bbbb6", whose=None)


def test_a_few_of_one_owner():
    members = healthy() | refused("dpdk-0") | refused("dpdk-1")
    assert [one[1] for one in found(RULE, members)] == ["shop/dpdk-0", "shop/dpdk-1"]


def test_events_and_journals_where_pods_are_missing():
    told = happened("gone", ODD, reason="SMTAlignmentError")
    members = healthy() | events(told)
    expect(RULE, members, "error", "5 CPUs", subject="shop/gone", whose="worker-1", shown=(ODD,))
    members = healthy() | journal(
        ("09:00:00", f'"Failed to admit pod" pod="shop/gone" reason="SMTAlignmentError" {ODD}')
    )
    expect(RULE, members, "error", "5 CPUs", subject="shop/gone", whose="worker-1", shown=(ODD,))


def test_events_of_pods_that_are_known_or_gone():
    told = events(happened("gone", ODD, reason="SMTAlignmentError"), happened("x", "else", reason="Failed"))
    quiet(RULE, healthy() | told | plain_pod("gone"), 12)
    quiet(RULE, healthy() | told | pod_list(), 11)
    line = ("09:00:00", f'"Failed to admit pod" pod="shop/gone" reason="SMTAlignmentError" {ODD}')
    quiet(RULE, healthy() | journal(line) | pod_list(), 11)
    other = ("09:00:00", '"Unable to update node status" err="update node status exceeds retry count"')
    quiet(RULE, healthy() | journal(other), 11)


def test_a_failed_pod_of_another_kind():
    members = healthy() | refused(reason="Evicted", message="SMTAlignmentError is not the reason")
    quiet(RULE, members, 12)


def test_not_collected():
    outcome = outcome_of(RULE, {f"{IMAGE}/timestamp": "2026-11-21 10:00:00.000000219 +0000 UTC m=+0.085341274\n"})
    assert (outcome.status, "neither pods nor events" in outcome.reason) == (Status.NOT_CHECKED, True)


def test_healthy():
    quiet(RULE, healthy(), 11)
