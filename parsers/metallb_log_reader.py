"""From the wanted lines of a log to messages: which expression finds them, and how each form of line is read."""

import re
from collections.abc import Iterator
from datetime import datetime

from parsers.base import Origin, SourceFile
from parsers.metallb_log_kinds import OF_A_SERVICE, MetallbLogKind
from parsers.metallb_log_lines import Line, console, json_fields, klog, records, some_fields, unwrapped, without_time
from parsers.metallb_log_messages import PREFILTER, RECONCILE, Message, understand
from parsers.metallb_log_places import Place
from parsers.metallb_log_reloader import PREFILTER as RELOADER
from parsers.metallb_log_reloader import Reloads
from parsers.pasted import uncoloured

REMEMBERED = 20_000  # messages whose meaning is kept, for programs repeat themselves
SHORT = 1000  # characters of a line that is worth it
PODS = 1000  # whose reloads are followed side by side
MARGIN = 150  # characters that may stand before a JSON line
CUT = 200_000  # characters from which on a line may have been cut by what collected or read it
_WANTED = {
    (False, False): PREFILTER,
    (False, True): RECONCILE,
    (True, False): RELOADER,
    (True, True): re.compile(RECONCILE.pattern + b"|" + RELOADER.pattern),
}
_NAMES = (
    "frr-metrics",
    "frr-status",
    "webhook-server",
    "statuscleaner",
    "reloader",
    "manager",
    "speaker",
    "controller",
)
_CONTAINER = re.compile(r"/([^/]+)/\1/logs/(?:rotated/)?[^/]+$")
_MEMBER = re.compile(r"namespaces/([^/]+)/pods/([^/]+)/|(?:^|/)report/pods/([^/]+)/")
_STARTS = re.compile(r'"start reconcile": ?"([^"]{1,320})"')
_ENDS = re.compile(r'"controller": ?"((?:Config|Pool)Reconciler)"')
_PLAIN_PANIC = re.compile(r"(?:panic|fatal error): ")


def container_of(path: str) -> str:
    """The container by the path of its log; by the name of a file saved by hand; `""` if neither tells."""
    if match := _CONTAINER.search(path):
        return match[1]
    name = path.rpartition("/")[2].lower()
    return next((one for one in _NAMES if one in name), "")


def origin_of(source: SourceFile) -> Origin:
    """Whose log it is; some patterns bind the pod's name, so that the path tells it and not the parameters."""
    at = source.origin
    match = _MEMBER.search(source.path)
    if at.pod or not match:
        return at
    return Origin(at.image_dir, at.namespace or match[1], match[2] or match[3], at.folder)


class Reader:
    """Reads the wanted lines of one log in their order."""

    def __init__(self, *, reloads: bool = False, follows: bool = False) -> None:
        """reloads: lines of the reloader are among them. follows: the controller's reconciliations are."""
        self.wanted = _WANTED[reloads, follows]
        self._reloads: dict[str | None, Reloads] | None = {} if reloads else None  # by pod
        self._follows = follows
        self._loose = reloads and follows
        self._year: int | None = None  # that klog does not tell
        self._known: dict[str, Message | str | None] = {}
        self._complained: set[str] = set()  # reconcilers of the configuration that reported an error in this look
        self._reconciled: tuple[str, int, str] | None = None  # a service, and where its reconciliation begins

    def read(self, number: int, line: str, *, unfinished: bool = False) -> Iterator[Place | str]:
        """The messages of a line; a text tells why a known one is not understood. unfinished: the log ends in it."""
        plain = uncoloured(line)
        pieces = records(plain) if self._loose else [plain]
        for piece in pieces:
            if len(pieces) > 1 and not self.wanted.search(piece.encode("utf-8", "replace")):
                continue
            found = self._one(number, line, unwrapped(piece), unfinished)
            if isinstance(found, Place) and len(pieces) > 1:
                found.focus = piece
            if found:
                yield found

    def _one(self, number: int, line: str, read: Line, unfinished: bool) -> Place | str | None:
        if read.text.startswith("{"):
            return self._json(number, line, read, unfinished)
        return self._reload(number, line, read) or self._plain(number, line, read)

    def _reload(self, number: int, line: str, read: Line) -> Place | None:
        if self._reloads is None:
            return None
        if read.pod not in self._reloads and len(self._reloads) >= PODS:
            self._reloads.clear()
        return self._reloads.setdefault(read.pod, Reloads()).read(number, line, read)

    def _json(self, number: int, line: str, read: Line, unfinished: bool) -> Place | str | None:
        if ' reconcile":' in read.text:
            if self._follows:
                self._follow(number, line, read.text)
            return self._ended(number, line, read)
        text, time = without_time(read.text)
        self._year = time.year if time else self._year
        if text in self._known:
            message = self._known[text]
        else:
            fields = json_fields(text)
            if fields is None and not (read.part or len(line) > CUT):
                return None if unfinished else "JSON that does not end"
            message = understand(some_fields(text) if fields is None else fields)
            self._remember(text, message)
        if isinstance(message, Message) and message.level == "error":
            complained = _ENDS.search(read.text)
            self._complained |= {complained[1]} if complained else set()
        return self._placed(number, line, read, message, time)

    def _remember(self, text: str, message: Message | str | None) -> None:
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        if len(text) <= SHORT:
            self._known[text] = message

    def _plain(self, number: int, line: str, read: Line) -> Place | str | None:
        text, time = read.text, None
        if _PLAIN_PANIC.match(text):
            message: Message | str | None = Message(MetallbLogKind.PANIC, text[:1000], "error", error=text[:1000])
        elif found := console(text) or klog(text, self._year_of(read)):
            time = found[1]
            message = understand(found[0])
        elif 0 < (begin := text.find('{"')) < MARGIN and (fields := json_fields(text[begin:])):
            # What other tools write before the line: a pod's name, a quote's margin.
            time = without_time(text[begin:])[1]
            message = understand(fields)
        else:
            # The end of a line that the container runtime broke off, or a plain line of a library.
            message = understand(some_fields(text) or {"msg": text})
        return self._placed(number, line, read, message, time)

    def _year_of(self, read: Line) -> int | None:
        return read.wrapped_at.year if read.wrapped_at else self._year

    def _placed(
        self, number: int, line: str, read: Line, message: Message | str | None, time: datetime | None
    ) -> Place | str | None:
        if not isinstance(message, Message):
            return message
        place = Place(number, line, time or read.wrapped_at, message, read.pod, read.container)
        if self._reconciled and not message.service and message.kind in OF_A_SERVICE:
            place.service, at, where = self._reconciled
            place.told_at["service"] = (at, where)
        return place

    def _ended(self, number: int, line: str, read: Line) -> Place | None:
        """A look at the resources that ended: it went well if nothing complained since the one before."""
        found = _ENDS.search(read.text) if '"end reconcile"' in read.text else None
        if found is None:
            return None
        failed, self._complained = self._complained, self._complained - {found[1]}
        if found[1] in failed:
            return None
        message = Message(MetallbLogKind.CONFIG_RECONCILED, "end reconcile", "info", reason=found[1])
        return Place(number, line, without_time(read.text)[1] or read.wrapped_at, message, read.pod, read.container)

    def _follow(self, number: int, line: str, text: str) -> None:
        """Which service the controller works on: from 0.13 on its own messages do not name it."""
        starts = _STARTS.search(text)
        one = starts and '"ServiceReconciler"' in text
        self._reconciled = (starts[1], number, line) if starts and one else None
