"""The report in a real browser: Debian's chromium, driven by Playwright, which downloads nothing of its own.

Every page is watched: what it prints to the console, what it asks for. Both lists must stay empty.
"""

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest
from conftest import ROOT
from playwright.sync_api import sync_playwright
from render_samples import DOCS, HOSTILE, NODES, broken, down, empty, hostile, large, outcome, quiet, session

from analyzer.model import FactTable, Severity, Status
from analyzer.reference import rule_docs
from analyzer.render import report_html
from analyzer.run import analyze

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
WIDTHS = (1280, 900)
SECONDS = 2.0  # within which the largest page opens
TABLE = FactTable(
    "routes",
    "routes of every node",
    ("NODE", "ROUTE", "HITS"),
    tuple((NODES[at % 5], f"10.0.{at * 5 % 12}.0/24", f"{at * 7 % 12 * 700:,}") for at in range(12)),
    12,
)
LIGHT_AND_DARK = pytest.mark.parametrize("scheme", ["light", "dark"])


def busy():
    """A report with a bit of everything: two areas, tables, a finding with Markdown and back quotes in its lines."""
    made = replace(down(NODES[4], "192.0.2.7"), message="it *is* `Idle` [x](http://192.0.2.1/) <b>")
    lines = ("a ``` b", "  <script>alert(1)</script>", "*c*")
    quoting = replace(made, evidence=(replace(made.evidence[0], excerpt=lines, last_line=414), made.evidence[1]))
    extra = replace(
        outcome("mtu-mixed", "Nodes have several MTUs", Severity.WARNING, Status.FOUND, [quoting]), area="mtu"
    )
    peers = tuple(session(node, f"2001:db8:0:{at}::ffff:1", up=bool(at)) for node in NODES for at in range(8))
    return replace(broken(), outcomes=(*broken().outcomes, extra), tables=(TABLE,), peers=peers)


@dataclass
class Watched:
    """A page and what it did."""

    page: object
    url: str
    said: list = field(default_factory=list)
    asked: list = field(default_factory=list)

    def __getattr__(self, name):
        return getattr(self.page, name)

    def shown(self, what):
        return self.page.locator(what).filter(visible=True).count()

    def told(self, expected):
        self.page.wait_for_function("want => document.getElementById('told').textContent.includes(want)", arg=expected)
        return True


@pytest.fixture(scope="module")
def browser():
    place = shutil.which("chromium")
    assert place, "chromium is missing: .ci/tools installs it"
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=place, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pages")


@pytest.fixture
def opened(browser, folder):
    """Open a report as its reader would: a file. At the end, nothing was asked for and nothing complained of."""
    pages = []

    @contextmanager
    def within(text, name, link="", silent=True, **context):
        file = folder / f"{name}.html"
        if not file.exists():
            file.write_text(text() if callable(text) else text, encoding="utf-8")
        options = {"viewport": {"width": 1280, "height": 900}, **context}
        with browser.new_context(**options) as made:
            watched = Watched(made.new_page(), file.as_uri())
            watched.page.on("console", lambda message: watched.said.append(message.text))
            watched.page.on("pageerror", lambda error: watched.said.append(str(error)))
            made.route("**/*", lambda route: (watched.asked.append(route.request.url), route.continue_()))
            watched.page.goto(watched.url + link)
            yield watched
            pages.extend([watched] * silent)

    yield within
    for one in pages:
        assert one.said == []
        assert set(one.asked) <= {one.url}


def page_of(make):
    return lambda: report_html(make(), DOCS)


SAMPLES = {"busy": busy, "quiet": quiet, "empty": empty, "hostile": hostile, "large": large}


@pytest.fixture(scope="module")
def real():
    """The page of a shipped archive."""
    return report_html(analyze([str(ROOT / "fixtures/archives/bgp-wrong-password/must-gather.tar.gz")]), rule_docs())


def test_a_page_that_asks_for_something_would_be_noticed(browser, folder):
    file = folder / "bad.html"
    file.write_text('<img src="http://192.0.2.1/x.png"><script>console.log("said")</script>', encoding="utf-8")
    asked, said = [], []
    with browser.new_context() as context:
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        context.route("**/*", lambda route: (asked.append(route.request.url), route.abort())[1:])
        page.goto("about:blank")
        page.set_content(file.read_text(encoding="utf-8"))
    assert asked == ["http://192.0.2.1/x.png"]
    assert said[0] == "said"


