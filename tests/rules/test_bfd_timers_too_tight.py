import pytest
from bfd_kit import EXPIRED, asking, bfd, brief
from bgp_kit import PEER, expect, quiet, row, summary, unjudged

RULE = "bfd-timers-too-tight"


@pytest.mark.parametrize(
    ("session", "detection"),
    [
        (bfd(ours=(3, 35, 35), theirs=(3, 35, 35)), 105),  # the documentation's example profile
        (bfd(ours=(3, 50, 50), theirs=(5, 10, 59)), 295),  # the slower of our receiving and their sending
        (bfd(ours=(3, 99, 10), theirs=(3, 10, 10)), 297),
        (bfd(ours=(3, 35, 35), theirs=(3, 35, 35), release="7.5"), 105),
        (bfd(ours=(3, 35, 35), theirs=(3, 35, 35), time="Uptime: 1 month(s)"), 105),
    ],
)
def test_less_than_300_ms(session, detection):
    said = f"BFD to {PEER} (tor1) detects a loss after {detection} ms: too tight for a process in a container"
    expect(
        RULE, asking(session), "warning", said, shown=("Receive interval", "Transmission interval", "Detect-multiplier")
    )


def test_timers_that_held_for_a_month_are_information():
    session = bfd(ours=(3, 35, 35), theirs=(3, 35, 35), time="Uptime: 1 month(s), 1 second(s)")
    said = "detects a loss after 105 ms: it has held for 30 d 1 s"
    finding = expect(RULE, asking(session), "info", said, shown=("Uptime: 1 month(s), 1 second(s)",))
    assert "tight" not in finding.message


@pytest.mark.parametrize(
    "session",
    [
        bfd(),
        bfd(ours=(3, 100, 100), theirs=(3, 50, 50)),  # 300 ms
        bfd(ours=(3, 10, 10), theirs=(3, 100, 300)),
        bfd(**EXPIRED, ours=(3, 35, 35), theirs=(3, 35, 35)),  # not in effect while it is down
    ],
)
def test_stays_quiet(session):
    quiet(RULE, asking(session))


def test_without_both_ends_timers():
    unjudged(RULE, asking("BFD Peers:"), "does not tell both ends' timers")
    unjudged(RULE, summary(row()) | brief((PEER, "up")), "does not tell both ends' timers")
