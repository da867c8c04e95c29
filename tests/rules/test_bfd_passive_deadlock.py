import pytest
from bfd_kit import EXPIRED, NEVER, asking, bfd, brief, counters, peers, running, saved
from bgp_kit import PEER, expect, lost, neighbor, pod, quiet, row, summary, unjudged
from kit import found

RULE = "bfd-passive-deadlock"
PASSIVE = bfd(**NEVER, mode="Passive")


@pytest.mark.parametrize("block", [neighbor(), lost(state="Idle", counts=(0, 0))], ids=["BGP up", "BGP held back"])
def test_a_passive_end_that_heard_nothing(block):
    expect(
        RULE,
        asking(PASSIVE, block),
        "info",
        f"BFD to {PEER} (tor1) is passive here and heard nothing: it waits for the peer to begin",
        shown=("Passive mode", "Status: down", "Remote ID: 0", "bfd profile fast"),
    )


@pytest.mark.parametrize(
    "members",
    [
        asking(bfd(mode="Passive")),
        asking(bfd(**NEVER)),
        asking(bfd(**EXPIRED, mode="Passive")),
        asking(bfd(**NEVER, release="7.5")),  # 7.5 does not say which end begins
        asking(PASSIVE, neighbor(state="Idle", extra=("  Administratively shut down",))),
        asking("BFD Peers:"),
    ],
    ids=["up", "active", "was up", "7.5", "BGP shut down here", "no session"],
)
def test_stays_quiet(members):
    quiet(RULE, members)


def test_counters_that_tell_of_packets_contradict():
    files = saved(config=running(), neighbors=neighbor(), bfd=peers(PASSIVE))
    assert found(RULE, files | counters(heard=3, up=0)) == []
    assert found(RULE, files | counters(heard=0, up=0)) == [("worker-0", PEER, "info")]


def test_gaps():
    members = asking(bfd()) | asking(None, pod="speaker-b") | pod("speaker-b", "worker-1")
    unjudged(RULE, members, "show bfd peers gave no answer", examined=1)
    unjudged(RULE, summary(row()) | brief((PEER, "down")), "brief form only")