@pytest.mark.parametrize("name", SAMPLES)
def test_a_page_opens_without_complaint_and_fits(opened, name):
    with opened(page_of(SAMPLES[name]), name) as page:
        for width in WIDTHS:
            page.page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("#tools").is_visible()
        assert page.evaluate("document.querySelectorAll('main script, main img, main iframe').length") == 0


def test_the_page_of_a_real_archive_opens_and_fits(opened, real):
    with opened(real, "real") as page:
        assert "password" in page.locator(".verdict .main").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_a_foreign_script_does_not_run(opened):
    """The policy stops what the escaping would have let through."""
    bad = report_html(quiet(), DOCS).replace(
        "<footer>", '<footer><script>document.title = "owned"</script><p id="x" onclick="document.title=1">x</p>'
    )
    assert "owned" in bad
    with opened(bad, "foreign", silent=False) as page:
        page.click("#x")
        assert "owned" not in page.title()
        assert page.title() != "1"
    assert len(page.said) == 2
    assert all("Content Security Policy" in one for one in page.said)


def test_without_script_everything_is_there_and_no_control_shows(opened):
    with opened(page_of(busy), "busy", java_script_enabled=False) as page:
        assert page.locator("#tools").is_hidden()
        assert page.shown("button, input, select, dialog") == 0
        text = page.locator("main").inner_text()
        for words in (
            "192.0.2.7",
            "Look at the router's own log",
            "Not checked, and why",
            "oc logs -n openshift-frr-k8s",
        ):
            assert words in text
        page.click("#facts-routes summary")
        assert page.get_by_text("10.0.11.0/24").is_visible()


def test_the_filter_narrows_by_text_severity_area_and_node(opened):
    with opened(page_of(busy), "busy") as page:
        every = page.shown(".finding")
        assert every == 6
        page.fill("#filter-text", "192.0.2.9 idle")
        assert page.told("1 of 6 findings")
        assert page.shown(".finding") == 1
        page.fill("#filter-text", "")
        page.get_by_role("checkbox", name="critical").uncheck()
        assert page.told("4 of 6 findings")
        assert page.shown(".cause") == 1  # it explains an error, too
        page.get_by_role("checkbox", name="error").uncheck()
        assert page.told("3 of 6 findings, 0 of 1 root cause,")
        page.click("#filter-clear")
        assert page.shown(".finding") == every
        page.select_option("#filter-area", "mtu")
        assert page.told("1 of 6 findings")
        assert page.shown(".overview tbody tr") == 1
        page.click("#filter-clear")
        page.select_option("#filter-node", NODES[2])
        assert page.told("1 of 6 findings")
        assert page.shown(".rule") == 1


def test_the_filter_opens_the_tables_in_which_something_fits(opened):
    with opened(page_of(busy), "busy") as page:
        page.fill("#filter-text", "10.0.11.0")
        assert page.told("0 of 6 findings")
        assert page.shown("#facts-routes tbody tr") == 1
        assert "(1 of 12 rows shown)" in page.locator("#facts-routes caption").inner_text()
        page.press("#filter-text", "Escape")
        assert page.locator("#facts-routes tbody").is_hidden()
        assert page.locator("#facts-routes tbody tr:not([hidden])").count() == 12
        page.click("#facts-routes summary")
        page.select_option("#filter-node", NODES[1])
        assert page.shown("#facts-routes tbody tr") == 3  # what the reader opened stays open


def test_every_node_that_is_named_can_be_chosen(opened):
    with opened(page_of(busy), "busy") as page:
        assert page.locator("#filter-node option").all_text_contents() == ["all", *NODES]
    with opened(page_of(quiet), "quiet") as page:
        assert page.locator("#filter-node option").all_text_contents() == ["all"]


def column(page, table, at):
    return page.locator(f"{table} tbody tr > :nth-child({at})").all_inner_texts()


def test_tables_sort_by_every_column_as_people_count(opened):
    with opened(page_of(busy), "busy") as page:
        page.click("#facts-routes summary")
        page.get_by_role("button", name="ROUTE", exact=True).click()
        routes = column(page, "#facts-routes", 2)
        assert routes == [f"10.0.{at}.0/24" for at in range(12)]
        page.get_by_role("button", name="HITS").click()
        page.get_by_role("button", name="HITS").click()
        hits = [int(one.replace(",", "")) for one in column(page, "#facts-routes", 3)]
        assert hits == sorted(hits, reverse=True)
        assert page.locator("th[aria-sort=descending]").inner_text().strip() == "HITS"
        page.locator(".overview").get_by_role("button", name="Severity").click()
        page.locator(".overview").get_by_role("button", name="Severity").click()
        assert column(page, ".overview", 1) == ["info", "warning", "warning", "error", "critical"]


