import pytest
from bgp_kit import (
    FOR_OTHER_NODES,
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
    summary,
    unjudged,
)
from kit import found

RULE = "bgp-tcp-failure-classified"
REFUSED = f"{PEER} [Event] Connect failed 111(Connection refused)"


def at(block, *lines, **more):
    return dump(block, config()) | pod() | (log(*lines, **more) if lines else {})


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("111(Connection refused)", ("refused: the host answers",)),
        ("110(Connection timed out)", ("timed out: filtered or unreachable",)),
        ("113(No route to host)", ("no route to host: the next hop does not answer ARP",)),
        ("101(Network is unreachable)", ("network unreachable: the node has no route",)),
        ("104(Connection reset by peer)", ("Connect failed 104(Connection reset by peer)",)),
        ("-1(Unknown error)", ("Connect failed -1(Unknown error)",)),
    ],
)
def test_each_error(error, words):
    members = at(down(), f"10:00:00 {PEER} [Event] Connect failed {error}")
    expect(RULE, members, "error", f"connecting to {PEER} (tor1) fails (1 times", *words, shown=(error,))


def test_the_newest_error_counts():
    members = at(down(), f"10:00:05 {REFUSED}", f"10:00:09 {PEER} [Event] Connect failed 113(No route to host)")
    expect(RULE, members, "error", "(2 times in the log): no route", shown=("113(No route to host)",))


def test_a_record_that_stands_in_two_logs_counts_once():
    members = at(down(), f"10:00:05 {REFUSED}") | log(f"10:00:05 {REFUSED}", name="current.log")
    expect(RULE, members, "error", "(1 times in the log)")


def test_very_many_are_not_counted_exactly():
    members = at(down(), *(f"10:{at // 60:02}:{at % 60:02} {REFUSED}" for at in range(70)))
    expect(RULE, members, "error", "(50 times or more in the log)")


def test_errors_before_the_session_was_up_are_history():
    up = f"10:00:07 bgp_update_receive: rcvd End-of-RIB for IPv4 Unicast from {PEER} in vrf default"
    unjudged(RULE, at(lost(), f"10:00:05 {REFUSED}", up), "only at level debug")
    went = f"10:00:07 {PEER} went from OpenConfirm to Established"
    unjudged(RULE, at(lost(), f"10:00:05 {REFUSED}", went), "only at level debug")
    expect(RULE, at(lost(), up, f"10:00:09 {REFUSED}"), "error", "(1 times")


def test_another_peer_or_vrf_is_not_meant():
    unjudged(RULE, at(down(), "10:00:05 192.0.2.9 [Event] Connect failed 111(Connection refused)"), "debug")
    up = f"10:00:09 %ADJCHANGE: neighbor {PEER}(tor1) in vrf red Up"
    expect(RULE, at(down(), f"10:00:05 {REFUSED}", up), "error")


@pytest.mark.parametrize(
    "members",
    [
        at(neighbor(), f"10:00:00 {REFUSED}"),
        at(down(state="Idle", extra=("  Administratively shut down",))),
        at(down(), f"10:00:00 {REFUSED}") | node() | bgp_peer("tor1", PEER, 64512, *FOR_OTHER_NODES),
    ],
    ids=["up", "shut", "unwanted"],
)
def test_is_quiet(members):
    quiet(RULE, members)


def test_silence_is_not_health():
    unjudged(RULE, at(down()), "FRR logs TCP errors only at level debug")
    unjudged(RULE, at(down(), "10:00:00 Terminating on signal"), "FRR logs TCP errors only at level debug")
    unjudged(RULE, at(None), "FRR logs TCP errors only at level debug")
    unjudged(RULE, summary(row()), "FRR logs TCP errors only at level debug")
    unjudged(RULE, dump(None, None) | pod(), "gave no answer")


def saved(text, folder="worker-0"):
    return {f"saved/{folder}/tcp.txt": text}


NC = f"nc: connect to {PEER} port {{}} (tcp) failed: Connection refused\n"


def test_a_saved_test_of_the_port_answers_without_the_debug_log():
    members = at(lost()) | saved(NC.format(179))
    expect(RULE, members, "error", "a saved test of", "refused", shown=("port 179 (tcp) failed: Connection refused",))


@pytest.mark.parametrize("members", [saved(NC.format(443)), saved(NC.format(179), folder="worker-1")])
def test_a_test_of_another_port_or_node_says_nothing(members):
    assert not found(RULE, at(lost()) | members)
