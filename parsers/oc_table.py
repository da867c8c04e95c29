"""Tables that `oc get` prints, in columns or flattened onto one line by the way they were published.

A table begins with its headings, which may stand behind the prompt and the command. If nothing follows on their line,
each line below is a row, up to an empty line, a prompt or other headings; else the rows follow one another on that
line. Cells are told apart by what they hold, not by their column: long names move cells, and pages squeeze spaces. A
heading that is not known stands for a word (kubernetes/kubernetes pkg/printers/tableprinter.go, tabwriter.go).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parsers.base import Evidence, ParseFailure, SourceFile, Text, failure
from parsers.host_shell import is_prose, reason_for
from parsers.ovs_text import prompt
from parsers.pasted import plain

NAME = r"(?:[a-z][a-z0-9.-]{0,80}/)?[A-Za-z0-9][A-Za-z0-9.:_-]{0,252}"  # `oc get all` puts the type before the name
NAMESPACE = r"[a-z0-9][a-z0-9-]{0,62}"
AGE = r"(?:\d{1,6}[smhdy]){1,3}|<unknown>|<invalid>"
LABELS = r"<none>|[^\s=,]{1,320}=[^\s=,]{0,64}(?:,[^\s=,]{1,320}=[^\s=,]{0,64}){0,99}"
WORD = r"\S{1,400}"
_FIRST = re.compile(r"(?<!\S)NAME(?:SPACE)?(?=\s)|(?<!\S)NAME$")
_HEADING = re.compile(r"[A-Z][A-Z0-9/()_-]{0,40}(?=\s|$)")
_SPACE = re.compile(r"[ \t]+")
_GET = re.compile(r"\b(?:oc|kubectl|oadm)\b.{0,200}?\bget\b")
_IN = re.compile(r"(?:^|\s)(?:-n|--namespace)[ =]?['\"]?(?P<namespace>[a-z0-9][a-z0-9-]{0,62})")
_ASIDE = re.compile(  # what oc says on standard error, before or behind the rows
    r"(?:error:|Error from server|Unable to connect|No resources found|Warning:|[WEI]\d{4} \d\d:|Flag --).*"
    r"|[\[(]?\.{3}.*|\^C|[-=]{3,}.*"
)
_REMARK = re.compile(r"(?:#|//|<-|\.{3}|\[\.{3}\]).*")
_WRAPPED = 3  # lines that one row may take where a mail broke it
_LONGEST = 16 * 1024  # characters of one row
_HEADINGS = 24  # more columns than any table has


@dataclass(frozen=True, slots=True)
class Column:
    """How the cells of a column look. blank: whether a cell may be empty, so that nothing stands there."""

    name: str
    cell: str
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """A kind of table: the headings that it may have, and the sets of them of which one must be complete.

    command: what the command above must match, for headings that are common to many tables. never: headings that make
    it another table. more: a line that goes on with the last column of the row above, in its group `more`.
    """

    columns: Mapping[str, Column]
    needed: Sequence[frozenset[str]]
    command: re.Pattern[str] | None = None
    never: frozenset[str] = frozenset()
    more: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class OcRow:
    """The cells of a row by the names of their columns; "" for one that is empty. namespace: of the command, or None.

    more: what further lines add to the last column.
    """

    cells: Mapping[str, str]
    namespace: str | None
    evidence: Evidence
    more: tuple[str, ...] = ()

    def get(self, name: str) -> str | None:
        """A cell; None where it is empty, `<none>`, or where the table has no such column."""
        found = self.cells.get(name, "")
        return None if found in {"", "<none>"} else found

    @property
    def name(self) -> str:
        """The object's name, without the type that `oc get all` writes before it."""
        return self.cells["name"].rpartition("/")[2]

    def marks(self, *names: str) -> dict[str, Evidence]:
        """The row as the place of those values that it holds."""
        return {name: self.evidence for name in names if self.get(name) is not None}

    def identity(self, source: SourceFile) -> dict[str, Any]:
        """The fields of a KubernetesFact that a table can tell."""
        return {
            "evidence": self.evidence,
            "name": self.name,
            "namespace": self.get("namespace") or self.namespace,
            "image_dir": source.image_dir,
        }


