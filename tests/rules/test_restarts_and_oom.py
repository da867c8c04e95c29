import pytest
from bgp_kit import expect, quiet, unjudged
from health_kit import READY, node, pod, restarted, waiting, without
from kit import outcome_of
from metallb_kit import cluster
from operator_kit import OVN, agent, events, happened, healthy, plain_pod, version

from analyzer.model import Status

RULE = "restarts-and-oom"
LATELY, LONG_AGO = "2026-11-21T08:30:00Z", "2026-11-18T08:30:00Z"
SUBJECT = f"{OVN}/ovnkube-node-worker-1"


def sick(**states):
    return healthy() | agent(states={key.replace("_", "-"): one for key, one in states.items()})


@pytest.mark.parametrize(
    ("state", "severity", "words", "shown"),
    [
        (
            restarted(40, LATELY),
            "warning",
            ("ovn-controller restarted 40 times", "last with Error, exit code 1, 1 h 30 min before the collection"),
            ('"restartCount": 40', LATELY),
        ),
        (restarted(3, LATELY), "warning", ("restarted 3 times",), (LATELY,)),
        (restarted(1, LATELY, "OOMKilled", 137), "warning", ("killed for using more memory",), ("OOMKilled",)),
        (
            restarted(2, LATELY, "OOMKilled", 137),
            "error",
            ("OOMKilled, 1 h 30 min before", "2 restarts"),
            ("OOMKilled",),
        ),
    ],
    ids=["often", "three", "oom", "oom-again"],
)
def test_fires(state, severity, words, shown):
    expect(RULE, sick(ovn_controller=state), severity, *words, subject=SUBJECT, whose="worker-1", shown=shown)


def test_dns():
    members = healthy() | pod(
        "dns-default-x",
        "worker-2",
        ("dns",),
        namespace="openshift-dns",
        labels={},
        states={"dns": restarted(5, LATELY)},
    )
    expect(RULE, members, "warning", "dns restarted 5 times", subject="openshift-dns/dns-default-x", whose="worker-2")


@pytest.mark.parametrize(
    "states",
    [
        {"ovn_controller": restarted(2, LATELY)},
        {"ovn_controller": restarted(40, LONG_AGO)},
        {"ovn_controller": restarted(4, LONG_AGO, "OOMKilled", 137)},
        {"ovn_controller": waiting("CrashLoopBackOff", restarts=9, exitCode=1, reason="Error")},
        dict.fromkeys(("ovn_controller", "ovnkube_controller", "kube_rbac_proxy_node"), restarted(9, LATELY)),
    ],
    ids=["few", "long-ago", "oom-long-ago", "down-is-another-rule", "all-at-once"],
)
def test_what_is_no_matter(states):
    quiet(RULE, sick(**states), 10)


def test_restarts_of_the_whole_pod_do_not_make_one_kill_several():
    states = dict.fromkeys(("ovnkube_controller", "kube_rbac_proxy_node"), restarted(5, LATELY))
    members = sick(**states, ovn_controller=restarted(6, LATELY, "OOMKilled", 137))
    expect(RULE, members, "warning", "OOMKilled", subject=SUBJECT, whose="worker-1")


FREQUENT = {"ovn_controller": restarted(5, LATELY)}


@pytest.mark.parametrize(
    ("more", "calm"),
    [
        (node("worker-1", created="2026-11-21T08:00:00Z"), True),  # set up then
        (version(("4.18.2", "2026-11-21T08:00:00Z", "2026-11-21T09:00:00Z")), True),
        (version(("4.18.2", "2026-11-21T08:00:00Z", None)), True),
        (version(("4.18.2", "2026-11-20T08:00:00Z", None)), False),  # an update that is stuck
        (version(("4.18.2", "2026-11-21T09:00:00Z", None), ("4.18.1", "2026-11-21T08:00:00Z", None)), True),
        (version(("4.18.2", "2026-11-21T09:00:00Z", None), ("4.18.1", None, "2026-11-21T08:00:00Z")), False),
        (version(("4.18.2", "2026-11-21T09:00:00Z", "2026-11-21T09:50:00Z")), False),
        (
            events(
                happened("worker-1", "booted", kind="Node", reason="Starting", last="08:36:00"), namespace="default"
            ),
            True,
        ),
        (
            events(
                happened("worker-2", "booted", kind="Node", reason="Starting", last="08:36:00"), namespace="default"
            ),
            False,
        ),
        (
            events(
                happened("worker-1", "booted", kind="Node", reason="Starting", last="09:36:00"), namespace="default"
            ),
            False,
        ),
    ],
    ids=[
        *("new-node", "update", "update-goes-on", "update-stuck", "update-overtaken", "no-start", "update-later"),
        *("boot", "boot-of-another", "boot-later"),
    ],
)
def test_what_shook_the_node(more, calm):
    members = sick(**FREQUENT) | more
    if calm:
        quiet(RULE, members, 10)
    else:
        expect(RULE, members, "warning", "5 times", subject=SUBJECT, whose="worker-1")


def test_events_without_a_time():
    told = happened("worker-1", "booted", kind="Node", reason="Starting")
    del told["lastTimestamp"]
    members = sick(**FREQUENT) | events(told, namespace="default")
    expect(RULE, members, "warning", "5 times", subject=SUBJECT, whose="worker-1")


@pytest.mark.parametrize(
    ("where", "namespaces", "calm"),
    [("worker-1", "ab", True), ("worker-2", "ab", False), ("worker-2", "abcd", True), (None, "abcd", True)],
    ids=["the-node", "another-node", "everywhere", "without-a-node"],
)
def test_many_at_once(where, namespaces, calm):
    members = sick(**FREQUENT)
    for one in namespaces:
        members |= plain_pod(f"web-{one}", where, one, states={"web": restarted(1, "2026-11-21T08:30:50Z")})
    if calm:
        quiet(RULE, members, 10)
    else:
        expect(RULE, members, "warning", "5 times", subject=SUBJECT, whose="worker-1")


def test_of_no_node():
    """The same on a pod of which the node is not known."""
    members = healthy() | agent(None, states={"ovn-controller": restarted(5, LATELY)})
    expect(RULE, members, "warning", "5 times", subject=f"{OVN}/ovnkube-node-None", whose=None)


def test_without_the_time_of_the_collection():
    unjudged(RULE, without(sick(**FREQUENT), "timestamp"), "is not known", examined=9)
    members = without(sick(ovn_controller=restarted(1, LONG_AGO, "OOMKilled", 137)), "timestamp")
    expect(RULE, members, "warning", "OOMKilled", subject=SUBJECT, whose="worker-1")


def test_one_finding_for_many_nodes():
    members = healthy()
    for at in range(22):
        members |= agent(f"w{at:02}", states={"ovn-controller": restarted(5, f"2026-11-21T0{at % 9}:00:00Z")})
    (finding,) = outcome_of(RULE, members).findings
    assert finding.node is None
    assert "21 more nodes" in finding.message


def test_not_collected():
    assert outcome_of(RULE, cluster()).status is Status.NOT_CHECKED


def test_healthy():
    assert READY["restartCount"] == 0
    quiet(RULE, healthy(), 10)
