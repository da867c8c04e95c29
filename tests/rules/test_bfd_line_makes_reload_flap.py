"""frr.conf without the plain `bfd` line that FRR shows."""

from bgp_kit import dump, expect, frr_conf, lost, neighbor, pod, quiet, timestamp, unjudged
from config_kit import rendered, running
from kit import outcome_of
from metallb_kit import container_log

from analyzer.model import Status

RULE = "bfd-line-makes-reload-flap"
BOTH = running("bfd", "bfd profile fast")
ALONE = rendered(running("bfd profile fast"))


def test_a_profile_alone_in_frr_conf():
    expect(
        RULE,
        pod() | dump(neighbor(), BOTH) | ALONE,
        "warning",
        "frr.conf on worker-0 gives 192.0.2.1 a BFD profile without the plain `bfd` statement that FRR runs",
        subject="worker-0",
        shown=("neighbor 192.0.2.1 bfd profile fast", " neighbor 192.0.2.1 bfd"),
    )


def test_the_losses_and_the_last_reload():
    log = container_log("09:58:00 Reloading FRR", "09:58:02 FRR reloaded successfully! 2 seconds", container="reloader")
    gone = lost("Active", "Last reset 00:01:58,  Notification sent (Cease/BFD Down)")
    words = "; the session with 192.0.2.1 was reset by BFD 1 min 58 s ago; the last reload was at 2026-11-21 09:58:02"
    members = pod() | dump(gone, BOTH) | ALONE | log | timestamp()
    expect(RULE, members, "warning", words, subject="worker-0", shown=("BFD Down", "FRR reloaded successfully!"))
    other = pod() | dump(lost("Active", "Last reset 00:01:58,  Peer closed the session"), BOTH) | ALONE
    assert "reset" not in expect(RULE, other, "warning", subject="worker-0").message


def test_many_neighbors_are_counted():
    names = [f"192.0.2.{at}" for at in range(11, 17)]

    def text(*words):
        return running(top=tuple(f"neighbor {one} {word}" for one in names for word in ("remote-as 64512", *words)))

    members = pod() | dump(neighbor(), text("bfd", "bfd profile p")) | rendered(text("bfd profile p"))
    expect(RULE, members, "warning", "192.0.2.14 and 2 more", subject="worker-0")


def test_quiet():
    for startup in (rendered(BOTH), rendered(running()), frr_conf("hostname worker-0\n"), rendered(running("bfd"))):
        quiet(RULE, pod() | dump(neighbor(), BOTH) | startup)
    quiet(RULE, pod() | dump(neighbor(), running("bfd profile fast")) | ALONE)  # FRR 7 shows no plain line


def test_one_side_alone():
    unjudged(RULE, pod() | dump(neighbor(), BOTH), "frr.conf was not collected")
    unjudged(RULE, pod() | dump(neighbor(), None) | ALONE, "running configuration was not collected")
    assert outcome_of(RULE, pod()).status is Status.NOT_CHECKED