COMMON = {"NAMESPACE": Column("namespace", NAMESPACE), "NAME": Column("name", NAME), "AGE": Column("age", AGE)}


@dataclass(frozen=True, slots=True)
class _Head:
    """The headings of one table. end: where they end on their line, and the spaces behind them."""

    row: re.Pattern[str]
    end: int
    namespace: str | None


def rows(source: SourceFile, parser_name: str, layout: Layout) -> Iterator[OcRow | ParseFailure]:
    """The rows of all tables of this kind in a file. A line that is neither a row nor the end of a table is a failure.

    Prose around tables is deliberately ignored, and so are the tables of other kinds.
    """
    text = plain(source.text())
    before = ""
    at = text.first_line
    while at <= text.last_line:
        line = text[at - text.first_line]
        head = _head(line, 0, before, layout)
        while head is not None and head.end < len(line):
            end, found = _flat(text, at, head, parser_name)
            yield from found
            head = _head(line, end, before, layout)
        before = line if line.strip() else before
        at += 1
        if head is not None:
            found, at = _below(text, at, head, layout, parser_name)
            yield from found


def _head(line: str, position: int, before: str, layout: Layout) -> _Head | None:
    """The next headings in a line, if they are of this kind of table."""
    for start in (found.start() for found in _FIRST.finditer(line, position, position + _LONGEST)):
        names, end = _headings(line, start, layout)
        columns = [layout.columns.get(name) for name in names]
        known = [one.name for one in columns if one]
        whole = any(map(set(names).issuperset, layout.needed)) and layout.never.isdisjoint(names)
        if not whole or "name" not in known or len(set(known)) != len(known):
            continue
        command = line[position:start] if _GET.search(line, position, start) else before
        if layout.command is not None and not layout.command.search(command):
            continue
        return _Head(_row(columns), end, asked_namespace(command))
    return None


def _headings(line: str, at: int, layout: Layout) -> tuple[list[str], int]:
    """The headings from a position on, of known ones the longest, and the position of what follows them."""
    several = sorted((name for name in layout.columns if " " in name), key=len, reverse=True)
    names: list[str] = []
    while len(names) < _HEADINGS:
        match = next(
            (found for name in several if (found := re.compile(rf"{re.escape(name)}(?=\s|$)").match(line, at))), None
        ) or _HEADING.match(line, at)
        if match is None:
            break
        names.append(match[0])
        space = _SPACE.match(line, match.end())
        at = space.end() if space else match.end()
    return names, at


def _row(columns: Sequence[Column | None]) -> re.Pattern[str]:
    """An expression for the rows of a table. Cells hold no space, or end where they say: it matches in one way."""
    parts = []
    for number, column in enumerate(columns):
        cell = f"(?P<{column.name}>{column.cell})" if column else WORD
        gap = r"\s+" if number else r"\s*"
        parts.append(f"(?:{gap}{cell}(?!\\S))?" if column and column.blank else f"{gap}{cell}(?!\\S)")
    return re.compile("".join(parts))


def _flat(text: Text, number: int, head: _Head, parser_name: str) -> tuple[int, list[OcRow | ParseFailure]]:
    """Rows behind one another on the line of the headings, and where they end."""
    found: list[OcRow | ParseFailure] = []
    line = text[number - text.first_line]
    at = head.end
    while at < len(line) and (match := head.row.match(line, at)):
        found.append(_made(match, head, text.quote(number, focus=match[0].strip())))
        at = match.end()
    rest = line[at:].strip()
    if rest and not _REMARK.match(rest) and not prompt(rest) and rest != "\\":
        found.append(failure(text.quote(number, focus=rest), parser_name, "behind the rows: not recognised as a row"))
    return at, found


