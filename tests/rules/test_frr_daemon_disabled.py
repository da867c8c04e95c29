"""The daemons file and what vtysh says of daemons."""

import pytest
from bgp_kit import dump, expect, neighbor, pod, quiet, resource, unjudged
from config_kit import daemons, rendered, running
from kit import found, outcome_of

from analyzer.model import Status

RULE = "frr-daemon-disabled"
BFD = running("bfd", "bfd profile fast")
PROFILES = running().replace("\nend", "\nbfd\n profile fast\n exit\nexit\nend")


def test_bgpd_is_switched_off():
    members = pod() | daemons("bgpd=no", "bfdd=yes")
    expect(RULE, members, "error", "the daemons file on worker-0 says bgpd=no", subject="bgpd", shown=("bgpd=no",))


def test_bgpd_is_not_named():
    members = pod() | daemons("bfdd=yes")
    expect(RULE, members, "error", "does not say bgpd=yes", subject="bgpd", shown=("bfdd=yes",))


@pytest.mark.parametrize("text", [BFD, PROFILES])
def test_bfdd_is_switched_off_and_needed(text):
    members = pod() | daemons("bgpd=yes", "bfdd=no") | dump(neighbor(), text)
    words = "the daemons file on worker-0 says bfdd=no, although its configuration asks for BFD"
    expect(RULE, members, "error", words, subject="bfdd", shown=("bfdd=no", "fast" if text is PROFILES else "bfd"))
    written = pod() | daemons("bgpd=yes") | dump(neighbor(), None) | rendered(text)
    expect(RULE, written, "error", "does not say bfdd=yes", subject="bfdd")


def test_a_profile_among_the_resources():
    members = pod() | daemons("bgpd=yes", "bfdd=no") | resource("BFDProfile", "fast", ["receiveInterval: 100"])
    expect(RULE, members, "error", "BFDProfile fast exists", subject="bfdd", shown=("name: fast",))


def test_bfdd_is_not_needed():
    quiet(RULE, pod() | daemons("bgpd=yes", "bfdd=no") | dump(neighbor(), running()))
    quiet(RULE, pod() | daemons("bgpd=yes", "bfdd=no"))


def test_vtysh_says_so():
    members = pod() | daemons("bgpd=yes", "bfdd=yes") | dump("% bgpd daemon is not running", BFD, "bfdd is not running")
    assert found(RULE, members) == [("worker-0", "bfdd", "error"), ("worker-0", "bgpd", "error")]
    message = outcome_of(RULE, members).findings[1].message
    assert message == "bgpd does not run on worker-0: `show bgp neighbor` answered % bgpd daemon is not running"
    quiet(RULE, pod() | dump(neighbor(), running(), "bfdd is not running"), 3)
    twice = {
        path: f"{text}###### show bgp neighbor\nbgpd is not running\n"
        for path, text in members.items()
        if "dump" in path
    }
    assert len(found(RULE, members | twice)) == 2


def test_without_the_pod():
    expect(RULE, daemons("bgpd=no"), "error", "the daemons file on speaker-a", subject="bgpd", whose=None)


def test_saved_by_hand():
    members = {"saved/worker-7/daemons": "bgpd=no\nbfdd=yes\n"}
    expect(RULE, members, "error", "the daemons file on saved/worker-7/daemons", subject="bgpd", whose=None)


def test_right_or_absent():
    quiet(RULE, pod() | daemons("zebra=no", "bgpd=yes", "bfdd=yes", "vtysh_enable=yes"))
    unjudged(RULE, pod() | daemons("vtysh_enable=yes"), "names no daemon")
    assert outcome_of(RULE, pod()).status is Status.NOT_CHECKED
