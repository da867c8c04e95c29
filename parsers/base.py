"""What every parser is made of: numbered text, evidence, facts and the registry.

A parser is a generator from one source file to facts, registered with the path patterns of the members it reads::

    @parser("namespaces/{namespace}/pods/{pod}/frr/frr/logs/daemons", title="FRR daemons file", collect="...")
    def daemons(source: SourceFile) -> Iterator[FrrDaemons]: ...

It may raise: `run` turns the exception into a ParseFailure at the line being read and keeps the earlier facts.
"""

import re
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from parsers.secrets import mask, mask_lines

LINE_LIMIT = 256 * 1024  # characters of one line that a parser sees; longer lines are cut, visibly
EXCERPT_LINES = 24
EXCERPT_CHARACTERS = 600
TEXT_LIMIT = 256 * 1024 * 1024  # bytes that a parser of whole texts may hold; logs are streamed instead


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where something is written: member path, first and last line (from 1), the quoted lines, an optional remark."""

    path: str
    first_line: int
    last_line: int
    excerpt: tuple[str, ...]
    note: str | None = None

    def noted(self, note: str) -> "Evidence":
        """The same place with a remark for the reader."""
        return replace(self, note=note)


def _shorten(line: str, focus: str | None) -> str:
    if len(line) <= EXCERPT_CHARACTERS:
        return line
    start = 0
    if focus and (at := line.find(focus)) >= 0:
        start = max(0, min(at - EXCERPT_CHARACTERS // 3, len(line) - EXCERPT_CHARACTERS))
    cut = line[start : start + EXCERPT_CHARACTERS]
    return ("…" if start else "") + cut + ("…" if start + EXCERPT_CHARACTERS < len(line) else "")


@dataclass(frozen=True, slots=True)
class Text(Sequence[str]):
    """Masked lines that know their numbers in the member. Indexing is by position, `quote` and `part` by number."""

    path: str
    lines: tuple[str, ...]
    first_line: int = 1

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, index: Any) -> Any:
        return self.lines[index]

    @property
    def last_line(self) -> int:
        return self.first_line + len(self.lines) - 1

    def numbered(self) -> Iterator[tuple[int, str]]:
        """Pairs of line number and line."""
        return enumerate(self.lines, self.first_line)

    def part(self, first: int, last: int) -> "Text":
        """Lines `first` to `last` (numbers, both included) as a text of their own that keeps its numbers."""
        first, last = max(first, self.first_line), min(last, self.last_line)
        start = first - self.first_line
        return Text(self.path, self.lines[start : start + max(0, last - first + 1)], first)

    def quote(self, first: int, last: int | None = None, note: str | None = None, focus: str | None = None) -> Evidence:
        """Evidence for the lines `first` to `last`; `focus` is a text that must stay visible in a very long line."""
        last = first if last is None else max(first, last)
        start = first - self.first_line
        quoted = self.lines[start : start + min(last - first + 1, EXCERPT_LINES)]
        return Evidence(self.path, first, last, tuple(_shorten(line, focus) for line in quoted), note)

    def whole(self, note: str | None = None) -> Evidence:
        """Evidence for the text as a whole (its first lines are quoted); an empty text is one empty line."""
        if not self.lines:
            return Evidence(self.path, self.first_line, self.first_line, ("",), note)
        return self.quote(self.first_line, self.last_line, note)


def decode(data: bytes) -> str:
    """UTF-8 with or without mark, UTF-16 as Windows saves it; what is broken becomes U+FFFD, never an error."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


def bounded(line: str) -> str:
    """One line without its carriage return, cut visibly where it is longer than any real line."""
    line = line.rstrip("\r")
    if len(line) > LINE_LIMIT:
        return f"{line[:LINE_LIMIT]}… ({len(line) - LINE_LIMIT} more characters)"
    return line


def clean(line: str) -> str:
    """One line as parsers see it: bounded, and without a secret."""
    return mask(bounded(line))


