import pytest
from bgp_kit import IMAGE, NAMESPACE, expect, log, quiet, timestamp, unjudged
from consistency_kit import lease
from kit import found, outcome_of
from metallb_kit import cluster, container_log, speaker_pod

from analyzer.model import Status

RULE = "time-skew"
ROOT = IMAGE.rpartition("/")[0]
STARTED = {"msg": "MetalLB speaker starting", "caller": "main.go:89"}


def taken(start="10:00:00", end="10:05:00", where=IMAGE):
    """When a collection ran, by the clock of whoever wrote the file."""
    lines = (f"2026-11-21 {one}.000000219 +0000 UTC m=+0.085341274\n" for one in (start, end))
    return {f"{where}/timestamp": "".join(lines)}


def outside(start="10:00:00", end="10:05:00"):
    """The same of the person's machine, around the image directory."""
    return taken(start, end, ROOT)


def speaking(*times):
    """A speaker on each node whose log ends at that time."""
    members = {}
    for at, time in enumerate(times):
        name = f"speaker-{'abcdef'[at]}"
        lines = (STARTED | {"at": "09:00:00"}, STARTED | {"at": time})
        members |= speaker_pod(name, f"worker-{at}") | container_log(*lines, pod=name)
    return members


def test_a_log_from_after_the_collection():
    words = (
        "the clock of worker-1 is at least 20 s ahead of the one that dates the end of the collection",
        "its log of speaker has a time of 2026-11-21T10:05:20Z, the collection was over by 2026-11-21T10:05:00Z",
    )
    shown = ("2026-11-21T10:05:20", "2026-11-21 10:05:00.000000219")
    members = speaking("10:04:00", "10:05:20") | taken()
    expect(RULE, members, "warning", *words, subject="worker-1", whose="worker-1", shown=shown)


def test_the_newest_of_several_messages_is_shown():
    reloaded = {"at": "10:01:00", "caller": "main.go:385", "event": "configLoaded", "msg": "config (re)loaded"}
    lines = (STARTED | {"at": "09:00:00"}, reloaded, STARTED | {"at": "10:06:00"})
    members = speaker_pod() | container_log(*lines) | taken()
    expect(RULE, members, "error", "at least 60 s", subject="worker-0", shown=("10:06:00",))


def test_more_than_half_a_minute_is_an_error():
    members = speaking("10:04:00", "10:06:00") | taken()
    expect(RULE, members, "error", "at least 60 s ahead", subject="worker-1", whose="worker-1")


def test_a_last_line_that_no_rule_wants_is_named_in_a_note():
    members = speaking("10:04:00", "10:04:30") | taken()
    path = next(path for path in members if "speaker-b/speaker/" in path)
    members[path] += '2026-11-21T10:06:00.000000000Z {"ts":"2026-11-21T10:06:00Z","msg":"something else"}\n'
    finding = expect(RULE, members, "error", "has a time of 2026-11-21T10:06:00Z", subject="worker-1", whose="worker-1")
    assert finding.evidence[0].note == "the last line of this file is of 2026-11-21T10:06:00Z"


def test_the_log_of_frr_itself():
    lines = ("10:06:00 bgp_zebra: something",)
    members = speaker_pod() | speaker_pod("speaker-b", "worker-1") | log("10:01:00 x") | log(*lines, pod="speaker-b")
    expect(
        RULE,
        members | taken() | outside(),
        "error",
        "its log of FRR has a time of 2026-11-21T10:06:00Z",
        subject="worker-1",
        whose="worker-1",
    )
    # `timestamp` beside it alone proves nothing: the file is copied after the last inspection has ended.
    unjudged(RULE, members | taken(), "nothing tells when the collection was over")
    unjudged(RULE, members, "nothing tells when the collection was over")


@pytest.mark.parametrize("time", ["11:03:00", "12:05:00", "10:35:00", "10:50:00", "10:31:00"])
def test_half_an_hour_or_more_in_the_log_of_frr_is_a_time_zone(time):
    members = speaker_pod() | log(f"{time} x", name="current.log") | taken()
    unjudged(RULE, members, "is in another time zone, which it does not print")


def test_lines_from_before_the_end_prove_nothing():
    unjudged(RULE, speaking("10:04:00", "09:04:00", "10:05:05") | taken(), "older than the collection's end")


def test_all_nodes_alike_blame_the_clock_that_collected():
    words = ("all 3 nodes with dated lines are 40 s or more ahead", "that clock is behind")
    members = speaking("10:05:40", "10:05:42", "10:05:45") | taken()
    finding = expect(RULE, members, "warning", *words, subject="collection", whose=None)
    assert not outcome_of(RULE, members).gaps
    assert len(finding.evidence) == 4
    apart = speaking("10:05:40", "10:06:42") | taken()
    assert found(RULE, apart) == [("worker-0", "worker-0", "error"), ("worker-1", "worker-1", "error")]


