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
    neighbor,
    node,
    one_of,
    pod,
    quiet,
    row,
    summary,
    timestamp,
    unjudged,
)

RULE = "bgp-no-path-to-neighbor"
NHT = "Last reset 00:00:24,  Waiting for NHT"
NO_PATH = "Last reset 00:00:24,  No path to specified Neighbor (n/a)"


def at(block):
    return dump(block, config()) | pod() | timestamp()


@pytest.mark.parametrize(("reset", "state"), [(NHT, "Active"), (NO_PATH, "Idle"), (NO_PATH, "Active")])
def test_both_wordings(reset, state):
    reason = reset.rpartition("  ")[2].removesuffix(" (n/a)")
    shown = (f"BGP state = {state}", reason, "may be up to 1 hops away")
    finding = expect(
        RULE, at(down(state=state, reset=reset)), "error", f"no usable next hop to {PEER} (tor1): {reason}", shown=shown
    )
    assert "network of this node" not in finding.message


def test_says_where_the_peer_lies():
    lies = at(down(reset=NHT)) | node(networks='["192.0.2.20/24"]')
    expect(RULE, lies, "error", "it lies in a network of this node", shown=("192.0.2.20/24",))
    outside = at(down(reset=NHT)) | node(networks='["203.0.113.20/24", "192.0.2.1/32"]')
    expect(RULE, outside, "error", "it lies outside every network of this node", shown=("203.0.113.20/24",))
    link_local = at(down(reset=NHT).replace(PEER, "fe80::1")) | node(networks='["203.0.113.20/24"]')
    expect(RULE, link_local, "error", "it lies in a network of this node", subject="fe80::1")


@pytest.mark.parametrize(
    ("peer", "more"),
    [
        (PEER, node(primary='{"ipv4": "203.0.113.20/24"}')),  # before 4.14 other interfaces are not known
        (PEER, node(networks='["2001:db8::20/64"]')),
        ("x-ipv4-0000000001-x", node(networks='["203.0.113.20/24"]')),
        (PEER, node()),
    ],
    ids=["primary-only", "other-family", "masked", "no-annotation"],
)
def test_says_nothing_of_networks_that_are_not_known(peer, more):
    finding = expect(RULE, at(down(peer, reset=NHT)) | more, "error", "no usable next hop", subject=peer)
    assert "network of this node" not in finding.message
    assert not any("/nodes/" in one.path for one in finding.evidence)


def test_the_primary_network_alone_can_say_yes():
    members = at(down(reset=NHT)) | node(primary='{"ipv4": "192.0.2.20/24"}')
    expect(RULE, members, "error", "it lies in a network of this node", shown=("192.0.2.20/24",))


def test_the_newest_line_about_the_next_hop_is_shown():
    members = at(down(reset=NHT)) | log(
        f"10:00:09 VRF default(0): Rcvd NH update {PEER}/32(0)0) - metric 0/0 #nhops 0/0 flags Reg",
        f"10:00:05 {PEER} [FSM] Waiting for NHT",
        "10:00:11 192.0.2.9 [FSM] Waiting for NHT",
    )
    quoted = [line for one in one_of(RULE, members).evidence for line in one.excerpt]
    assert any("Rcvd NH update" in line for line in quoted)
    assert not any("[FSM]" in line for line in quoted)


@pytest.mark.parametrize(
    ("block", "more"),
    [
        (neighbor(reset=NHT), {}),
        (down(state="Connect", reset=NHT), {}),  # it dials: there is a path by now
        (down(), {}),
        (down(reset="Last reset never"), {}),
        (down(reset=NHT), pod(started="2026-11-21T09:59:00Z")),
        (down(reset=NHT), bgp_peer(created="2026-11-21T09:58:30Z")),
        (down(reset=NHT), bgp_peer("tor1", PEER, 64512, *FOR_OTHER_NODES) | node()),
    ],
    ids=["up", "dials", "other", "no-reset", "young-pod", "young-peer", "unwanted"],
)
def test_is_quiet(block, more):
    quiet(RULE, at(block) | more)


def test_what_was_not_collected_is_a_gap():
    unjudged(RULE, at(None), "show bgp neighbor was not collected")
    unjudged(RULE, summary(row()), "show bgp neighbor was not collected")
    unjudged(RULE, dump(None, None) | pod(), "gave no answer")
