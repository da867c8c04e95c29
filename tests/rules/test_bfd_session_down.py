import pytest
from bfd_kit import BGP_TELLS, EXPIRED, NEVER, asking, bfd, brief, counters, peers, running, saved
from bgp_kit import (
    FOR_OTHER_NODES,
    OTHER,
    PEER,
    PEER6,
    bgp_peer,
    config,
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
from kit import found, outcome_of

from analyzer.model import Status

RULE = "bfd-session-down"
SIGNALED = {"status": "down", "diagnostics": "neighbor signaled session down"}
TOLD_DOWN = (*BGP_TELLS[:2], BGP_TELLS[2].format("Down"))
TOLD_UP = (*BGP_TELLS[:2], BGP_TELLS[2].format("Up"))


@pytest.mark.parametrize(
    ("session", "words", "shown"),
    [
        (
            bfd(**EXPIRED),
            ("(tor1) is down for 5 s (control detection time expired: packets of the peer stopped arriving)",),
            ("Status: down", "control detection time expired", "Downtime: 5 second(s)", "BGP state = Established"),
        ),
        (
            bfd(status="init", time="", diagnostics="control detection time expired"),
            ("is init (this node hears the peer, the peer does not hear this node) while BGP is Established",),
            ("Status: init", "Remote ID: 42"),
        ),
        (
            bfd(**SIGNALED, remote_id=0, time="Downtime: 7 second(s)"),
            ("the far end saw the loss", "and the peer sends nothing any more, as after an administrative shutdown"),
            ("Remote ID: 0", "Downtime: 7 second(s)"),
        ),
        (
            bfd(**EXPIRED | {"diagnostics": "echo function failed"}),
            ("(echo function failed: echo packets do not come back)",),
            ("Diagnostics: echo function failed",),
        ),
        (
            bfd(**EXPIRED | {"diagnostics": "concatenated path down"}),
            ("is down for 5 s (concatenated path down) while",),
            ("Diagnostics: concatenated path down",),
        ),
        (bfd(**EXPIRED, release="7.5"), ("is down for 5 s (control detection",), ("Status: down",)),
    ],
)
def test_established_bgp_does_not_hide_it(session, words, shown):
    finding = expect(RULE, asking(session), "error", *words, shown=shown)
    assert finding.message.endswith("while BGP is Established")


@pytest.mark.parametrize("time", ["Downtime: 2 second(s)", ""])
def test_a_peer_that_may_still_send_is_not_called_silent(time):
    finding = expect(RULE, asking(bfd(**SIGNALED, remote_id=0, time=time)), "error", "the far end saw the loss")
    assert "nothing any more" not in finding.message


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("Active", "(never up: nothing was heard from the peer) while"),
        ("Passive", "from the peer, and this end is passive)"),
    ],
)
def test_bgp_that_waits_for_bfd(mode, words):
    """From FRR 10 on: no local address yet, BGP stays Idle."""
    session = bfd(**NEVER, mode=mode, local=None)
    block = neighbor(state="Idle", reset="Last reset 00:00:40,  Address family activated (n/a)", counts=(0, 0))
    members = asking(session, block, running(version="10.3"))
    expect(RULE, members, "error", words, "BGP is Idle", shown=("Remote ID: 0", f"{mode} mode", "BGP state = Idle"))


def test_each_node_and_peer_is_a_finding_of_its_own():
    both = config(statements(PEER, "64512", "bfd"), statements(PEER6, "64512", "bfd"), activate=(PEER, PEER6))
    sessions = peers(bfd(**EXPIRED), bfd(PEER6, **EXPIRED, local="2001:db8::20"))
    blocks = (neighbor(), neighbor(PEER6))
    members = (
        dump(blocks, both, sessions)
        | pod()
        | dump(blocks, both, sessions, pod="speaker-b")
        | pod("speaker-b", "worker-1")
    )
    assert found(RULE, members) == [
        ("worker-0", PEER, "error"),
        ("worker-0", PEER6, "error"),
        ("worker-1", PEER, "error"),
        ("worker-1", PEER6, "error"),
    ]


@pytest.mark.parametrize("status", ["shutdown", "admin-down"])
def test_a_shutdown_here_is_information(status):
    session = bfd(status=status, time="", diagnostics="administratively down", remote_id=0)
    expect(RULE, asking(session), "info", "is shut down administratively", shown=(f"Status: {status}",))


def test_bgp_shut_down_here_makes_it_information():
    block = neighbor(state="Idle", extra=("  Administratively shut down",))
    expect(RULE, asking(bfd(**EXPIRED), block), "info", "while BGP is Idle")


