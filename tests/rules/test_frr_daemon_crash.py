import pytest
from bgp_kit import config, dump, expect, neighbor, pod, quiet, timestamp, unjudged
from frr_kit import a_pod, daemon_log, older
from kit import found, outcome_of
from metallb_kit import cluster

from analyzer.model import Status

RULE = "frr-daemon-crash"
ONE = dump(neighbor(), config()) | pod() | timestamp()
DOWN = "WATCHFRR bgpd state -> down : read returned EOF"
UP = "WATCHFRR bgpd state -> up : connect succeeded"


def crash(at=1795251600, name="frr.log"):
    """Written without a time of its own: 1795251600 is 2026-11-21 09:00:00."""
    text = f"BGP: Received signal 11 at {at} (si_addr 0x0, PC 0x5581); aborting...\n"
    return dict.fromkeys(daemon_log("09:00:00 BGP x", name=name), text)


def test_a_crash_with_a_backtrace():
    expect(
        RULE,
        ONE | crash(),
        "error",
        "bgpd on worker-0 crashed: Received signal 11 at 1795251600",
        "(at 2026-11-21 09:00:00, no new start in the log)",
        subject="bgpd",
        shown=("Received signal 11",),
    )


@pytest.mark.parametrize(
    ("text", "said", "subject"),
    [
        (DOWN, "bgpd on worker-0 went down: bgpd state -> down : read returned EOF", "bgpd"),
        ("WATCHFRR zebra state -> down : read returned EOF", "zebra on worker-0 went down", "zebra"),
        ("WATCHFRR restart bgpd process 45 terminated due to signal 6", "watchfrr could not restart it: ", "bgpd"),
        ("WATCHFRR restart bgpd process 45 exited with non-zero status 1", "exited with non-zero status 1", "bgpd"),
        ("WATCHFRR all configured daemons failed to start -- exiting watchfrr", "watchfrr gave up", "watchfrr"),
    ],
)
def test_every_wording(text, said, subject):
    expect(RULE, ONE | daemon_log(f"09:00:00 {text}"), "error", said, subject=subject)


def test_the_plainest_line_tells_and_all_are_shown():
    members = ONE | daemon_log(
        "08:00:00 " + DOWN,
        "08:00:05 " + UP,
        "09:00:00 " + DOWN,
        "09:00:01 WATCHFRR restart bgpd process 45 terminated due to signal 6",
        "09:00:20 " + UP,
    )
    said = ("could not restart it", "(at 2026-11-21 09:00:01, back at 2026-11-21 09:00:20)")
    finding = expect(RULE, members, "error", *said, subject="bgpd", shown=("09:00:00", "09:00:01", "09:00:20"))
    assert "terminated due to signal 6" in finding.evidence[0].excerpt[0]
    again = ONE | daemon_log("08:00:00 " + DOWN, "08:00:05 " + UP, "09:00:00 " + DOWN, "09:00:20 " + UP)
    expect(RULE, again, "error", "2 times in the log", subject="bgpd")


def test_history():
    members = ONE | older(daemon_log("08:00:00 " + DOWN, "08:00:05 " + UP))
    expect(RULE, members, "info", "back at 2026-11-18 08:00:05", subject="bgpd")
    expect(RULE, ONE | older(daemon_log("08:00:00 " + DOWN)), "error", "no new start", subject="bgpd")


def test_the_restarts_of_the_container():
    last = {"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": "2026-11-21T09:00:00Z"}}
    status = {"restartCount": 3, "lastState": last}
    containers = ("speaker", "frr")
    members = ONE | a_pod("speaker-a", containers=containers, namespace="metallb-system", frr=status)
    members |= daemon_log("09:00:00 " + DOWN, name="previous.log")
    said = "the frr container was restarted 3 times, last for OOMKilled and exit code 137"
    expect(RULE, members, "error", said, subject="bgpd", shown=('"restartCount": 3', "OOMKilled", "137"))
    plain = ONE | a_pod("speaker-a", containers=containers, namespace="metallb-system", frr={"restartCount": 1})
    expect(RULE, plain | daemon_log("09:00:00 " + DOWN), "error", "was restarted 1 times)", subject="bgpd")


@pytest.mark.parametrize(
    "members",
    [
        ONE
        | daemon_log("09:00:00 BGP Terminating on signal", "09:00:01 ZEBRA Terminating on signal", "09:00:01 " + DOWN),
        ONE | daemon_log("09:00:00 WATCHFRR bgpd state -> down : initial connection attempt failed", "09:00:05 " + UP),
        ONE | daemon_log("09:00:00 WATCHFRR restart all process 9 exited with non-zero status 1", "09:00:05 " + UP),
        ONE | daemon_log("09:00:00 BGP Configuration Read in Took: 00:00:00"),
    ],
    ids=["the container was stopped", "watchfrr's first look", "a second try at the start", "nothing"],
)
def test_stays_quiet(members):
    quiet(RULE, members)


def test_one_daemon_that_is_told_to_end_is_no_stop_of_the_container():
    expect(RULE, ONE | daemon_log("09:00:00 BGP Terminating on signal", "09:00:01 " + DOWN), "error", subject="bgpd")


def test_a_crash_while_the_container_stops_is_a_crash():
    both = daemon_log("09:00:00 BGP Terminating on signal", "09:00:01 ZEBRA Terminating on signal", name="current.log")
    expect(RULE, ONE | both | crash(), "error", subject="bgpd")


def test_a_failed_restart_after_a_crash_counts():
    lines = (
        "09:00:00 " + DOWN,
        "09:00:10 WATCHFRR restart bgpd process 45 exited with non-zero status 1",
        "09:00:15 " + UP,
    )
    expect(RULE, ONE | daemon_log(*lines), "error", "could not restart it", subject="bgpd")


def test_two_logs_of_one_record_count_once():
    members = ONE | daemon_log("09:00:00 " + DOWN) | daemon_log("09:00:00 " + DOWN, name="current.log")
    assert "times" not in expect(RULE, members, "error", subject="bgpd").message


def test_a_time_that_is_none():
    impossible = older(
        daemon_log("09:00:00 " + DOWN, "09:00:01 WATCHFRR restart bgpd process 4 exited with non-zero status 1"),
        "2026/13/45",
    )
    finding = expect(RULE, ONE | impossible, "error", "(no new start in the log)", subject="bgpd")
    assert len(finding.evidence) == 2


def test_the_healthy_cluster():
    members = cluster()
    unjudged(RULE, members, "no log of FRR was collected")
    assert found(RULE, members | daemon_log("09:00:00 ZEBRA x")) == []


def test_not_checked_without_frr():
    assert outcome_of(RULE, timestamp()).status is Status.NOT_CHECKED
