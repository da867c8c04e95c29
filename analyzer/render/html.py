"""The HTML report: one self-contained page, whole without script, the worst first, bounded whatever was found."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import Any

from analyzer.model import Gap, Outcome, PeerState, RankedFinding, Report, ServiceVerdict, Severity, Status
from analyzer.render import words
from analyzer.render.asks import what_to_ask
from analyzer.render.causes import first_cause, reaches
from analyzer.render.markdown import sections
from analyzer.render.overview import matrix, services
from analyzer.render.pages import page
from analyzer.render.pictures import pictures
from analyzer.render.quotes import Held, QuotedFile, quoted_files, root_of
from analyzer.render.visible import marked
from parsers.base import Evidence

FINDINGS_PER_GROUP = 200
EVIDENCE_PER_FINDING = 8
PAGE_BUDGET = 10_000_000  # characters of findings on the page; beyond it findings are counted and not shown
TIMELINE = 100  # moments of the timeline that the page shows
OVERVIEWS = 2000  # sessions and services whose quoted lines may stand around those of a finding
GAPS, MEMBERS, FAILURES, PROBLEMS, NODES = 50, 20, 200, 100, 60  # rows shown of each list
OPEN_FINDINGS, OPEN_LINES, OPEN_PROBLEMS = 20, 12, 8  # what goes beyond these is folded
MANY = 100  # findings from which on the browser lays out only those in sight
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
class Count:
    """How many findings there are of a severity."""

    severity: Severity
    number: int


def report_html(report: Report, rules: Mapping[str, str]) -> str:
    """The report as one page; `rules` holds the documentation of the rules by their ids."""
    held = Held(_quotable(report))
    groups = tuple(_groups(report, held))
    counts = words.counts_of(report)
    places = [one for group in groups for finding in group.shown for one in finding.evidence[:EVIDENCE_PER_FINDING]]
    return page(
        "report.html.j2",
        report=report,
        title=_title(report),
        verdict=words.sentences_of(report),
        first=first_cause(report),
        reaches=reaches(report),
        ask=what_to_ask(report),
        areas=sorted({outcome.area for outcome in report.outcomes}),
        root=root_of(one.path for one in places),
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
        pictures=pictures(report),
        looks=_LOOKS,
        quoted_files=partial(quoted_files, held=held),
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
    "many": MANY,
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


def _quotable(report: Report) -> Iterator[Evidence]:
    """The evidence whose lines may stand around that of a finding."""
    for _, _, findings in words.by_rule(report):
        for finding in findings[:FINDINGS_PER_GROUP]:
            yield from finding.evidence
    overviews: Iterable[PeerState | ServiceVerdict] = chain(report.peers or (), report.services or ())
    yield from chain.from_iterable(one.evidence for one in islice(overviews, OVERVIEWS))
    yield from (one.evidence for one in report.timeline)
    yield from (one.evidence for one in report.parse_failures)


def _groups(report: Report, held: Held) -> Iterator[Group]:
    """The findings by severity and rule, the worst first. A rule's first group bears the rule's own anchor."""
    budget, named = PAGE_BUDGET, set[str]()
    for severity, outcome, findings in words.by_rule(report):
        shown, budget = _affordable(findings, budget, held)
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


def _affordable(findings: list[RankedFinding], budget: int, held: Held) -> tuple[tuple[RankedFinding, ...], int]:
    shown: list[RankedFinding] = []
    for finding in findings[:FINDINGS_PER_GROUP]:
        budget -= _cost(finding, held)
        if budget < 0:
            break
        shown.append(finding)
    return tuple(shown), max(budget, 0)


def _cost(finding: RankedFinding, held: Held) -> int:
    texts = (finding.node or "", finding.subject, finding.message)
    files = quoted_files(finding.evidence[:EVIDENCE_PER_FINDING], held)
    return sum(len(marked(text)) for text in texts) + _MARKUP_PER_PART + sum(map(_file_cost, files))


def _file_cost(file: QuotedFile) -> int:
    lines = chain((one.text for one in file.around), *(one.excerpt for one in file.places))
    quoted = sum(len(marked(line)) + _MARKUP_PER_LINE for line in lines)
    notes = sum(len(marked(one.note or "")) + _MARKUP_PER_PART for one in file.places)
    return quoted + notes + len(marked(file.path))
