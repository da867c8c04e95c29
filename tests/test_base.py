"""Numbered texts, streams in odd chunks, evidence, the registry and the runner of parsers."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from parsers.base import (
    EXCERPT_CHARACTERS,
    EXCERPT_LINES,
    LINE_LIMIT,
    RAW_LIMIT,
    Evidence,
    Fact,
    Origin,
    ParseFailure,
    Parser,
    SourceFile,
    Text,
    bounded,
    clean,
    decode,
    failure,
    parser,
    run,
    text_of,
)

TEXT = text_of("x", "one\ntwo\nthree\nfour\n")
ANY = re.compile(rb"")


class Word(Fact):
    word: str


@pytest.fixture
def registry(monkeypatch):
    monkeypatch.setattr(Parser, "registry", {})
    return Parser.registry


def chunks(data, sizes):
    """The data in pieces of these sizes, the rest as one."""
    at, pieces = 0, []
    for size in sizes:
        pieces.append(data[at : at + size])
        at += size
    return [*pieces, data[at:]]


def source(data, sizes=()):
    return SourceFile("x", chunks(data, sizes))


PIECES = (b"a", b"bb", b"\n", b"\r", b"\xc3", b"\xa9", b"\xe2\x82\xac", b" neighbor ", b"x: ")
CONTENT = st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join))
WANTED = (rb"a", rb"b+", rb"^b", rb"a(?=\r?$)", rb"neighbor", rb"\xc3", rb"[^\n]", rb"zz")
SIZES = st.lists(st.integers(0, 9), max_size=40)


@settings(max_examples=300)
@given(data=CONTENT, sizes=SIZES)
@example(data=b"\xef\xbb\xbfa\nb", sizes=[1, 1, 1])
@example(data="é\nb".encode("utf-16"), sizes=[1, 2, 3])
@example(data=b"\xff\xfea", sizes=[1])
@example(data=b"a\n\n\n", sizes=[2, 1])
def test_lines_are_those_of_the_text(data, sizes):
    text = text_of("x", data)
    streamed = list(source(data, sizes).lines())
    # A last line that is empty but for a carriage return is a line of a stream only.
    assert streamed[: len(text)] == list(text.numbered())
    assert "".join(line for _, line in streamed[len(text) :]) == ""
    assert list(source(data, sizes).text()) == list(text)


@settings(max_examples=300)
@given(data=CONTENT, sizes=SIZES, wanted=st.sampled_from(WANTED))
@example(data=b"a\nb\na", sizes=[2], wanted=rb"a")
def test_search_finds_what_a_look_at_every_line_finds(data, sizes, wanted):
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = b" " + data
    wanted = re.compile(wanted, re.MULTILINE)
    plain = data.removeprefix(b"\xef\xbb\xbf")
    raw = plain.split(b"\n")
    naive = [
        (number, clean(line.decode("utf-8", "replace")))
        for number, line in enumerate(raw, 1)
        if wanted.search(line) and (line or number < len(raw))
    ]
    one = source(data, sizes)
    assert list(one.search(wanted)) == naive
    filled = [line for line in raw if line]
    assert (one.first_raw or b"").rstrip(b"\n") == raw[0]
    assert (one.last_raw or b"") == (filled[-1] if filled else b"")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_a_log_that_windows_saved_is_read(size):
    data = "﻿first\r\nneighbor 192.0.2.1 password Zq7\r\nÄ€😀 last".encode("utf-16-le")
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    expected = [(1, "first"), (2, "neighbor 192.0.2.1 password <masked>"), (3, "Ä€😀 last")]
    assert list(SourceFile("x", pieces).lines()) == expected
    assert list(SourceFile("x", pieces).search(re.compile(rb"last|neighbor"))) == expected[1:]
    assert list(SourceFile("x", pieces).text().numbered()) == expected


def test_an_expression_that_fits_nothing_ends():
    assert list(source(b"a\nb\n", [1]).search(ANY)) == [(1, "a"), (2, "b")]
    assert list(source(b"").search(ANY)) == []


def test_search_hides_the_inside_of_a_private_key():
    data = b"a\n-----BEGIN PRIVATE KEY-----\nMIIEaaaa\nMIIEbbbb\n-----END PRIVATE KEY-----\nb MIIE\n"
    for sizes in ([], [5] * 30, [30, 1, 1, 1]):
        found = list(source(data, sizes).search(re.compile(rb"MIIE")))
        assert found == [(3, "<masked>"), (4, "<masked>"), (6, "b MIIE")]


def test_a_very_long_line_is_cut_visibly_however_it_comes():
    line = b"x" * (RAW_LIMIT + 1000)
    small = [line[at : at + 4096] for at in range(0, len(line), 4096)]
    for pieces in ([line, b"\nend"], [line[:5000], line[5000:], b"\nend"], small):
        (_, first), *more = SourceFile("x", pieces).lines()
        assert first.startswith("x" * LINE_LIMIT + "… (")
        assert len(first) < LINE_LIMIT + 100
        assert more in ([], [(2, "end")])
        found = [number for number, _ in SourceFile("x", pieces).search(re.compile(rb"x{9}"))]
        assert found == [1]


def test_bounded():
    assert bounded("a\r") == "a"
    assert bounded("a" * (LINE_LIMIT + 7)) == "a" * LINE_LIMIT + "… (7 more characters)"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfa", "a"),
        ("ä".encode("utf-16"), "ä"),
        ("ä".encode("utf-16-be").join([b"\xfe\xff", b""]), "ä"),
        (b"a\xff", "a�"),
        (b"", ""),
    ],
)
def test_decode(data, text):
    assert decode(data) == text


@pytest.mark.parametrize(
    ("content", "lines"),
    [("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\n\n", ["a", ""]), ("a\r\n", ["a"]), ("\n", [""]), ("a\n\r", ["a"])],
)
def test_a_final_newline_is_no_line(content, lines):
    assert list(text_of("x", content)) == lines


def test_a_text_is_a_sequence_that_knows_its_numbers():
    assert (len(TEXT), TEXT[0], TEXT[1:3], TEXT.last_line) == (4, "one", ("two", "three"), 4)
    part = TEXT.part(2, 3)
    assert list(part.numbered()) == [(2, "two"), (3, "three")]
    assert list(part.part(0, 99).numbered()) == list(part.numbered())
    assert list(part.part(4, 9)) == []
    assert part.quote(3) == Evidence("x", 3, 3, ("three",))
    assert part.quote(2, 3, note="n") == Evidence("x", 2, 3, ("two", "three"), "n")
    assert part.quote(3, 1).excerpt == ("three",)


def test_evidence_for_a_whole_text():
    assert TEXT.whole("n") == Evidence("x", 1, 4, ("one", "two", "three", "four"), "n")
    assert TEXT.part(3, 2).whole() == Evidence("x", 3, 3, ("",))
    long = text_of("x", "y\n" * 100)
    assert long.whole() == Evidence("x", 1, 100, ("y",) * EXCERPT_LINES)


@settings(max_examples=100)
@given(at=st.integers(0, 5000), length=st.integers(0, 5000))
def test_a_long_line_is_quoted_around_its_focus(at, length):
    line = "a" * at + "FOCUS" + "b" * length
    (quoted,) = text_of("x", line).quote(1, focus="FOCUS").excerpt
    assert "FOCUS" in quoted
    assert len(quoted) <= EXCERPT_CHARACTERS + 2
    assert quoted.removeprefix("…").removesuffix("…") in line
    if len(line) <= EXCERPT_CHARACTERS:
        assert quoted == line


def test_a_focus_that_is_not_there_shows_the_beginning():
    (quoted,) = text_of("x", "a" * 1000).quote(1, focus="b").excerpt
    assert quoted == "a" * EXCERPT_CHARACTERS + "…"


def test_evidence_with_a_remark():
    one = TEXT.quote(1)
    assert one.noted("why") == Evidence("x", 1, 1, ("one",), "why")
    assert one.note is None


def test_a_fact_says_where_its_values_stand():
    marks = {"a": TEXT.quote(3), "b": TEXT.quote(1), "c": TEXT.quote(3)}
    fact = Word(evidence=TEXT.quote(2), marks=marks, word="x")
    assert [one.first_line for one in fact.where("a", "b", "c", "d")] == [1, 3]
    assert fact.where("d") == fact.where() == (TEXT.quote(2),)
    with pytest.raises(ValidationError):
        Word(evidence=TEXT.quote(1), word="x", other=1)
    with pytest.raises(ValidationError):
        fact.word = "y"


def test_the_origin_is_the_pod_or_the_folder():
    pod = SourceFile("i/namespaces/n/pods/p/x", [], {"namespace": "n", "pod": "p"}, "i").origin
    assert pod == Origin("i", "n", "p", "i/namespaces/n/pods/p")
    assert SourceFile("saved/w/x.txt", []).origin == Origin(folder="saved/w")


def register(function, *patterns, **more):
    return parser(*patterns, title="t", collect="c", **more)(function)


def test_the_annotation_tells_the_kinds(registry):
    def words(source) -> Iterator[Word | ParseFailure]:
        yield from ()

    def one_kind(source) -> Iterator[Word]:
        yield from ()

    register(words, "a/{b}", content=rb"^x", required_content=rb"y")
    register(one_kind)
    one = registry["words"]
    assert (one.name, one.patterns, one.kinds, one.title, one.collect) == ("words", ("a/{b}",), (Word,), "t", "c")
    assert one.content.search(b"a\nx")
    assert registry["one_kind"].kinds == (Word,)
    with pytest.raises(ValueError, match="two parsers named words"):
        register(words)


def test_a_function_named_parse_takes_the_name_of_its_module(registry):
    def parse(source) -> Iterator[Word]:
        yield from ()

    register(parse)
    assert list(registry) == ["test_base"]


def test_an_exception_is_a_failure_at_the_line_being_read(registry):
    def words(source) -> Iterator[Word]:
        for number, line in source.lines():
            if line == "bad":
                raise ValueError("neighbor 192.0.2.1 password Zq7\nmore")
            yield Word(evidence=source.quote(number, line), word=line)

    register(words)
    facts = list(run(registry["words"], source(b"good\nbad\nnever")))
    assert [type(fact) for fact in facts] == [Word, ParseFailure]
    assert facts[1].reason == "ValueError: neighbor 192.0.2.1 password <masked>"
    assert facts[1].evidence == Evidence("x", 2, 2, ("bad",))
    assert facts[1].parser == "words"


def test_an_exception_before_anything_is_read(registry):
    def words(source) -> Iterator[Word]:
        raise KeyError
        yield

    register(words)
    (fact,) = run(registry["words"], source(b"x"))
    assert (fact.evidence, fact.reason) == (Evidence("x", 1, 1, ("",)), "KeyError: KeyError")


def test_the_cursor_of_a_whole_text(registry):
    def words(source) -> Iterator[Word]:
        text = source.text()
        if len(text) > 1:
            source.at(text, 2)
        raise ValueError("no")
        yield

    register(words)
    assert [fact.evidence.first_line for fact in run(registry["words"], source(b"a\nb"))] == [2]
    assert [fact.evidence.excerpt for fact in run(registry["words"], source(b"a"))] == [("a",)]
    assert [fact.evidence.excerpt for fact in run(registry["words"], source(b""))] == [("",)]


def test_a_member_without_the_required_content_is_not_read(registry):
    def words(source) -> Iterator[Word]:
        text = source.text()
        yield Word(evidence=text.whole(), word=text[-1])

    register(words, required_content=rb"\d{4}")
    assert list(run(registry["words"], source(b"a\nb", [1]))) == []
    assert [fact.word for fact in run(registry["words"], source(b"a\n2026", [1, 3]))] == ["2026"]


@pytest.mark.parametrize("required", [None, rb"x"])
def test_a_text_larger_than_the_limit_is_a_failure(registry, monkeypatch, required):
    def words(source) -> Iterator[Word]:
        yield from (Word(evidence=source.text().whole(), word="x"),)

    register(words, required_content=required)
    monkeypatch.setattr("parsers.base.TEXT_LIMIT", 10)
    (fact,) = run(registry["words"], SourceFile("x", [b"x" * 6] * 2))
    assert fact.reason == "ValueError: larger than 10 bytes: not read as a whole"


def test_a_failure_that_a_parser_reports_itself():
    one = failure(TEXT.quote(1), "words", "why")
    assert (one.evidence, one.parser, one.reason) == (TEXT.quote(1), "words", "why")


def test_an_empty_text():
    assert Text("x", ()).whole() == Evidence("x", 1, 1, ("",))
