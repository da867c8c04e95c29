"""The report as JUnit XML, for pipelines that show tests: a suite an area, a case a rule or a finding."""

from collections.abc import Iterable

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from analyzer.model import Outcome, RankedFinding, Report, Severity, Status
from analyzer.render.visible import visible

LINES = 40  # quoted lines of a finding
TEXT_LIMIT = 4000  # characters of one line


def report_junit(report: Report, fail_on: Severity | None = Severity.ERROR) -> str:
    """A finding at or above `fail_on` is a failure, others are cases that passed with a message; None fails nothing.

    A rule that was not checked is skipped, one that crashed an error. There are no times: the same report gives the
    same text.
    """
    whole = JUnitXml("gatherscope")
    for area in dict.fromkeys(outcome.area for outcome in report.outcomes):
        suite = TestSuite(area)
        for outcome in report.outcomes:
            if outcome.area == area:
                suite.add_testcases(list(_cases(outcome, fail_on)))
        whole.add_testsuite(suite)
    text: bytes = whole.tostring()  # type: ignore[no-untyped-call]
    return text.decode() + "\n"


def _cases(outcome: Outcome, fail_on: Severity | None) -> Iterable[TestCase]:
    if outcome.findings:
        yield from (_found(outcome, one, fail_on) for one in outcome.findings)
        return
    case = TestCase(outcome.rule, outcome.area)
    if outcome.status is Status.NOT_CHECKED:
        case.result = [Skipped(_text(outcome.reason or "not checked"))]
    elif outcome.status is Status.CRASHED:
        case.result = [Error(_text(outcome.reason or "crashed"), "crashed")]
    yield case


def _found(outcome: Outcome, one: RankedFinding, fail_on: Severity | None) -> TestCase:
    where = f"{one.node} / {one.subject}" if one.node else one.subject
    case = TestCase(_text(f"{outcome.rule}: {where}"), outcome.area)
    if fail_on is not None and one.severity.at_least(fail_on):
        failure = Failure(_text(one.message), one.severity.value)
        failure.text = _text("\n".join(_quoted(one)))
        case.result = [failure]
    else:
        case.system_out = _text(f"{one.severity.value}: {one.message}")
    return case


def _quoted(one: RankedFinding) -> Iterable[str]:
    lines = [
        f"{place.path}:{number}: {line}"
        for place in one.evidence
        for number, line in enumerate(place.excerpt, place.first_line)
    ]
    yield from lines[:LINES]
    if len(lines) > LINES:
        yield f"and {len(lines) - LINES} more lines"


def _text(value: str) -> str:
    """Archive text with its lines. What XML cannot hold, or what would steer a terminal, is spelled out."""
    return "\n".join(visible(line, TEXT_LIMIT) for line in value.split("\n"))