def test_of_the_person_s_machine_only_the_duration_counts():
    """It is two hours off; the cluster's own clock tells the start, the machine how long it took."""
    members = speaking("10:04:00", "10:06:00") | taken("10:00:05", "10:03:00")
    wrong = outside("08:00:00", "08:05:00")
    unjudged(RULE, speaking("10:04:00", "10:05:00") | taken("10:00:05", "10:03:00") | wrong, "older than")
    expect(RULE, members | wrong, "error", "at least 55 s ahead", subject="worker-1", whose="worker-1")
    once = {f"{IMAGE}/timestamp": "2026-11-21 10:00:05.000000219 +0000 UTC m=+0.085341274\n"}
    expect(RULE, members | once | wrong, "error", "at least 55 s ahead", subject="worker-1", whose="worker-1")
    unjudged(RULE, members | once, "nothing tells when the collection was over")
    alone = {path: text for path, text in members.items() if "timestamp" not in path} | outside()
    expect(RULE, alone, "error", "at least 60 s ahead", subject="worker-1", whose="worker-1")


def heartbeat(name, time):
    content = f"""\
apiVersion: v1
kind: Node
metadata:
  name: {name}
status:
  conditions:
  - lastHeartbeatTime: "2026-11-21T{time}Z"
    reason: KubeletReady
    status: "True"
    type: Ready
"""
    return {f"{IMAGE}/cluster-scoped-resources/core/nodes/{name}.yaml": content}


def ready(*names):
    members = {}
    for name in names:
        members |= heartbeat(name, "10:00:00")
    return members


def test_a_heartbeat_from_after_the_collection():
    members = heartbeat("worker-0", "10:01:00") | heartbeat("worker-1", "10:07:00") | taken()
    words = ("at least 120 s ahead", "its heartbeat has a time of 2026-11-21T10:07:00Z")
    expect(RULE, members, "error", *words, subject="worker-1", whose="worker-1", shown=('"2026-11-21T10:07:00Z"',))


NAMES = ("worker-0", "worker-1", "worker-2")


def leases(*times):
    members = {}
    for name, time in zip(NAMES, times, strict=False):
        members |= lease(name, time)
    return members | ready(*NAMES) | taken()


def test_leases_of_one_moment_are_clear():
    quiet(RULE, leases("10:01:00", "10:01:08", "10:01:39"), examined=3)


def test_a_lease_that_leads_the_others():
    words = ("the clock of worker-2 is ahead of the middle of 3 nodes", "its lease is 52 s ahead of theirs")
    shown = ("2026-11-21T10:02:00", "2026-11-21T10:01:00")
    members = leases("10:01:00", "10:01:08", "10:02:00")
    expect(RULE, members, "error", *words, subject="worker-2", whose="worker-2", shown=shown)
    pair = lease("worker-0", "10:01:00") | lease("worker-1", "10:02:00") | ready(*NAMES[:2]) | taken()
    expect(RULE, pair, "error", "ahead of that of worker-0", subject="worker-1", whose="worker-1")


def test_a_lease_that_lags_longer_than_a_silent_node_stays_ready():
    members = leases("10:01:00", "10:01:08", "09:50:00")
    words = ("the clock of worker-2 is behind the middle", "660 s behind theirs")
    expect(RULE, members, "error", *words, subject="worker-2", whose="worker-2")
    assert found(RULE, leases("10:01:00", "10:01:08", "09:56:00")) == []
    down = {
        path: text.replace('"True"', '"False"') if "worker-2.yaml" in path else text for path, text in members.items()
    }
    assert found(RULE, down) == []
    assert found(RULE, {path: text for path, text in members.items() if "timestamp" not in path}) == []


def test_a_lease_alone_is_compared_with_nothing():
    unjudged(RULE, lease("worker-0", "10:01:00") | taken(), "older than the collection's end")


def chrony(text, where="worker-1"):
    return {f"saved/{where}/chrony.txt": text}


FINE = "System time     : 0.000000072 seconds fast of NTP time\nLeap status     : Normal\n"


@pytest.mark.parametrize(
    ("text", "severity", "words"),
    [
        ("System time     : 3.000012207 seconds slow of NTP time\n", "warning", "worker-1 is 3.0 s behind NTP time"),
        ("System time     : 41.5 seconds fast of NTP time\n", "error", "worker-1 is 42 s ahead of NTP time"),
        (
            "System time     : 0.0 seconds fast of NTP time\nLeap status     : Not synchronised\n",
            "info",
            "chrony of worker-1 follows no source of time",
        ),
    ],
)
def test_what_chrony_says(text, severity, words):
    members = chrony(text) | chrony(FINE, "worker-0") | ready(*NAMES[:2])
    expect(RULE, members, severity, words, subject="worker-1", whose="worker-1", shown=(text.split("\n")[-2],))


def test_a_measured_clock_is_clear():
    quiet(RULE, chrony(FINE))
    quiet(RULE, chrony(FINE, "worker-1.example.com") | ready("worker-1") | taken())


def test_a_healthy_cluster_says_that_nothing_could_be_told():
    outcome = outcome_of(RULE, cluster())
    assert outcome.status is Status.NOT_CHECKED
    assert "no log of a known node" in outcome.reason
    unjudged(RULE, cluster() | log("09:59:59 x", name="current.log"), "older than the collection's end")


def test_logs_of_no_known_node_and_empty_ones_tell_nothing():
    outcome = outcome_of(RULE, log("10:07:00 x") | taken() | outside())
    assert outcome.status is Status.NOT_CHECKED
    empty = {f"{IMAGE}/namespaces/{NAMESPACE}/pods/speaker-a/frr/frr/logs/frr.log": ""}
    assert outcome_of(RULE, speaker_pod() | empty | timestamp()).status is Status.NOT_CHECKED
