"""JUnit, SARIF and Markdown: valid whatever an archive holds, and the same findings in each."""

import json
import re
from dataclasses import replace
from functools import cache
from xml.etree import ElementTree as ET

import pytest
from conftest import ROOT
from jsonschema import Draft202012Validator
from junitparser import JUnitXml
from render_samples import DOCS, HOSTILE, REPORTS

from analyzer.cli import run
from analyzer.model import Severity
from analyzer.render.junit import report_junit
from analyzer.render.sarif import report_sarif
from analyzer.render.ticket import FINDINGS, report_markdown

SCHEMA = ROOT / ".tools/node_modules/@microsoft/sarif-multitool-linux/sarif-2.1.0.json"
EXAMPLE = str(ROOT / "fixtures/archives/bgp-wrong-password")
UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]")


@cache
def validator():
    return Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", REPORTS)
def test_sarif_fits_its_schema(name):
    whole = json.loads(report_sarif(REPORTS[name](), DOCS))
    assert [f"{error.json_path}: {error.message[:200]}" for error in validator().iter_errors(whole)] == []


def test_a_wrong_sarif_does_not_fit():
    whole = json.loads(report_sarif(REPORTS["broken"](), DOCS))
    whole["runs"][0]["results"][0]["level"] = "fatal"
    assert not validator().is_valid(whole)


@pytest.mark.parametrize("name", REPORTS)
def test_sarif_holds_every_finding(name):
    report = REPORTS[name]()
    (one,) = json.loads(report_sarif(report, DOCS))["runs"]
    told = sorted(result["partialFingerprints"]["gatherscope/v1"] for result in one["results"])
    assert told == sorted(finding.id for _, finding in report.findings())
    rules = one["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in one["results"])


def test_sarif_says_what_could_not_be_read():
    (one,) = json.loads(report_sarif(REPORTS["broken"](), DOCS))["runs"]
    report = REPORTS["broken"]()
    assert len(one["invocations"][0]["toolExecutionNotifications"]) >= len(report.archive.problems)


@pytest.mark.parametrize("name", REPORTS)
def test_junit_is_read_back(name):
    report = REPORTS[name]()
    text = report_junit(report)
    whole = JUnitXml.fromstring(text)
    cases = [case for suite in whole for case in suite]
    serious = [one for _, one in report.findings() if one.severity.at_least(Severity.ERROR)]
    assert sum(suite.failures for suite in whole) == len(serious)
    assert len(cases) == sum(max(1, len(outcome.findings)) for outcome in report.outcomes)
    assert ET.fromstring(text).tag == "testsuites"


@pytest.mark.parametrize(("fail_on", "least"), [(Severity.INFO, 1), (Severity.CRITICAL, 0), (None, 0)])
def test_junit_fails_what_is_asked_for(fail_on, least):
    report = REPORTS["broken"]()
    wanted = sum(fail_on is not None and one.severity.at_least(fail_on) for _, one in report.findings())
    assert sum(suite.failures for suite in JUnitXml.fromstring(report_junit(report, fail_on))) == wanted
    assert wanted >= least


def test_junit_tells_skipped_from_passed():
    report = REPORTS["broken"]()
    whole = JUnitXml.fromstring(report_junit(report))
    assert sum(suite.skipped for suite in whole) == len([one for one in report.outcomes if one.status == "not_checked"])
    assert sum(suite.errors for suite in whole) == len([one for one in report.outcomes if one.status == "crashed"])


@pytest.mark.parametrize("name", REPORTS)
def test_junit_holds_nothing_that_steers(name):
    text = report_junit(REPORTS[name]())
    assert not UNSAFE.search(text)
    assert JUnitXml.fromstring(text) is not None


def test_junit_spells_out_what_xml_could_hold():
    report = REPORTS["hostile"]()
    outcome, one = next(iter(report.findings()))
    found = replace(one, message="a \x9b2J b \u202e c\x00\n\tsecond line")
    text = report_junit(replace(report, outcomes=(replace(outcome, findings=(found,)),)), None)
    assert "a \\x9b2J b \\u202e c\\x00\n\tsecond line" in text


@pytest.mark.parametrize("name", REPORTS)
def test_markdown_holds_nothing_that_steers(name):
    text = report_markdown(REPORTS[name]())
    assert not UNSAFE.search(text)
    assert len(text) < 60_000


def test_markdown_escapes_what_an_archive_says():
    text = report_markdown(REPORTS["hostile"]())
    outside = re.sub(r"^  ```$.*?^  ```$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert "<script" not in re.sub(r"`[^`]*`", "", outside).replace("\\<", "")
    assert HOSTILE.split("\x1b")[0] not in outside


def test_markdown_of_a_broken_cluster():
    report = REPORTS["broken"]()
    text = report_markdown(report)
    assert "### Findings" in text
    assert "### Not checked" in text
    assert report.diagnoses[0].title in text.replace("\\", "")
    assert text.count("- **") <= FINDINGS


def test_markdown_counts_what_it_leaves_out():
    assert re.search(r"and \d[\d,]* more findings: see the full report", report_markdown(REPORTS["huge"]()))


@pytest.mark.parametrize("form", ["junit", "sarif", "markdown", "json"])
def test_each_form_goes_to_a_file_or_to_standard_output(form, tmp_path, capsys):
    file = tmp_path / "out"
    assert run(["analyze", EXAMPLE, "--no-html", f"--{form}", str(file)]) == 1
    capsys.readouterr()
    assert run(["analyze", EXAMPLE, "--no-html", f"--{form}", "-"]) == 1
    assert capsys.readouterr().out == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("form", ["junit", "sarif", "markdown", "json"])
def test_a_format_is_what_is_printed(form, capsys):
    assert run(["analyze", EXAMPLE, "--no-html", "--format", form]) == 1
    printed = capsys.readouterr().out
    assert run(["analyze", EXAMPLE, "--no-html", f"--{form}", "-"]) == 1
    assert capsys.readouterr().out == printed


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--format", "junit", "--junit", "x.out"], "name one of them"),
        (["--format", "junit", "--sarif", "-"], "only one form goes to standard output"),
        (["--json", "-", "--sarif", "-"], "only one form goes to standard output, not JSON and SARIF"),
        (["--json", "x.out", "--junit", "x.out"], "cannot be both the JSON and the JUnit report"),
    ],
)
def test_two_forms_in_one_place_are_refused(options, words, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["analyze", EXAMPLE, "--no-html", *options]) == 2
    assert words in capsys.readouterr().err
