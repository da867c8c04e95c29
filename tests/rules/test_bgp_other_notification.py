import pytest
from bgp_kit import (
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

RULE = "bgp-other-notification"
SENT = "Last reset 00:00:21,  Notification sent ({})"
RECEIVED = "Last reset 00:00:21,  Notification received ({})"


def at(block):
    return dump(block, config()) | pod()


@pytest.mark.parametrize(
    ("reset", "words", "shown"),
    [
        (
            RECEIVED.format("OPEN Message Error/Unsupported Capability"),
            "the peer sent the NOTIFICATION OPEN Message Error/Unsupported",
            "",
        ),
        (
            SENT.format("OPEN Message Error/Unacceptable Hold Time"),
            "this node sent the NOTIFICATION OPEN Message Error/Unacceptable",
            "",
        ),
        (
            SENT.format("UPDATE Message Error/Malformed Attribute List"),
            "UPDATE Message Error/Malformed Attribute List",
            "",
        ),
        (RECEIVED.format("Cease/Out of Resources"), "the peer sent the NOTIFICATION Cease/Out of Resources", ""),
        (SENT.format("Cease/Other Configuration Change"), "Cease/Other Configuration Change", ""),
        (RECEIVED.format("Cease/Hard Reset"), "Cease/Hard Reset", ""),
        (SENT.format("CeaseUnrecognized Error Subcode"), "Cease/Unrecognized Error Subcode", "CeaseUnrecognized"),
        ("Last reset 00:00:21,  Peer closed the session", "was lost 21 s ago: Peer closed the session", ""),
        ("Last reset 00:00:21,  Interface down (n/a)", "Interface down", ""),
        ("Last reset 00:00:21,  Neighbor address lost", "Neighbor address lost", ""),
        (
            "Last reset 00:00:21, due to BGP Notification received",
            "the peer sent a NOTIFICATION; now Connect",
            "Notification received",
        ),
    ],
)
def test_a_session_that_is_down(reset, words, shown):
    finding = expect(RULE, at(lost(reset=reset)), "warning", words, "was lost 21 s ago", "; now Connect")
    quoted = "\n".join(line for one in finding.evidence for line in one.excerpt)
    assert reset in quoted
    assert shown in quoted


@pytest.mark.parametrize(
    ("age", "counts", "severity"),
    [
        ("00:00:21", (2, 1), "info"),
        ("00:00:21", (3, 2), "warning"),
        ("1d00h01m", (3, 2), "info"),
        ("23:59:00", (3, 2), "warning"),
    ],
)
def test_a_session_that_is_up_again(age, counts, severity):
    block = neighbor(reset=f"Last reset {age},  Peer closed the session", counts=counts)
    expect(RULE, at(block), severity, "Peer closed the session; established again", shown=("Connections established",))


def test_down_for_long_stays_a_warning():
    expect(RULE, at(lost(reset="Last reset 2d00h00m,  Peer closed the session")), "warning", "2 d ago")


@pytest.mark.parametrize(
    "block",
    [
        neighbor(),
        down(),
        lost(reset=SENT.format("Hold Timer Expired")),
        lost(reset=SENT.format("Hold Timer Expired/Unspecific")),
        lost(reset=SENT.format("OPEN Message Error/Bad Peer AS")),
        lost(reset=RECEIVED.format("OPEN Message Error/Bad BGP Identifier")),
        lost(reset=RECEIVED.format("Cease/Maximum Number of Prefixes Reached/Hard Reset")),
        lost(reset=RECEIVED.format("Cease/BFD Down/Hard Reset")),
        lost(reset=RECEIVED.format("Cease/Connection Collision Resolution")),
        lost(reset=RECEIVED.format("Cease/Administrative Reset")),
        lost(reset=RECEIVED.format("Cease/Peer Unconfigured")),
        lost(reset="Last reset 00:00:21,  BFD down received"),
        lost(reset="Last reset 00:00:21,  Waiting for NHT"),
        lost(reset="Last reset 00:00:21,  Address family activated (n/a)"),
        lost(reset="Last reset 00:00:21,  Admin. shutdown"),
    ],
    ids=range(15),
)
def test_is_quiet_about_what_other_rules_tell_and_what_is_normal(block):
    quiet(RULE, at(block))


def test_quiet_about_a_peer_for_other_nodes():
    members = at(lost(reset="Last reset 00:00:21,  Peer closed the session")) | node()
    quiet(RULE, members | bgp_peer("tor1", PEER, 64512, *FOR_OTHER_NODES))


def test_what_was_not_collected_is_a_gap():
    unjudged(RULE, dump(None, config()) | pod(), "show bgp neighbor was not collected")
    unjudged(RULE, summary(row()), "show bgp neighbor was not collected")
    unjudged(RULE, dump(None, None) | pod(), "gave no answer")
