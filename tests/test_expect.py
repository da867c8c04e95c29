"""expected.yaml: what it accepts, and which differences it finds."""

import pytest

from analyzer.expect import ExpectationError, check, check_unreadable, load
from analyzer.model import (
    ArchiveSummary,
    ClusterSummary,
    Coverage,
    Finding,
    Outcome,
    Report,
    Severity,
    Status,
    ranked,
)
from parsers.base import Evidence

EVIDENCE = (Evidence("a/dump_frr", 7, 7, ("BGP state = Active",)),)
FINDING = Finding("192.0.2.1", "The session is down: connection refused", EVIDENCE, node="worker-0")


def outcome(rule, status, findings=(), reason=None):
    return Outcome(rule, "bgp", Severity.ERROR, rule, status, reason, findings=ranked(rule, Severity.ERROR, findings))


REPORT = Report(
    "0",
    ArchiveSummary(("x",), 1, 1, complete=True),
    ClusterSummary(),
    (
        outcome("bgp-session-down", Status.FOUND, [FINDING]),
        outcome("bfd-session-down", Status.NOT_CHECKED, reason="not collected: BFD"),
        outcome("bgp-flapping", Status.CLEAR),
    ),
    (Coverage("FRR dump", present=True, members=("a/dump_frr",)),),
)


def expectation(tmp_path, text):
    file = tmp_path / "expected.yaml"
    file.write_text(text)
    return load(file)


AS_IT_IS = """
must:
- rule: bgp-session-down
  node: worker-0
  subject: 192.0.2.1
  severity: warning
  message: refused
must_not:
- rule: bgp-session-down
  node: worker-1
- severity: critical
status: {bfd-session-down: not_checked, bgp-flapping: clear}
exit: 1
"""


@pytest.mark.parametrize("text", ["", "must: []", AS_IT_IS, "must: [{severity: error}]"])
def test_as_expected(tmp_path, text):
    assert check(expectation(tmp_path, text), REPORT) == []


@pytest.mark.parametrize(
    ("text", "difference"),
    [
        ("must: [{rule: bgp-session-down, node: worker-1}]", "missing: bgp-session-down on worker-1 (found instead: "),
        ("must: [{rule: bgp-session-down, subject: 192.0.2.2}]", "missing: bgp-session-down about 192.0.2.2 (found"),
        ("must: [{rule: bgp-session-down, severity: critical}]", "missing: bgp-session-down at critical or above"),
        ("must: [{rule: bgp-session-down, message: timed out}]", "missing: bgp-session-down saying “timed out”"),
        ("must: [{rule: bfd-session-down}]", "(the rule ended not_checked: not collected: BFD)"),
        ("must: [{severity: critical}]", "missing: any rule at critical or above"),
        ("must: [{rule: bgp-sesion-down}]", "rule bgp-sesion-down did not run"),
        ("must_not: [{rule: bgp-sesion-down}]", "rule bgp-sesion-down did not run"),
        (
            "must_not: [{rule: bgp-session-down}]",
            "unexpected: bgp-session-down on worker-0 about 192.0.2.1, error: ",
        ),
        ("must_not: [{severity: warning}]", "unexpected: bgp-session-down on worker-0"),
        ("status: {bgp-flapping: found}", "bgp-flapping ended clear, not found"),
        ("status: {bfd-session-down: clear}", "bfd-session-down ended not_checked, not clear: not collected: BFD"),
        ("status: {no-such-rule: clear}", "rule no-such-rule did not run"),
        ("exit: 0", "exit code 1, not 0"),
    ],
)
def test_a_difference_is_one_sentence(tmp_path, text, difference):
    (found,) = check(expectation(tmp_path, text), REPORT)
    assert difference in found


def test_an_archive_that_cannot_be_read(tmp_path):
    assert check_unreadable(expectation(tmp_path, "exit: 3")) == []
    assert check_unreadable(expectation(tmp_path, "must_not: [{severity: info}]")) == []
    found = check_unreadable(expectation(tmp_path, AS_IT_IS))
    assert len(found) == 4
    assert "exit code 3, not 1" in found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("must: [{rule: a, sevrity: error}]", "must.0.sevrity: Extra inputs"),
        ("musst: []", "musst: Extra inputs"),
        ("must: [{rule: a, severity: fatal}]", "must.0.severity: Input should be 'critical'"),
        ("must: [{node: worker-0}]", "names neither a rule nor a severity"),
        ("must: [{}]", "names neither a rule nor a severity"),
        ("status: {a: ok}", "status.a: Input should be 'found'"),
        ("exit: one", "exit: Input should be a valid integer"),
        ("- rule: a", "the whole: Input should be a valid dictionary"),
        ("must: [", "expected.yaml: while parsing"),
        ("must: !!python/object/apply:os.getcwd []", "could not determine a constructor"),
    ],
)
def test_a_mistake_is_named(tmp_path, text, words):
    with pytest.raises(ExpectationError, match=r"expected\.yaml: ") as caught:
        expectation(tmp_path, text)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ExpectationError, match="No such file"):
        load(tmp_path / "expected.yaml")
