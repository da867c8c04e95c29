import pytest
from bgp_kit import (
    BFD_DOWN,
    FOR_OTHER_NODES,
    PEER,
    bgp_peer,
    config,
    down,
    dump,
    expect,
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

RULE = "bgp-no-message-ever"
HERE = pod() | timestamp()


def test_no_message_at_all():
    shown = (f"BGP neighbor is {PEER}", "Connections established 0", "Total:                       0          0")
    expect(
        RULE,
        dump(down(), config()) | HERE,
        "error",
        "no BGP message was ever exchanged",
        "TCP connection never",
        shown=shown,
    )
    expect(RULE, dump(down(state="Connect"), config()) | HERE, "error", "no BGP message was ever exchanged")


def test_opens_without_an_answer():
    members = dump(down(opens=(4, 0), total=(4, 0)), config()) | HERE
    expect(
        RULE,
        members,
        "error",
        "4 OPEN messages were sent",
        "none came back",
        shown=("Opens:                       4          0",),
    )


def test_one_open_is_enough():
    expect(RULE, dump(down(opens=(1, 0), total=(1, 0)), config()) | HERE, "error", "1 OPEN messages were sent")


def test_a_session_that_is_up_needs_no_counters():
    block = neighbor().replace("    Total:                      10         11\n", "")
    assert "Total" not in block
    quiet(RULE, dump(block, config()) | HERE)
    unjudged(
        RULE, dump(block.replace("Established, up for 1d02h03m", "Active"), config()) | HERE, "no message counters"
    )


def test_summary_only():
    expect(
        RULE, summary(row(cell="Connect")), "error", "no BGP message was ever exchanged", whose=None, shown=("never",)
    )
    quiet(RULE, summary(row(up="00:10:00", messages=(0, 0))))  # it was up once
    quiet(RULE, summary(row(messages=(0, 9))))  # the words cannot tell an OPEN from other messages


@pytest.mark.parametrize(
    ("block", "more"),
    [
        (neighbor(), {}),
        (lost(), {}),
        (lost(opens=(0, 0), total=(0, 0)), {}),  # counters were cleared
        (down(opens=(4, 4), total=(8, 4)), {}),
        (down(opens=(0, 0), total=(0, 3)), {}),
        (down(state="Active (passive)"), {}),
        (down(state="Idle", extra=("  Administratively shut down",)), {}),
        (down(reset="Last reset 00:00:24,  Waiting for NHT"), {}),
        (down(), pod(started="2026-11-21T09:59:00Z")),
        (down(), bgp_peer(created="2026-11-21T09:58:30Z")),
        (down(), bgp_peer("tor1", PEER, 64512, *FOR_OTHER_NODES) | node()),
    ],
    ids=[
        "up",
        "lost",
        "cleared",
        "opens",
        "heard",
        "passive",
        "shut",
        "no-path",
        "young-pod",
        "young-peer",
        "unwanted",
    ],
)
def test_is_quiet(block, more):
    quiet(RULE, dump(block, config()) | HERE | more)


def test_is_quiet_about_a_neighbor_configured_passive():
    quiet(RULE, dump(down(), config(statements(PEER, "64512", "passive"))) | HERE)


def test_an_older_resource_beside_a_new_one_is_not_young():
    members = dump(down(), config()) | HERE | bgp_peer("a") | bgp_peer("b", created="2026-11-21T09:58:30Z")
    expect(RULE, members, "error")


def test_is_quiet_while_bgp_waits_for_bfd():
    running = config(statements(PEER, "64512", "bfd"), version="10.3")
    block = down(state="Idle", reset="Last reset 00:00:40,  Address family activated (n/a)")
    quiet(RULE, dump(block, running, BFD_DOWN) | HERE)
    expect(RULE, dump(block, running) | HERE, "error")


def test_what_was_not_collected_is_a_gap():
    unjudged(RULE, dump(None, config()) | HERE, "no message counters")
    unjudged(RULE, dump(None, None) | HERE, "gave no answer")
