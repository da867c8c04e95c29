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
    statements,
    summary,
    unjudged,
)

RULE = "bgp-ceased-by-administrator"
SHUT = "  Administratively shut down"
RECEIVED = "Last reset {},  Notification received (Cease/{})"


def test_here_is_information():
    running = config(statements(PEER, "64512", "shutdown message upgrade"))
    block = lost(state="Idle", extra=(SHUT,), reset="Last reset 00:00:16,  Admin. shutdown")
    shown = (SHUT, "BGP state = Idle", f"neighbor {PEER} shutdown message upgrade")
    words = ("is shut down on this node", "with the message 'upgrade'")
    expect(RULE, dump(block, running) | pod(), "info", *words, shown=shown)


def test_the_peers_message_is_not_taken_for_this_nodes():
    after = ('    Message: "back at 5"',)
    block = down(state="Idle", extra=(SHUT,), reset=RECEIVED.format("01:00:00", "Administrative Shutdown"), after=after)
    finding = expect(RULE, dump(block, config()) | pod(), "info", "is shut down on this node")
    assert "back at 5" not in finding.message


def test_a_shutdown_in_the_configuration_alone():
    running = config(statements(PEER, "64512", "shutdown"))
    expect(RULE, dump(None, running) | pod(), "info", "is shut down on this node", shown=(f"neighbor {PEER} shutdown",))


def test_a_shutdown_that_was_lifted_and_is_not_up_yet():
    block = lost(state="Active", reset="Last reset 00:02:16,  Admin. shutdown")
    expect(
        RULE, dump(block, config()) | pod(), "info", "was shut down on this node 2 min 16 s ago", shown=("00:02:16",)
    )
    quiet(RULE, dump(neighbor(reset="Last reset 00:02:16,  Admin. shutdown"), config()) | pod())


def test_in_a_summary():
    expect(
        RULE, summary(row(cell="Idle (Admin)")), "info", "shut down on this node", whose=None, shown=("Idle (Admin)",)
    )


@pytest.mark.parametrize(
    "subcode",
    [
        "Administrative Shutdown",
        "Administratively Shutdown",  # FRR 7.5
        "Administrative Reset",
        "Peer De-configured",
        "Peer Unconfigured",  # FRR 7.5
        "Connection Rejected",
    ],
)
def test_there_is_a_warning(subcode):
    members = dump(lost(reset=RECEIVED.format("00:00:21", subcode)), config()) | pod()
    shown = (f"(Cease/{subcode})", "BGP state = Connect")
    finding = expect(RULE, members, "warning", shown=shown)
    assert finding.message == f"{PEER} (tor1) ended the session 21 s ago: {subcode}"


def test_a_hard_reset_carries_the_reason():
    members = dump(lost(reset=RECEIVED.format("00:00:21", "Administrative Shutdown/Hard Reset")), config()) | pod()
    expect(RULE, members, "warning", "Administrative Shutdown")


def test_the_operators_text_is_quoted():
    block = lost(reset=RECEIVED.format("00:00:21", "Administrative Shutdown"), after=('    Message: "tor1 back at 5"',))
    expect(
        RULE, dump(block, config()) | pod(), "warning", "with the message 'tor1 back at 5'", shown=("tor1 back at 5",)
    )


@pytest.mark.parametrize(("age", "severity"), [("23:59:00", "warning"), ("1d00h01m", "info")])
def test_history_of_a_session_that_is_up_again(age, severity):
    block = neighbor(reset=RECEIVED.format(age, "Administrative Reset"), counts=(2, 1))
    expect(RULE, dump(block, config()) | pod(), severity, "ended the session")


@pytest.mark.parametrize(
    "block",
    [
        neighbor(),
        lost(reset="Last reset 00:00:21,  Notification sent (Cease/Administrative Reset)"),
        lost(reset=RECEIVED.format("00:00:21", "BFD Down")),
        lost(reset=RECEIVED.format("00:00:21", "Connection Collision Resolution")),
        down(),
    ],
    ids=["up", "sent", "bfd", "collision", "never-up"],
)
def test_is_quiet(block):
    quiet(RULE, dump(block, config()) | pod())


def test_is_quiet_about_a_peer_for_other_nodes():
    members = dump(lost(reset=RECEIVED.format("00:00:21", "Peer De-configured")), config()) | pod() | node()
    quiet(RULE, members | bgp_peer("tor1", PEER, 64512, *FOR_OTHER_NODES))


def test_what_was_not_collected_is_a_gap():
    unjudged(RULE, dump(None, config()) | pod(), "show bgp neighbor was not collected")
    unjudged(RULE, summary(row()), "show bgp neighbor was not collected")
    unjudged(RULE, dump(None, None) | pod(), "gave no answer")
