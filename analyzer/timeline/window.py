"""The time around a finding."""

from collections.abc import Iterable
from datetime import timedelta

from analyzer.model import Outcome, RankedFinding
from analyzer.timeline.axis import Timeline
from analyzer.timeline.entry import Entry


def finding_of(outcomes: Iterable[Outcome], name: str) -> RankedFinding | None:
    """The finding with this id, else the worst one of the rule with this name."""
    outcomes = list(outcomes)
    found = {one.id: one for outcome in outcomes for one in outcome.findings}
    of_rule = next((one for outcome in outcomes if outcome.rule == name for one in outcome.findings), None)
    return found.get(name, of_rule)


def around(whole: Timeline, finding: RankedFinding, margin: timedelta) -> Timeline | None:
    """The entries around the times of a finding; None where no entry stands for it.

    Its times are those of the entries that quote its lines, else of those about its subject on its node.
    """
    own = [one for one in whole.entries if _quotes(finding, one)] or [
        one for one in whole.entries if _is_about(finding, one)
    ]
    if not own:
        return None
    newest = max(own, key=lambda one: one.until or one.at)
    begin, end = newest.at - margin, (newest.until or newest.at) + margin
    return whole.window(begin, end)


def _quotes(finding: RankedFinding, entry: Entry) -> bool:
    line = entry.evidence
    return any(one.path == line.path and one.first_line <= line.first_line <= one.last_line for one in finding.evidence)


def _is_about(finding: RankedFinding, entry: Entry) -> bool:
    if finding.node is not None and entry.node not in {None, finding.node}:
        return False
    return entry.subject in {finding.subject, *finding.about}
