"""What every parser is made of: numbered text, evidence, facts and the registry.

A parser is a generator from one source file to facts, registered with the path patterns of the members it reads::

    @parser("namespaces/{namespace}/pods/{pod}/frr/frr/logs/daemons", title="FRR daemons file", collect="...")
    def daemons(source: SourceFile) -> Iterator[FrrDaemons]: ...

It may raise: `run` turns the exception into a ParseFailure at the line being read and keeps the earlier facts.
"""

import codecs
import re
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from parsers.secrets import Masker, mask
from parsers.text import (
    EXCERPT_CHARACTERS,
    EXCERPT_LINES,
    LINE_LIMIT,
    UTF_16,
    Evidence,
    Text,
    bounded,
    clean,
    decode,
    shorten,
    text_of,
)

__all__ = [
    "EXCERPT_CHARACTERS",
    "EXCERPT_LINES",
    "LINE_LIMIT",
    "RAW_LIMIT",
    "TEXT_LIMIT",
    "Evidence",
    "Fact",
    "Facts",
    "Origin",
    "OriginFact",
    "ParseFailure",
    "Parser",
    "SourceFile",
    "Text",
    "bounded",
    "clean",
    "decode",
    "failure",
    "first_line",
    "parser",
    "run",
    "text_of",
]

TEXT_LIMIT = 256 * 1024 * 1024  # bytes that a parser of whole texts may hold; logs are streamed instead
RAW_LIMIT = 4 * LINE_LIMIT  # bytes that are held of one line in a stream: a character takes at most four


