"""The reloader's log: plain lines of a shell script and of FRR's frr-reload.py, many lines for one reload.

The script (metallb/metallb frr-tools/reloader/frr-reloader.sh, metallb/frr-k8s cmd/reloader/frr-reloader.sh) tells that
it begins and how it ended; between, or in frr-k8s behind the end, stands what frr-reload.py (FRRouting tools) printed:
`<time> ERROR: …`, the complaint of vtysh with the line of the configuration that it does not like, Python tracebacks.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from parsers.metallb_log_kinds import MetallbLogKind
from parsers.metallb_log_lines import Line, instant
from parsers.metallb_log_messages import TEXT, Message
from parsers.metallb_log_places import Place

K = MetallbLogKind
PREFILTER = re.compile(
    rb"Caught SIGHUP and|Syntax error spotted|Failed to fully apply|FRR reloaded success"
    rb"|ERROR|failed due to|ocked by|Backend daemon disc|Traceback \(|(?:Error|Exception): "
    rb"|line \d{1,7}: |% [A-Z]|\('vtysh |INFO: (?:Called via|Loading Config)"
)
_OWN = re.compile(r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),(?P<ms>\d{3})\s{1,4}(?P<level>[A-Z]{4,8}): ?")
_OUTCOMES = (
    (K.RELOADER_STARTED_RELOAD, re.compile(r"Caught SIGHUP and acquired lock! Reloading FRR")),
    (K.RELOADER_SYNTAX_ERROR, re.compile(r"Syntax error spotted: aborting(?:\.\. (?P<seconds>\d{1,9}) seconds)?")),
    (
        K.RELOADER_APPLY_FAILED,
        re.compile(r"Failed to fully apply configuration file(?: (?P<seconds>\d{1,9}) seconds)?"),
    ),
    (K.RELOADER_SUCCESS, re.compile(r"FRR reloaded successfully!(?: (?P<seconds>\d{1,9}) seconds)?")),
)
_COMPLAINTS = (
    (K.RELOAD_VTYSH_FAILED, re.compile(r"vtysh failed to process new configuration: ?(?P<error>.*)")),
    (K.RELOAD_REMOVE_FAILED, re.compile(r'"(?P<error>.*)" we failed to remove this command')),
    (K.RELOAD_SCRIPT_FAILED, re.compile(r"(?P<error>frr-reload\.py failed due to)")),
    (K.RELOAD_LOCKED, re.compile(r".{0,80}?(?P<error>[\w ]{0,20}onfiguration is locked by .*)")),
    (K.RELOAD_BACKEND_DISCONNECTED, re.compile(r".{0,200}?(?P<error>Backend daemon disconnected while .*)")),
)
# b'line 79: % Command incomplete: neighbor tor remote-as\n\n' · line 4: % Unknown command: x · ('vtysh (exec file) …',)
_DETAIL = re.compile(
    r"(?:b['\"])?(?P<error>(?:line \d{1,7}: |% )\S.*?)(?:\\n){0,4}['\"]?$|\('(?P<status>vtysh .*)',\)$"
)
_EXCEPTION = re.compile(r"[A-Za-z_][\w.]{0,100}(?:Error|Exception): .*")
_VAGUE = (K.RELOAD_TRACEBACK, K.RELOAD_SCRIPT_FAILED, K.RELOAD_VTYSH_FAILED)  # what vtysh says tells more


@dataclass(slots=True)
class _Complaint:
    """Why a reload failed, and where that stands."""

    error: str
    number: int
    line: str
    vague: bool


class Reloads:
    """What the reloads of one log came to. One of several containers whose lines are mixed is enough."""

    def __init__(self) -> None:
        self._clock: datetime | None = None  # the last time that frr-reload.py told
        self._complaint: _Complaint | None = None  # of this reload
        self._last: _Complaint | None = None  # what vtysh said last
        self._waiting: Place | None = None  # a message whose next line tells more
        self._failed: Place | None = None  # an end without a reason so far
        self._traceback = False

    def read(self, number: int, line: str, read: Line) -> Place | None:
        """The message of this line, if it holds one; other lines complete earlier messages."""
        text, is_error = read.text, False
        if own := _OWN.match(text):
            self._clock = instant(f"{own['time'].replace(' ', 'T')}.{own['ms']}Z") or self._clock
            text, is_error = text[own.end() :], own["level"] == "ERROR"
        message = self._outcome(text) or self._complained(text, is_error)
        if message is None:
            self._detail(number, line, text)
            return None
        starts = message.kind is K.RELOADER_STARTED_RELOAD  # the time of the reload before it tells nothing
        place = Place(
            number, line, read.wrapped_at or (None if starts else self._clock), message, read.pod, read.container
        )
        self._remember(place)
        return place

    def _outcome(self, text: str) -> Message | None:
        for kind, pattern in _OUTCOMES:
            if match := pattern.search(text):
                told = match.groupdict().get("seconds")
                failed = kind in (K.RELOADER_SYNTAX_ERROR, K.RELOADER_APPLY_FAILED)
                details: dict[str, str | int] = {"seconds": int(told)} if told else {}
                return Message(kind, match[0], "error" if failed else "info", details=details)
        return None

    def _complained(self, text: str, is_error: bool) -> Message | None:
        for kind, pattern in _COMPLAINTS:
            if match := pattern.match(text):
                return Message(kind, text[:TEXT], "error", error=match["error"][:TEXT] or None)
        if self._traceback and _EXCEPTION.fullmatch(text):
            self._traceback = False
            return Message(K.RELOAD_TRACEBACK, text[:TEXT], "error", error=text[:TEXT])
        if text.startswith("Traceback ("):
            self._traceback = True
        if is_error and not text.startswith(("Failed to execute ", "% ")):
            return Message(K.RELOAD_SCRIPT_FAILED, text[:TEXT], "error", error=text[:TEXT])
        return None

    def _detail(self, number: int, line: str, text: str) -> None:
        """What vtysh complained of belongs to the message above it and to the reload."""
        match = _DETAIL.match(text)
        if not match:
            return
        error = (match["error"] or match["status"])[:TEXT]
        vague = not match["error"] or error.startswith("% Configuration failed")
        complaint = self._last = _Complaint(error, number, line, vague)
        if self._waiting:
            _explain(self._waiting, complaint)
            own = self._complaint and self._complaint.number == self._waiting.number
            self._complaint = None if own else self._complaint
            self._waiting = None
        self._blame(complaint)

    def _blame(self, complaint: _Complaint) -> None:
        if self._complaint is None or (self._complaint.vague and not complaint.vague):
            self._complaint = complaint
            if self._failed:
                _explain(self._failed, complaint)

    def _remember(self, place: Place) -> None:
        kind, error = place.message.kind, place.message.error
        if kind is K.RELOADER_STARTED_RELOAD:
            self._complaint = self._last = self._waiting = self._failed = self._clock = None
            self._traceback = False
        elif kind in (K.RELOADER_SYNTAX_ERROR, K.RELOADER_APPLY_FAILED):
            self._failed, self._waiting = place, None
            if self._complaint:
                _explain(place, self._complaint)
        elif kind is K.RELOADER_SUCCESS:
            self._failed = self._waiting = None
        else:
            self._waiting = place
            if kind is K.RELOAD_SCRIPT_FAILED and self._last:
                _explain(place, self._last)
                self._waiting = None
            self._blame(_Complaint(error or place.message.text, place.number, place.line, vague=kind in _VAGUE))


def _explain(place: Place, complaint: _Complaint) -> None:
    place.error = complaint.error
    place.told_at["error"] = (complaint.number, complaint.line)
