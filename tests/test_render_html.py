import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from render_samples import DOCS, HOSTILE, IMAGE, LOGS, NODES, REPORTS, broken, cluster, empty, hostile, huge, quiet

from analyzer.model import ClusterSummary, Severity
from analyzer.render import BatchRow, html, index_html, pages, report_html
from analyzer.render.html import EVIDENCE_PER_FINDING, FINDINGS_PER_GROUP
from analyzer.render.index import AS_EXPECTED
from parsers.base import Evidence

SCRIPT = (Path(pages.__file__).parents[2] / "templates" / "html" / "report.js").read_text(encoding="utf-8")
VOID = {"meta", "br", "input"}


class Page(HTMLParser):
    """The elements of a page: names, attributes, text, and whether they are nested as they should be."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.source, self.elements, self.open, self.words = source, [], [], []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "script"}.intersection(self.open):
            self.words.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", "".join(self.words))

    def values(self, name):
        return [attrs[name] for _, attrs in self.elements if name in attrs]

    def tags(self, *names):
        return [tag for tag, _ in self.elements if tag in names]


def page_of(report):
    return Page(report_html(report, DOCS))


ROWS = [
    BatchRow(
        "calm.tar", "analyzed", 0, cluster=ClusterSummary(version="4.14.3"), expected=AS_EXPECTED, report_href="c"
    ),
    BatchRow("a/b.tar.gz", "analyzed", 1, None, cluster(), {Severity.ERROR: 2}, "it is down", complete=False),
    BatchRow("odd.tar", "analyzed", 0, reason="only markers", expected="differs: missing: bgp-session-down"),
    BatchRow("page.html", "unreadable", 3, reason="no archive: starts with <html>"),
    BatchRow("crash.tar", "analyzed", 4, counts={Severity.WARNING: 1234}),
    BatchRow(HOSTILE, "unreadable", 3, reason=HOSTILE, report_href='javascript:alert(1)"\udcff'),
]
PAGES = {name: lambda make=make: report_html(make(), DOCS) for name, make in REPORTS.items()}
PAGES["index"] = lambda: index_html(ROWS)
PAGES["empty index"] = lambda: index_html([])


@pytest.fixture(scope="module", params=PAGES)
def page(request):
    return Page(PAGES[request.param]())


def test_a_page_is_deterministic_and_encodable():
    for make in PAGES.values():
        assert make().encode("utf-8") == make().encode("utf-8")


def test_nothing_of_the_content_becomes_markup(page):
    assert not page.tags("img", "iframe", "object", "embed", "link", "form", "b", "base")
    assert len(page.tags("script")) == page.values("id").count("tools")  # our own, of a report
    assert not [
        name for _, attrs in page.elements for name in attrs if name.startswith("on") or name in {"style", "src"}
    ]


def test_nothing_is_loaded(page):
    assert all(re.fullmatch(r"#[\w-]+|[\w./%-]+", href) for href in page.values("href"))
    assert "url(" not in page.source
    assert "@import" not in page.source


def test_the_policy_allows_this_style_and_nothing_else(page):
    (policy,) = [attrs["content"] for _, attrs in page.elements if attrs.get("http-equiv")]
    style = page.source.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}';" in policy
    assert policy.count("sha256-") == 1 + len(page.tags("script"))
    for word in ("unsafe", "data:", "http", "*"):
        assert word not in policy


def test_the_policy_allows_our_script_and_no_other(page):
    (policy,) = [attrs["content"] for _, attrs in page.elements if attrs.get("http-equiv")]
    if not page.tags("script"):
        assert "script-src" not in policy
        return
    script = page.source.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in policy
    assert script == SCRIPT


def test_the_script_makes_no_markup_and_asks_for_nothing():
    banned = r"innerHTML|outerHTML|insertAdjacent|document\.write|eval|Function\(|fetch|XMLHttp|import|Socket|//\w+\."
    assert re.findall(banned, SCRIPT) == []
    assert re.findall(banned, "x.innerHTML = 1") == ["innerHTML"]
    assert "</" not in SCRIPT


def test_no_hidden_character_is_left(page):
    assert all(char in "\n\t" or char.isprintable() for char in set(page.source))


def test_headings_descend_one_step_at_a_time(page):
    levels = [int(tag[1]) for tag in page.tags("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_anchors_are_unique_and_every_link_has_one(page):
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    named = [*page.values("aria-labelledby"), *(href[1:] for href in page.values("href") if href.startswith("#"))]
    assert set(named) <= set(ids)


def test_tables_have_captions_and_scopes(page):
    assert len(page.tags("table")) == len(page.tags("caption"))
    assert all(attrs.get("scope") in {"col", "row"} for tag, attrs in page.elements if tag == "th")
    assert page.tags("main") == ["main"]


@pytest.mark.parametrize("make", [broken, hostile, huge])
def test_every_finding_shown_is_an_anchor_once(make):
    ids = page_of(make()).values("id")
    for outcome in make().outcomes:
        wanted = [finding.id for finding in outcome.findings[:FINDINGS_PER_GROUP]]
        assert [one for one in ids if one in set(wanted)] == wanted


def test_the_worst_comes_first_and_everything_is_said():
    text = page_of(broken()).text
    told = [
        f"Cluster {cluster().id}",
        "4.16.21",
        "This archive is incomplete",
        "what came after it is lost",
        "The router 192.0.2.1 does not answer two nodes",
        "likely: all that was collected fits. It explains 3 of 4 findings.",
        "2 critical faults, 1 error and 1 warning on 3 of 5 nodes.",
        "Root causes",
        "The router 192.0.2.1 does not answer two nodes",
        "Look at the router's own log.",
        f"{NODES[0]} / 192.0.2.1",
        "TCP to port 179 was never up",
        f"In paths, … stands for {IMAGE}/",
        f"…{LOGS.removeprefix(IMAGE)}/dump_frr:412-415, 471, 38-90",
        "why it is down",
        "29 more lines of this place, not quoted here",
        "Could not be judged: 1",
        "the block is cut",
        "BFD never came up",
        "Idle (Admin)",
        "Rules that crashed",
        "KeyError: 'dropped'",
        "2 rules: not collected: FRR log",
        "oc logs -n openshift-frr-k8s <pod> -c frr",
        "What to ask the customer for",
        "The archive once more",
        "Two routers share a router ID",
        "27 files",
        "and 7 more: see the JSON report",
        "dump_frr:77",
        "unknown state",
        "BGP state = Sleeping",
        "3,112",
        "gatherscope 0.1.0",
    ]
    at = 0
    for words in told:
        at = text.find(words, at)
        assert at >= 0, words
    assert "Two must-gathers were read as one cluster." in text


def test_documentation_stands_with_its_rule():
    page = page_of(broken())
    assert "Why it matters, what to do" in page.text
    assert "reach port 179 of the peer; a <b>firewall</b> that drops is silent" in page.text
    assert "<strong>withdrawn</strong>" in page.source


def test_line_numbers_are_those_of_the_file():
    starts = [(attrs["class"], attrs["start"]) for tag, attrs in page_of(broken()).elements if attrs.get("start")]
    assert ("lines", "412") in starts
    assert ("lines wide", "120318") in starts


def test_a_rule_has_an_anchor_wherever_it_stands():
    ids = page_of(broken()).values("id")
    assert {f"rule-{outcome.rule}" for outcome in broken().outcomes} <= set(ids)
    assert "rule-bgp-session-down-error" in ids


@pytest.mark.parametrize("make", [quiet, empty])
def test_nothing_found_is_never_called_health(make):
    text = page_of(make()).text.lower()
    assert "healthy" not in text
    assert "could not be checked" in text
    assert "incomplete" not in text


def test_a_complete_archive_may_still_have_problems():
    problems = broken().archive.problems
    text = page_of(replace(quiet(), archive=replace(quiet().archive, problems=problems))).text
    assert "what came after it is lost" in text
    assert "This archive is incomplete" not in text


def test_a_cluster_without_id_is_named_by_what_is_known():
    unnamed = replace(quiet(), cluster=ClusterSummary(version="4.8.57"))
    assert "OpenShift 4.8.57 cluster" in page_of(unnamed).text
    assert "Unnamed cluster" in page_of(empty()).text


def test_hostile_text_is_shown_as_it_is():
    text = page_of(hostile()).text
    assert "<script>alert(1)</script>&\"'\\x1b[31m" in text
    assert r"\u202egnp.exe\u2066\u200b\x00\x9b\ud800\udcff{{ 7*7 }}[red]x" in text
    assert "998,000 more characters" in text


def test_many_findings_make_a_page_that_opens():
    page = page_of(huge())
    assert len(page.source) < 15_000_000
    assert page.text.count("1,800 more findings of this rule: see the JSON report") == 10
    assert page.text.count("2,000 findings") == 10


def test_many_large_findings_are_counted_beyond_the_budget(monkeypatch):
    monkeypatch.setattr(html, "PAGE_BUDGET", 2_000_000)
    large = tuple(Evidence("p", number * 30, number * 30 + 23, ("\x1b\x1b<" * 200,) * 24) for number in range(8))
    report = huge()
    outcomes = tuple(
        replace(one, findings=tuple(replace(finding, evidence=large) for finding in one.findings))
        for one in report.outcomes[:2]
    )
    page = page_of(replace(report, outcomes=outcomes))
    assert len(page.source) < 2_200_000
    shown = page.source.count('<article class="finding"')
    assert 0 < shown < FINDINGS_PER_GROUP
    assert f"and {2000 - shown:,} more findings of this rule" in page.text
    assert " 2,000 more findings of this rule" in page.text


def test_a_finding_with_many_places_says_how_many_are_left_out():
    assert f"and {40 - EVIDENCE_PER_FINDING} more places: see the JSON report" in page_of(hostile()).text


def test_the_index_shows_first_what_needs_attention():
    page = Page(index_html(ROWS))
    order = [page.text.index(name) for name in ("odd.tar", "crash.tar", "page.html", "a/b.tar.gz", "calm.tar")]
    assert order == sorted(order)
    for words in (
        "Worst finding: error in 1, warning in 1, none in 2. Unreadable: 2. Incomplete: 1. Not as expected: 1.",
        "Unreadable: no archive: starts with <html>",
        "A rule crashed.",
        "Incomplete archive.",
        "it is down",
        "only markers",
        "differs: missing: bgp-session-down",
        "1,234",
        "Nothing found in what could be checked",
    ):
        assert words in page.text, words
    assert page.values("href") == ["javascript%3Aalert%281%29%22%5Cudcff", "c"]
    assert "No archive was analyzed." in Page(index_html([])).text


def luminance(colour):
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_can_be_read_on_its_background(scheme):
    folder = Path(pages.__file__).parents[2] / "templates" / "html"
    blocks = re.findall(r":root \{(.*?)\}", (folder / "style.css").read_text(encoding="utf-8"), re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[scheme]))
    pairs = [(text, back) for text in ("text", "dim", "link") for back in ("page", "card", "quote", "warning-back")]
    pairs += [(word, f"{word}-back") for word in ("critical", "error", "warning", "info", "plain")]
    pairs += [("loud-text", "loud"), ("text", "warning-back")]
    poor = {pair: round(contrast(*(colours[name] for name in pair)), 2) for pair in pairs}
    assert {pair: value for pair, value in poor.items() if value < 4.5} == {}
    assert contrast("#777777", "#888888") < 4.5
