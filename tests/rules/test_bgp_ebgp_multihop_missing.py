import pytest
from bgp_kit import (
    FOR_OTHER_NODES,
    PEER,
    PEER6,
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

RULE = "bgp-ebgp-multihop-missing"
FAR = "Last reset 00:00:24,  Waiting for NHT"
HERE = pod() | timestamp() | node(networks='["203.0.113.20/24", "2001:db8:7::20/64"]')


def at(block, *more):
    return dump(block, config(statements(PEER, "64512", *more))) | HERE


def test_an_external_peer_behind_a_router():
    shown = ("Waiting for NHT", "may be up to 1 hops away", "remote-as 64512", "203.0.113.20/24", "name: tor1")
    words = ("is external and not on this node's networks", "ebgp-multihop is not set", "only 1 hop allowed")
    expect(RULE, at(down(reset=FAR)) | bgp_peer(), "error", *words, shown=shown)


def test_without_a_line_of_hops():
    finding = expect(RULE, at(down(reset=FAR, hops=None)), "error", "ebgp-multihop is not set")  # FRR 7.5
    assert "hop allowed" not in finding.message


def test_a_resource_that_asks_for_multihop_is_no_evidence():
    members = at(down(reset=FAR)) | bgp_peer("tor1", PEER, 64512, "ebgpMultiHop: true")
    finding = expect(RULE, members, "error", "ebgp-multihop is not set")
    assert not any("bgppeers" in one.path for one in finding.evidence)


def test_ipv6():
    members = dump(down(PEER6, reset=FAR), config(statements(PEER6), activate=(PEER6,))) | HERE
    expect(RULE, members, "error", f"{PEER6} (tor1) is external", subject=PEER6, shown=("2001:db8:7::20/64",))


@pytest.mark.parametrize(
    "members",
    [
        at(neighbor()),
        at(lost(reset="Last reset 00:00:24,  BFD down received")),
        at(down()),
        at(down(reset=FAR, link="internal")),
        at(down(reset=FAR, hops=255)),
        at(down(reset=FAR), "ebgp-multihop"),
        at(down(reset=FAR), "ttl-security hops 3"),
        at(down(reset=FAR), "disable-connected-check"),
        at(down(header="BGP neighbor on br-ex: fe80::1, remote AS 64512, local AS 64500, external link", reset=FAR)),
        at("Instance red:\n" + down(reset=FAR)),
        at(down(reset=FAR)) | node(networks='["192.0.2.20/24"]'),
        at(down(reset=FAR)) | pod(started="2026-11-21T09:59:00Z"),
        at(down(reset=FAR)) | bgp_peer("tor1", PEER, 64512, *FOR_OTHER_NODES),
    ],
    ids=[
        *("up", "bfd", "tcp", "internal", "hops", "multihop", "ttl-security", "unchecked", "unnumbered", "vrf"),
        *("on-link", "young", "unwanted"),
    ],
)
def test_is_quiet(members):
    quiet(RULE, members)


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        (dump(down(reset=FAR), None) | HERE, "running configuration was not collected"),
        (dump(down(reset=FAR), config()) | pod() | node(), "networks are not known"),
        (dump(down(reset=FAR), config()) | pod(), "networks are not known"),
        (
            dump(down(reset=FAR), config()) | pod() | node(primary='{"ipv4": "203.0.113.20/24"}'),
            "networks are not known",
        ),
        (dump(down("x-ipv4-0000000001-x", reset=FAR), config(statements("x-ipv4-0000000001-x"))) | HERE, "masked"),
        (dump(None, config()) | HERE, "show bgp neighbor was not collected"),
        (summary(row()), "show bgp neighbor was not collected"),
        (dump(None, None) | pod(), "gave no answer"),
    ],
    ids=["no-config", "no-networks", "no-node", "primary-only", "masked", "no-block", "summary", "silent"],
)
def test_what_is_not_known_is_a_gap(members, reason):
    unjudged(RULE, members, reason)