def _utf_8(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """A stream without byte order mark, in UTF-8 where Windows saved it as UTF-16."""
    chunks = iter(chunks)
    head = b""
    while len(head) < 3 and (chunk := next(chunks, None)) is not None:
        head += chunk
    if head[:2] not in UTF_16:
        yield head.removeprefix(codecs.BOM_UTF8)
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    for chunk in chain([head], chunks):
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()


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
        self,
        path: str,
        chunks: Iterable[bytes],
        params: Mapping[str, str] | None = None,
        image_dir: str = "",
        cut: Callable[[], bool] = lambda: False,
    ) -> None:
        self.path = path
        self.params = dict(params or {})
        self.image_dir = image_dir
        self.cursor: Evidence | None = None  # where the parser is, for a ParseFailure
        self._chunks = _utf_8(chunks)
        self._cut = cut
        self._masker = Masker()

    @property
    def origin(self) -> Origin:
        return Origin(
            self.image_dir, self.params.get("namespace"), self.params.get("pod"), self.path.rpartition("/")[0]
        )

    @property
    def torn(self) -> bool:
        """Whether the archive ended in this member, once all of it was read."""
        return self._cut()

    def text(self) -> Text:
        """The whole content, once. Refuses more than TEXT_LIMIT bytes: such members are logs and are streamed."""
        content = self._whole()
        if self.torn:  # the line in which it ends holds part of a value
            text = replace(text_of(self.path, content[: content.rfind(b"\n") + 1]), torn=True)
        else:
            text = text_of(self.path, content)
        self.cursor = text.quote(1) if len(text) else text.whole()
        return text

    def holds(self, wanted: re.Pattern[bytes]) -> bool:
        """Whether `wanted` is found anywhere in the content, which stays to be read."""
        data = self._whole()
        self._chunks = iter([data])
        return bool(wanted.search(data))

    def _whole(self) -> bytes:
        data = bytearray()
        for chunk in self._chunks:
            data += chunk
            if len(data) > TEXT_LIMIT:
                raise ValueError(f"larger than {TEXT_LIMIT} bytes: not read as a whole")
        return bytes(data)

    def chunks(self) -> Iterator[bytes]:
        """The content as it comes, not masked: whoever reads it so hides the secrets itself (OVSDB files)."""
        yield from self._chunks

    def at(self, text: Text, line: int) -> None:
        """Remember the line being read, so that a failure can name it."""
        self.cursor = text.quote(line)

    def lines(self) -> Iterator[tuple[int, str]]:
        """Numbered lines as a stream in flat memory."""
        for number, raw in self._raw_lines():
            yield number, self._read(number, self._masker.line(bounded(raw.decode("utf-8", "replace"))))

    def search(self, wanted: re.Pattern[bytes]) -> Iterator[tuple[int, str]]:
        """Only the numbered lines in which `wanted` is found; the others cost a scan and no decoding.

        `wanted` must not reach over the end of a line. `self.first_raw` and `self.last_raw` hold the first line of the
        stream and the last one that is not empty, whatever they are.
        """
        number, rest = 1, b""
        for chunk in self._chunks:
            block = rest + chunk
            cut = block.rfind(b"\n") + 1
            if not cut:
                rest = block[:RAW_LIMIT]
                continue
            rest = block[cut:]
            yield from self._found(block[:cut], number, wanted)
            number += block.count(b"\n", 0, cut)
        if rest:
            self.unfinished = number
            yield from self._found(rest, number, wanted)

    unfinished: int | None = None  # the number of a last line that no newline ends, once `search` is through
    first_raw: bytes | None = None
    last_raw: bytes | None = None

    def _found(self, block: bytes, number: int, wanted: re.Pattern[bytes]) -> Iterator[tuple[int, str]]:
        if self.first_raw is None:
            self.first_raw = block[: (block.find(b"\n") + 1 or len(block))][:4096]
        self.last_raw = block.rstrip(b"\n").rpartition(b"\n")[2][:4096] or self.last_raw
        if self._masker.open or b"PRIVATE KEY-----" in block:
            yield from self._one_by_one(block, number, wanted)
            return
        at = 0
        while at < len(block) and (match := wanted.search(block, at)):
            start = block.rfind(b"\n", 0, match.start()) + 1
            end = block.find(b"\n", match.end())
            end = len(block) if end < 0 else end
            number += block.count(b"\n", at, start)
            yield number, self._read(number, clean(block[start:end].decode("utf-8", "replace")))
            number += 1
            at = end + 1

    def _one_by_one(self, block: bytes, number: int, wanted: re.Pattern[bytes]) -> Iterator[tuple[int, str]]:
        """The same where a private key stands: what of a line may be shown follows from the lines above it."""
        for at, raw in enumerate(block.removesuffix(b"\n").split(b"\n"), number):
            line = self._masker.line(bounded(raw.decode("utf-8", "replace")))
            if wanted.search(raw):
                yield at, self._read(at, line)

    def _read(self, number: int, line: str) -> str:
        self.cursor = Evidence(self.path, number, number, (shorten(line),))
        return line

    def _raw_lines(self) -> Iterator[tuple[int, bytes]]:
        number, rest = 0, b""
        for chunk in self._chunks:
            pieces = (rest + chunk).split(b"\n")
            rest = pieces.pop()[:RAW_LIMIT]
            for number, piece in enumerate(pieces, number + 1):  # noqa: B020 - the count goes on over the chunks
                yield number, piece
        if rest:
            yield number + 1, rest

    def quote(self, number: int, line: str, note: str | None = None, focus: str | None = None) -> Evidence:
        """Evidence for one line of a stream."""
        return Evidence(self.path, number, number, (shorten(line, focus),), note)


class Fact(BaseModel):
    """One thing to point at, read from one place. `marks` says where each single value of it is written."""

    # Most kinds of facts stand in no archive: what checks their values is built when the first one is made.
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True)

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
    words: tuple[bytes, ...] = ()

    registry: ClassVar[dict[str, "Parser"]] = {}


def parser(
    *patterns: str,
    title: str,
    collect: str,
    content: bytes | None = None,
    required_content: bytes | None = None,
    words: tuple[bytes, ...] = (),
) -> Callable[[Callable[[SourceFile], Facts]], Callable[[SourceFile], Facts]]:
    """Register a parser.

    patterns: paths below the image directory, `{name}` is one named path part, `*` any run of characters in a part.
    title: what the input is called in the coverage table. collect: how to get it when it is missing.
    content: an expression that recognises the same output in a file saved by hand (searched in its first MiB).
    words: one of these stands wherever `content` is found; a file without any is passed over by a cheap look.
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
            words=words,
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
        if one.required_content is None or source.holds(one.required_content):
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
