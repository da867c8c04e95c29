"""Every archive in fixtures/archives, and in `--archives FOLDER`, against the expected.yaml beside it.

What a report claims is checked without the project's own reader: quoted lines are looked up again in the raw archive.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT
from raw_archive import MASK, files, inside, lines, member, quotes

from analyzer.archive import ArchiveError
from analyzer.cases import find
from analyzer.expect import Expectation, check, check_unreadable, load
from analyzer.reference import rule_docs
from analyzer.render import report_html, report_json
from analyzer.run import analyze

SHIPPED = ROOT / "fixtures" / "archives"
PASSWORD = re.compile(rb"neighbor\s+\S+\s+password\s+(\S{4,})")
ELSEWHERE = """
import hashlib, sys
from analyzer.archive import ArchiveError
from analyzer.render import report_json
from analyzer.run import analyze
for place in sys.stdin.read().split("\\n"):
    try:
        print(hashlib.sha256(report_json(analyze([place])).encode()).hexdigest())
    except ArchiveError:
        print("unreadable")
"""


@cache
def cases_in(*places):
    found = [find(Path(place)) for place in places]
    foreign = [name for one in found for name in one.foreign]
    assert not foreign, f"not in the format of analyzer/expect.py: {foreign}"
    cases = [case for one in found for case in one.cases]
    assert not [case.wrong for case in cases if case.wrong], cases
    return cases


def places_of(config):
    return tuple(filter(None, (str(SHIPPED), config.getoption("--archives"))))


def pytest_generate_tests(metafunc):
    if "case" in metafunc.fixturenames:
        cases = cases_in(*places_of(metafunc.config))
        metafunc.parametrize("case", cases, ids=[case.name for case in cases])


@cache
def report_of(place):
    try:
        return analyze([str(place)])
    except ArchiveError:
        return None


@pytest.fixture(scope="session")
def digests(request):
    """The JSON of every case as another process writes it, whose sets and hashes have another order."""
    inputs = [str(case.input) for case in cases_in(*places_of(request.config))]
    other = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        input="\n".join(inputs),
        env=os.environ | {"PYTHONHASHSEED": "4711"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(zip(inputs, other.stdout.split(), strict=True))


def evidence_in(report):
    """Every place that the report quotes."""
    found = [evidence for _, finding in report.findings() for evidence in finding.evidence]
    return found + [failure.evidence for failure in report.parse_failures]


def wrong_quotes(place, report):
    """What the report quotes and the archive does not hold."""
    read = cache(lambda path: lines(member(place, path)))
    for evidence in evidence_in(report):
        held = read(evidence.path)
        if not 1 <= evidence.first_line <= evidence.last_line <= len(held):
            yield evidence, f"the member has {len(held)} lines"
        for number, quoted in enumerate(evidence.excerpt, evidence.first_line):
            if number > evidence.last_line or not quotes(quoted, held[number - 1]):
                yield evidence, number


def secrets_in(place):
    every = [data for name, content in files(place) for _, data in inside(content, name)]
    return {secret for data in every for secret in PASSWORD.findall(data)} - {MASK.encode()}


def test_report_is_as_expected(case):
    expectation = load(case.expected) if case.expected else Expectation()
    report = report_of(case.input)
    assert (check(expectation, report) if report else check_unreadable(expectation)) == []


def test_every_shipped_case_has_an_expectation():
    assert [case.name for case in cases_in(str(SHIPPED)) if case.expected is None] == []


def test_another_process_writes_the_same_json(case, digests):
    report = report_of(case.input)
    here = hashlib.sha256(report_json(report).encode()).hexdigest() if report else "unreadable"
    assert digests[str(case.input)] == here


def test_what_is_quoted_stands_there(case):
    if report := report_of(case.input):
        assert list(wrong_quotes(case.input, report)) == []


def test_no_password_is_told(case):
    report = report_of(case.input)
    secrets = secrets_in(case.input)
    if report and secrets:
        told = (report_json(report) + report_html(report, rule_docs())).encode()
        assert [secret for secret in secrets if secret in told] == []


def test_json_is_the_whole_report(case):
    if report := report_of(case.input):
        plain = json.loads(report_json(report))
        found = [finding["id"] for outcome in plain["outcomes"] for finding in outcome["findings"]]
        assert sorted(found) == sorted(finding.id for _, finding in report.findings())
        assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("quoted", "line", "same"),
    [
        ("BGP state = Active", "BGP state = Active", True),
        ("BGP state = Active", "BGP state = Idle", False),
        ("neighbor 192.0.2.1 password <masked>", "neighbor 192.0.2.1 password x", True),
        ("neighbor 192.0.2.1 password <masked>", "neighbor 192.0.2.2 password x", False),
        ("…ab…", "xxabxx", True),
        ("…ab", "xxabxx", False),
        ("ab… (7 more characters)", "ab1234567", True),
    ],
)
def test_a_wrong_quote_is_noticed(quoted, line, same):
    assert quotes(quoted, line) is same
