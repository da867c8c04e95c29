r"""Lines of the logs of MetalLB, frr-k8s and the operator in all their wrappings, down to what the program wrote.

Around a line stand the kubelet's time, the time, stream and tag of the container runtime (`P`: the line goes on in the
next one), or `[pod/<pod>/<container>]` of `oc logs --prefix`. Inside stands one of

- JSON with sorted keys of go-kit (metallb/metallb internal/logging/logging.go); a key that is written twice counts as
  it was written last,
- JSON of zap, its `ts` seconds since 1970 or RFC 3339 (controller-runtime pkg/log/zap),
- `<time>\tERROR\t<logger>\t<message>\t{…}` of zap in development mode (metallb/metallb-operator main.go),
- `E0914 14:27:03.318507 2617 reflector.go:138] text` of klog, or plain text.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from parsers.vocabulary import timestamp

_WRAPPER = re.compile(
    r"\s{0,20}(?:\[pod/(?P<pod>[^/\]\s]{1,253})/(?P<container>[^\]\s]{1,63})\] )?"
    r"(?:(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,12})?(?:Z|[+-]\d\d:\d\d))(?!\t|\s\s|\d)\s?"
    r"(?:std(?:out|err)\s(?P<tag>[FP])(?::\S{1,20})?\s)?)?"
)
_TS = re.compile(r'"ts": ?(\d{1,11}(?:\.\d{1,18})?(?:e\+09)?)')
_KLOG = re.compile(r"([IWEF])(\d\d)(\d\d) (\d\d:\d\d:\d\d\.\d{1,9})\s{1,10}\d{1,10} (\S{1,80}:\d{1,6})\] ?")
_CONSOLE = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,12})?(?:Z|[+-]\d\d:?\d\d))\s+(DEBUG|INFO|WARN|ERROR|DPANIC|PANIC|FATAL)\s+"
)
_BETWEEN = re.compile(r"\t| {2,}")  # the columns; a terminal turns tabs into blanks
_VALUES = re.compile(r'(?:\t| {2,8})(?=\{")')
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")  # half a character, which no text may hold
_TOP = re.compile(
    r'(?<!\\)"([^"\\]{1,60})": ?("(?:[^"\\]|\\.)*+"|-?\d++(?:\.\d++)?|null|true|false|\[[^\[\]{}]*\])(?=[,}])'
)
_DECODER = json.JSONDecoder()
_LEVELS = {"I": "info", "W": "warn", "E": "error", "F": "error"}

# Documentation flattens many lines onto one. In compact JSON a blank before a brace stands between two objects only.
_BEGIN = r"\{\"|[IWEF]\d{4} \d\d:\d\d:|\d{4}-\d\d-\d\dT\d\d:|\[pod/"
_FLAT = re.compile(rf"\}} (?:{_BEGIN})")
_RECORD = re.compile(rf'(?<=\}}) (?={_BEGIN})|(?<=[^\s}}\]Z]) (?=\{{")')

Fields = Mapping[str, Any]


@dataclass(slots=True)
class Line:
    """A line without its wrapping, and the time of the wrapping as it is written."""

    text: str
    wrapped: str | None = None
    pod: str | None = None
    container: str | None = None
    part: bool = False  # the container runtime broke it off

    @property
    def wrapped_at(self) -> datetime | None:
        """The time of the wrapping, UTC."""
        return instant(self.wrapped) if self.wrapped else None


def unwrapped(line: str) -> Line:
    """What a program wrote."""
    end = line.find(" {", 20, 40)
    if end > 0 and line[10] == "T" and line[end - 1] == "Z":  # quick, for the common form
        return Line(line[end + 1 :].rstrip("\r\n"), line[:end])
    match = _WRAPPER.match(line)
    assert match is not None  # every part of it is optional
    pod, container, time, tag = match.groups()
    return Line(line[match.end() :].rstrip("\r\n"), time, pod, container, tag == "P")


def records(line: str) -> list[str]:
    """The lines that were flattened onto this one; itself, if none were."""
    return _RECORD.split(line) if _FLAT.search(line) else [line]


@lru_cache(maxsize=1024)
def instant(text: str) -> datetime | None:
    """A time in UTC, from RFC 3339 or seconds since 1970."""
    try:
        if text[4:5] == "-":
            found = datetime.fromisoformat(text)  # quick, for the common form
            return found if found.tzinfo is UTC else timestamp(text)
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def without_time(text: str) -> tuple[str, datetime | None]:
    """A JSON line without the value of its `ts`, which alone differs where a program repeats itself; and that time."""
    for begin in ('"ts":"', '"ts": "'):  # quick, for the common form
        if (at := text.rfind(begin)) > 0 and (end := text.find('"', at + len(begin))) > 0:
            at += len(begin)
            return text[:at] + text[end:], instant(text[at:end])
    found = _TS.search(text)
    if not found:
        return text, None
    return text[: found.start()] + '"ts":0' + text[found.end() :], instant(found[1])


def json_fields(text: str) -> Fields | None:
    """The fields of a JSON line, whatever people wrote behind them; None if it is none."""
    try:
        found, _ = _DECODER.raw_decode(_SURROGATE.sub(r"\\ufffd", text) if "\\u" in text else text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def some_fields(text: str) -> Fields:
    """The simple fields of a JSON line of which a part is missing."""
    found: dict[str, Any] = {}
    for match in _TOP.finditer(text):
        value = json_fields(f'{{"value":{match[2]}}}')
        if value is not None:
            found.setdefault(match[1], value["value"])
    return found


def klog(text: str, year: int | None) -> tuple[Fields, datetime | None] | None:
    """The fields of a line of klog, which does not tell the year; None if it is none."""
    match = _KLOG.match(text)
    if not match:
        return None
    time = instant(f"{year}-{match[2]}-{match[3]}T{match[4]}Z") if year else None
    return {"level": _LEVELS[match[1]], "caller": match[5], "msg": text[match.end() :]}, time


def console(text: str) -> tuple[Fields, datetime | None] | None:
    """The fields of a line of zap in development mode; None if it is none."""
    match = _CONSOLE.match(text)
    if not match:
        return None
    rest = text[match.end() :]
    tail = _VALUES.search(rest)
    columns = [column for column in _BETWEEN.split(rest[: tail.start()] if tail else rest) if column.strip()]
    fields = {"level": match[2].lower(), "msg": columns[-1] if columns else ""}
    if len(columns) > 1:
        fields["logger"] = columns[0]
    fields.update((json_fields(rest[tail.end() :]) if tail else None) or {})
    return fields, instant(match[1])


def moment(line: str) -> datetime | None:
    """When a line was written: its own time, else that of its wrapping."""
    read = unwrapped(line)
    if read.text.startswith("{"):
        return without_time(read.text)[1] or read.wrapped_at
    year = read.wrapped_at.year if read.wrapped_at else None
    found = console(read.text) or klog(read.text, year)
    return (found[1] if found else None) or read.wrapped_at