def text_of(path: str, content: bytes | str) -> Text:
    """A text from a whole content; a final newline does not make an empty last line."""
    content = decode(content) if isinstance(content, bytes) else content
    lines = content.split("\n")
    if lines and not lines[-1].strip("\r"):
        lines.pop()
    return Text(path, tuple(mask_lines(content, [bounded(line) for line in lines])))


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose output this is: the pod that it was taken in, or the folder that a loose file lies in.

    `image_dir` tells two must-gathers in one archive apart.
    """

    image_dir: str = ""
    namespace: str | None = None
    pod: str | None = None
    folder: str = ""


class SourceFile:
    """One member handed to one parser: its path, the named parts of the pattern, its content as text or as a stream."""

    def __init__(
        self, path: str, chunks: Iterable[bytes], params: Mapping[str, str] | None = None, image_dir: str = ""
    ) -> None:
        self.path = path
        self.params = dict(params or {})
        self.image_dir = image_dir
        self.cursor: Evidence | None = None  # where the parser is, for a ParseFailure
        self._chunks = iter(chunks)

    @property
    def origin(self) -> Origin:
        return Origin(
            self.image_dir, self.params.get("namespace"), self.params.get("pod"), self.path.rpartition("/")[0]
        )

    def text(self) -> Text:
        """The whole content, once. Refuses more than TEXT_LIMIT bytes: such members are logs and are streamed."""
        data = bytearray()
        for chunk in self._chunks:
            data += chunk
            if len(data) > TEXT_LIMIT:
                raise ValueError(f"larger than {TEXT_LIMIT} bytes: not read as a whole")
        text = text_of(self.path, bytes(data))
        self.cursor = text.quote(1) if len(text) else text.whole()
        return text

    def at(self, text: Text, line: int) -> None:
        """Remember the line being read, so that a failure can name it."""
        self.cursor = text.quote(line)

    def lines(self) -> Iterator[tuple[int, str]]:
        """Numbered lines as a stream in flat memory."""
        for number, raw in self._raw_lines():
            line = clean(decode(raw))
            self.cursor = Evidence(self.path, number, number, (_shorten(line, None),))
            yield number, line

    def search(self, wanted: re.Pattern[bytes]) -> Iterator[tuple[int, str]]:
        """Only the numbered lines in which `wanted` is found; the others cost a scan and no decoding.

        `self.first_raw` and `self.last_raw` hold the first and last line of the stream, whatever they are.
        """
        number, rest = 1, b""
        for chunk in self._chunks:
            block = rest + chunk
            cut = block.rfind(b"\n") + 1
            if not cut:
                rest = block if len(block) <= LINE_LIMIT * 4 else block[: LINE_LIMIT * 4]
                continue
            rest = block[cut:]
            yield from self._found(block[:cut], number, wanted)
            number += block.count(b"\n", 0, cut)
        if rest:
            yield from self._found(rest, number, wanted)

    first_raw: bytes | None = None
    last_raw: bytes | None = None

    def _found(self, block: bytes, number: int, wanted: re.Pattern[bytes]) -> Iterator[tuple[int, str]]:
        if self.first_raw is None:
            self.first_raw = block[: (block.find(b"\n") + 1 or len(block))][:4096]
        self.last_raw = block.rstrip(b"\n").rpartition(b"\n")[2][:4096]
        at = 0
        while match := wanted.search(block, at):
            start = block.rfind(b"\n", 0, match.start()) + 1
            end = block.find(b"\n", match.end())
            end = len(block) if end < 0 else end
            number += block.count(b"\n", at, start)
            line = clean(decode(block[start:end]))
            self.cursor = Evidence(self.path, number, number, (_shorten(line, None),))
            yield number, line
            number += block.count(b"\n", start, min(end + 1, len(block)))
            at = end + 1

    def _raw_lines(self) -> Iterator[tuple[int, bytes]]:
        number, rest = 0, b""
        for chunk in self._chunks:
            pieces = (rest + chunk).split(b"\n")
            rest = pieces.pop()
            if len(rest) > LINE_LIMIT * 4:
                rest = rest[: LINE_LIMIT * 4]
            for number, piece in enumerate(pieces, number + 1):  # noqa: B020 - the count goes on over the chunks
                yield number, piece
        if rest:
            yield number + 1, rest

    def quote(self, number: int, line: str, note: str | None = None, focus: str | None = None) -> Evidence:
        """Evidence for one line of a stream."""
        return Evidence(self.path, number, number, (_shorten(line, focus),), note)


class Fact(BaseModel):
    """One thing to point at, read from one place. `marks` says where each single value of it is written."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    evidence: Evidence
    marks: Mapping[str, Evidence] = Field(default_factory=dict, repr=False)

    def where(self, *names: str) -> tuple[Evidence, ...]:
        """The lines of the named values, in the order of the lines; the fact's own place where none is marked."""
        found = {mark.first_line: mark for name in names if (mark := self.marks.get(name))}
        return tuple(found[line] for line in sorted(found)) or (self.evidence,)


