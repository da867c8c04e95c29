"""What a finding quotes, by file, with the lines around that the report holds from elsewhere."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.render.words import lines
from parsers.base import Evidence

AROUND = 6  # lines before and after a quoted place
HELD = 200_000  # lines of a report that are held to look around in
_TOP = (
    *("namespaces", "cluster-scoped-resources", "network_logs", "nodes", "host_service_logs", "static-pods"),
    *("monitoring", "etcd_info", "ingress_controllers", "pod_network_connectivity_check", "sos_commands"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One numbered line; `own` says that the finding quotes it itself."""

    number: int
    text: str
    own: bool


@dataclass(frozen=True, slots=True)
class QuotedFile:
    """What a finding quotes of one file, and those lines around that something else in the report quotes."""

    path: str
    places: tuple[Evidence, ...]
    around: tuple[Line, ...] = ()

    @property
    def at(self) -> str:
        """The line numbers: `12, 40-44`."""
        return ", ".join(lines(one.first_line, one.last_line) for one in self.places)

    @property
    def added(self) -> int:
        """How many lines the finding does not quote itself."""
        return sum(not one.own for one in self.around)


class Held:
    """The lines that a report holds of each file, by their numbers."""

    def __init__(self, evidence: Iterable[Evidence] = ()) -> None:
        self.files: dict[str, dict[int, str]] = {}
        left = HELD
        for one in evidence:
            file = self.files.setdefault(one.path, {})
            for number, text in numbered(one):
                file.setdefault(number, text)
            left -= len(one.excerpt)
            if left < 0:
                break

    def around(self, path: str, places: Iterable[Evidence]) -> Iterator[Line]:
        """The lines around these places with the places themselves, in order; none where nothing is known there."""
        held = self.files.get(path, {})
        own = dict(pair for one in places for pair in numbered(one))
        near = {at for number in own for at in range(number - AROUND, number + AROUND + 1) if at in held}
        if near - own.keys():
            yield from (Line(at, own.get(at, held.get(at, "")), at in own) for at in sorted(near | own.keys()))


def numbered(one: Evidence) -> Iterator[tuple[int, str]]:
    """The quoted lines with their numbers."""
    yield from enumerate(one.excerpt, one.first_line)


def quoted_files(evidence: Iterable[Evidence], held: Held | None = None) -> list[QuotedFile]:
    """The evidence by file, each in the order that the rule gave."""
    files: dict[str, list[Evidence]] = {}
    for one in evidence:
        files.setdefault(one.path, []).append(one)
    known = held or Held()
    return [QuotedFile(path, tuple(places), tuple(known.around(path, places))) for path, places in files.items()]


def root_of(paths: Iterable[str]) -> str:
    """The folder of the collection that most paths begin with, with its final slash; empty where none is long."""
    found = Counter(root for path in paths if len(root := _root(path)) > 12)
    return max(found, key=lambda one: (found[one], one)) if found else ""


def _root(path: str) -> str:
    parts = path.split("/")
    at = next((at for at, part in enumerate(parts) if part in _TOP), 0)
    return "".join(f"{part}/" for part in parts[:at])
