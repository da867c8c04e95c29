import pytest
from bgp_kit import PEER, config, dump, expect, lost, neighbor, pod, quiet, timestamp, unjudged
from frr_kit import daemon_log, older
from kit import found, outcome_of
from metallb_kit import cluster

from analyzer.model import Status

RULE = "frr-starved-or-stuck"
ONE = dump(neighbor(), config()) | pod() | timestamp()
TASK = "task bgp_process_packet (5581) ran for {}ms (cpu time {}ms)"
HOG = "{} BGP CPU HOG: " + TASK
STUCK = "09:00:00 BGP 192.0.2.1 has not made any SendQ progress for 1 holdtime (90s), peer overloaded?"
ENDED = "09:01:30 BGP 192.0.2.1 has not made any SendQ progress for 2 holdtimes (180s), terminating session"


@pytest.mark.parametrize("word", ["CPU HOG", "STARVATION", "SLOW THREAD"])
def test_a_long_task(word):
    expect(
        RULE,
        ONE | daemon_log(f"09:00:00 BGP {word}: {TASK.format(7000, 6500)}"),
        "warning",
        "bgpd on worker-0 was held up for 7000 ms in the task bgp_process_packet, 6500 ms of it on a CPU",
        "(1 times, last at 2026-11-21 09:00:00)",
        subject="bgpd",
        shown=("ran for 7000ms",),
    )


def test_the_longest_tells_and_the_newest_are_shown():
    lines = [HOG.format(f"09:00:0{at}", took, 1) for at, took in enumerate((6000, 9000, 6000, 6000, 6000, 6000))]
    finding = expect(RULE, ONE | daemon_log(*lines), "warning", "9000 ms", "(6 times", subject="bgpd")
    assert "9000ms" in finding.evidence[0].excerpt[0]
    assert len(finding.evidence) == 5


def test_every_daemon_for_itself():
    members = ONE | daemon_log(HOG.format("09:00:00", 7000, 1), f"09:00:00 ZEBRA CPU HOG: {TASK.format(8000, 1)}")
    assert {subject for _, subject, _ in found(RULE, members)} == {"bgpd", "zebra"}


@pytest.mark.parametrize(
    "members",
    [
        ONE | daemon_log(HOG.format("09:00:00", 5000, 1)),
        ONE | daemon_log("09:00:00 BGP Configuration Read in Took: 00:00:01", HOG.format("09:00:30", 7000, 1)),
        ONE | pod(started="2026-11-21T08:59:00Z") | daemon_log(HOG.format("09:00:30", 7000, 1)),
    ],
    ids=["not long enough", "FRR starts", "the container starts"],
)
def test_stays_quiet(members):
    quiet(RULE, members)


def test_two_at_the_start_are_too_many():
    lines = ("09:00:00 BGP Configuration Read in Took: 00:00:01", HOG.format("09:00:30", 7000, 1))
    expect(RULE, ONE | daemon_log(*lines, HOG.format("09:00:40", 7000, 1)), "warning", "2 times", subject="bgpd")


def test_a_stuck_send_queue():
    said = f"{PEER} took nothing of what it was sent for 90 s at 2026-11-21 09:00:00, the session is kept so far"
    expect(RULE, ONE | daemon_log(STUCK), "warning", said, shown=("SendQ progress", "BGP state"))


def test_a_session_that_was_ended_for_it():
    said = f"{PEER} took nothing of what it was sent for 180 s at 2026-11-21 09:01:30, FRR ended the session (2 times)"
    members = dump(lost(reset="Last reset 00:10:00,  Hold Timer Expired"), config()) | pod() | timestamp()
    expect(RULE, members | daemon_log(STUCK, ENDED), "error", said, shown=("2 holdtimes", "1 holdtime"))


def test_history():
    members = ONE | older(daemon_log(STUCK, ENDED, HOG.format("09:00:00", 7000, 1)))
    assert {severity for _, _, severity in found(RULE, members)} == {"info"}


def test_the_log_alone():
    expect(RULE, pod() | daemon_log(STUCK), "warning", "took nothing")


def test_gaps():
    unjudged(RULE, ONE, "no log of FRR")
    assert found(RULE, cluster()) == []
    assert outcome_of(RULE, timestamp()).status is Status.NOT_CHECKED
