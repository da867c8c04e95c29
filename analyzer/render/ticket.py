"""The report as short Markdown, for a ticket: verdict, root causes, the worst findings, what is missing."""

import re
from collections.abc import Iterator

from analyzer.model import Diagnosis, Outcome, RankedFinding, Report, Severity, Status
from analyzer.render import words
from analyzer.render.visible import bounded, visible

CAUSES, FINDINGS, LINES, REASONS = 5, 15, 2, 5
TEXT = 1000  # characters of one text
_SPECIAL = re.compile(r"([\\*_\[\]<>#|~])")
_FENCE = "```"


def report_markdown(report: Report) -> str:
    """Markdown that no archive text can break out of: names and messages are escaped, quoted lines are fenced."""
    return "\n".join(_whole(report)) + "\n"


def _whole(report: Report) -> Iterator[str]:
    cluster = report.cluster
    yield f"**gatherscope {report.tool_version}**, cluster {_text(cluster.id or 'unknown')}:"
    facts = (cluster.version and f"OpenShift {cluster.version}", cluster.network_type, cluster.collected_at)
    yield _text(", ".join(one for one in facts if one) or "an archive that does not say which release it is of")
    yield ""
    yield f"**{_text(words.verdict(report))}**"
    yield from _causes(report)
    yield from _findings(report)
    yield from _unchecked(report)


def _causes(report: Report) -> Iterator[str]:
    for one in report.diagnoses[:CAUSES]:
        yield from _cause(one)
    yield from _more(len(report.diagnoses) - CAUSES, "root cause")


def _cause(one: Diagnosis) -> Iterator[str]:
    yield ""
    yield f"### {_text(one.title)} ({one.confidence})"
    yield ""
    yield _text(one.explanation)
    if one.next_steps:
        yield ""
    for number, step in enumerate(one.next_steps, 1):
        yield f"{number}. {_text(step)}"
    if one.settles and one.findings:
        yield ""
        yield f"What would settle it: {_text(' '.join(one.settles))}"


def _findings(report: Report) -> Iterator[str]:
    found = [pair for pair in report.findings() if pair[1].severity is not Severity.INFO]
    if found:
        yield ""
        yield "### Findings"
        yield ""
    for outcome, one in found[:FINDINGS]:
        yield from _finding(outcome, one)
    yield from _more(len(found) - FINDINGS, "finding")


def _finding(outcome: Outcome, one: RankedFinding) -> Iterator[str]:
    where = f"{one.node} / {one.subject}" if one.node else one.subject
    yield f"- **{one.severity.value}** {_text(where)}: {_text(one.message)} (`{outcome.rule}`)"
    if one.evidence:
        place = one.evidence[0]
        yield f"  {_text(place.path)}:{place.first_line}"
        yield f"  {_FENCE}"
        yield from (f"  {_line(line)}" for line in place.excerpt[:LINES])
        yield f"  {_FENCE}"


def _unchecked(report: Report) -> Iterator[str]:
    reasons = words.by_reason(report.of_status(Status.NOT_CHECKED))
    if reasons:
        yield ""
        yield "### Not checked"
        yield ""
    for reason, those in list(reasons.items())[:REASONS]:
        yield f"- {words.plural(len(those), 'rule')}: {_text(reason)}"
    yield from _more(len(reasons) - REASONS, "reason")


def _more(count: int, noun: str) -> Iterator[str]:
    if count > 0:
        yield ""
        yield f"and {words.plural(count, f'more {noun}')}: see the full report"


def _text(value: str) -> str:
    """One line of prose; code between back quotes stays code."""
    parts = visible(bounded(value, TEXT)).split("`")
    if len(parts) % 2 == 0:
        return _SPECIAL.sub(r"\\\1", "'".join(parts))
    return "`".join(part if at % 2 else _SPECIAL.sub(r"\\\1", part) for at, part in enumerate(parts))


def _line(value: str) -> str:
    return visible(bounded(value, TEXT).expandtabs(8)).replace(_FENCE, "'''")
