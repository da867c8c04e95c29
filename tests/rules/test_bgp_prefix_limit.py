import pytest
from bgp_kit import (
    FOR_OTHER_NODES,
    PEER,
    PREFIX,
    bgp_peer,
    config,
    down,
    dump,
    expect,
    log,
    lost,
    neighbor,
    node,
    pod,
    quiet,
    row,
    summary,
    unjudged,
)

RULE = "bgp-prefix-limit"
RECEIVED = "Last reset {},  Notification received (Cease/Maximum Number of Prefixes Reached{})"
SENT = "Last reset 00:00:18,  Notification sent (Cease/Maximum Number of Prefixes Reached)"
EXCEEDED = "  Peer had exceeded the max. no. of prefixes configured."
MORE = f"10:00:00 %MAXPFXEXCEED: No. of IPv4 Unicast prefix received from {PEER}(tor1) 3 exceed, limit 2"
NEAR = f"10:00:00 %MAXPFX: No. of IPv4 Unicast prefix received from {PEER}(tor1) reaches 2, max 2"


def at(block, running=None):
    return dump(block, running or config(networks=(PREFIX, "198.51.100.11/32"))) | pod()


@pytest.mark.parametrize("wrapped", ["", "/Hard Reset"])
def test_the_routers_limit(wrapped):
    words = ("this node originates 2 prefixes", f"{PEER} (tor1) closed the session 18 s ago", "now Connect")
    shown = (
        "Maximum Number of Prefixes Reached",
        f"network {PREFIX}",
        "network 198.51.100.11/32",
        "BGP state = Connect",
    )
    expect(RULE, at(lost(reset=RECEIVED.format("00:00:18", wrapped))), "error", *words, shown=shown)


def test_the_routers_limit_without_a_configuration():
    members = dump(lost(reset=RECEIVED.format("00:00:18", "")), None) | pod()
    finding = expect(RULE, members, "error", f"{PEER} (tor1) closed the session")
    assert "originates" not in finding.message
    none = dump(lost(reset=RECEIVED.format("00:00:18", "")), config(networks=())) | pod()
    assert "originates" not in expect(RULE, none, "error").message


def test_the_routers_limit_is_news_for_a_day():
    block = neighbor(reset=RECEIVED.format("23:59:00", ""), counts=(2, 1))
    expect(RULE, at(block), "error", "established again")
    quiet(RULE, at(neighbor(reset=RECEIVED.format("1d00h01m", ""), counts=(2, 1))))


def test_this_nodes_limit():
    words = ("announced more prefixes than this node accepts",)
    expect(
        RULE, at(lost(reset=SENT)), "error", *words, shown=("Maximum Number of Prefixes Reached", "BGP state = Connect")
    )
    expect(RULE, at(lost(extra=(EXCEEDED,))), "error", *words, shown=(EXCEEDED,))
    expect(RULE, at(lost()) | log(MORE), "error", *words, shown=("%MAXPFXEXCEED", "3 exceed, limit 2"))
    members = summary(row(up="00:01:00", cell="Idle (PfxCt)", messages=(9, 9)))
    expect(RULE, members, "error", *words, whose=None, shown=("Idle (PfxCt)",))


def test_the_newest_line_of_the_log_is_shown():
    lines = (MORE, MORE.replace("10:00:00", "10:05:00").replace("3 exceed", "7 exceed"))
    finding = expect(RULE, at(lost()) | log(*lines), "error", shown=("7 exceed, limit 2",))
    assert not any("3 exceed" in line for one in finding.evidence for line in one.excerpt)


def test_of_very_many_prefixes_some_are_shown():
    many = tuple(f"198.51.100.{last}/32" for last in range(9))
    shown = [f"network {one}" for one in many[:8]]
    block = lost(reset=RECEIVED.format("00:00:18", ""))
    finding = expect(RULE, at(block, config(networks=many)), "error", "originates 9 prefixes", shown=shown)
    assert not any(many[8] in line for one in finding.evidence for line in one.excerpt)


def test_the_threshold_is_a_warning():
    expect(RULE, at(neighbor()) | log(NEAR), "warning", "comes near the limit", shown=("reaches 2, max 2",))


@pytest.mark.parametrize(
    "members",
    [
        at(neighbor()),
        at(neighbor()) | log(MORE),
        at(down()) | log(NEAR),
        at(down()),
        at(lost()) | log(MORE.replace(PEER, "192.0.2.9")),
        at(neighbor(reset=SENT.replace("00:00:18", "2d00h00m"))),
        at(lost(reset=SENT)) | node() | bgp_peer("tor1", PEER, 64512, *FOR_OTHER_NODES),
        summary(row(up="01:00:00", cell="2")),
    ],
    ids=["up", "log-and-up", "near-and-down", "never-up", "other-peer", "old", "unwanted", "summary"],
)
def test_is_quiet(members):
    quiet(RULE, members)


def test_what_was_not_collected_is_a_gap():
    unjudged(RULE, dump(None, config()) | pod(), "neither show bgp neighbor nor a summary")
    unjudged(RULE, dump(None, None) | pod(), "gave no answer")
