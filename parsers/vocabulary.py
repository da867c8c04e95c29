"""The words and units of FRR output, in one place. An unknown word raises ValueError: it becomes a ParseFailure."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network


class BgpState(StrEnum):
    """States of a BGP session (FRRouting bgpd/bgp_debug.c, bgp_status_msg)."""

    IDLE = "Idle"
    CONNECT = "Connect"
    ACTIVE = "Active"
    OPEN_SENT = "OpenSent"
    OPEN_CONFIRM = "OpenConfirm"
    ESTABLISHED = "Established"
    CLEARING = "Clearing"
    DELETED = "Deleted"


class BfdStatus(StrEnum):
    """States of a BFD session (FRRouting bfdd/bfdd_vty.c prints `shutdown`, the brief form `admin-down`)."""

    ADMIN_DOWN = "admin-down"
    DOWN = "down"
    INIT = "init"
    UP = "up"


class Direction(StrEnum):
    """Who sent a NOTIFICATION, seen from the node."""

    SENT = "sent"
    RECEIVED = "received"


class Family(StrEnum):
    """Address families that matter to MetalLB."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"


Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_PLAIN = re.compile(r"(\d+):(\d\d):(\d\d)(?:\.\d+)?")  # HH:MM:SS, below a day
_LONG = re.compile(
    r"(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?"
)  # 1d02h03m, 01w2d03h, 02y05w3d
_COLON4 = re.compile(r"(\d+):(\d\d):(\d\d):(\d\d)")  # days:HH:MM:SS, `Last update` of BFD
_WORDS = re.compile(r"(\d+)\s+(year|month|week|day|hour|minute|second)\(?s?\)?")
# bfdd counts 30 days to a month and 12 months to a year (FRRouting bfdd/bfd.c, integer2timestr).
_SECONDS = {
    "year": 31_104_000,
    "month": 2_592_000,
    "week": 604_800,
    "day": 86_400,
    "hour": 3_600,
    "minute": 60,
    "second": 1,
}


def seconds(text: str) -> int | None:
    """A duration as FRR prints it, in seconds; None for `never` and `n/a`.

    Knows `00:01:44`, `1d02h03m`, `01w2d03h`, `0:00:02:24` (days first), `1 day(s), 2 hour(s), 3 second(s)` and, from
    custom resources, `1m30s`, `90s` (FRRouting lib/frrstr.c and lib/printf, bfdd/bfdd_vty.c).
    """
    text = text.strip()
    if text.lower() in {"never", "n/a", "-"}:
        return None
    if match := _PLAIN.fullmatch(text):
        hours, minutes, secs = map(int, match.groups())
        return hours * 3600 + minutes * 60 + secs
    if match := _COLON4.fullmatch(text):
        days, hours, minutes, secs = map(int, match.groups())
        return days * 86_400 + hours * 3600 + minutes * 60 + secs
    if text and (match := _LONG.fullmatch(text)):
        units = (31_536_000, 604_800, 86_400, 3_600, 60, 1)
        return sum(int(value) * unit for value, unit in zip(match.groups(), units, strict=True) if value)
    if found := _WORDS.findall(text):
        return sum(int(value) * _SECONDS[unit] for value, unit in found)
    raise ValueError(f"not a duration: {text[:40]!r}")


def words(value: int | None) -> str:
    """Seconds as a person says them: `3 h 5 min`; None is `never`."""
    if value is None:
        return "never"
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, value = divmod(value, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def address(text: str) -> str:
    """An IP address in its canonical spelling; anything else (an interface name, a masked address) as it is."""
    try:
        return str(ip_address(text))
    except ValueError:
        return text


def is_address(text: str) -> bool:
    """Whether the text is an IP address, not a name."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=65_536)  # the same prefixes stand in every list of every node
def network(text: str) -> Network | None:
    """A prefix; an address counts as its host prefix; None for anything else."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def family_of(text: str) -> Family | None:
    """The family of an address or prefix; None for an interface or a masked address."""
    found = network(text)
    if found is None:
        return None
    return Family.IPV4 if found.version == 4 else Family.IPV6


def autonomous_system(text: str) -> int:
    """A number of an autonomous system, plain or in dotted notation (`1.10`), 0 to 4294967295."""
    high, dot, low = text.partition(".")
    upper, lower = (int(high), int(low)) if dot else (0, int(high))
    if not (0 <= upper <= 0xFFFF and 0 <= lower <= (0xFFFF if dot else 0xFFFF_FFFF)):
        raise ValueError(f"not a number of an autonomous system: {text[:40]!r}")
    return (upper << 16) + lower


def bfd_status(text: str) -> BfdStatus:
    """A BFD state in any of its spellings: `Down`, `shutdown`, `admin-down`, `adminDown`."""
    plain = text.strip().lower().replace("_", "-")
    if plain in {"shutdown", "admin-down", "admindown", "administratively down", "admin down"}:
        return BfdStatus.ADMIN_DOWN
    return BfdStatus(plain)


def timestamp(text: str) -> datetime | None:
    """A time in UTC from RFC 3339 with any number of fractional digits; None when it is none."""
    text = re.sub(r"(\.\d{6})\d+", r"\1", text.strip()).replace("Z", "+00:00")
    try:
        parsed = datetime.fromisoformat(text)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
