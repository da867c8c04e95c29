"""What people do to an output on its way into a ticket does not change what is read from it."""

import html
import itertools

import pytest
from conftest import ROOT
from pairs import read

from analyzer.plan import Plan
from analyzer.registry import load_parsers
from parsers.base import Parser, text_of
from parsers.pasted import outputs, plain

PAIRS = ROOT / "fixtures" / "parsers"
LOOSE = ["bgp_neighbor", "bgp_summary", "bfd_peers", "bfd_brief", "bfd_counters", "bgp_table", "bgp_prefix"]
LOOSE += ["bgp_summary_json", "bfd_json", "bgp_table_json", "bgp_neighbor_json", "running_config"]
load_parsers()
PLAN = Plan(Parser.registry.values())


def each(prefix, text):
    return "".join(f"{prefix}{line}" for line in text.splitlines(keepends=True))


FORMS = {
    "fence": lambda text: f"```\n{text}```\n",
    "fence in a list item": lambda text: each("   ", f"```console\n{text}```\n"),
    "fence on the first line": lambda text: f"```{text.rstrip()}```\n",
    "tildes": lambda text: f"~~~\n{text}~~~\n",
    "quote": lambda text: each("> ", text),
    "quote in a quote": lambda text: each("> > ", text),
    "code block": lambda text: each("    ", text),
    "tabs": lambda text: each("\t", text),
    "two blanks": lambda text: each("  ", text),
    "colours": lambda text: each("\x1b[0m", text).replace("\n", "\x1b[K\n"),
    "windows": lambda text: text.replace("\n", "\r\n"),
    "html": lambda text: f"<pre><code>{html.escape(text)}</code></pre>\n",
    "jira": lambda text: f"{{noformat}}\n{text}{{noformat}}\n",
    "asciidoc": lambda text: f"----\n{text}----\n",
}


def without_places(value):
    """A fact as plain values; where it is written changes with the form."""
    if isinstance(value, dict):
        left_out = ("evidence", "marks", "lines")
        return {key: without_places(item) for key, item in value.items() if key not in left_out}
    return [without_places(item) for item in value] if isinstance(value, list | tuple) else value


def facts(name, text):
    found = read(name, text.encode(), path="saved/file.txt")
    return sorted(repr((type(fact).__name__, without_places(fact.model_dump(mode="json")))) for fact in found)


def clean(name):
    """Some of a parser's raw inputs that say something and are no pastes themselves."""
    texts = [raw.read_text() for raw in sorted((PAIRS / name).glob("*.raw")) if not raw.stem.startswith("bad-")]
    pure = (text for text in texts if text == "".join(f"{line}\n" for line in plain(text_of("x", text))))
    return list(itertools.islice(filter(lambda text: facts(name, text), pure), 4))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", LOOSE)
def test_the_same_facts_in_every_form(name, form):
    texts = clean(name)
    assert texts
    for text in texts:
        assert facts(name, FORMS[form](text)) == facts(name, text)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", LOOSE)
def test_every_form_is_recognised(name, form):
    for text in clean(name):
        before = [match.parser.name for match in PLAN.recognise("saved/file.txt", text.encode())]
        after = [match.parser.name for match in PLAN.recognise("saved/file.txt", FORMS[form](text).encode())]
        assert before == after


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        ("> a\n> > b", ["a", "b"]),
        ("&gt; a &lt;b&gt;", ["a <b>"]),
        ("text:\n\n    a\n      b\n\n    c\nend", ["text:", "", "a", "  b", "", "c", "end"]),
        ("text\n    goes on", ["text", "    goes on"]),
        ("\x1b[01;31m\x1b[Ka\x1b[m", ["a"]),
        ("a\xa0b", ["a b"]),
        ("```a b```", ["a b"]),
        ("   Network          Next Hop\n*> x", ["   Network          Next Hop", "*> x"]),
        ("a\n\n     Network          Next Hop\n *> x", ["a", "", "     Network          Next Hop", " *> x"]),
        ("a *> b > c", ["a *> b > c"]),
    ],
)
def test_plain(pasted, expected):
    assert list(plain(text_of("x", pasted))) == expected


def test_evidence_quotes_the_line_as_it_was_pasted():
    quote = plain(text_of("x", "intro\n> \x1b[1mstate&nbsp;up")).quote(2)
    assert quote.excerpt == ("> \x1b[1mstate&nbsp;up",)


def test_pieces_keep_their_numbers():
    pieces = list(outputs(text_of("x", "a\n```\nb\nc\n```\nd")))
    assert [(piece.first_line, [line for line in piece if line]) for piece in pieces if any(piece)] == [
        (1, ["a"]),
        (2, ["b", "c"]),
        (5, ["d"]),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "> password swordfish",
        "> > enable password swordfish",
        " neighbor 192.0.2.1 pass\x1b[1mword swordfish",
        "neighbor 192.0.2.1&nbsp;password&nbsp;swordfish",
    ],
)
def test_a_secret_that_markup_hid_stays_out_of_text_and_evidence(line):
    text = plain(text_of("x", line))
    assert "swordfish" not in "".join(text)
    assert "swordfish" not in "".join(text.quote(1).excerpt)
    assert "<masked>" in text[0]
