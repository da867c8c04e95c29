import pytest
from bfd_kit import EMPTY, FAST, asking, bfd, running, saved
from bgp_kit import (
    FOR_OTHER_NODES,
    PEER,
    bgp_peer,
    config,
    dump,
    expect,
    frr_conf,
    lost,
    neighbor,
    node,
    pod,
    quiet,
    resource,
    row,
    summary,
)
from kit import found, outcome_of

from analyzer.model import Status

RULE = "bfd-profile-not-applied"
ASKED = bgp_peer("tor1", PEER, 64512, "bfdProfile: fast")


def profile(name="fast", *spec):
    return resource("BFDProfile", name, spec or ("detectMultiplier: 3",))


def test_a_cluster_without_any_profile():
    """The gather asks for every kind of MetalLB's resources: no BFDProfile in it is an answer."""
    members = pod() | dump(neighbor(), config()) | ASKED
    said = "192.0.2.1 (tor1) runs no BFD profile, BGPPeer tor1 asks for fast; there is no BFDProfile at all"
    expect(RULE, members, "error", said, shown=("bfdProfile: fast",))
    by_hand = {path.rpartition("/")[2]: text for path, text in ASKED.items()}
    finding = expect(RULE, pod() | dump(neighbor(), config()) | by_hand, "error", "asks for fast")
    assert "at all" not in finding.message


def test_a_profile_that_the_running_configuration_does_not_define():
    said = f"{PEER} (tor1) references the BFD profile fast, which the running configuration does not define"
    other = ("bfd", " profile slow", " exit", " !", "exit", "!")
    for tail in ((), other):
        expect(RULE, asking(bfd(), configured=running(tail=tail)), "error", said, shown=("bfd profile fast",))


@pytest.mark.parametrize("bgp", [neighbor(), lost()], ids=["BGP up", "BGP down"])
@pytest.mark.parametrize(
    ("tail", "sets"),
    [
        (FAST, "receive interval 50"),
        (
            ("bfd", " profile fast", "  detect-multiplier 5", "  transmit-interval 100"),
            "detect multiplier 5, transmit interval 100",
        ),
    ],
)
def test_default_timers_although_the_profile_sets_others(bgp, tail, sets):
    said = f"BFD to {PEER} (tor1) runs with the default timers, although profile fast sets {sets}"
    timers = ("Receive interval: 300ms", "Transmission interval: 300ms", "Detect-multiplier: 3")
    shown = ("profile fast", tail[2].strip(), *timers)
    expect(RULE, asking(bfd(), bgp, running(tail=tail)), "error", said, shown=shown)


def test_default_timers_although_the_resource_sets_others():
    """The running profile is empty, as one that only sets defaults."""
    members = asking(bfd()) | ASKED | profile("fast", "receiveInterval: 50")
    said = "runs with the default timers, although BFDProfile fast sets receive interval 50"
    expect(RULE, members, "error", said, shown=("receiveInterval: 50", "Receive interval: 300ms"))


def test_one_finding_where_both_tell_it():
    members = asking(bfd(), configured=running(tail=FAST)) | ASKED | profile("fast", "receiveInterval: 50")
    expect(RULE, members, "error", "although profile fast sets receive interval 50")


@pytest.mark.parametrize(
    ("attributes", "has", "shown"),
    [
        (("bfd", "bfd profile slow"), "runs BFD profile slow", "neighbor 192.0.2.1 bfd profile slow"),
        (("bfd",), "runs no BFD profile", "neighbor 192.0.2.1 bfd"),
        (("timers 30 90",), "runs no BFD profile", "neighbor 192.0.2.1 remote-as 64512"),
    ],
)
def test_another_profile_than_the_resource_asks_for(attributes, has, shown):
    slow = ("bfd", " profile slow", " exit", " !", "exit", "!")
    members = asking(bfd(), configured=running(*attributes, tail=slow)) | ASKED | profile()
    said = f"{PEER} (tor1) {has}, BGPPeer tor1 asks for fast"
    expect(RULE, members, "error", said, shown=(shown, "bfdProfile: fast"))


