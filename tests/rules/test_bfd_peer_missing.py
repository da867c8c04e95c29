import pytest
from bfd_kit import asking, bfd, brief, peers, running, saved
from bgp_kit import OTHER, PEER, PEER6, config, dump, expect, lost, neighbor, pod, quiet, statements, unjudged
from kit import found

RULE = "bfd-peer-missing"


@pytest.mark.parametrize(
    ("session", "count", "shown"),
    [
        ("BFD Peers:", "(0 BFD sessions on this node, none to this peer)", ("###### show bfd peer",)),
        (peers(bfd(OTHER)), "(1 BFD sessions on this node, none to this peer)", (f"peer {OTHER}",)),
        (peers(bfd(vrf="blue")), "(1 BFD sessions on this node, none to this peer)", ("vrf blue",)),
    ],
)
def test_established_and_asked_for(session, count, shown):
    said = f"BGP to {PEER} (tor1) is established and asks for BFD, but there is no BFD session"
    shown = (*shown, "neighbor 192.0.2.1 bfd profile fast", "BGP state = Established")
    expect(RULE, asking(session), "error", said, count, shown=shown)


def test_bfd_without_a_profile_asks_too():
    expect(
        RULE,
        asking("BFD Peers:", configured=running("bfd")),
        "error",
        "asks for BFD",
        shown=("neighbor 192.0.2.1 bfd",),
    )


@pytest.mark.parametrize(
    "members",
    [
        asking(bfd()),
        asking(bfd(multihop=True)),
        asking("BFD Peers:", lost()),  # a multihop session has no local address before BGP is up
    ],
    ids=["there", "multihop", "BGP down"],
)
def test_stays_quiet(members):
    quiet(RULE, members)


def test_an_address_in_another_spelling_is_the_same_peer():
    both = config(statements("2001:db8::1", "64512", "bfd"), activate=(PEER6,))
    quiet(RULE, dump(neighbor(PEER6), both, peers(bfd("2001:db8:0:0::1", local="2001:db8::20"))) | pod())


def test_the_brief_form_lists_the_peer():
    files = saved(config=running(), neighbors=neighbor())
    assert found(RULE, files | brief((PEER, "up"))) == []
    expect(RULE, files | brief((OTHER, "up")), "error", "(1 BFD sessions on this node", shown=(OTHER,))


def test_an_empty_section_is_no_empty_list():
    unjudged(
        RULE, asking(None) | asking(bfd(), pod="speaker-b") | pod("speaker-b", "worker-1"), "gave no answer", examined=1
    )
