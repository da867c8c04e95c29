"""Which archives lie in a folder: recognised by their first bytes or their content, each with a name of its own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from analyzer.expect import NAME as EXPECTED
from analyzer.expect import is_foreign

DEPTH = 3  # how many folders deep archives are looked for, and content below a folder
RESERVED = ("index.html", "index.json")  # what else lies where the reports' folders lie

_MAGIC = (b"\x1f\x8b", b"\xfd7zXZ\0", b"BZh", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"PK\x05\x06")
_SUFFIX = re.compile(r"\.(?:tar|tgz|tbz2?|txz|tzst|zip|gz|xz|bz2|zst)$", re.IGNORECASE)
_NO_ARCHIVE = re.compile(r"^\.|\.(?:yaml|yml|md)$", re.IGNORECASE)
_CONTENT = frozenset(
    {"namespaces", "cluster-scoped-resources", "network_logs", "sos_commands", "must-gather.logs", "timestamp"}
)
_NAMED = re.compile(r"^(?:must-gather|inspect\.local|sosreport)")
_UNSAFE = re.compile(r"[^A-Za-z0-9._+-]+")


@dataclass(frozen=True, slots=True)
class Case:
    """One archive of a batch.

    name: its path in the folder, for people. input: the archive. expected: the expected.yaml beside it.
    wrong: why there is no archive to read. folder: where its reports go, safe and unlike any other.
    """

    name: str
    input: Path | None
    expected: Path | None = None
    wrong: str | None = None
    folder: str = ""


@dataclass(slots=True)
class Found:
    """What lies in a folder: the cases, the files that are no archives, expected.yaml files of other programs."""

    cases: list[Case] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Search:
    top: Path
    out: Path | None
    found: Found = field(default_factory=Found)

    def name(self, path: Path) -> str:
        # A name on disk may be no valid text: its odd bytes are shown, not passed on.
        return str(path.relative_to(self.top)).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")

    def cases(self, folder: Path, depth: int) -> Iterator[Case]:
        for path in sorted(folder.iterdir()):
            if path.name.startswith(".") or path.resolve() == self.out:
                continue
            if path.is_dir():
                yield from self.folder(path, depth)
            elif _is_archive(path):
                yield Case(self.name(path), path)
            elif not _NO_ARCHIVE.search(path.name):
                self.found.ignored.append(self.name(path))

    def folder(self, path: Path, depth: int) -> Iterator[Case]:
        if (path / EXPECTED).is_file():
            yield self.expected(path)
        elif _NAMED.search(path.name) or _has_content(path, DEPTH):
            yield Case(self.name(path), path)
        elif depth > 1:
            try:
                yield from self.cases(path, depth - 1)
            except OSError as error:
                yield Case(self.name(path), None, wrong=f"the folder cannot be listed: {error.strerror}")

    def expected(self, path: Path) -> Case:
        expected: Path | None = path / EXPECTED
        if expected and is_foreign(expected):
            self.found.foreign.append(self.name(expected))
            expected = None
        beside = [one for one in sorted(path.iterdir()) if not _NO_ARCHIVE.search(one.name)]
        if len(beside) == 1:
            return Case(self.name(path), beside[0], expected)
        wrong = f"{len(beside)} archives beside {EXPECTED}: there must be exactly one"
        return Case(self.name(path), None, expected, wrong)


def find(top: Path, out: Path | None = None) -> Found:
    """The archives of a folder, in the order of their names.

    A sub-folder with an expected.yaml is one case; one with must-gather content is an archive; any other is looked
    into. `out` is skipped. Raises OSError for a folder that cannot be listed.
    """
    search = _Search(top, out and out.resolve())
    cases = sorted(search.cases(top, DEPTH), key=lambda case: case.name)
    taken = set(RESERVED)
    search.found.cases = [replace(case, folder=_unique(case.name, taken)) for case in cases]
    return search.found


def _is_archive(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with path.open("rb") as stream:
            head = stream.read(512)
    except OSError:
        return bool(_SUFFIX.search(path.name))  # the analysis itself will say that it cannot be read
    return head.startswith(_MAGIC) or head[257:262] == b"ustar" or bool(_SUFFIX.search(path.name))


def _has_content(path: Path, depth: int) -> bool:
    try:
        inside = sorted(path.iterdir())
    except OSError:
        return False
    if any(one.name in _CONTENT for one in inside):
        return True
    return depth > 1 and any(_has_content(one, depth - 1) for one in inside if one.is_dir() and not one.is_symlink())


def _unique(name: str, taken: set[str]) -> str:
    """A folder's name from any name: letters, digits and `._+-`, no dot first, unlike the others in any case."""
    safe = _UNSAFE.sub("-", name).lstrip(".-")[:80].rstrip(".-")
    while (plain := _SUFFIX.sub("", safe)) != safe:
        safe = plain
    safe = safe or "archive"
    unique, count = safe, 1
    while unique.lower() in taken:
        count += 1
        unique = f"{safe}-{count}"
    taken.add(unique.lower())
    return unique
