"""What the pairs of bgp_neighbor and bgp_neighbor_json cannot show: marks of families, long lines, whole dumps."""

import json
import time

import pytest

from parsers.base import LINE_LIMIT, Origin, ParseFailure, SourceFile, text_of
from parsers.bgp_neighbor import bgp_neighbor, read
from parsers.bgp_neighbor_facts import Reset, reset
from parsers.bgp_neighbor_json import read as read_json
from parsers.vocabulary import Direction

BLOCK = """BGP neighbor is 192.0.2.1, remote AS 64512, local AS 64500, external link
  BGP state = Established, up for 00:00:23
 For address family: IPv4 Unicast
  Inbound updates discarded due to missing policy
  7 accepted prefixes
"""
DOCUMENT = {
    "192.0.2.1": {
        "bgpState": "Established",
        "addressFamilyInfo": {"ipv4Unicast": {"inboundEbgpRequiresPolicy": "…", "acceptedPrefixCounter": 7}},
    }
}


def parse(text, reader=read):
    return list(reader(text_of("saved.txt", text), Origin()))


@pytest.mark.parametrize(
    ("reader", "text", "lines"), [(read, BLOCK, (3, 4, 5)), (read_json, json.dumps(DOCUMENT, indent=1), (5, 6, 7))]
)
def test_a_family_knows_its_lines(reader, text, lines):
    (neighbor,) = parse(text, reader)
    family = neighbor.family("ipv4 unicast")
    assert family.accepted_prefixes == 7
    marks = (family.evidence, *family.where("discarded_inbound", "accepted_prefixes"))
    assert tuple(mark.first_line for mark in marks) == lines
    assert neighbor.family("ipv6 unicast") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Waiting for NHT", Reset(age=9, reason="Waiting for NHT")),
        (" Waiting for NHT (n/a)", Reset(age=9, reason="Waiting for NHT")),
        ("User reset (FRRouting/10.3 (Debian))", Reset(age=9, reason="User reset")),
        ("Admin. shutdown (RTT)", Reset(age=9, reason="Admin. shutdown (RTT)")),
        ("Admin. shutdown (RTT) (n/a)", Reset(age=9, reason="Admin. shutdown (RTT)")),
        ("due to Interface down", Reset(age=9, reason="Interface down")),
        (
            "Notification sent (Hold Timer Expired)",
            Reset(
                age=9,
                reason="Notification sent (Hold Timer Expired)",
                direction=Direction.SENT,
                code="Hold Timer Expired",
            ),
        ),
        (
            "Notification received (Cease/Hard Reset)",
            Reset(
                age=9,
                reason="Notification received (Cease/Hard Reset)",
                direction=Direction.RECEIVED,
                code="Cease",
                subcode="Hard Reset",
            ),
        ),
    ],
)
def test_reset(text, expected):
    assert reset(9, text) == expected


def test_a_dump_frr_is_left_to_its_own_parser():
    source = SourceFile("dump_frr", [f"###### show bgp neighbor\n{BLOCK}".encode()])
    assert list(bgp_neighbor(source)) == []


@pytest.mark.parametrize("reader", [read, read_json])
@pytest.mark.parametrize(
    "piece",
    [
        " ",
        "(",
        "()",
        "BGP neighbor is ",
        "BGP neighbor is 1, BGP state = Idle ",
        '\\"',
        "{",
        "sh bgp vrf ",
        "a: ",
        "[",
        "0 ",
    ],
)
def test_a_long_line_costs_no_time(reader, piece):
    """No expression may need more than linear time, whatever a line is made of."""
    line = (piece * (LINE_LIMIT // len(piece)))[:LINE_LIMIT]
    start = time.monotonic()
    for text in (
        line,
        f"{{{line}",
        f"{BLOCK}  Last reset 00:00:01, {line}",
        f"r1# {line}",
        f"{BLOCK}{line}\n  x {line}",
    ):
        assert all(fact.evidence for fact in parse(text, reader))
    assert time.monotonic() - start < 10


def test_flattened_blocks_quote_the_piece_that_says_it():
    filler = " 4 Byte AS: advertised and received" * 30
    text = "".join(
        f"BGP neighbor is 192.0.2.{last}, remote AS 64512, local AS 64500, external link BGP version 4, remote"
        f" router ID 192.0.2.{last}{filler} BGP state = {state} Last reset 00:00:0{last}, Waiting for NHT "
        for last, state in ((1, "Idle"), (2, "Active"))
    )
    first, second = parse(text)
    assert [first.state, second.state] == ["Idle", "Active"]
    assert second.evidence.excerpt == ("…BGP neighbor is 192.0.2.2, remote AS 64512, local AS 64500, external link…",)
    assert second.marks["state"].excerpt == ("…BGP state = Active…",)
    assert first.marks["last_reset"].excerpt == ("…Last reset 00:00:01, Waiting for NHT…",)


def test_flattened_and_cut_is_a_failure():
    (found,) = parse("BGP neighbor is 192.0.2.1, remote AS 64512 BGP version 4, remote router ID 0.0.0.0")
    assert isinstance(found, ParseFailure)
