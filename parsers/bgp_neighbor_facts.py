"""One BGP neighbor as `show bgp neighbors` tells it, from the text and from the JSON of the command.

The names follow bgp_show_peer() of FRRouting bgpd/bgp_vty.c (releases 2.0 to 10.7, and Quagga before it).
"""

import re
from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from parsers.base import Evidence, Fact, OriginFact
from parsers.vocabulary import BfdStatus, BgpState, Direction


class Link(StrEnum):
    """How the two ends stand to each other; `unspecified` as long as the remote AS is not known."""

    INTERNAL = "internal"
    EXTERNAL = "external"
    CONFED_INTERNAL = "confed-internal"
    CONFED_EXTERNAL = "confed-external"
    UNSPECIFIED = "unspecified"


class BfdType(StrEnum):
    """Single hop sessions use UDP port 3784, multi hop sessions 4784."""

    SINGLE_HOP = "single hop"
    MULTI_HOP = "multi hop"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Capability(_Value):
    """Whether this node announced an address family in its OPEN and whether the peer did."""

    advertised: bool = False
    received: bool = False


class MessageCount(_Value):
    """Messages of one type since the daemon started or the counters were cleared."""

    sent: int
    received: int


class Reset(_Value):
    """Why the session went down last, or why it never came up.

    age: seconds. reason: as printed. direction, code, subcode: only of a NOTIFICATION, the words of RFC 4271 and 4486
    as FRR spells them. hard_reset: the NOTIFICATION was wrapped in a Hard Reset (RFC 8538).
    """

    age: int | None = None
    reason: str = ""
    direction: Direction | None = None
    code: str | None = None
    subcode: str | None = None
    hard_reset: bool = False


class NeighborBfd(_Value):
    """What bgpd knows of the BFD session; intervals in milliseconds, `last_update` in seconds, None is never.

    status is None where bgpd says `Unknown`: bfdd has not told it anything.
    """

    type: BfdType | None = None
    detect_multiplier: int | None = None
    min_rx: int | None = None
    min_tx: int | None = None
    profile: str | None = None
    status: BfdStatus | None = None
    last_update: int | None = None


class NeighborFamily(Fact):
    """One `For address family` part of a neighbor. Its marks stand in the neighbor too, as `families.<name>.<mark>`.

    sent_prefixes: only JSON and FRR 10.4 on print it. maximum_prefixes: the limit for what the peer may announce.
    """

    evidence: Evidence = Field(exclude=True)
    marks: Mapping[str, Evidence] = Field(default_factory=dict, repr=False, exclude=True)
    name: str
    accepted_prefixes: int | None = None
    sent_prefixes: int | None = None
    inbound_policy: bool = False
    outbound_policy: bool = False
    route_map_in: str | None = None
    route_map_out: str | None = None
    prefix_list_in: str | None = None
    prefix_list_out: str | None = None
    discarded_inbound: bool = False
    discarded_outbound: bool = False
    maximum_prefixes: int | None = None
    maximum_warning_only: bool = False


class BgpNeighbor(OriginFact):
    """One BGP neighbor of one FRR instance.

    peer: the address in its canonical spelling, or the interface of an unnumbered neighbor. Times are in seconds, None
    is never. remote_as: None as long as it is not known (`remote-as external` before the first OPEN). max_hops: how
    far away the peer may be, the value of ebgp-multihop and of ttl-security alike (FRR prints both in one wording).
    received_open: the message that once made this node send a NOTIFICATION, in hexadecimal digits; bgp_open decodes it.
    FRR keeps it over later resets: it belongs to last_reset only where that is a NOTIFICATION sent.
    """

    peer: str
    address: str | None = None
    interface: str | None = None
    vrf: str = "default"
    dynamic: bool = False
    description: str | None = None
    peer_group: str | None = None
    hostname: str | None = None
    remote_as: int | None = None
    local_as: int | None = None
    link: Link | None = None
    remote_router_id: str | None = None
    local_router_id: str | None = None
    state: BgpState
    passive: bool = False
    uptime: int | None = None
    admin_down: bool = False
    admin_message: str | None = None
    prefix_limit_exceeded: bool = False
    prefix_limit_restart: int | None = None
    last_read: int | None = None
    last_write: int | None = None
    hold_time: int | None = None
    keepalive: int | None = None
    configured_hold_time: int | None = None
    configured_keepalive: int | None = None
    family_capabilities: Mapping[str, Capability] = Field(default_factory=dict)
    capabilities: Mapping[str, str] = Field(default_factory=dict)
    messages: Mapping[str, MessageCount] = Field(default_factory=dict)
    in_queue: int | None = None
    out_queue: int | None = None
    families: tuple[NeighborFamily, ...] = ()
    established: int | None = None
    dropped: int | None = None
    last_reset: Reset | None = None
    max_hops: int | None = None
    local_host: str | None = None
    local_port: int | None = None
    foreign_host: str | None = None
    foreign_port: int | None = None
    shared_network: bool | None = None
    connect_retry: int | None = None
    update_source: str | None = None
    authentication: bool = False
    received_open: str | None = None
    bfd: NeighborBfd | None = None

    def family(self, name: str) -> NeighborFamily | None:
        """The address family of that name (`ipv4 unicast`), if it is activated for the neighbor."""
        return next((family for family in self.families if family.name == name), None)


# `Waiting for peer OPEN (n/a)`, `… (FRRouting/10.3)`: the peer's software version; `Admin. shutdown (RTT)` is a reason.
_VERSION = re.compile(r" ?\((?!RTT\)$)(?:[^()]|\([^()]*\))*\)$")
_NOTIFICATION = re.compile(r"notification (sent|received) \((.*)\)", re.IGNORECASE)
# All that Quagga says, and the JSON of FRR beside the codes.
BARE_NOTIFICATION = {"BGP Notification send": Direction.SENT, "BGP Notification received": Direction.RECEIVED}
_NO_SUBCODE = "Unrecognized Error Subcode"  # printed without the `/` that stands before every known one


def reset(age: int | None, text: str) -> Reset:
    """The reset that a text like `Notification sent (Cease/BFD Down)` or `Waiting for NHT (n/a)` names.

    Quagga and FRR up to 7.1 put `due to` before it.
    """
    text = text.strip().removeprefix("due to ")
    if found := _NOTIFICATION.fullmatch(text):
        return notification(age, Direction(found[1].lower()), found[2], text)
    text = _VERSION.sub("", text)
    return Reset(age=age, reason=text, direction=BARE_NOTIFICATION.get(text))


def notification(age: int | None, direction: Direction, codes: str, text: str) -> Reset:
    """The reset by a NOTIFICATION whose codes read `Cease/BFD Down` or `Cease/BFD Down/Hard Reset`."""
    code, *rest = codes.replace(_NO_SUBCODE, f"/{_NO_SUBCODE}").split("/")
    wrapped = len(rest) > 1 and rest[-1] == "Hard Reset"
    subcode = "/".join(rest[:-1] if wrapped else rest)
    return Reset(
        age=age,
        reason=text,
        direction=direction,
        code=code,
        subcode=subcode or None,
        hard_reset=wrapped,
    )
