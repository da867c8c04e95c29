import pytest
from bgp_kit import (
    FOR_OTHER_NODES,
    OPEN_OF_65042,
    PEER,
    bgp_peer,
    config,
    down,
    dump,
    expect,
    log,
    neighbor,
    node,
    one_of,
    pod,
    quiet,
    row,
    statements,
    summary,
    unjudged,
)

RULE = "bgp-asn-mismatch"
SENT = "Last reset 00:00:21,  Notification sent (OPEN Message Error/Bad Peer AS)"
RECEIVED = "Last reset 00:00:21,  Notification received (OPEN Message Error/Bad Peer AS)"
UNKNOWN = "BGP neighbor is 192.0.2.1, remote AS 0, local AS {}, {} link"


def at(block, running=None):
    return dump(block, running or config()) | pod()


def test_sent_decodes_the_peers_open():
    members = at(down(state="Idle", reset=SENT, after=OPEN_OF_65042)) | bgp_peer()
    shown = ("remote AS 64512", "Bad Peer AS", "00730104 FE12005A", "remote-as 64512", "peerASN: 64512")
    finding = expect(RULE, members, "error", "is not in AS 64512", "its OPEN says AS 65042", shown=shown)
    assert any("AS 65042" in (one.note or "") for one in finding.evidence)


def test_a_4_byte_number_stands_in_its_capability():
    # AS 4200000001: my AS is AS_TRANS (23456, 5BA0), capability 65 holds FA56EA01
    dump_lines = (
        "  Message received that caused BGP to send a NOTIFICATION:",
        "    FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF",
        "    00250104 5BA0005A C0000201 08020641",
        "    04FA56EA 01",
    )
    expect(RULE, at(down(reset=SENT, after=dump_lines)), "error", "its OPEN says AS 4200000001")


def test_sent_without_a_readable_dump():
    cut = OPEN_OF_65042[:3]
    expect(RULE, at(down(reset=SENT, after=cut)), "error", "its OPEN carries another AS, remote-as here is 64512")
    expect(RULE, at(down(reset=SENT)), "error", "its OPEN carries another AS, remote-as here is 64512")


def test_sent_with_a_word_for_the_as():
    block = down(header=UNKNOWN.format(64500, "internal"), reset=SENT, after=OPEN_OF_65042)
    words = ("does not fit remote-as internal of this node in AS 64500", "its OPEN says AS 65042")
    expect(RULE, at(block, config(statements(remote_as="internal"))), "error", *words, shown=("remote-as internal",))
    block = down(header=UNKNOWN.format(65042, "external"), reset=SENT, after=OPEN_OF_65042)
    words = ("does not fit remote-as external of this node in AS 65042", "its OPEN says AS 65042")
    expect(RULE, at(block, config(statements(remote_as="external"))), "error", *words)


def test_sent_without_anything_that_says_what_is_expected():
    block = down(header=UNKNOWN.format(64500, "unspecified"), reset=SENT, after=OPEN_OF_65042)
    finding = expect(RULE, dump(block, None) | pod(), "error", "its OPEN says AS 65042")
    assert "None" not in finding.message


def test_received_names_this_nodes_as():
    shown = ("local AS 64500", "Notification received", "router bgp 64500")
    expect(RULE, at(down(reset=RECEIVED)), "error", "rejects this node's AS 64500", shown=shown)
    expect(RULE, dump(down(reset=RECEIVED), None) | pod(), "error", "rejects this node's AS 64500")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (f"{PEER} bad OPEN, remote AS is 65042, expected 64512", ("not in AS 64512", "the log says remote AS 65042")),
        (f"{PEER} bad OPEN, remote AS is unspecified", ("the log says 192.0.2.1 bad OPEN, remote AS is unspecified",)),
    ],
)
def test_the_debug_log_says_it(line, words):
    expect(
        RULE,
        at(down()) | log(f"10:00:00 {line}"),
        "error",
        *words,
        shown=(line, "remote-as 64512", f"BGP neighbor is {PEER}"),
    )


def test_the_debug_log_with_a_word_for_the_as():
    block = down(header=UNKNOWN.format(64500, "internal"))
    line = f"10:00:00 {PEER} bad OPEN, remote AS is 65042, internal specified"
    members = at(block, config(statements(remote_as="internal"))) | log(line)
    expect(RULE, members, "error", "does not fit remote-as internal", "the log says remote AS 65042")


def test_quiet_once_the_configuration_fits():
    block = down(remote_as=65042, reset=SENT, after=OPEN_OF_65042)
    quiet(RULE, at(block, config(statements(remote_as="65042"))))
    block = down(header=UNKNOWN.format(64500, "external"), reset=SENT, after=OPEN_OF_65042)
    quiet(RULE, at(block, config(statements(remote_as="external"))))
    line = log(f"10:00:00 {PEER} bad OPEN, remote AS is 65042, expected 64512")
    quiet(RULE, at(down(remote_as=65042), config(statements(remote_as="65042"))) | line)


def test_quiet_about_other_resets_and_sessions():
    quiet(RULE, at(neighbor(reset=SENT, after=OPEN_OF_65042)))
    quiet(RULE, at(down()))
    hold = "Last reset 00:00:21,  Notification sent (Hold Timer Expired)"
    logged = log(f"10:00:00 {PEER} bad OPEN, remote AS is 65042, expected 64512")
    quiet(RULE, at(down(reset=hold)) | logged)
    quiet(RULE, at(down(), None) | log("10:00:00 192.0.2.9 bad OPEN, remote AS is 65042, expected 64512"))
    # the dump stays when a later NOTIFICATION is of another kind
    quiet(RULE, at(down(reset=hold, after=OPEN_OF_65042)))


def test_quiet_about_a_peer_for_other_nodes():
    members = at(down(reset=RECEIVED)) | node() | bgp_peer("tor1", PEER, 64512, *FOR_OTHER_NODES)
    quiet(RULE, members)


def test_of_several_resources_each_is_shown():
    members = at(down(reset=SENT)) | bgp_peer("a") | bgp_peer("b", PEER, 64513)
    quoted = [line for one in one_of(RULE, members).evidence for line in one.excerpt]
    assert {"  peerASN: 64512", "  peerASN: 64513"} <= set(quoted)


def test_what_was_not_collected_is_a_gap():
    unjudged(RULE, dump(None, config()) | pod(), "show bgp neighbor was not collected")
    unjudged(RULE, summary(row()), "show bgp neighbor was not collected")
    unjudged(RULE, dump(None, None) | pod(), "gave no answer")
