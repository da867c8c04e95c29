"""The HTML report: one self-contained page without script, the worst first, bounded whatever was found."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analyzer.model import Gap, Outcome, RankedFinding, Report, Severity, Status
from analyzer.render import words
from analyzer.render.markdown import sections
from analyzer.render.overview import matrix, services
from analyzer.render.pages import page
from analyzer.render.visible import marked
from parsers.base import Evidence

FINDINGS_PER_GROUP = 200
EVIDENCE_PER_FINDING = 8
PAGE_BUDGET = 10_000_000  # characters of findings on the page; beyond it findings are counted and not shown
TIMELINE = 100  # moments of the timeline that the page shows
GAPS, MEMBERS, FAILURES, PROBLEMS, NODES = 50, 20, 200, 100, 60  # rows shown of each list
OPEN_FINDINGS, OPEN_LINES, OPEN_PROBLEMS = 20, 12, 8  # what goes beyond these is folded
_MARKUP_PER_LINE, _MARKUP_PER_PART = 12, 250  # characters of tags around a quoted line and around a piece of evidence


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one rule at one severity: those shown, and how many there are."""

    severity: Severity
    outcome: Outcome
    anchor: str
    shown: tuple[RankedFinding, ...]
    total: int
    nodes: tuple[str, ...]
    gaps: tuple[Gap, ...]

    @property
    def more(self) -> int:
        """How many findings stand in the JSON report only."""
        return self.total - len(self.shown)


@dataclass(frozen=True, slots=True)
class QuotedFile:
    """What a finding quotes of one file."""

    path: str
    places: tuple[Evidence, ...]

    @property
    def at(self) -> str:
        """The line numbers: `12, 40-44`."""
        return ", ".join(words.lines(one.first_line, one.last_line) for one in self.places)


def quoted_files(evidence: Iterable[Evidence]) -> list[QuotedFile]:
    """The evidence by file, each in the order that the rule gave."""
    files: dict[str, list[Evidence]] = {}
    for one in evidence:
        files.setdefault(one.path, []).append(one)
    return [QuotedFile(path, tuple(places)) for path, places in files.items()]


@dataclass(frozen=True, slots=True)
class Count:
    """How many findings there are of a severity."""

    severity: Severity
    number: int


def report_html(report: Report, rules: Mapping[str, str]) -> str:
    """The report as one page; `rules` holds the documentation of the rules by their ids."""
    groups = tuple(_groups(report))
    counts = words.counts_of(report)
    return page(
        "report.html.j2",
        report=report,
        title=_title(report),
        verdict=words.sentences_of(report),
        counts=[Count(one, counts[one]) for one in Severity],
        groups=groups,
        shown={finding.id: finding for group in groups for finding in group.shown},
        docs={outcome.rule: sections(rules.get(outcome.rule, "")) for outcome in report.outcomes},
        clear=report.of_status(Status.CLEAR),
        crashed=report.of_status(Status.CRASHED),
        unchecked=_unchecked(report),
        unchecked_rules=len(report.of_status(Status.NOT_CHECKED)),
        limits=_LIMITS,
        matrix=matrix(report.peers),
        services=services(report.services),
        looks=_LOOKS,
        quoted_files=quoted_files,
    )


_LOOKS = {"announced": "good", "partly announced": "weak", "not announced": "bad"}
_LIMITS = {
    "gaps": GAPS,
    "timeline": TIMELINE,
    "members": MEMBERS,
    "failures": FAILURES,
    "problems": PROBLEMS,
    "nodes": NODES,
    "evidence": EVIDENCE_PER_FINDING,
    "open_findings": OPEN_FINDINGS,
    "open_lines": OPEN_LINES,
    "open_problems": OPEN_PROBLEMS,
}


def _title(report: Report) -> str:
    cluster = report.cluster
    if cluster.id:
        return f"Cluster {cluster.id}"
    return f"OpenShift {cluster.version} cluster" if cluster.version else "Unnamed cluster"


def _unchecked(report: Report) -> list[dict[str, Any]]:
    grouped = words.by_reason(report.of_status(Status.NOT_CHECKED))
    return [
        {"reason": reason, "outcomes": outcomes, "remedies": words.remedies(reason, report.coverage)}
        for reason, outcomes in grouped.items()
    ]


def _groups(report: Report) -> Iterator[Group]:
    """The findings by severity and rule, the worst first. A rule's first group bears the rule's own anchor."""
    budget, named = PAGE_BUDGET, set[str]()
    for severity, outcome, findings in words.by_rule(report):
        shown, budget = _affordable(findings, budget)
        first = outcome.rule not in named
        named.add(outcome.rule)
        yield Group(
            severity,
            outcome,
            f"rule-{outcome.rule}" if first else f"rule-{outcome.rule}-{severity}",
            shown,
            len(findings),
            tuple(dict.fromkeys(one.node for one in findings if one.node)),
            outcome.gaps if first else (),
        )


def _affordable(findings: list[RankedFinding], budget: int) -> tuple[tuple[RankedFinding, ...], int]:
    shown: list[RankedFinding] = []
    for finding in findings[:FINDINGS_PER_GROUP]:
        budget -= _cost(finding)
        if budget < 0:
            break
        shown.append(finding)
    return tuple(shown), max(budget, 0)


def _cost(finding: RankedFinding) -> int:
    texts = (finding.node or "", finding.subject, finding.message)
    own = sum(len(marked(text)) for text in texts) + _MARKUP_PER_PART
    return own + sum(_evidence_cost(one) for one in finding.evidence[:EVIDENCE_PER_FINDING])


def _evidence_cost(evidence: Evidence) -> int:
    quoted = sum(len(marked(line)) + _MARKUP_PER_LINE for line in evidence.excerpt)
    return quoted + len(marked(evidence.path)) + len(marked(evidence.note or "")) + _MARKUP_PER_PART
