"""What the page says first: the first cause, how sure it is, what it explains, and which others fit as well."""

from collections.abc import Mapping
from dataclasses import dataclass

from analyzer.model import Diagnosis, Report, Severity
from analyzer.render.words import plural

RIVALS = 3  # causes of the same findings that are named beside the first one
SURE = {
    "certain": "the archive proves it",
    "likely": "all that was collected fits",
    "possible": "what was collected fits, and does not prove it",
}


@dataclass(frozen=True, slots=True)
class FirstCause:
    """The first diagnosis; rivals explain the same findings, `others` counts the rest."""

    cause: Diagnosis
    rivals: tuple[Diagnosis, ...]
    others: int
    explains: str | None

    @property
    def anchor(self) -> str:
        """Where the page tells it."""
        return f"diagnosis-{self.cause.id}"

    @property
    def sure(self) -> str:
        """What the word for the confidence means."""
        if not self.cause.findings:  # nothing was found, and that is all it says
            return "what could not be checked may hide one"
        return SURE.get(self.cause.confidence, "how sure is not said")


def first_cause(report: Report) -> FirstCause | None:
    """The first cause of a report, None where no diagnosis was made."""
    if not report.diagnoses:
        return None
    first, *rest = report.diagnoses
    same = [one for one in rest if one.findings and set(one.findings) == set(first.findings)]
    return FirstCause(first, tuple(same[:RIVALS]), len(rest) - len(same[:RIVALS]), _explains(report, first))


def _explains(report: Report, cause: Diagnosis) -> str | None:
    serious = {one.id for _, one in report.findings() if one.severity is not Severity.INFO}
    explained = len(serious.intersection(cause.findings))
    if not explained:
        return None
    if explained == len(serious):
        return "It explains all that was found" if explained > 1 else "It explains what was found"
    return f"It explains {explained:,} of {plural(len(serious), 'finding')}"


@dataclass(frozen=True, slots=True)
class Reach:
    """Severities and areas of the findings of a diagnosis: what a reader may filter by."""

    severities: tuple[str, ...]
    areas: tuple[str, ...]


def reaches(report: Report) -> Mapping[str, Reach]:
    """By the ids of the diagnoses."""
    found = {one.id: (one.severity.value, outcome.area) for outcome, one in report.findings()}
    return {
        cause.id: Reach(
            tuple(sorted({found[one][0] for one in cause.findings if one in found})),
            tuple(sorted({found[one][1] for one in cause.findings if one in found})),
        )
        for cause in report.diagnoses
    }
