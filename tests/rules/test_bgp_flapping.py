import pytest
from bgp_kit import (
    FOR_OTHER_NODES,
    OTHER,
    PEER,
    bgp_peer,
    config,
    down,
    dump,
    expect,
    log,
    lost,
    neighbor,
    node,
    pod,
    quiet,
    row,
    statements,
    summary,
    timestamp,
    unjudged,
)
from kit import found, outcome_of

RULE = "bgp-flapping"
DOWN = "10:{:02}:00 %ADJCHANGE: neighbor 192.0.2.1(tor1) in vrf default Down BGP Notification send"
BOTH = config(statements(), statements(OTHER), activate=(PEER, OTHER))


def up(uptime, dropped, peer=PEER, reset="Last reset 00:00:06,  Notification sent (Hold Timer Expired)"):
    return neighbor(peer, f"Established, up for {uptime}", reset, counts=(dropped + 1, dropped))


def at(block, *lines):
    return dump(block, config()) | pod() | timestamp() | (log(*lines) if lines else {})


def test_many_losses_and_a_young_session():
    shown = ("up for 00:00:02", "Connections established 5; dropped 4", "Hold Timer Expired")
    words = (f"{PEER} (tor1): established 5 times, lost 4 times, up for 2 s",)
    expect(RULE, at(up("00:00:02", 4)), "warning", *words, shown=shown)
    expect(RULE, at(up("00:59:59", 3)), "warning", "lost 3 times")


def test_down_at_the_moment():
    block = lost(reset="Last reset 00:10:00,  Notification sent (Hold Timer Expired)", counts=(4, 4))
    expect(RULE, at(block), "warning", "established 4 times, lost 4 times, now Connect")


def test_losses_in_the_log_are_counted_and_the_newest_shown():
    lines = [DOWN.format(minute) for minute in (1, 2, 3)]
    shown = ("2026/11/21 10:02:00.000", "2026/11/21 10:03:00.000")
    finding = expect(RULE, at(up("00:00:02", 3), *lines), "warning", "lost 3 times in the log", shown=shown)
    assert not any("10:01:00.000" in line for one in finding.evidence for line in one.excerpt)


@pytest.mark.parametrize(
    "block",
    [
        up("00:00:02", 2),
        up("01:00:00", 3),
        up("1d02h03m", 30),
        up("00:00:02", 1, reset="Last reset 00:00:06,  Notification sent (Cease/BFD Down)"),
        lost(reset="Last reset 01:00:00,  Notification sent (Hold Timer Expired)", counts=(4, 4)),
        lost(reset="Last reset never", counts=(4, 4)),
        lost(reset="Last reset 00:10:00,  Admin. shutdown", counts=(4, 4), extra=("  Administratively shut down",)),
        down(),
    ],
    ids=["two", "an-hour", "old", "bfd-at-start", "down-for-long", "no-reset", "shut", "never-up"],
)
def test_is_quiet(block):
    quiet(RULE, at(block))


def test_several_sessions_of_a_node_at_once():
    short = (up("00:09:59", 2), up("00:09:59", 2, OTHER))
    older = pod(started="2026-11-21T08:59:00Z") | timestamp()
    expected = [("worker-0", PEER, "warning"), ("worker-0", OTHER, "warning")]
    assert found(RULE, dump(short, BOTH) | older) == expected
    quiet(RULE, dump(short, BOTH) | pod(started="2026-11-21T09:01:00Z") | timestamp(), examined=2)  # FRR is as young
    quiet(RULE, dump(short, BOTH) | pod(), examined=2)  # nobody says how old FRR is
    quiet(RULE, dump((up("00:09:59", 2), up("00:10:00", 2, OTHER)), BOTH) | older, examined=2)
    quiet(RULE, dump((up("00:09:59", 2), up("00:09:59", 1, OTHER)), BOTH) | older, examined=2)
    elsewhere = dump(up("00:09:59", 2), config(hostname="worker-1"), pod="speaker-b") | pod("speaker-b", "worker-1")
    quiet(RULE, dump(up("00:09:59", 2), config()) | older | elsewhere, examined=2)