@pytest.mark.parametrize(
    "neighbors", [neighbor(), "% No BGP neighbors found in VRF default"], ids=["a session runs", "never configured"]
)
def test_a_resource_that_does_not_exist(neighbors):
    """MetalLB keeps its old configuration then: the peer may be in no output of FRR."""
    members = asking(bfd(), neighbors) | ASKED | profile("slow")
    said = "BGPPeer tor1 names the BFDProfile fast, which does not exist"
    expect(RULE, members, "error", said, whose=None, shown=("bfdProfile: fast",))


def test_the_same_peer_on_two_nodes():
    running_other = running("bfd", "bfd profile fast", tail=())
    second = dump(neighbor(), running_other, "BFD Peers:\n" + bfd(), pod="speaker-b") | pod("speaker-b", "worker-1")
    members = asking(bfd(), configured=running_other) | second
    assert found(RULE, members) == [("worker-0", PEER, "error"), ("worker-1", PEER, "error")]


@pytest.mark.parametrize(
    "members",
    [
        asking(bfd()),
        asking(bfd()) | ASKED | profile(),
        asking(bfd()) | ASKED | profile("fast", "receiveInterval: 300", "detectMultiplier: 3"),
        asking(bfd(ours=(3, 50, 300)), configured=running(tail=FAST)),
        asking(bfd(ours=(3, 60, 300)), configured=running(tail=FAST)),
        asking("BFD Peers:", configured=running(tail=FAST)),
        asking(bfd(), configured=running("bfd", tail=())),
        asking(bfd(multihop=True)),
        asking(bfd()) | bgp_peer("tor1", PEER, 64512),
    ],
    ids=[
        "defaults",
        "asked for and there",
        "asked for, values are the defaults",
        "in effect",
        "neither: not the defaults",
        "no session: bfd-peer-missing",
        "BFD without a profile",
        "multihop: the TTL is of BGP",
        "not asked for by the resource",
    ],
)
def test_stays_quiet(members):
    quiet(RULE, members)


def test_a_resource_for_other_nodes_asks_nothing():
    for_others = bgp_peer("tor1", PEER, 64512, "bfdProfile: slow", *FOR_OTHER_NODES) | profile("slow") | node()
    assert outcome_of(RULE, asking(bfd()) | for_others).status is Status.CLEAR


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        (asking(bfd()) | ASKED, "no BFDProfile resource was collected"),
        (asking(None, configured=running(tail=())), "bfdd gave no answer"),
        (saved(config=running(tail=()), neighbors=neighbor()), "bfdd gave no answer"),
        (saved(neighbors=neighbor(), bfd="BFD Peers:\n" + bfd()), "running configuration was not collected"),
        (asking(bfd(), configured=running(tail=()).removesuffix("\nend")), "the running configuration is cut"),
        (dump(None, config(router="log x", policy=""), None) | pod() | frr_conf(running()), "bgpd does not run"),
    ],
)
def test_gaps(members, reason):
    outcome = outcome_of(RULE, members)
    assert not outcome.findings
    assert [gap.reason for gap in outcome.gaps if reason in gap.reason] == [gap.reason for gap in outcome.gaps]
    assert outcome.gaps


def test_saved_configuration_is_enough_to_see_a_missing_profile():
    """A profile of another peer shows that bfdd was asked too."""
    members = saved(config=running(tail=tuple(line.replace("fast", "slow") for line in EMPTY)), neighbors=neighbor())
    assert found(RULE, members) == [("worker-0", PEER, "error")]


def test_the_neighbor_that_asks_for_nothing_is_left_alone():
    quiet(RULE, asking(bfd(), configured=running("timers 30 90", tail=())), examined=0)


def test_a_summary_says_nothing_of_bfd():
    assert outcome_of(RULE, summary(row())).status is Status.NOT_CHECKED
    assert outcome_of(RULE, summary(row()) | bgp_peer()).status is Status.CLEAR
