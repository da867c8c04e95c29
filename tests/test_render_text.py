from dataclasses import replace
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_samples import NODES, broken, empty, quiet

from analyzer.model import Coverage, Severity, Status
from analyzer.render import visible, words
from analyzer.render.markdown import markdown, sections
from analyzer.render.visible import marked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("BGP state = Idle", "BGP state = Idle"),
        ("a\tb", "a\tb"),
        ("서울 東京 ünï", "서울 東京 ünï"),
        ("non\u00a0breaking", "non\u00a0breaking"),
        ("\x1b[31m", r"\x1b[31m"),
        ("two\nlines\r", r"two\nlines\r"),
        ("\u202egpj.exe", r"\u202egpj.exe"),
        ("a\u200bb\ufeff", r"a\u200bb\ufeff"),
        ("\udcff\ud800", r"\udcff\ud800"),
        ("\x9b1m\x7f", r"\x9b1m\x7f"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_hidden_characters_are_spelled_out(text, shown):
    assert visible(text) == shown


@given(st.text(st.characters(), max_size=50))
def test_whatever_comes_is_printable_and_encodable(text):
    visible(text).encode("utf-8")
    assert all(char.isprintable() or char == "\t" or category(char) == "Zs" for char in visible(text))
    assert "<" not in marked(text).replace('<span class="hidden">', "").replace("</span>", "")


def test_long_text_says_how_much_is_missing():
    assert visible("x" * 1_000_000, 10) == "xxxxxxxxxx… (999,990 more characters)"
    assert len(marked("\x1b" * 1_000_000, 10)) < 200


def test_an_escape_differs_from_text_that_looks_like_one():
    assert marked("\x1b<") == '<span class="hidden">\\x1b</span>&lt;'
    assert marked(r"\x1b<") == r"\x1b&lt;"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one\ntwo\n\nthree", "<p>one two</p>\n<p>three</p>"),
        ("- a `b`\n- **c**\n  goes on", "<ul><li>a <code>b</code></li><li><strong>c</strong> goes on</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("intro:\n* a", "<p>intro:</p>\n<ul><li>a</li></ul>"),
        ("    vtysh -c 'x'\n    y", "<pre><code>vtysh -c &#39;x&#39;\ny</code></pre>"),
        ("```sh\nip a\n\nip r\n```\nend", "<pre><code>ip a\n\nip r</code></pre>\n<p>end</p>"),
        ("text\n```\nnever closed", "<p>text</p>\n<pre><code>never closed</code></pre>"),
        ("``a ` b`` and 2 * 3 ** 4", "<p><code>a ` b</code> and 2 * 3 ** 4</p>"),
        ("<script>`<b>`", "<p>&lt;script&gt;<code>&lt;b&gt;</code></p>"),
        ("", ""),
    ],
)
def test_markdown(text, html):
    assert markdown(text) == html


def test_documentation_is_split_at_its_headings():
    doc = "Title.\n\nIntro.\n\n## Why it matters\nBecause.\n\n## Empty\n\n## What to do\n- This."
    assert sections(doc) == [
        ("", "<p>Intro.</p>"),
        ("Why it matters", "<p>Because.</p>"),
        ("What to do", "<ul><li>This.</li></ul>"),
    ]
    assert sections("Title only.") == []
    assert sections("") == []


def test_the_verdict_counts_what_was_found_and_what_was_not_looked_at():
    assert words.sentences_of(broken()) == [
        "2 critical faults, 1 error and 1 warning on 3 of 5 nodes.",
        "3 of 9 rules could not be checked.",
        "1 remark for context.",
        "1 rule crashed and said nothing.",
        "The archive is incomplete: what is missing could not be judged.",
    ]


def test_silence_is_not_health():
    assert words.verdict(quiet()) == (
        "No fault found by 2 checked rules on 18 examined items; 3 rules could not be checked."
    )
    assert words.verdict(empty()) == "Nothing was judged: no rule found what it needs in this archive."


def test_nothing_examined_is_no_clear_result():
    idle = replace(quiet().outcomes[0], examined=0)
    assert words.verdict(replace(quiet(), outcomes=(idle,))) == (
        "Nothing was judged: 1 checked rule had nothing to examine."
    )


def test_nodes_are_counted_of_all_only_if_all_are_known():
    report = broken()
    unknown = replace(report, cluster=replace(report.cluster, nodes=NODES[:1]))
    assert words.sentences_of(unknown)[0].endswith("1 warning on 3 nodes.")
    (fault,) = report.outcomes[1].findings
    nowhere = replace(report.outcomes[1], findings=(replace(fault, node=None),))
    assert words.sentences_of(replace(report, outcomes=(nowhere,)))[0] == "1 warning."
    nameless = replace(report, outcomes=(report.outcomes[2],), archive=quiet().archive)
    assert words.verdict(nameless) == "No fault found by 1 checked rule on 10 examined items. 1 remark for context."


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (999_999, "1.0 MB"),
        (41_532_117, "41.5 MB"),
        (2**62, "4611686.0 TB"),
    ],
)
def test_sizes(count, text):
    assert words.size(count) == text


def test_lists():
    assert words.listed([]) == ""
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.first_few(["a", "b", "c"], 2) == "a, b and 1 more"
    assert words.first_few(["a", "b"], 2) == "a, b"


@pytest.mark.parametrize("width", [20, 40, 60, 79, 100])
def test_short_paths_keep_their_end(width):
    path = broken().outcomes[0].findings[0].evidence[0].path
    short = words.short_path(path, width)
    assert len(short) <= width
    assert short.endswith("dump_frr")
    assert words.short_path(path, len(path)) == path


def test_reasons_are_grouped_and_name_their_remedy():
    unchecked = quiet().of_status(Status.NOT_CHECKED)
    groups = words.by_reason(unchecked)
    assert [(reason, len(those)) for reason, those in groups.items()] == [
        ("not collected: FRR log", 2),
        ("not collected: ip link of the nodes", 1),
    ]
    coverage = (Coverage("FRR log", False, (), None, "do this"), Coverage("dump_frr", True), Coverage("ip link", False))
    assert [one.how_to_collect for one in words.remedies("not collected: FRR log", coverage)] == ["do this"]
    assert words.remedies("not collected: ip link", coverage) == []


def test_a_rule_stands_at_each_severity_of_its_findings():
    groups = [(severity, outcome.rule, len(findings)) for severity, outcome, findings in words.by_rule(broken())]
    assert groups == [
        (Severity.CRITICAL, "bgp-session-down", 2),
        (Severity.ERROR, "bgp-session-down", 1),
        (Severity.WARNING, "bfd-not-run-by-remote", 1),
        (Severity.INFO, "bgp-ceased-by-administrator", 1),
    ]
