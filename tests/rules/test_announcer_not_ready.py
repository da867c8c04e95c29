import pytest
from bgp_kit import expect, quiet, timestamp, unjudged
from health_kit import (
    FRRK8S,
    READY,
    daemonset,
    event,
    frrk8s_pod,
    handing_over,
    healthy,
    node,
    nodes,
    pod,
    restarted,
    waiting,
    without,
)
from kit import found, outcome_of
from metallb_kit import cluster, container_log

RULE = "announcer-not-ready"
LATELY, LONG_AGO = "2026-11-21T08:30:00Z", "2026-11-18T08:30:00Z"
CRASHING = waiting("CrashLoopBackOff", restarts=12, exitCode=139, reason="Error", finishedAt="2026-11-21T09:57:00Z")


def sick(**states):
    """The healthy cluster with other states of the containers on worker-1."""
    return healthy() | pod("speaker-b", "worker-1", states={key.replace("_", "-"): one for key, one in states.items()})


@pytest.mark.parametrize(
    ("states", "words", "shown"),
    [
        (
            {"frr": CRASHING},
            ("3/4 containers ready", "frr waits (CrashLoopBackOff), 12 restarts", "Error, exit code 139, SIGSEGV"),
            ("CrashLoopBackOff", "139", "12"),
        ),
        ({"reloader": READY | {"ready": False}}, ("3/4", "reloader runs but is not ready"), ("false",)),
        (
            {"frr_metrics": waiting("ImagePullBackOff")},
            ("3/4", "frr-metrics waits (ImagePullBackOff)"),
            ("ImagePullBackOff",),
        ),
        (
            {
                "speaker": {
                    "ready": False,
                    "restartCount": 0,
                    "state": {"terminated": {"exitCode": 2, "reason": "Error"}},
                }
            },
            ("speaker ended (Error, exit code 2)",),
            ('"exitCode": 2',),
        ),
        ({"speaker": {"ready": False, "restartCount": 0, "state": {}}}, ("speaker is not ready",), ("false",)),
        (
            {"speaker": restarted(1, LATELY, "OOMKilled", 137)},
            ("4/4", "speaker was killed for using more memory", "OOMKilled, 1 h 30 min before the collection"),
            ("OOMKilled", LATELY),
        ),
        (
            {"frr": restarted(40, LATELY)},
            ("frr restarted 40 times since 2026-11-11 10:00, last with Error, exit code 1, 1 h 30 min before",),
            ('"restartCount": 40', LATELY),
        ),
    ],
    ids=["crash-loop", "not-ready", "image", "ended", "unknown", "oom", "restarts"],
)
def test_fires(states, words, shown):
    expect(RULE, sick(**states), "error", *words, subject="speaker-b", whose="worker-1", shown=shown)


def test_a_few_restarts_in_many_days():
    expect(RULE, sick(frr=restarted(4, LATELY)), "warning", "restarted 4 times", subject="speaker-b", whose="worker-1")
    since = {"started": "2026-11-21T01:00:00Z", "states": {"frr": restarted(3, LATELY)}}
    members = healthy() | pod("speaker-b", "worker-1", **since)
    expect(RULE, members, "error", "restarted 3 times", subject="speaker-b", whose="worker-1")
    members = healthy() | pod("speaker-b", "worker-1", **(since | {"started": None}))
    expect(RULE, members, "warning", "restarted 3 times, last", subject="speaker-b", whose="worker-1")


@pytest.mark.parametrize(
    "states",
    [
        {"frr": restarted(40, LONG_AGO)},
        {"frr": restarted(2, LATELY)},
        {"frr": restarted(40, None)},
        {"speaker": restarted(3, LONG_AGO, "OOMKilled", 137)},
        dict.fromkeys(("speaker", "frr", "reloader", "frr_metrics"), restarted(7, LATELY, "Unknown", 255)),
    ],
    ids=["long-ago", "few", "no-time", "oom-long-ago", "node-rebooted"],
)
def test_what_is_history(states):
    quiet(RULE, sick(**states), 3)


def test_without_the_time_of_the_collection():
    """An OOM kill may be of today; restarts prove nothing."""
    members = without(sick(speaker=restarted(1, LONG_AGO, "OOMKilled", 137), frr=restarted(9, LATELY)), "timestamp")
    finding = expect(RULE, members, "error", "(OOMKilled)", subject="speaker-b", whose="worker-1")
    assert "frr" not in finding.message.partition(":")[2]


def test_a_container_alone_has_all_its_restarts():
    members = healthy() | pod("speaker-b", "worker-1", ("speaker",), states={"speaker": restarted(40, LATELY)})
    expect(RULE, members, "error", "speaker restarted 40 times", subject="speaker-b", whose="worker-1")


