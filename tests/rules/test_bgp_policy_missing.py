import json

import pytest
from bgp_kit import (
    FOR_OTHER_NODES,
    PEER,
    bgp_peer,
    config,
    dump,
    expect,
    neighbor,
    node,
    pod,
    quiet,
    row,
    summary,
    unjudged,
)

RULE = "bgp-policy-missing"
OUT, IN = (f"  {word} updates discarded due to missing policy" for word in ("Outbound", "Inbound"))
NO_POLICY = config(policy=None)


def at(*lines):
    return dump(neighbor(families=(" For address family: IPv4 Unicast", *lines)), NO_POLICY) | pod()


@pytest.mark.parametrize("lines", [(IN, OUT), (OUT,)])
def test_no_outbound_policy(lines):
    shown = (f"BGP neighbor is {PEER}", *lines, "router bgp 64500")
    expect(RULE, at(*lines), "error", f"updates to {PEER} (tor1) are discarded: no outbound policy", shown=shown)


def test_only_inbound_is_information():
    shown = (f"BGP neighbor is {PEER}", IN)
    expect(RULE, at(IN, "  Outbound path policy configured"), "info", "updates from", "no inbound policy", shown=shown)


def test_without_a_configuration():
    block = neighbor(families=(" For address family: IPv4 Unicast", OUT))
    expect(RULE, dump(block, None) | pod(), "error", "no outbound policy", shown=(OUT,))


@pytest.mark.parametrize(
    ("cell", "sent", "severity", "words"),
    [
        ("(Policy)", "(Policy)", "error", "no outbound policy"),
        ("0", "(Policy)", "error", "no outbound policy"),
        ("(Policy)", "2", "info", "no inbound policy"),
        ("(Policy)", "0", "info", "no inbound policy"),
    ],
)
def test_in_a_summary(cell, sent, severity, words):
    members = summary(row(up="00:00:08", cell=cell, sent=sent))
    expect(RULE, members, severity, words, whose=None, shown=("(Policy)",))


def test_in_a_summary_in_json():
    peer = {
        "remoteAs": 64512, "localAs": 64500, "version": 4, "msgRcvd": 5, "msgSent": 3, "tableVersion": 0, "outq": 0,
        "inq": 0, "peerUptime": "00:00:08", "peerUptimeMsec": 8000, "pfxRcd": 0, "pfxSnt": 0, "state": "Established",
        "peerState": "Policy", "connectionsEstablished": 1, "connectionsDropped": 0, "idType": "ipv4",
    }  # fmt: skip
    head = {"routerId": "192.0.2.20", "as": 64500, "vrfId": 0, "vrfName": "default", "tableVersion": 2, "peerCount": 1}
    table = {"ipv4Unicast": {**head, "peers": {PEER: peer}, "totalPeers": 1, "failedPeers": 0}}
    members = {"saved/worker-0/summary.json": json.dumps(table, indent=1)}
    expect(RULE, members, "error", "no outbound policy", whose=None)
    table["ipv4Unicast"]["peers"][PEER]["pfxSnt"] = 2
    members = {"saved/worker-0/summary.json": json.dumps(table, indent=1)}
    expect(RULE, members, "info", "no inbound policy", whose=None)


@pytest.mark.parametrize(
    "members",
    [
        at("  Inbound path policy configured", "  Outbound path policy configured"),
        at(OUT) | node() | bgp_peer("tor1", PEER, 64512, *FOR_OTHER_NODES),
        summary(row(up="00:00:08", cell="0", sent="2")),
        summary(row()),
    ],
    ids=["policies", "unwanted", "summary", "summary-down"],
)
def test_is_quiet(members):
    quiet(RULE, members)


def test_what_was_not_collected_is_a_gap():
    unjudged(RULE, dump(None, config()) | pod(), "neither show bgp neighbor nor a summary")
    unjudged(RULE, dump(None, None) | pod(), "gave no answer")
