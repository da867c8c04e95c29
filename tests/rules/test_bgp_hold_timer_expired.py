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
    summary,
    unjudged,
)

RULE = "bgp-hold-timer-expired"
SENT = "Last reset {},  Notification sent (Hold Timer Expired)"
RECEIVED = "Last reset {},  Notification received (Hold Timer Expired)"
BFD_UP = BFD_DOWN.replace("Status: down", "Status: up").replace("Downtime", "Uptime")


def at(block, bfd="BFD Peers:"):
    return dump(block, config(), bfd) | pod()


@pytest.mark.parametrize(
    ("reset", "who"),
    [
        (SENT, "this node heard nothing from the peer"),
        (RECEIVED, "the peer heard nothing from this node"),
        ("Last reset {}, due to NOTIFICATION sent (Hold Timer Expired)", "this node heard nothing from the peer"),
    ],
)
def test_down_is_an_error(reset, who):
    words = (f"hold timer (9 s) to {PEER} (tor1) expired 9 s ago", who, "now Connect.")
    shown = (
        "BGP state = Connect",
        "Hold time is 9 seconds",
        "Last reset 00:00:09",
        "Hold Timer Expired",
        "Last read 00:00:05",
        "established 1; dropped 1",
    )
    expect(RULE, at(lost(hold=9, reset=reset.format("00:00:09"))), "error", *words, shown=shown)


def test_up_again_is_a_warning_for_a_day():
    block = neighbor(state="Established, up for 23:58:00", reset=SENT.format("23:59:00"), counts=(2, 1))
    expect(RULE, at(block), "warning", "expired 23 h 59 min ago", "established again.", shown=("Established, up for",))
    quiet(RULE, at(neighbor(reset=SENT.format("1d00h01m"), counts=(2, 1))))
    old = lost(reset=SENT.format("1d00h01m"))
    expect(RULE, at(old), "error", "expired 1 d 1 min ago")  # never too old for a session that is down


def test_bfd_that_is_up_points_elsewhere():
    members = at(lost(reset=SENT.format("00:00:09")), BFD_UP)
    expect(RULE, members, "error", "BFD is up: the path works for small packets.", shown=("Status: up",))
    stale = lost(
        reset=SENT.format("00:00:09"), after=("", "  BFD: Type: single hop", "  Status: Up, Last update: 0:00:02:24")
    )
    finding = expect(RULE, at(stale), "error")
    assert "BFD" not in finding.message  # what bgpd remembers of BFD may be stale


def test_bfd_that_is_not_up_is_no_argument():
    finding = expect(RULE, at(lost(reset=SENT.format("00:00:09")), BFD_DOWN), "error")
    assert "BFD" not in finding.message
    assert not any("Status" in line for one in finding.evidence for line in one.excerpt)


def test_the_brief_form_of_bfd_is_shown():
    brief = (
        "Session count: 1\nSessionId  LocalAddress  PeerAddress  Status\n=========  ============  ===========  ======\n"
    )
    members = {
        "saved/neighbors.txt": lost(reset=SENT.format("00:00:09")) + "\n",
        "saved/brief.txt": f"{brief}1          192.0.2.20    {PEER}    up\n",
    }
    expect(RULE, members, "error", "BFD is up", whose=None, shown=("1          192.0.2.20",))


def test_without_a_hold_time():
    block = lost(reset=SENT.format("00:00:09")).replace(
        "  Hold time is 90 seconds, keepalive interval is 30 seconds\n", ""
    )
    expect(RULE, at(block), "error", f"hold timer to {PEER} (tor1) expired")


@pytest.mark.parametrize(
    "members",
    [
        at(neighbor()),
        at(down()),
        at(lost(reset="Last reset 00:00:09,  Notification sent (Cease/BFD Down)")),
        at(lost(reset=SENT.format("00:00:09"))) | node() | bgp_peer("tor1", PEER, 64512, *FOR_OTHER_NODES),
    ],
    ids=["up", "never-up", "bfd", "unwanted"],
)
def test_is_quiet(members):
    quiet(RULE, members)


def test_what_was_not_collected_is_a_gap():
    unjudged(RULE, dump(None, config()) | pod(), "show bgp neighbor was not collected")
    unjudged(RULE, summary(row()), "show bgp neighbor was not collected")
    unjudged(RULE, dump(None, None) | pod(), "gave no answer")
