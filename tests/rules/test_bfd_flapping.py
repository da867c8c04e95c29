import pytest
from bfd_kit import asking, bfd, counters, peers, running, saved
from bgp_kit import IMAGE, NAMESPACE, OTHER, PEER, expect, log, neighbor, pod, quiet, timestamp, unjudged
from kit import found

RULE = "bfd-flapping"
CHANGE = "[mhop:no peer:192.0.2.1 local:192.0.2.20 vrf:default ifname:br-ex] up -> down reason:control-expired"
NOTICE = f"{{}} Session-Change: {CHANGE}"
DEBUG = f"{{}} state-change: {CHANGE}"
DOWN = "{} %ADJCHANGE: neighbor 192.0.2.1(tor1) in vrf default Down BFD down received"
HOLD = "{} %ADJCHANGE: neighbor 192.0.2.1(tor1) in vrf default Down BGP Notification send"
RESTARTED = ("    restartCount: 0", "    restartCount: 3")


def times(count, *forms, step=7):
    """So many losses, `step` seconds apart, each in these words."""
    moments = [f"10:{second // 60:02}:{second % 60:02}" for second in range(0, count * step, step)]
    return [form.format(moment) for moment in moments for form in forms]


def logged(*lines, daemon="BFD", **which):
    return asking(bfd()) | log(*lines, daemon=daemon, **which)


@pytest.mark.parametrize("form", [NOTICE, DEBUG])
def test_changes_in_the_log(form):
    said = f"BFD to {PEER} (tor1) went down 3 times in the log, the last time at 2026-11-21 10:00:14 UTC"
    expect(RULE, logged(*times(3, form)), "warning", said, shown=("10:00:00", "10:00:14", "up -> down"))


def test_changes_that_bgpd_logs():
    members = logged(*times(3, DOWN), daemon="BGP")
    expect(RULE, members, "warning", "went down 3 times", shown=("Down BFD down received",))


def test_one_loss_in_several_words_counts_once():
    """Notices, debug messages and bgpd tell of the same loss; frr.log and the container's log hold the same lines."""
    bgpd = log(*times(2, DOWN), daemon="BGP", name="current.log")
    quiet(RULE, logged(*times(2, NOTICE, DEBUG)) | bgpd)
    twice = logged(*times(2, NOTICE)) | log(*times(2, NOTICE), daemon="BFD", name="current.log")
    quiet(RULE, twice)
    expect(RULE, logged(*times(3, NOTICE, DEBUG)), "warning", "went down 3 times in the log")


def test_more_losses_than_messages_are_kept():
    expect(RULE, logged(*times(200, NOTICE)), "warning", "went down 200 times")
    expect(RULE, logged(*times(200, NOTICE, DEBUG)), "warning", "went down 200 times")


def test_counters():
    files = saved(config=running(), neighbors=neighbor(), bfd=peers(bfd()))
    said = f"BFD to {PEER} (tor1) went down 3 times since FRR started"
    shown = ("Session down events: 3", "Status: up")
    finding = expect(RULE, files | counters(3, 4), "warning", said, shown=shown)
    assert finding.message == said
    quiet(RULE, files | counters(2, 3))


def test_counters_of_a_pod_whose_age_is_known():
    members = asking(bfd()) | timestamp("2026-11-20 02:00:00")
    path = f"{IMAGE}/namespaces/{NAMESPACE}/pods/speaker-a/frr/frr/logs/dump_frr"
    text = counters(3, 4)["saved/worker-0/counters.txt"]
    members[path] += f"###### show bfd peers counters\n{text}"
    expect(RULE, members, "warning", "3 times since FRR started, 2 h before the collection")


@pytest.mark.parametrize(
    "lines",
    [
        times(2, NOTICE),
        times(1, NOTICE),
        [line.replace("192.0.2.1 ", "192.0.2.2 ") for line in times(5, NOTICE)] + times(1, NOTICE),
    ],
    ids=["two", "one", "of another peer"],
)
def test_stays_quiet(lines):
    quiet(RULE, logged(*lines))


def test_restarts_of_the_container_end_sessions_too():
    restarted = {path: text.replace(*RESTARTED) for path, text in pod().items()}
    assert found(RULE, logged(*times(5, NOTICE)) | restarted) == []
    assert found(RULE, logged(*times(6, NOTICE)) | restarted) == [("worker-0", PEER, "warning")]


@pytest.mark.parametrize(
    "members",
    [asking(bfd()), logged("10:00:00 Terminating on signal"), logged(*times(5, HOLD), daemon="BGP")],
    ids=["no log", "a silent log", "losses for other reasons"],
)
def test_a_silent_log_proves_nothing(members):
    """At level info bfdd says nothing before FRR 10.4."""
    unjudged(RULE, members, "neither BFD counters nor BFD changes in the log")


def test_events_of_another_peer_are_no_evidence():
    lines = [line.replace("192.0.2.1 ", f"{OTHER} ") for line in times(5, NOTICE)]
    unjudged(RULE, logged(*lines), "neither BFD counters")