def test_an_init_container_that_fails():
    blocked = waiting("PodInitializing")
    names = ("speaker", "frr", "reloader", "frr-metrics")
    failing = waiting("CrashLoopBackOff", restarts=5, exitCode=1, reason="Error")
    members = healthy() | pod(
        "speaker-b", "worker-1", phase="Pending", states=dict.fromkeys(names, blocked), inits={"cp-frr-files": failing}
    )
    text = ("0/4 containers ready: init container cp-frr-files waits (CrashLoopBackOff), 5 restarts",)
    finding = expect(RULE, members, "error", *text, subject="speaker-b", whose="worker-1", shown=("CrashLoopBackOff",))
    assert "PodInitializing" not in finding.message
    ended = {"ready": False, "restartCount": 0, "state": {"terminated": {"exitCode": 1, "reason": "Error"}}}
    members |= pod("speaker-b", "worker-1", inits={"cp-frr-files": ended})
    expect(RULE, members, "error", "cp-frr-files ended (Error, exit", subject="speaker-b", whose="worker-1")


def test_init_containers_that_are_through():
    through = {"ready": False, "restartCount": 0, "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}
    later = {"ready": False, "restartCount": 0, "state": {"waiting": {"reason": "PodInitializing"}}}
    quiet(RULE, healthy() | pod("speaker-b", "worker-1", inits={"cp-frr-files": through, "cp-reloader": later}), 3)


def test_the_node_is_gone():
    members = healthy() | pod("speaker-b", "worker-1", condition="False") | node("worker-1", ready="Unknown")
    text = ("4/4 containers ready: the node is the problem: it is NotReady",)
    expect(RULE, members, "error", *text, subject="speaker-b", whose="worker-1", shown=("Unknown",))
    quiet(RULE, healthy() | pod("speaker-b", "worker-1", condition="False"), 3)


def test_a_pod_that_just_started():
    lately = pod("speaker-b", "worker-1", started="2026-11-21T09:59:41Z", states={"frr": READY | {"ready": False}})
    unjudged(RULE, healthy() | lately, "19 s before the collection", examined=2)


def test_a_pod_that_goes_away_or_has_no_node():
    states = {"frr": CRASHING}
    going = pod("speaker-b", "worker-1", states=states, deletionTimestamp="2026-11-21T09:59:00Z")
    quiet(RULE, healthy() | going, 3)
    quiet(RULE, healthy() | pod("speaker-b", None, phase="Pending", states=states), 3)
    quiet(RULE, healthy() | pod("speaker-b", "worker-1", phase="Failed", states=states), 3)


def test_the_controller_of_frrk8s():
    members = handing_over() | frrk8s_pod("frr-k8s-a", "worker-0", states={"controller": CRASHING})
    expect(RULE, members, "error", "frr-k8s pod frr-k8s-a on worker-0 has 4/5", subject="frr-k8s-a", whose="worker-0")


def test_events_and_last_words_are_shown():
    told = "Back-off restarting failed container frr in pod speaker-b"
    panic = "10:00:00 panic: runtime error: invalid memory address"
    members = sick(speaker=CRASHING) | event("BackOff", told, "speaker-b")
    members |= container_log(
        {"at": "09:00:00", "caller": "main.go:101", "level": "info", "msg": "MetalLB speaker starting version v0.14.9"},
        panic,
        pod="speaker-b",
        name="previous.log",
    )
    expect(RULE, members, "error", subject="speaker-b", whose="worker-1", shown=(told, panic.removeprefix("10:00:00 ")))


def test_many_pods_with_the_same_trouble_are_told_together():
    members = timestamp()
    for at in range(30):
        members |= pod(f"speaker-{at:02}", f"node-{at:02}", states={"frr": waiting("ImagePullBackOff")})
    text = ("speaker-00 on node-00", "The same holds for 29 more pods, on node-01, node-02, node-03 and other nodes")
    expect(RULE, members, "error", *text, subject="speaker", whose=None, shown=("ImagePullBackOff",))


def test_healthy():
    quiet(RULE, cluster(), 3)
    quiet(RULE, healthy(), 3)
    quiet(RULE, handing_over(), 6)


def test_a_pod_of_another_product():
    other = pod(
        "frr-0", "worker-0", ("frr",), namespace="lab", labels={"component": "router"}, states={"frr": CRASHING}
    )
    quiet(RULE, healthy() | other, 3)
    unlabelled = pod("frr-k8s-x", "worker-0", ("frr",), namespace=FRRK8S, labels={}, states={"frr": CRASHING})
    assert found(RULE, healthy() | unlabelled) == [("worker-0", "frr-k8s-x", "error")]


def test_nothing_was_collected():
    assert outcome_of(RULE, nodes()).status == "not_checked"
    assert outcome_of(RULE, daemonset() | nodes()).status == "not_checked"
    unjudged(RULE, healthy() | daemonset("frr-k8s", namespace=FRRK8S), "its pods were not collected", examined=5)
