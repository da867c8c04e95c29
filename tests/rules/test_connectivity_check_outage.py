import pytest
from bgp_kit import expect, quiet, unjudged
from health_kit import node, pod, without
from kit import found, outcome_of
from metallb_kit import cluster
from operator_kit import DIAGNOSTICS, NODES, check, checks, events, failed, failing, happened, healthy, outage, version

from analyzer.model import Status

RULE = "connectivity-check-outage"
TARGET, API = "network-check-target-worker-1", "kubernetes-apiserver-endpoint-worker-1"
REFUSED = "dial tcp 192.0.2.21:6443: connect: connection refused"


def one(target=TARGET, **more):
    """The healthy cluster, in which this check is in this state."""
    well = (check(f"network-check-target-{name}") for name in NODES)
    others = [each for each in well if not each["metadata"]["name"].endswith(f"-to-{target}")]
    return healthy() | checks(check(target, **more), *others)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("dial tcp 10.129.0.4:8080: i/o timeout", "timed out (nothing answers"),
        ("dial tcp 10.129.0.4:8080: connect: connection refused", "refused (the host answers, the service does not)"),
        ("dial tcp 10.129.0.4:8080: connect: no route to host", "no route (the source has no way there)"),
        ("lookup api.example.com: no such host", "name not resolved"),
        ("EOF", "failed (the message tells more): EOF"),
    ],
)
def test_fires(message, words):
    text = (f"the connection check to {TARGET} from network-check-source-abcde on worker-0 fails", words, message)
    text += ("since 2026-11-21 09:30:00 UTC",)
    shown = ("False", "09:30:00", message)
    expect(RULE, one(**failing(message=message)), "warning", *text, subject="worker-1", whose="worker-1", shown=shown)


def test_the_condition_alone():
    told = {"reachable": ("False", "2026-11-21T09:30:00Z", "TCPConnectError", "i/o timeout")}
    expect(RULE, one(**told), "warning", "since 2026-11-21 09:30:00", "timed out", subject="worker-1", whose="worker-1")
    told = {"reachable": ("False", None)}
    finding = expect(RULE, one(**told), "warning", "failed", subject="worker-1", whose="worker-1")
    assert "since" not in finding.message


def test_an_outage_without_end_alone():
    told = failing()
    members = one(**told)
    del told["reachable"]
    made = check(**told)
    made["status"]["conditions"] = []
    members |= checks(made)
    expect(RULE, members, "warning", "since 2026-11-21 09:30:00", subject="worker-1", whose="worker-1")


def test_services_have_no_node():
    target = "kubernetes-apiserver-service-cluster"
    expect(RULE, one(target, **failing()), "warning", target, subject=target, whose=None)


def test_all_targets_of_a_source():
    members = healthy() | checks(*(check(f"network-check-target-{name}", **failing()) for name in NODES))
    words = ("the connection checks to all 3 targets of network-check-source-abcde fail since",)
    expect(RULE, members, "warning", *words, subject="network-check-source-abcde", whose="worker-0")


def test_all_checks_of_a_target():
    members = healthy() | checks(check(TARGET, **failing()), check(API, **failing(message=REFUSED)), check("x"))
    words = (f"the connection check to {API}, {TARGET} from",)
    finding = expect(RULE, members, "warning", *words, subject="worker-1", whose="worker-1", shown=("False",))
    assert len(finding.evidence) <= 8


def test_the_node_of_the_source():
    pods = pod("network-check-source-abcde", "worker-2", ("c",), namespace=DIAGNOSTICS, labels={})
    expect(RULE, one(**failing()) | pods, "warning", "on worker-2", subject="worker-1", whose="worker-1")


def test_long_names_of_nodes():
    """A check is named with the part before the first dot."""
    members = without(one(**failing()), "nodes/worker-1.json") | node("worker-1.example.com")
    members = {path: text for path, text in members.items() if not path.endswith("/nodes/worker-1.yaml")}
    expect(RULE, members, "warning", subject="worker-1.example.com", whose="worker-1.example.com")


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        (one(**failing("09:59:30")), "only just before"),
        (one(**failing("09:30:00", last="09:40:00")), "no longer tries"),
        (
            one(**failing())
            | events(happened("worker-1", "up", kind="Node", reason="Starting", last="09:31:00"), namespace="default"),
            "one of its nodes was starting",
        ),
    ],
    ids=["just-now", "stale", "boot"],
)
def test_what_proves_nothing(members, reason):
    unjudged(RULE, members, reason, examined=2)


def test_without_the_time_of_the_collection():
    members = without(one(**failing("09:59:30")), "timestamp")
    expect(RULE, members, "warning", subject="worker-1", whose="worker-1")
    quiet(RULE, without(one(outages=[outage("09:00:00", "09:10:00")]), "timestamp"), 3)


AGAIN = [outage(f"0{at}:00:00", f"0{at}:05:00") for at in (2, 4, 6)]


def test_again_and_again():
    words = (
        "was lost again and again, 3 times in the day before the collection, last from 2026-11-21 06:00:00 to 06:05:00",
    )
    shown = ("06:00:00", "06:05:00", "i/o timeout")
    expect(RULE, one(outages=AGAIN), "warning", *words, subject="worker-1", whose="worker-1", shown=shown)


def test_what_came_back():
    words = ("was lost and came back, once from 2026-11-21 02:00:00 to 02:05:00 UTC: dial tcp",)
    expect(RULE, one(outages=AGAIN[:1]), "info", *words, subject="worker-1", whose="worker-1")
    refused = [outage(each["start"][11:19], each["end"][11:19], REFUSED) for each in AGAIN]
    expect(RULE, one(API, outages=refused), "info", "3 times", subject="worker-1", whose="worker-1")
    silent = [{key: value for key, value in AGAIN[0].items() if key in {"start", "end"}}]
    finding = expect(RULE, one(outages=silent), "info", subject="worker-1", whose="worker-1")
    assert finding.message.endswith("UTC")


@pytest.mark.parametrize(
    "told",
    [
        {"outages": [outage("09:00:00", "09:00:50")]},
        {"outages": [outage(f"0{at}:00:00", f"0{at}:01:00") for at in (2, 4, 6)]},  # one attempt each
        {"outages": [outage("01:00:00", "02:00:00", day="2026-11-19")]},
        {"outages": [outage("09:00:00")]},
        {"failures": [failed("09:20:00")]},
        {"outages": [{"end": "2026-11-21T09:00:00Z"}]},
    ],
    ids=["short", "single-attempts", "long-ago", "reachable-again", "single-failure", "no-start"],
)
def test_what_is_nothing(told):
    quiet(RULE, one(**told), 3)


@pytest.mark.parametrize(
    "more",
    [
        version(("4.18.2", "2026-11-21T01:00:00Z", "2026-11-21T07:00:00Z")),
        node("worker-1", created="2026-11-21T02:00:00Z") | node("worker-0", created="2026-11-21T05:50:00Z"),
    ],
    ids=["update", "new-nodes"],
)
def test_what_shook_the_cluster(more):
    told = AGAIN if "version" in str(more) else [AGAIN[0], AGAIN[2]]
    quiet(RULE, one(outages=told) | more, 3)


def test_each_finding_has_an_id_of_its_own():
    members = healthy() | checks(check(TARGET, **failing()), check(API, outages=AGAIN), check("x"))
    assert len({each.id for each in outcome_of(RULE, members).findings}) == len(found(RULE, members)) == 2


def test_not_collected():
    assert outcome_of(RULE, cluster()).status is Status.NOT_CHECKED


def test_healthy():
    quiet(RULE, healthy(), 3)
