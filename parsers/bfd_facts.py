"""Facts of bfdd's outputs, text and JSON (FRRouting bfdd/bfdd_vty.c)."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from parsers.base import OriginFact
from parsers.vocabulary import BfdStatus

# RFC 5880 section 4.1 as bfdd spells it (FRRouting bfdd/bfd.c, diag2str); `unknown` is its word for any other code.
DIAGNOSTICS = frozenset(
    {
        "ok",
        "control detection time expired",
        "echo function failed",
        "neighbor signaled session down",
        "forwarding plane reset",
        "path down",
        "concatenated path down",
        "administratively down",
        "reverse concatenated path down",
        "unknown",
    }
)


class Timers(BaseModel):
    """One side's timers in milliseconds; None where echo is disabled or was never announced."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    detect_multiplier: int
    receive: int
    transmit: int
    echo_receive: int | None = None
    echo_transmit: int | None = None


class BfdPeer(OriginFact):
    """One BFD session. `uptime` and `downtime` in seconds; identifiers are discriminators, 0 is not yet learned.

    passive: None where the output has no such line. remote_timers: what the far end announced, defaults of 1000 ms
    before its first packet; None for seamless BFD, which has none.
    """

    peer: str
    multihop: bool = False
    local_address: str | None = None
    vrf: str = "default"
    interface: str | None = None
    label: str | None = None
    session_id: int
    remote_id: int
    passive: bool | None = None
    minimum_ttl: int | None = None
    status: BfdStatus
    uptime: int | None = None
    downtime: int | None = None
    diagnostics: str
    remote_diagnostics: str
    peer_type: str | None = None
    rtt: str | None = None
    profile: str | None = None
    local_timers: Timers | None = None
    remote_timers: Timers | None = None


class BfdAnswer(OriginFact):
    """bfdd answered: `sessions` is the number that it prints or lists; 0 is no session, not a missing output."""

    sessions: int


class BfdBriefPeer(OriginFact):
    """One row of `show bfd peers brief`."""

    peer: str
    local_address: str | None = None
    vrf: str | None = None
    session_id: int
    status: BfdStatus
    profile: str | None = None


class BfdCounters(OriginFact):
    """The counters of one BFD session. extra: what newer releases count besides, by the printed name."""

    peer: str
    multihop: bool = False
    local_address: str | None = None
    vrf: str = "default"
    interface: str | None = None
    control_in: int
    control_out: int
    echo_in: int
    echo_out: int
    up_events: int
    down_events: int
    zebra_notifications: int
    extra: Mapping[str, int] = Field(default_factory=dict)