class OriginFact(Fact):
    """A fact of one FRR instance (one pod, one node)."""

    origin: Origin


class ParseFailure(Fact):
    """Lines that a parser could not read: never dropped in silence."""

    parser: str
    reason: str


Facts = Iterator[Any]


@dataclass(frozen=True, slots=True)
class Parser:
    """A registered parser: what it reads, what it yields, how a missing input is collected."""

    name: str
    patterns: tuple[str, ...]
    kinds: tuple[type[Fact], ...]
    function: Callable[[SourceFile], Facts] = field(repr=False)
    title: str
    collect: str
    content: re.Pattern[bytes] | None = None
    required_content: re.Pattern[bytes] | None = None

    registry: ClassVar[dict[str, "Parser"]] = {}


def parser(
    *patterns: str,
    title: str,
    collect: str,
    content: bytes | None = None,
    required_content: bytes | None = None,
) -> Callable[[Callable[[SourceFile], Facts]], Callable[[SourceFile], Facts]]:
    """Register a parser.

    patterns: paths below the image directory, `{name}` is one named path part, `*` any run of characters in a part.
    title: what the input is called in the coverage table. collect: how to get it when it is missing.
    content: an expression that recognises the same output in a file saved by hand (searched in its first 64 KiB).
    required_content: a member without this expression anywhere yields nothing and is not decoded.
    """

    def register(function: Callable[[SourceFile], Facts]) -> Callable[[SourceFile], Facts]:
        name = function.__module__.rpartition(".")[2] if function.__name__ == "parse" else function.__name__
        if name in Parser.registry:
            raise ValueError(f"two parsers named {name}")
        Parser.registry[name] = Parser(
            name=name,
            patterns=patterns,
            kinds=_fact_kinds(function),
            function=function,
            title=title,
            collect=collect,
            content=re.compile(content, re.MULTILINE) if content else None,
            required_content=re.compile(required_content) if required_content else None,
        )
        return function

    return register


def _fact_kinds(function: Callable[..., Any]) -> tuple[type[Fact], ...]:
    (result,) = typing.get_args(typing.get_type_hints(function)["return"])
    kinds = typing.get_args(result) or (result,)
    return tuple(kind for kind in kinds if kind is not ParseFailure)


def run(one: Parser, source: SourceFile) -> Iterator[Fact]:
    """The facts of one member. The only place where a parser's exception is caught: it becomes a ParseFailure."""
    try:
        yield from one.function(source)
    except Exception as error:  # noqa: BLE001 - whatever hostile content provokes must not end the analysis
        where = source.cursor or Evidence(source.path, 1, 1, ("",))
        yield ParseFailure(evidence=where, parser=one.name, reason=f"{type(error).__name__}: {first_line(error)}")


def first_line(error: BaseException) -> str:
    """The first line of an error's text, masked: pydantic and libyaml quote their input."""
    return mask((str(error) or type(error).__name__).split("\n", 1)[0])[:300]


def failure(evidence: Evidence, parser_name: str, reason: str) -> ParseFailure:
    """A failure that a parser reports itself, to go on with the next line."""
    return ParseFailure(evidence=evidence, parser=parser_name, reason=reason)
