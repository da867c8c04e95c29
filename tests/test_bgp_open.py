"""The OPEN message in the dump under a reset."""

import pytest

from parsers.bgp_open import OpenMessage, decode_open

MARKER = "FF" * 16


def packet(body: str, kind: str = "01") -> str:
    return f"{MARKER}{19 + len(body) // 2:04X}{kind}{body}"


# As tor1 of fixtures/parsers/bgp_neighbor/frr84-bad-peer-as.raw sent it.
REAL = """
    FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF
    00730104 FE12005A 0A062001 56020601
    04000100 01020601 04000200 01020280
    00020202 00020246 00020641 040000FE
    12020206 00020A45 08000101 01000201
    01020849 0604746F 72310002 044002C0
    78021047 0E000101 80000000 00020180
    000000
"""
FIXED = "04 5BA0 00B4 C0000201".replace(" ", "")  # version 4, AS 23456, hold time 180, 192.0.2.1


@pytest.mark.parametrize(
    ("dump", "expected"),
    [
        (REAL, OpenMessage(4, 65042, 90, "10.6.32.1")),
        (REAL.lower(), OpenMessage(4, 65042, 90, "10.6.32.1")),
        (packet(FIXED + "00"), OpenMessage(4, 23456, 180, "192.0.2.1")),
        (packet(FIXED + "08" + "0206" + "4104FA56EA01"), OpenMessage(4, 4200000001, 180, "192.0.2.1")),
        # one parameter with two capabilities, after a parameter of another type
        (
            packet(FIXED + "0E" + "0102AABB" + "0208" + "0200" + "4104FA56EA01"),
            OpenMessage(4, 4200000001, 180, "192.0.2.1"),
        ),
        # parameters with two bytes of length
        (packet(FIXED + "FFFF" + "0009" + "020006" + "4104FA56EA01"), OpenMessage(4, 4200000001, 180, "192.0.2.1")),
        # a capability that promises more than there is, and one of a wrong length
        (packet(FIXED + "08" + "0206" + "4109FA56EA01"), OpenMessage(4, 23456, 180, "192.0.2.1")),
        (packet(FIXED + "06" + "0204" + "4102FA56"), OpenMessage(4, 23456, 180, "192.0.2.1")),
        # more bytes behind the message
        (packet(FIXED + "00") + MARKER, OpenMessage(4, 23456, 180, "192.0.2.1")),
    ],
)
def test_decodes(dump, expected):
    assert decode_open(dump) == expected


@pytest.mark.parametrize(
    "dump",
    [
        "",
        "no digits",
        "FFF",
        packet(FIXED + "00")[:-2],  # cut by one byte
        packet(FIXED),  # without the length of the parameters
        packet(FIXED + "00", kind="02"),  # an UPDATE
        "00" + packet(FIXED + "00")[2:],  # without the marker
    ],
)
def test_anything_else_is_none(dump):
    assert decode_open(dump) is None
