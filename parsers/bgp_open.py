"""A BGP OPEN message from the hexadecimal dump that FRR prints under a reset (RFC 4271 4.2, RFC 5492, RFC 6793).

The dump is the whole packet with its header: FRRouting bgpd/bgp_packet.c copies peer->curr from byte 0.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

_MARKER = b"\xff" * 16
_OPEN = 1
_CAPABILITIES = 2  # type of the optional parameter
_FOUR_BYTE_AS = 65  # capability
_EXTENDED = 255  # length and type that announce parameters with two bytes of length (RFC 9072)


@dataclass(frozen=True, slots=True)
class OpenMessage:
    """What the peer said of itself. my_as: the number of its autonomous system, of 4 bytes where it announced one.

    hold_time: seconds.
    """

    version: int
    my_as: int
    hold_time: int
    router_id: str


def decode_open(hex_dump: str) -> OpenMessage | None:
    """The OPEN in a dump of hexadecimal digits (blanks do not matter); None for anything else and for a cut one."""
    try:
        packet = bytes.fromhex(hex_dump)
    except ValueError:
        return None
    length = int.from_bytes(packet[16:18])
    if packet[:16] != _MARKER or len(packet) < max(29, length) or length < 29 or packet[18] != _OPEN:
        return None
    body = packet[19:length]
    my_as = int.from_bytes(body[1:3])
    for code, value in _capabilities(body[9:]):
        if code == _FOUR_BYTE_AS and len(value) == 4:
            my_as = int.from_bytes(value)
    return OpenMessage(body[0], my_as, int.from_bytes(body[3:5]), str(IPv4Address(body[5:9])))


def _capabilities(parameters: bytes) -> Iterator[tuple[int, bytes]]:
    """Codes and values of the capabilities; `parameters` begins with the length of the optional parameters."""
    extended = parameters[:2] == bytes((_EXTENDED, _EXTENDED))
    size = 2 if extended else 1
    for kind, value in _fields(parameters[4:] if extended else parameters[1:], size):
        if kind == _CAPABILITIES:
            yield from _fields(value, 1)


def _fields(data: bytes, size: int) -> Iterator[tuple[int, bytes]]:
    """Type, length of `size` bytes, value, one after the other; what is cut ends the list."""
    at = 0
    while at + 1 + size <= len(data):
        end = at + 1 + size + int.from_bytes(data[at + 1 : at + 1 + size])
        if end > len(data):
            return
        yield data[at], data[at + 1 + size : end]
        at = end
