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
    neighbor,
    node,
    pod,
    quiet,
    row,
    summary,
    unjudged,
)

RULE = "bgp-router-id-conflict"
SENT = "Last reset 00:00:21,  Notification sent (OPEN Message Error/Bad BGP Identifier)"
RECEIVED = "Last reset 00:00:21,  Notification received (OPEN Message Error/Bad BGP Identifier)"
IDS = ("0.0.0.0", "192.0.2.1")
SAME = "10:00:00 Peer's router-id 192.0.2.1 is the same as ours"
WRONG = f"10:00:00 {PEER} bad OPEN, wrong router identifier {{}}"


def opened(router_id="C0000201"):
    return (
        "  Message received that caused BGP to send a NOTIFICATION:",
        "    FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF",
        f"    001D0104 FBF4005A {router_id} 00",
    )


def at(block, router_id=None):
    running = config() if router_id is None else config(router=f"router bgp 64500\n bgp router-id {router_id}")
    return dump(block, running) | pod()


def test_sent_shows_both_identifiers():
    members = at(down(state="Idle", reset=SENT, ids=IDS, after=opened()), "192.0.2.1")
    members |= bgp_peer("tor1", PEER, 64512, "routerID: 192.0.2.1")
    words = (f"the identifier 192.0.2.1 of {PEER} (tor1) was rejected", "also this node's", "(this node: 192.0.2.1)")
    shown = (
        "local router ID 192.0.2.1",
        "Bad BGP Identifier",
        "FBF4005A C0000201",
        "bgp router-id",
        "routerID: 192.0.2.1",
    )
    expect(RULE, members, "error", *words, shown=shown)


def test_an_identifier_of_zero_is_rejected_too():
    block = down(reset=SENT, after=opened("00000000"))
    finding = expect(RULE, at(block), "error", "the identifier 0.0.0.0 of", "(this node: 192.0.2.20)")
    assert "also" not in finding.message
    expect(RULE, at(down(reset=SENT, after=opened("E0000001"))), "error", "the identifier 224.0.0.1 of")


def test_sent_without_a_readable_dump():
    finding = expect(
        RULE, at(down(reset=SENT, ids=IDS)), "error", f"the identifier of {PEER}", "(this node: 192.0.2.1)"
    )
    assert "also" not in finding.message


def test_received():
    expect(
        RULE,
        at(down(reset=RECEIVED, ids=IDS)),
        "error",
        "rejects this node's router ID 192.0.2.1",
        shown=("ID 192.0.2.1",),
    )


def test_no_router_id():
    block = neighbor(ids=("192.0.2.1", "0.0.0.0"))
    expect(RULE, at(block), "error", "no BGP router ID (0.0.0.0)", shown=("local router ID 0.0.0.0",))
    block = down(state="Idle", reset="Last reset 00:00:21,  Router ID is missing (n/a)")
    expect(RULE, at(block), "error", "has no router ID", shown=("Router ID is missing",))


def test_the_log_tells_of_the_only_session_that_is_down():
    block = (down(ids=IDS), neighbor(OTHER, ids=("192.0.2.2", "192.0.2.1")))
    shown = ("Peer's router-id 192.0.2.1 is the same as ours", "local router ID 192.0.2.1")
    expect(RULE, at(block) | log(SAME), "error", "has the router ID of this node", shown=shown)
    several = at((down(ids=IDS), down(OTHER, ids=IDS))) | log(SAME)
    quiet(RULE, several, examined=2)
    quiet(RULE, at(down()) | log(SAME))  # the node's own router ID is another one by now


def test_the_log_tells_of_its_own_node_alone():
    ups = (neighbor(OTHER, ids=("192.0.2.2", "192.0.2.1")), neighbor("192.0.2.3", ids=("192.0.2.3", "192.0.2.1")))
    members = at((down(ids=IDS), *ups)) | log(SAME)
    elsewhere = dump(down(ids=IDS), config(hostname="worker-1"), pod="speaker-b") | pod("speaker-b", "worker-1")
    expect(RULE, members | elsewhere, "error", "has the router ID of this node")


def test_a_masked_router_id_is_taken_for_bad():
    expect(RULE, at(down()) | log(WRONG.format("x-ipv4-0000000007-x")), "error", "identifier x-ipv4-0000000007-x")


def test_the_debug_log_names_the_peer():
    members = at(down(ids=IDS)) | log(WRONG.format("192.0.2.1"))
    shown = ("wrong router identifier 192.0.2.1", "local router ID 192.0.2.1")
    expect(RULE, members, "error", "was rejected", "wrong router identifier 192.0.2.1", shown=shown)
    zero = expect(
        RULE, at(down()) | log(WRONG.format("0.0.0.0")), "error", "identifier 0.0.0.0 (this node: 192.0.2.20)"
    )
    assert "of this node" not in zero.message
    quiet(RULE, at(down()) | log(WRONG.format("192.0.2.1")))


@pytest.mark.parametrize(
    "block",
    [
        neighbor(ids=("192.0.2.1", "192.0.2.1")),  # RFC 6286: no fault between two AS
        neighbor(reset=SENT),
        down(reset=SENT, after=opened()),  # the identifiers differ now
        down(),
        down(reset="Last reset 00:00:21,  Notification sent (OPEN Message Error/Bad Peer AS)"),
    ],
    ids=["equal-and-up", "up-again", "differ-now", "never-up", "other"],
)
def test_is_quiet(block):
    quiet(RULE, at(block))


def test_another_notification_says_more_than_the_log():
    block = down(ids=IDS, reset="Last reset 00:00:21,  Notification sent (Hold Timer Expired)")
    quiet(RULE, at(block) | log(SAME, WRONG.format("192.0.2.1")))


def test_quiet_about_a_peer_for_other_nodes():
    quiet(RULE, at(down(reset=RECEIVED)) | node() | bgp_peer("tor1", PEER, 64512, *FOR_OTHER_NODES))


def test_what_was_not_collected_is_a_gap():
    unjudged(RULE, dump(None, config()) | pod(), "show bgp neighbor was not collected")
    unjudged(RULE, summary(row()), "show bgp neighbor was not collected")
    unjudged(RULE, dump(None, None) | pod(), "gave no answer")
