"""Facts of `show bgp summary`, text and JSON (FRRouting bgpd/bgp_vty.c, bgp_show_summary)."""

import re

from parsers.base import OriginFact
from parsers.vocabulary import BgpState, address, is_address

_HOSTNAME = re.compile(r"([^\s()]{1,255})\(([^\s()]{1,64})\)")  # bgp default show-hostname: tor1(192.0.2.1)


class BgpSummaryRow(OriginFact):
    """One neighbor in one address family. Counts are messages and prefixes; `uptime` is in seconds, None for `never`.

    cell: the word or number under State/PfxRcd as printed. A number, `NoNeg` and `(Policy)` mean Established.
    negotiated: False for `NoNeg`; None where the output (JSON) does not tell.
    prefixes_received: None where the cell holds a word. connections_*: how often the session came up and went down,
    in JSON only.
    """

    peer: str
    dynamic: bool = False
    family: str | None = None
    vrf: str = "default"
    remote_as: int
    msg_received: int
    msg_sent: int
    in_queue: int
    out_queue: int
    uptime: int | None = None
    state: BgpState
    cell: str
    negotiated: bool | None = None
    policy_missing: bool = False
    prefix_limit: bool = False
    admin_down: bool = False
    prefixes_received: int | None = None
    prefixes_sent: int | None = None
    connections_established: int | None = None
    connections_dropped: int | None = None
    description: str | None = None


class BgpSummary(OriginFact):
    """The answer for one address family (`ipv4 unicast`; None where the output has no heading).

    peers: the neighbors that the heading counts; rows: those that were found.
    """

    family: str | None = None
    vrf: str = "default"
    router_id: str | None = None
    local_as: int | None = None
    peers: int | None = None
    rows: int


def peer_name(text: str) -> str:
    """The neighbor without the mark of a dynamic one and without the hostname that some profiles print before it."""
    text = text.removeprefix("*")
    if (match := _HOSTNAME.fullmatch(text)) and not is_address(match[1]):
        text = match[2]
    return address(text)


def vrf_name(text: str | None) -> str:
    """`VRF default`, `Default` and no name at all are the default VRF; other names stay."""
    name = (text or "default").removeprefix("VRF ").removeprefix("VIEW ")
    return "default" if name.lower() in {"default", "default-ip-routing-table"} else name


def state_of(cell: str) -> BgpState:
    """The state that a State/PfxRcd cell stands for; ValueError for an unknown word."""
    if cell.isdigit() or cell in {"NoNeg", "(Policy)"}:
        return BgpState.ESTABLISHED
    return BgpState(cell.partition(" ")[0])