def test_a_session_that_is_older_is_not_meant_with_the_others():
    third = "192.0.2.3"
    blocks = (up("00:09:59", 2), up("00:09:59", 2, OTHER), up("05:00:00", 2, third))
    running = config(*map(statements, (PEER, OTHER, third)), activate=(PEER, OTHER, third))
    members = dump(blocks, running) | pod(started="2026-11-21T09:00:00Z") | timestamp()
    assert [subject for _, subject, _ in found(RULE, members)] == [PEER, OTHER]


def test_without_a_log_nothing_is_said_of_it():
    finding = expect(RULE, at(up("00:00:02", 4)), "warning")
    assert finding.message == f"{PEER} (tor1): established 5 times, lost 4 times, up for 2 s"


def test_an_hour_is_an_hour():
    lines = [DOWN.format(minute) for minute in (0, 10, 20, 30)]
    expect(RULE, at(up("02:00:00", 2), *lines, DOWN.replace("10:", "11:").format(0)), "warning", "went down 5 times")


def test_the_log_alone():
    lines = [DOWN.format(minute) for minute in (0, 10, 20, 30, 59)]
    shown = ("10:00:00.000", "10:59:00.000")
    expect(RULE, at(up("02:00:00", 2), *lines), "warning", "went down 5 times within an hour of the log", shown=shown)
    quiet(RULE, at(up("02:00:00", 2), *lines[:4]))
    spread = [*lines[:4], DOWN.replace("10:", "11:").format(1)]
    quiet(RULE, at(up("02:00:00", 2), *spread))
    later = [*spread, *(DOWN.replace("10:", "11:").format(minute) for minute in (5, 6, 7))]
    expect(RULE, at(up("02:00:00", 2), *later), "warning", "went down 7 times")
    other = [line.replace(PEER, "192.0.2.9") for line in lines]
    quiet(RULE, at(up("02:00:00", 2), *other))


def test_restarts_of_the_container_explain_losses():
    lines = [DOWN.format(minute) for minute in (0, 10, 20, 30, 40)]
    quiet(RULE, at(up("02:00:00", 2), *lines) | pod(restarts=1))
    expect(RULE, at(up("02:00:00", 2), *lines, DOWN.format(50)) | pod(restarts=1), "warning", "went down 6 times")


def test_without_the_pod_no_restart_is_known():
    lines = [DOWN.format(minute) for minute in (0, 10, 20, 30, 40)]
    members = dump(up("02:00:00", 2), config()) | log(*lines)
    expect(RULE, members, "warning", "went down 5 times")


def test_quiet_about_a_peer_for_other_nodes():
    quiet(RULE, at(up("00:00:02", 4)) | node() | bgp_peer("tor1", PEER, 64512, *FOR_OTHER_NODES))


def test_the_id_stays_while_the_counts_rise():
    first, later = (outcome_of(RULE, at(up("00:00:02", count))).findings[0] for count in (4, 9))
    assert first.id == later.id
    assert first.message != later.message


def test_what_was_not_collected_is_a_gap():
    unjudged(RULE, dump(None, config()) | pod(), "show bgp neighbor was not collected")
    unjudged(RULE, summary(row()), "show bgp neighbor was not collected")
    cut = neighbor().replace("  Connections established 1; dropped 0\n", "")
    unjudged(RULE, at(cut), "not counted")
    unjudged(RULE, dump(None, None) | pod(), "gave no answer")


def test_losses_spread_over_a_long_life_are_no_flapping():
    """The counter never goes back: four losses in three weeks, the last one just now."""
    block = up("00:10:00", 4)
    quiet(RULE, dump(block, config()) | pod(started="2026-11-01T00:00:00Z") | timestamp(), examined=1)
    often = up("00:10:00", 40)
    expect(RULE, dump(often, config()) | pod(started="2026-11-01T00:00:00Z") | timestamp(), "warning", "lost 40 times")