def _below(
    text: Text, at: int, head: _Head, layout: Layout, parser_name: str
) -> tuple[list[OcRow | ParseFailure], int]:
    """Rows on lines of their own, and the number of the line that ends them."""
    found: list[OcRow | ParseFailure] = []
    while at <= text.last_line:
        line = text[at - text.first_line]
        if not line.strip() or (_ends(line, layout) and not _remark(line, text, at + 1, head)):
            break
        more = layout.more.fullmatch(line) if layout.more else None
        if more and found and isinstance(found[-1], OcRow):
            found[-1] = _continued(found[-1], more["more"], text.quote(found[-1].evidence.first_line, at))
            at += 1
            continue
        taken, made = _rows_at(text, at, head)
        if made:
            found += made
        elif not _ASIDE.fullmatch(line.strip()) and not is_prose(line.strip()):
            found.append(failure(text.quote(at), parser_name, _reason(line)))
        at += taken
    return found, at


def _reason(line: str) -> str:
    reason = reason_for(line.strip())
    return reason if reason != "line not recognised" else "line not recognised as a row of the table"


def _ends(line: str, layout: Layout) -> bool:
    """Whether a line begins something else: a prompt, a command, or the headings of a table."""
    words = line.split(maxsplit=1)
    return (
        prompt(line) is not None
        or words[0] in {"NAME", "NAMESPACE"}
        or bool(_GET.match(line.strip()))
        or _head(line, 0, "", layout) is not None
    )


def _remark(line: str, text: Text, after: int, head: _Head) -> bool:
    """Whether a line is a remark and no prompt of root: the table goes on behind it."""
    return line.lstrip().startswith("#") and after <= text.last_line and bool(_rows_at(text, after, head)[1])


def _rows_at(text: Text, at: int, head: _Head) -> tuple[int, list[OcRow]]:
    """The rows that begin at a line, and how many lines they take: mail breaks long lines, pages join lines."""
    joined = ""
    for count in range(1, _WRAPPED + 1):
        line = text[at + count - 1 - text.first_line] if at + count - 1 <= text.last_line else ""
        joined = f"{joined} {line.strip()}".strip()
        if not line.strip() or len(joined) > _LONGEST:
            break
        found = _matches(joined, head.row)
        if found:
            return count, [_made(one, head, text.quote(at, at + count - 1, focus=one[0].strip())) for one in found]
        if found is not None:  # a whole row with something wrong behind it: no other line mends it
            break
    return 1, []


def _matches(line: str, row: re.Pattern[str]) -> list[re.Match[str]] | None:
    """The rows that a line consists of; none of them where something else is behind, None where it begins with none."""
    found: list[re.Match[str]] = []
    at = 0
    while at < len(line):
        match = row.match(line, at)
        if match is None:
            return [] if found else None
        found.append(match)
        at = match.end()
    return found


def _made(match: re.Match[str], head: _Head, evidence: Evidence) -> OcRow:
    cells = {name: value or "" for name, value in match.groupdict().items()}
    return OcRow(cells, head.namespace, evidence)


def _continued(row: OcRow, more: str, evidence: Evidence) -> OcRow:
    return OcRow(row.cells, row.namespace, evidence, (*row.more, more))


def asked_namespace(command: str) -> str | None:
    """The namespace that a command asks for, if it names one."""
    asked = _IN.search(command) if _GET.search(command) else None
    return asked["namespace"] if asked else None


def each(
    source: SourceFile, parser_name: str, layout: Layout, build: Callable[[OcRow, SourceFile], Any]
) -> Iterator[Any]:
    """The facts of the rows, made by `build`; a ValueError of it is a failure at the row."""
    for row in rows(source, parser_name, layout):
        if isinstance(row, ParseFailure):
            yield row
            continue
        try:
            yield build(row, source)
        except ValueError as error:
            yield failure(row.evidence, parser_name, str(error)[:300])
