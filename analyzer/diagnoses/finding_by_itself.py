"""RC: what no other cause explains is told as it is."""

from collections.abc import Iterator
from dataclasses import replace

from analyzer.diagnoses.no_fault_visible import COLLECTION, is_remark
from analyzer.diagnoses.operator_reports_trouble import ROOTS
from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.model import RankedFinding, Severity
from analyzer.stated import alike, stated


@diagnosis
def finding_by_itself(findings: Findings) -> Iterator[Cause]:
    """A finding that no cause takes in and that explains nothing else; it stands for itself.

    Possible only: whether it is the cause of what was complained of is open.
    """
    whole = [(rule, one) for rule, one in findings.worse(Severity.WARNING) if _counts(findings, rule, one)]
    for group in alike(one for _, one in whole):
        rule = group[0].id.rpartition("-")[0]
        steps = (
            f"`gatherscope rules {rule}` says what it means and what to do.",
            f"Compare its time and place with the complaint: `gatherscope timeline ARCHIVE --around {rule}`.",
        )
        why = "Nothing else in this archive explains it, and nothing else follows from it."
        yield replace(stated(group, Confidence.POSSIBLE, steps, because=(why,)), fallback=True)


def _counts(findings: Findings, rule: str, one: RankedFinding) -> bool:
    outcome = findings.outcomes[rule]
    told = rule in ROOTS and one.severity.at_least(Severity.ERROR)
    return outcome.area != COLLECTION and not told and not is_remark(outcome, one.severity)
