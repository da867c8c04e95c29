"""What the archive pass says about itself: problems, limits, counts, names; and what it asks: the selector."""

from dataclasses import dataclass, field
from typing import Protocol

MEMBER_LIMIT = 8 << 30  # bytes of one member: a log of several GB is real
NESTED_LIMIT = 32 << 30  # bytes unpacked out of all nested archives and files of one run
TOTAL_LIMIT = 256 << 30  # bytes unpacked out of one input
DEPTH_LIMIT = 4  # archives inside archives
MEMBERS_LIMIT = 5_000_000
PATH_LIMIT = 4096  # characters, as Linux has it
PROBLEMS_LIMIT = 1000  # problems listed; further ones are counted
_SEARCHES_LIMIT = 200_000  # places looked at behind damage: hostile content can look like a header everywhere


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps against hostile and broken input, in bytes, levels, members and characters."""

    member: int = MEMBER_LIMIT
    nested: int = NESTED_LIMIT
    total: int = TOTAL_LIMIT
    depth: int = DEPTH_LIMIT
    members: int = MEMBERS_LIMIT
    path: int = PATH_LIMIT
    problems: int = PROBLEMS_LIMIT


class Selector(Protocol):
    """Chooses members by their paths, so that everything else costs nothing."""

    def wants(self, path: str) -> bool:
        """Whether the member is to be delivered; `x.gz`, `.xz`, `.bz2`, `.zst` are asked as `x` too."""

    def enters(self, path: str) -> bool:
        """Whether a nested archive is to be opened.

        Asked where the content says that a member is packed; in folders and zips, where looking costs time, where
        the name says so.
        """


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read: a sentence that says what was lost.

    path: the member, the nested archive, or None for the (only) input itself. kind: one of

    - truncated, damaged, checksum, unreadable: content is missing or wrong
    - too-large, too-many, path-too-long, nested-too-deep: a cap was reached
    - link, device, sparse, encrypted, unsupported: a wanted member whose content is not read here
    - trailing: bytes behind a proven end; not-an-archive: one of several inputs gave nothing; more: list was cut
    """

    path: str | None
    kind: str
    message: str


class ArchiveError(Exception):
    """Nothing could be read at all; the text says why, in words for the person who gave the file."""


@dataclass(slots=True)
class Budget:
    """Bytes that may still be unpacked."""

    left: int

    def take(self, size: int) -> bool:
        self.left -= size
        return self.left >= 0


@dataclass(slots=True)
class Ledger:
    """The books of one run."""

    limits: Limits
    problems: list[Problem] = field(default_factory=list)
    unlisted: int = 0
    members: int = 0
    bytes: int = 0
    complete: bool = True
    _headers: int = 0
    _searches: int = 0

    def may_go_on(self) -> bool:
        """Count a header; there may be a few for each member."""
        self._headers += 1
        return self._headers <= 4 * self.limits.members

    def may_search(self) -> bool:
        """Count a place at which a header was searched."""
        self._searches += 1
        return self._searches <= _SEARCHES_LIMIT

    def report(self, path: str | None, kind: str, message: str, *, lost: bool = False) -> None:
        """Note a problem; `lost` tells that the end of an archive is not proven."""
        if lost:
            self.complete = False
        if len(self.problems) < self.limits.problems:
            shown = path[: self.limits.path] if path else path  # a name may have a million characters
            self.problems.append(Problem(shown, kind, message))
        else:
            self.unlisted += 1

    def close(self) -> None:
        if self.unlisted:
            self.problems.append(Problem(None, "more", f"{self.unlisted} further problems are not listed."))
            self.unlisted = 0


def clean_path(raw: bytes | str) -> str:
    r"""A member's name for people and patterns: no leading `./` or `/`, no `//`; `..` stays, as a mere text.

    Bytes that are not UTF-8 are shown as `\xNN`, so that different names stay different.
    """
    name = raw.decode("utf-8", "backslashreplace") if isinstance(raw, bytes) else raw
    if name.startswith(("./", "/")) or "//" in name or "/./" in name or name.endswith("/."):
        name = "/".join(part for part in name.split("/") if part not in {"", "."})
    return name or "unnamed"


def without_suffix(path: str) -> str:
    """The path of a single compressed file without `.gz` and the like; other paths as they are."""
    stem, dot, suffix = path.rpartition(".")
    return stem if dot and suffix.lower() in {"gz", "xz", "bz2", "zst"} else path
