import pytest
from bgp_kit import PEER, config, down, dump, expect, neighbor, pod, quiet, timestamp, unjudged
from frr_kit import daemon_log
from kit import found, outcome_of
from metallb_kit import cluster

from analyzer.model import Status

RULE = "connect-retry-loop"


def tries(count, minute="00"):
    return [
        f"09:{minute}:{at:02} BGP 192.0.2.1 [FSM] TCP_connection_open_failed (Connect->Active), fd -1"
        for at in range(count)
    ]


REFUSED = "09:00:59 BGP 192.0.2.1 [Event] Connect failed 111(Connection refused)"


def test_a_loop():
    expect(
        RULE,
        pod() | daemon_log(*tries(5)),
        "warning",
        f"5 connections to {PEER} failed between 2026-11-21 09:00:00 and 09:00:04 without a session between",
        shown=("09:00:00", "09:00:04", "TCP_connection_open_failed"),
    )


def test_the_error_of_the_connection():
    expect(RULE, pod() | daemon_log(*tries(5), REFUSED), "warning", ": Connection refused", shown=("111(",))


def test_more_than_are_kept():
    expect(RULE, pod() | daemon_log(*tries(59)), "warning", "50 or more connections")


@pytest.mark.parametrize(
    "up",
    [
        "09:01:00 BGP 192.0.2.1 went from OpenConfirm to Established",
        "09:01:00 BGP %ADJCHANGE: neighbor 192.0.2.1 in vrf default Up",
        "09:01:00 BGP rcvd End-of-RIB for IPv4 Unicast from 192.0.2.1 in vrf default",
    ],
)
def test_a_session_between_ends_the_loop(up):
    quiet(RULE, pod() | daemon_log(*tries(9), up, *tries(4, "02")))
    expect(RULE, pod() | daemon_log(*tries(9), up, *tries(5, "02")), "warning", "5 connections")


@pytest.mark.parametrize("block", [down(), neighbor()], ids=["down", "up"])
def test_the_rules_of_sessions_tell_more(block):
    quiet(RULE, dump(block, config()) | pod() | daemon_log(*tries(9)))


def test_too_few():
    quiet(RULE, pod() | daemon_log(*tries(4)))


def test_gaps():
    unjudged(RULE, dump(down(), config()) | pod(), "no log of FRR")
    unjudged(RULE, pod() | daemon_log("09:00:00 BGP x"), "which only debugging writes")
    assert found(RULE, cluster()) == []
    assert outcome_of(RULE, timestamp()).status is Status.NOT_CHECKED
