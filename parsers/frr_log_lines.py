"""Lines of FRR's log in all their wrappings, down to the records that FRR wrote.

A record is `2022/05/17 09:57:25.089 BGP: [XXXXX-XXXXX][EC 1] text` (FRRouting lib/zlog_targets.c, lib/zlog.c). Codes
are missing before 8.0, milliseconds before the configuration is read; a priority may stand before the daemon. Around it
stand the kubelet's time (`oc logs --timestamps`) or the time, stream and tag of the container runtime. Documentation
flattens many records onto one line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from parsers.vocabulary import timestamp

_WRAPPER = re.compile(
    r"\s*(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))\s(?P<cri>std(?:out|err)\s[FP](?::\S+)?\s)?"
)
_CODES = r"(?:\[[A-Z0-9]{5}-[A-Z0-9]{5}\])?(?:\[EC \d+\])? ?"
_RECORD = re.compile(
    r"(?<!\S)(?P<date>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9}))? (?:[A-Za-z]{4,13}: )?"
    r"(?P<daemon>[A-Z][A-Z0-9]{1,11}): " + _CODES
)
_CRASH = re.compile(
    r"(?P<daemon>[A-Z][A-Z0-9]{1,11}): " + _CODES + r"(?P<text>Received signal \d+ at (?P<epoch>\d{1,10})\b.*)"
)
STARTED = "Started watchfrr"


class LogFormat(StrEnum):
    """What stands around the records."""

    PLAIN = "plain"
    KUBELET = "kubelet"
    CRI = "cri"


@dataclass(frozen=True, slots=True)
class Record:
    """One message. Times are UTC, as containers run in it; `whole` is the record as it stands in its line."""

    time: datetime | None
    daemon: str
    text: str
    whole: str


def wrapping(line: str) -> tuple[LogFormat, datetime | None, str]:
    """The format of a line, the time in its wrapping and what is wrapped."""
    match = _WRAPPER.match(line)
    if not match:
        return LogFormat.PLAIN, None, line
    found = LogFormat.CRI if match["cri"] else LogFormat.KUBELET
    return found, timestamp(match["time"]), line[match.end() :]


def _time(date: str, fraction: str | None) -> datetime | None:
    parts = (date[:4], date[5:7], date[8:10], date[11:13], date[14:16], date[17:19])
    year, month, day, hour, minute, second = map(int, parts)
    try:
        return datetime(year, month, day, hour, minute, second, int((fraction or "0").ljust(6, "0")[:6]), UTC)
    except ValueError:
        return None


def records(line: str) -> Iterator[Record]:
    """The records of a line; a crash tells its time in seconds since 1970, the start of watchfrr echoes its script."""
    _, wrapped_at, text = wrapping(line)
    matches = list(_RECORD.finditer(text))
    before = text[: matches[0].start()] if matches else text
    if STARTED in before:
        yield Record(wrapped_at, "WATCHFRR", STARTED, STARTED)
    if not matches and (crash := _CRASH.match(text)):
        crashed_at = datetime.fromtimestamp(int(crash["epoch"]), UTC)
        yield Record(crashed_at, crash["daemon"], crash["text"].rstrip(), text.rstrip())
    for match, following in zip(matches, [*matches[1:], None], strict=False):  # no record, no pair
        end = following.start() if following else len(text)
        whole = text[match.start() : end].rstrip()
        time = _time(match["date"], match["fraction"])
        yield Record(time, match["daemon"], text[match.end() : end].strip(), whole)


def moment(line: str) -> datetime | None:
    """When a line was written: the time of its first record, else of its wrapping."""
    _, wrapped_at, text = wrapping(line)
    match = _RECORD.search(text)
    return (_time(match["date"], match["fraction"]) if match else None) or wrapped_at