def test_a_link_opens_what_is_folded_around_its_target(opened):
    wanted = busy().outcomes[0].findings[2].id
    rule = "rule-bgp-router-id-conflict"
    with opened(page_of(busy), "busy", link=f"#{wanted}") as page:
        assert page.locator(f"#{wanted}").evaluate("one => one.classList.contains('current')")
        assert page.locator(f"#{wanted}").evaluate("one => innerHeight > one.getBoundingClientRect().top")
        # Without going there, for then a new browser opens what is folded by itself.
        page.evaluate(f"history.replaceState(null, '', '#{rule}'), dispatchEvent(new Event('hashchange')), 0")
        page.wait_for_selector(f"#{rule}.current")
        assert page.locator(f"#{rule}").is_visible()
        page.fill("#filter-text", "nothing has this")
        page.told("0 of 6 findings")
        page.evaluate(f"location.hash = '{wanted}'")
        page.wait_for_selector(f"#{wanted}.current")
        assert page.input_value("#filter-text") == ""
        page.evaluate("location.hash = 'bgp-session-down-0000000000'")
        assert page.told("This page does not hold bgp-session-down-0000000000")


def test_the_keys_do_what_the_help_says(opened):
    with opened(page_of(busy), "busy") as page:
        page.keyboard.press("?")
        assert page.locator("#keys").is_visible()
        page.keyboard.press("Escape")
        assert page.locator("#keys").is_hidden()
        ids = [one.get_attribute("id") for one in page.locator(".finding").all()]
        for key, at in (("j", 0), ("j", 1), ("k", 0), ("k", 0)):
            page.keyboard.press(key)
            assert page.evaluate("document.activeElement.id") == ids[at]
            assert page.page.url.endswith(f"#{ids[at]}")
        page.keyboard.press("/")
        page.keyboard.type("jk?/")
        assert page.input_value("#filter-text") == "jk?/"
        page.keyboard.press("Escape")
        assert page.input_value("#filter-text") == ""
        assert page.evaluate("document.activeElement === document.body")


def copied(page, what, button):
    page.locator(what).get_by_role("button", name=button).click()
    page.told("copied")
    return page.evaluate("navigator.clipboard.readText()")


def test_a_finding_is_copied_as_text_and_as_markdown(opened):
    grants = {"permissions": ["clipboard-read", "clipboard-write"]}
    finding = busy().outcomes[-1].findings[0]
    with opened(page_of(busy), "busy", **grants) as page:
        text = copied(page, f"#{finding.id}", "Copy text")
        assert text.startswith("warning: Nodes have several MTUs (mtu-mixed)\n\n")
        assert f"{NODES[4]} / 192.0.2.7: it *is* Idle [x](http://192.0.2.1/) <b>" in text
        assert f"{finding.evidence[0].path}:412-414, 471\n" in text
        assert "       412  a ``` b\n" in text
        assert "# why it is down" in text
        assert "Copy" not in text
        marked = copied(page, f"#{finding.id}", "Copy Markdown")
        assert marked.startswith("**warning: Nodes have several MTUs** (`mtu-mixed`)\n\n")
        assert r"it \*is\* `Idle` \[x\](http://192.0.2.1/) \<b\>" in marked
        assert "\n````\n   412  a ``` b\n" in marked


def test_a_cause_and_the_request_are_copied(opened):
    grants = {"permissions": ["clipboard-read", "clipboard-write"]}
    with opened(page_of(busy), "busy", **grants) as page:
        text = copied(page, ".cause", "Copy text")
        assert text.startswith("The router 192.0.2.1 does not answer two nodes (likely)\n\n")
        assert "What to do:\n\n1. Look at the router's own log.\n" in text
        page.evaluate("document.getElementById('told').textContent = ''")
        page.click("#ask-copy")
        assert page.told("Text copied")
        assert page.evaluate("navigator.clipboard.readText()").startswith("This is about cluster 6f7c2f5e")


