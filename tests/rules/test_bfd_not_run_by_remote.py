import pytest
from bfd_kit import EXPIRED, NEVER, asking, bfd, brief, counters, peers, running, saved
from bgp_kit import OTHER, PEER, config, dump, expect, lost, neighbor, pod, quiet, row, statements, summary, unjudged
from kit import found

RULE = "bfd-not-run-by-remote"
CAUSE = "the peer does not run BFD, or its packets never arrive"


@pytest.mark.parametrize("release", ["7.5", "8.4"])
def test_established_without_an_answer_to_bfd(release):
    finding = expect(
        RULE,
        asking(bfd(**NEVER, release=release)),
        "warning",
        f"BGP to {PEER} (tor1) is established for 1 d 2 h, but BFD never came up: {CAUSE}",
        shown=(
            "Remote ID: 0",
            "Status: down",
            "Downtime: 11 second(s)",
            "up for 1d02h03m",
            "neighbor 192.0.2.1 bfd",
        ),
    )
    assert "young" not in finding.message
    assert "passive" not in finding.message


@pytest.mark.parametrize(("uptime", "said"), [("00:00:00", "0 s"), ("00:04:59", "4 min 59 s")])
def test_a_young_session_is_said_to_be_young(uptime, said):
    block = neighbor(state=f"Established, up for {uptime}")
    expect(RULE, asking(bfd(**NEVER), block), "warning", f"is established for {said} (young), but")


def test_a_session_of_five_minutes_is_not_young():
    block = neighbor(state="Established, up for 00:05:00")
    expect(RULE, asking(bfd(**NEVER), block), "warning", "is established for 5 min, but")


def test_a_passive_end_is_named():
    session = bfd(**NEVER, mode="Passive")
    expect(RULE, asking(session), "warning", "; this end is passive and waits for the peer", shown=("Passive mode",))


def test_each_peer_for_itself():
    both = config(statements(PEER, "64512", "bfd"), statements(OTHER, "64512", "bfd"), activate=(PEER, OTHER))
    members = dump((neighbor(), neighbor(OTHER)), both, peers(bfd(), bfd(OTHER, **NEVER))) | pod()
    assert found(RULE, members) == [("worker-0", OTHER, "warning")]


@pytest.mark.parametrize(
    "members",
    [
        asking(bfd()),
        asking(bfd(**NEVER), lost(state="Idle", counts=(0, 0))),  # bfd-session-down: FRR 10 holds BGP back
        asking(bfd(**EXPIRED)),  # it had been up
        asking(bfd(**NEVER | {"remote_id": 42})),  # heard once
        asking(bfd(**NEVER, remote_diagnostics="administratively down")),
        asking(bfd(**NEVER | {"status": "init", "time": ""})),
        asking(bfd(**NEVER | {"status": "shutdown", "time": ""})),
        asking("BFD Peers:"),
        asking(bfd(**NEVER), neighbor(extra=("  Administratively shut down",))),
    ],
    ids=["up", "BGP down", "was up", "heard", "remote shut", "init", "shutdown here", "no session", "BGP shut here"],
)
def test_stays_quiet(members):
    quiet(RULE, members)


@pytest.mark.parametrize(("heard", "up"), [(3, 0), (0, 1)])
def test_counters_that_tell_of_packets_contradict(heard, up):
    files = saved(config=running(), neighbors=neighbor(), bfd=peers(bfd(**NEVER)))
    assert found(RULE, files | counters(heard=heard, up=up)) == []
    assert found(RULE, files | counters(heard=0, up=0)) == [("worker-0", PEER, "warning")]


def test_bfd_that_nobody_asks_for_is_not_examined():
    quiet(RULE, asking(bfd(**NEVER), configured=running("timers 30 90")), examined=0)


def test_the_brief_form_cannot_tell():
    members = summary(row(up="00:10:00", cell="0", messages=(9, 9))) | brief((PEER, "down"))
    unjudged(RULE, members, "brief form only")


def test_no_answer_of_one_node():
    """The other node is judged, and the reason names the silent one."""
    members = asking(bfd()) | asking(None, pod="speaker-b") | pod("speaker-b", "worker-1")
    unjudged(RULE, members, "show bfd peers gave no answer", examined=1)
