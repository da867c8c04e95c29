import pytest
from bgp_kit import (
    FOR_OTHER_NODES,
    IMAGE,
    PEER,
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
    statements,
    summary,
    unjudged,
)
from kit import outcome_of

RULE = "bgp-md5-mismatch"
SECRET = config(statements(PEER, "64512", "password 7 sesame"))
NOT_FOUND = f"[  123.456789] TCP: MD5 Hash not found for [{PEER}]:179->[192.0.2.20]:40132 [S]"
FAILED = f"[  123.456789] TCP: MD5 Hash failed for ({PEER}, 179)->(192.0.2.20, 40132)"
OTHER_LINE = "[  1.000000] Linux version 5.14.0"


def dmesg(*lines, node_name="worker-0"):
    return {f"{IMAGE}/nodes/{node_name}/dmesg": "".join(f"{line}\n" for line in lines)}


def at(block, running=SECRET):
    return dump(block, running) | pod()


@pytest.mark.parametrize(
    "line", [NOT_FOUND, FAILED, f"[  1.000000] TCP: Unexpected MD5 Hash found for ({PEER}, 179)->(192.0.2.20, 1)"]
)
def test_a_line_of_the_kernel(line):
    shown = (line, "BGP state = Active", f"neighbor {PEER} password")
    finding = expect(RULE, at(down()) | dmesg(line), "error", "the kernel drops segments", "MD5 Hash", shown=shown)
    assert "sesame" not in repr(finding)


def test_a_file_saved_by_hand_is_of_any_node():
    saved = {"saved/dmesg-worker.txt": f"{OTHER_LINE}\n{FAILED}\n"}
    expect(RULE, at(down()) | saved, "error", "the kernel drops segments")


def test_a_node_that_nothing_names_may_be_any():
    expect(RULE, dump(down(), None) | dmesg(FAILED), "error", "the kernel drops segments", whose=None)


def test_the_password_could_not_be_set():
    line = f"10:00:00 [EC 100663299] Unable to set TCP MD5 option on socket for peer {PEER} (sock=5): Invalid argument"
    line = line.replace("[EC 100663299] ", "")
    shown = ("Unable to set TCP MD5 option", f"neighbor {PEER} password")
    expect(RULE, at(down()) | log(line), "error", "could not be installed on the socket", shown=shown)


@pytest.mark.parametrize(
    "members",
    [
        at(neighbor()) | dmesg(FAILED),  # an old mismatch, or a port scan
        at(down()) | dmesg(OTHER_LINE),
        at(down()) | dmesg(FAILED.replace(PEER, "192.0.2.9")),
        at(down()) | dmesg(FAILED, node_name="worker-7"),
        at(down(), config()),
        at(down(opens=(3, 3), total=(6, 3))),
        at(lost()),
        at(lost(opens=(0, 0), total=(0, 0))),  # the counters were cleared
        at(down()) | dmesg(FAILED) | node() | bgp_peer("tor1", PEER, 64512, *FOR_OTHER_NODES),
    ],
    ids=["up", "no-line", "other-peer", "other-node", "no-password", "tcp-works", "was-up", "cleared", "unwanted"],
)
def test_is_quiet(members):
    quiet(RULE, members)


def test_without_the_kernel_log_nobody_can_tell():
    unjudged(RULE, at(down()), "only the kernel log can tell")
    block = down(after=("Peer Authentication Enabled",))
    unjudged(RULE, dump(block, None) | pod(), "only the kernel log can tell")


def test_what_was_not_collected_is_a_gap():
    unjudged(RULE, dump(None, config()) | pod(), "neither show bgp neighbor nor a summary")
    unjudged(RULE, dump(None, None) | pod(), "gave no answer")
    quiet(RULE, summary(row()))


NSTAT = {"saved/worker-0/nstat.txt": "#kernel\nTcpExtTCPMD5NotFound            12                 0.0\n"}


def test_counters_name_no_peer():
    (one,) = outcome_of(RULE, dump(lost(), config()) | pod() | NSTAT).findings
    assert (one.node, one.subject) == (None, "saved/worker-0")
    assert "12 TCP segments were dropped" in one.message
    assert "12" in one.evidence[0].excerpt[0]


def test_counters_of_a_past_mismatch_are_no_fault():
    assert not outcome_of(RULE, dump(neighbor(), config()) | pod() | NSTAT).findings
    zero = {path: text.replace("12 ", "0  ") for path, text in NSTAT.items()}
    assert not outcome_of(RULE, dump(lost(), config()) | pod() | zero).findings