def test_where_the_clipboard_is_closed_the_text_is_shown_to_copy(opened):
    shut = (
        "navigator.clipboard.writeText = () => Promise.reject(new Error('closed')); document.execCommand = () => false"
    )
    with opened(page_of(busy), "busy") as page:
        page.evaluate(shut)
        page.keyboard.press("j")
        page.keyboard.press("c")
        page.wait_for_selector("#by-hand[open]")
        assert page.input_value("#by-hand-text").startswith("**critical: A BGP session")
        page.click("#by-hand-close")
        page.evaluate("document.execCommand = () => true")
        page.keyboard.press("c")
        assert page.told("Finding as Markdown copied")


def test_hostile_text_is_harmless_when_it_is_used(opened):
    with opened(page_of(hostile), "hostile") as page:
        assert page.evaluate("document.querySelectorAll('script').length") == 1
        assert "<script>alert(1)</script>" in page.locator("h1").inner_text()
        option = page.locator("#filter-node option").nth(1).text_content()
        page.select_option("#filter-node", index=1)
        assert page.told("of 2 findings")
        assert option in HOSTILE.encode("unicode_escape").decode() or "\\u202e" in option or option.startswith("n")
        page.fill("#filter-text", HOSTILE[:20])
        assert page.told("of 2 findings")
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        hidden = page.evaluate(
            "/[\\u0000-\\u0008\\u200b-\\u200f\\u202a-\\u202e\\u2066]/.test(document.body.textContent)"
        )
        assert not hidden


def test_the_largest_page_opens_in_time(browser, folder):
    """In processor time of the page's own thread, which is the same however busy the machine is."""
    file = folder / "large.html"
    if not file.exists():
        file.write_text(report_html(large(), DOCS), encoding="utf-8")
    assert file.stat().st_size < 15_000_000
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        spent = []
        for url in ("about:blank", file.as_uri()):
            page.goto(url)
            page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            metrics = session.send("Performance.getMetrics")["metrics"]
            spent.append(next(one["value"] for one in metrics if one["name"] == "ThreadTime"))
    assert 0 < spent[0] < spent[1] < SECONDS


CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (colour) => rgb(colour).slice(0, 3).map((one) => one / 255)
    .map((one) => (one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
  const back = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if (rgb(colour)[3] > 0) return colour;
    }
    return "white";
  };
  const pairs = new Map();
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    const field = element.matches("input[type=search], select");
    if ((!own && !field) || element.closest("svg, script") || !element.checkVisibility()) continue;
    const [text, behind] = [getComputedStyle(element).color, back(element)];
    const [high, low] = [light(text), light(behind)].sort((one, other) => other - one);
    pairs.set(`${text} on ${behind}`, [(high + 0.05) / (low + 0.05), element.className || element.tagName]);
  }
  return [...pairs].map(([pair, [ratio, name]]) => [pair, ratio, name]);
}"""


@LIGHT_AND_DARK
@pytest.mark.parametrize("name", ["busy", "hostile"])
def test_every_text_can_be_read_on_what_is_behind_it(opened, scheme, name):
    with opened(page_of(SAMPLES[name]), name, color_scheme=scheme) as page:
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        pairs = page.evaluate(CONTRAST)
        assert len(pairs) > 8
        assert [one for one in pairs if one[1] < 4.5] == []
        page.evaluate("document.querySelector('.about').style.setProperty('color', '#828282')")
        assert [one for one in page.evaluate(CONTRAST) if one[1] < 4.5]


def test_light_and_dark_differ(opened):
    colours = set()
    for scheme in ("light", "dark"):
        with opened(page_of(busy), "busy", color_scheme=scheme) as page:
            colours.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(colours) == 2


def test_print_shows_what_matters_and_no_controls(opened):
    with opened(page_of(busy), "busy") as page:
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = false; })")
        page.emulate_media(media="print")
        assert page.shown("button:not(.sort), input, select, nav, .tools, .permalink") == 0
        for what in (".finding ol.lines li", ".explained li", ".reasons summary", "#ask-text"):
            assert page.locator(what).first.evaluate("one => one.getBoundingClientRect().height") > 0, what
        assert page.pdf()[:5] == b"%PDF-"


def test_a_screen_reader_finds_its_way(opened):
    with opened(page_of(busy), "busy") as page:
        roles = {role: page.get_by_role(role).count() for role in ("main", "banner", "navigation", "search", "status")}
        assert roles == dict.fromkeys(roles, 1)
        names = page.evaluate(
            "[...document.querySelectorAll('button, select, input')]"
            ".filter((one) => !(one.ariaLabel || one.textContent.trim() || one.labels?.length)).length"
        )
        assert names == 0
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.get_by_role("heading", name="The router 192.0.2.1 does not answer two nodes likely").count() == 1