def test_a_shutdown_of_the_peer_is_a_warning():
    session = bfd(**SIGNALED, remote_diagnostics="administratively down")
    words = "because the peer shut its BFD session down administratively"
    expect(RULE, asking(session), "warning", words, shown=("Remote diagnostics: administratively down",))


def test_a_young_pod_softens_the_verdict_and_does_not_hide_it():
    members = asking(bfd(**EXPIRED)) | timestamp("2026-11-20 00:02:00")
    expect(RULE, members, "warning", "; the pod is only 2 min")


@pytest.mark.parametrize(
    "members",
    [
        asking(bfd()),
        asking(bfd(**NEVER)),  # bfd-not-run-by-remote
        asking(bfd(**NEVER, release="7.5")),
        asking("BFD Peers:"),  # bfd-peer-missing
    ],
    ids=["up", "never up while BGP is", "the same in 7.5", "no session at all"],
)
def test_stays_quiet(members):
    quiet(RULE, members)


def test_a_session_that_nobody_asks_for_is_not_judged():
    quiet(RULE, asking(bfd(**EXPIRED), configured=running("timers 30 90")), examined=0)
    for_others = bgp_peer("tor1", PEER, 64512, *FOR_OTHER_NODES) | node()
    quiet(RULE, asking(bfd(**EXPIRED)) | for_others, examined=0)


@pytest.mark.parametrize("block", [neighbor(), neighbor(after=TOLD_UP), lost(after=TOLD_UP)])
def test_without_an_answer_an_up_of_bgpd_proves_nothing(block):
    """bgpd keeps the last Up of a bfdd that has died."""
    answered = dump(neighbor(OTHER), running(peer=OTHER), peers(bfd(OTHER)), pod="speaker-b") | pod(
        "speaker-b", "worker-1"
    )
    unjudged(RULE, asking(None, block) | answered, "show bfd peers gave no answer", examined=1)


def test_not_checked_where_nothing_would_tell_of_bfd():
    """A summary alone says nothing of BFD: no session in it is not known to use none."""
    for rule in (RULE, "bfd-peer-missing", "bfd-not-run-by-remote", "bfd-flapping"):
        assert outcome_of(rule, summary(row())).status is Status.NOT_CHECKED
    assert outcome_of("bfd-peer-missing", dump(neighbor(), None)).status is Status.CLEAR


ABSENT = "no answer of show bfd peers and no saved metrics of BFD in this archive"


def test_not_checked_where_no_node_answered():
    outcome = outcome_of(RULE, asking(None))
    assert (outcome.status, outcome.reason) == (Status.NOT_CHECKED, ABSENT)


@pytest.mark.parametrize(
    ("block", "severity", "words"),
    [
        (neighbor(after=TOLD_DOWN), "warning", "while BGP is Established"),
        (lost(after=TOLD_DOWN), "error", "while BGP is Connect"),
    ],
)
def test_without_an_answer_a_down_of_bgpd_is_believed(block, severity, words):
    expect(RULE, asking(None, block), severity, "BGP says that BFD to", words, shown=("Status: Down",))


def test_without_an_answer_and_shut_down_here():
    block = neighbor(state="Idle", extra=("  Administratively shut down",), after=TOLD_DOWN)
    unjudged(RULE, asking(None, block), "show bfd peers gave no answer")


@pytest.mark.parametrize(
    "members",
    [
        saved(bfd=peers(bfd(**EXPIRED))),
        brief((PEER, "down"), (OTHER, "up")),
        saved(bfd=peers(bfd(OTHER))) | brief((PEER, "down")),
    ],
    ids=["in full", "in brief", "both"],
)
def test_outputs_of_bfdd_alone_are_judged(members):
    expect(RULE, members, "error", f"BFD session to {PEER} is down", whose=None, shown=(PEER,))


def test_counters_belong_to_their_session_and_the_brief_form_adds_nothing():
    members = saved(bfd=peers(bfd(**NEVER))) | brief((PEER, "down"))
    never = expect(RULE, members | counters(heard=0, up=0), "error", "(never up: nothing was heard", whose=None)
    heard = expect(RULE, members | counters(heard=9, up=1), "error", "is down for 11 s", whose=None)
    assert "never up" in never.message
    assert heard.message.endswith("for 11 s")


def test_a_summary_and_the_brief_form():
    """What the troubleshooting guides ask for: nothing says whether BFD is wanted, but it is there and down."""
    members = summary(row(up="00:10:00", cell="0", messages=(9, 9))) | brief((PEER, "down"))
    expect(RULE, members, "error", "is down while BGP is Established", whose=None, shown=("down",))
