import pytest
from bfd_kit import EXPIRED, NEVER, asking, bfd, brief, running
from bgp_kit import PEER, PEER6, expect, log, lost, neighbor, node, quiet, row, summary, unjudged
from kit import found

RULE = "bfd-mode-mismatch"
NEAR, FAR = node(networks='["192.0.2.20/24"]'), node(networks='["198.51.100.20/24"]')
ECHO = ("bfd", " profile fast", "  echo-mode", " exit", " !", "exit", "!")
REJECTED = "10:00:00 control-packet: invalid TTL: 254 expected 255 [mhop:no peer:192.0.2.1 local:192.0.2.20 port:3784]"
INTERNAL = {"remote_as": 64500, "link": "internal"}


@pytest.mark.parametrize("block", [neighbor(), lost(), neighbor(**INTERNAL)], ids=["up", "down", "internal and up"])
def test_multihop_to_a_peer_on_the_link(block):
    said = f"BFD to {PEER} (tor1) is multihop although the peer is on this node's network"
    members = asking(bfd(**EXPIRED, multihop=True), block) | NEAR
    expect(RULE, members, "warning", said, shown=("multihop", "192.0.2.20/24"))


@pytest.mark.parametrize("release", ["7.5", "8.4"])
def test_single_hop_to_a_peer_far_away(release):
    said = f"BFD to {PEER} (tor1) is single hop although the peer is not on this node's networks"
    members = asking(bfd(**EXPIRED, release=release)) | FAR
    expect(RULE, members, "warning", said, shown=(f"peer {PEER} local-address", "198.51.100.20/24"))


def test_packets_that_bfdd_rejects():
    members = asking(bfd(**NEVER)) | NEAR | log(REJECTED, daemon="BFD")
    expect(RULE, members, "warning", f"bfdd rejects packets of {PEER} (tor1): ", "invalid TTL", shown=("invalid TTL",))


@pytest.mark.parametrize(
    ("session", "block", "peer", "why"),
    [
        (bfd(**EXPIRED, multihop=True), neighbor(), PEER, "on a multihop session"),
        (bfd(PEER6, **EXPIRED, local="2001:db8::20"), neighbor(PEER6), PEER6, "over IPv6"),
        (bfd(**EXPIRED, echo="disabled"), neighbor(), PEER, "although the peer does not receive echo packets"),
        (bfd(**EXPIRED, echo="disabled", release="7.5"), neighbor(), PEER, "although the peer does not receive"),
    ],
)
def test_echo_mode_that_cannot_work(session, block, peer, why):
    members = asking(session, block, running(peer=peer, tail=ECHO)) | node()
    said = f"profile fast asks for echo mode towards {peer} (tor1) {why}"
    expect(RULE, members, "warning", said, subject=peer, shown=("  echo-mode", "profile fast", peer))


@pytest.mark.parametrize(
    "members",
    [
        asking(bfd()) | FAR,
        asking(bfd(multihop=True)) | NEAR,
        asking(bfd(**EXPIRED)) | NEAR,
        asking(bfd(**EXPIRED, multihop=True)) | FAR,
        asking(bfd(**NEVER, local=None)) | FAR,
        asking(bfd(**NEVER, multihop=True), lost(counts=(0, 0), **INTERNAL)) | NEAR,
        asking(bfd(**EXPIRED), configured=running(tail=ECHO)) | NEAR,
        asking(bfd(**EXPIRED, release="7.5"), configured=running(tail=ECHO)) | NEAR,
        asking(bfd(**NEVER), configured=running(tail=ECHO)) | NEAR,
        asking(bfd(**EXPIRED), configured=running(tail=())) | NEAR,
        asking(bfd(**EXPIRED), neighbor(state="Idle", extra=("  Administratively shut down",))) | FAR,
        asking(bfd(status="shutdown", time="")) | FAR,
        asking("BFD Peers:") | FAR,
        asking(bfd()) | NEAR | log(REJECTED, daemon="BFD"),
        asking(bfd(**EXPIRED)) | NEAR | log(REJECTED.replace("192.0.2.1 ", "192.0.2.2 "), daemon="BFD"),
    ],
    ids=[
        "single hop up",
        "multihop up",
        "single hop, near",
        "multihop, far",
        "FRR 10 before BGP is up",
        "iBGP before it is up",
        "echo, the peer takes part",
        "echo in 7.5, the peer takes part",
        "echo, nothing heard yet",
        "profile not defined",
        "BGP shut down here",
        "shut down here",
        "no session",
        "up, rejected once",
        "another peer's packets rejected",
    ],
)
def test_stays_quiet(members):
    quiet(RULE, members)


def test_two_reasons_are_two_findings():
    session = bfd(**EXPIRED, multihop=True)
    members = asking(session, configured=running(tail=ECHO)) | NEAR
    assert found(RULE, members) == [("worker-0", PEER, "warning")] * 2


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        (asking(bfd(**EXPIRED)) | node(), "own networks are not known"),
        (asking(bfd(**EXPIRED)), "own networks are not known"),
        (summary(row()) | brief((PEER, "down")), "brief form only"),
    ],
)
def test_gaps(members, reason):
    unjudged(RULE, members, reason)
