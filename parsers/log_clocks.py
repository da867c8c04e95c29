"""When a line of a kernel log or journal was written, on whatever clock it carries.

`[   12.345678] text` counts from the start of the kernel, `[Fri Nov 21 10:00:02 2025] text` is dmesg's own translation
(util-linux dmesg -T), `Nov 21 10:00:02 host process: text` a journal without a year, `2025-11-21T10:00:02+0000 host …`
one with it (systemd journalctl, short and short-iso). Host times are taken for UTC, which nodes of OpenShift keep.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from parsers.ovs_log_lines import record

_KERNEL = re.compile(r"\s{0,8}\[\s{0,12}(?P<seconds>\d{1,12}\.\d{6})\]")
_DMESG = re.compile(r"\s{0,8}\[\w{3} (?P<time>\w{3} [ \d]\d \d\d:\d\d:\d\d \d{4})\]")
_ISO = re.compile(r"\s{0,8}(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\s")
_LEAP = 2000  # a year in which every day of a journal exists
_HALF = 183 * 86400.0
_YEAR = 366 * 86400.0  # of that year


class LogClock(StrEnum):
    """What the seconds of a time count from."""

    BOOT = "boot"  # the start of the kernel
    YEAR = "year"  # the begin of a year that nothing names
    UTC = "utc"  # 1970


@dataclass(frozen=True, slots=True)
class LogTime:
    """A time, in seconds on its clock."""

    clock: LogClock
    seconds: float


def log_time(line: str) -> LogTime | None:
    """When a line was written; None where it does not say so."""
    if kernel := _KERNEL.match(line):
        return LogTime(LogClock.BOOT, float(kernel["seconds"]))
    try:
        if dmesg := _DMESG.match(line):
            return _utc(datetime.strptime(dmesg["time"], "%b %d %H:%M:%S %Y").replace(tzinfo=UTC))
        if found := record(line):
            if found.time is not None:
                return _utc(found.time)
            about = datetime.strptime(f"{_LEAP}-{found.moment}", "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
            return LogTime(LogClock.YEAR, (about - datetime(_LEAP, 1, 1, tzinfo=UTC)).total_seconds())
        if iso := _ISO.match(line):
            return _utc(datetime.fromisoformat(iso["time"]).replace(tzinfo=UTC))
    except ValueError:
        pass  # a day that no month has
    return None


def _utc(time: datetime) -> LogTime:
    return LogTime(LogClock.UTC, time.timestamp())


def seconds_between(clock: LogClock, earlier: float, later: float) -> float:
    """Seconds from one time to another one of the same clock; a journal may begin in December and end in January."""
    passed = later - earlier
    if clock is LogClock.YEAR and abs(passed) > _HALF:
        return passed - _YEAR if passed > 0 else passed + _YEAR
    return passed


def on_clock(clock: LogClock, time: datetime) -> float | None:
    """The same time in seconds on a clock; None for the one that counts from the start of the kernel."""
    if clock is LogClock.UTC:
        return time.timestamp()
    if clock is LogClock.YEAR:
        leap = time.astimezone(UTC).replace(year=_LEAP)
        return (leap - datetime(_LEAP, 1, 1, tzinfo=UTC)) / timedelta(seconds=1)
    return None
