"""What an archive's report must and must not say: `expected.yaml`, written beside the archive.

    must:                      # findings that must be there
    - rule: bgp-session-down
      node: worker-0           # optional, exact
      subject: 10.4.32.1       # optional, exact
      severity: error          # optional: at least this
      message: refused         # optional: a part of the message
    must_not:                  # findings that must not be there; the same keys
    - rule: bgp-session-down
      node: worker-1
    - severity: error          # of any rule, at error or above
    diagnoses:                 # optional: the first root causes, in this order; [] for none
    - cause: router-rejects-bgp
      confidence: likely       # optional, exact: certain, likely or possible
      node: worker-0           # optional: one of its nodes
      subject: 10.4.32.1       # optional, exact
      absorbs: [bgp-session-down]  # optional: rules of which it explains a finding
    status:                    # optional: how a rule must have ended
      bfd-session-down: not_checked
    exit: 1                    # optional: the exit code with `--fail-on error`

Every key is optional, an unknown one is an error. A rule that did not run is a difference and not a pass, so that a
misspelled or renamed rule cannot hide behind `must_not`.
"""

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from analyzer.diagnosis import Confidence
from analyzer.model import Diagnosis, Outcome, RankedFinding, Report, Severity, Status
from analyzer.verdict import Exit, exit_code

NAME = "expected.yaml"


class ExpectationError(ValueError):
    """An expected.yaml that cannot be read; the text says which key, and why."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Wanted(_Strict):
    """A description of findings: what is left out may be anything."""

    rule: str | None = None
    node: str | None = None
    subject: str | None = None
    severity: Severity | None = None
    message: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Wanted":
        if self.rule is None and self.severity is None:
            raise ValueError("names neither a rule nor a severity")
        return self

    def matches(self, outcome: Outcome, finding: RankedFinding) -> bool:
        """Whether the finding is one of those described."""
        return (
            self.rule in {None, outcome.rule}
            and self.node in {None, finding.node}
            and self.subject in {None, finding.subject}
            and (self.severity is None or finding.severity.at_least(self.severity))
            and (self.message is None or self.message in finding.message)
        )

    def __str__(self) -> str:
        parts = [self.rule or "any rule"]
        parts += [f"on {self.node}"] if self.node else []
        parts += [f"about {self.subject}"] if self.subject else []
        parts += [f"at {self.severity} or above"] if self.severity else []
        parts += [f"saying “{self.message}”"] if self.message else []
        return " ".join(parts)


class WantedCause(_Strict):
    """A description of a root cause: what is left out may be anything."""

    cause: str
    confidence: Confidence | None = None
    node: str | None = None
    subject: str | None = None
    absorbs: tuple[str, ...] = ()

    def matches(self, diagnosis: Diagnosis, rules: dict[str, str]) -> bool:
        """Whether the diagnosis is the one described; rules: the rule of each finding, by its id."""
        return (
            self.cause == diagnosis.cause
            and self.confidence in {None, diagnosis.confidence}
            and (self.node is None or self.node in diagnosis.nodes)
            and self.subject in {None, diagnosis.subject}
            and {*self.absorbs} <= {rules.get(one) for one in diagnosis.findings}
        )

    def __str__(self) -> str:
        parts = [f"{self.confidence} {self.cause}" if self.confidence else self.cause]
        parts += [f"on {self.node}"] if self.node else []
        parts += [f"about {self.subject}"] if self.subject else []
        parts += [f"absorbing {', '.join(self.absorbs)}"] if self.absorbs else []
        return " ".join(parts)


class Expectation(_Strict):
    """What is expected of one archive."""

    must: tuple[Wanted, ...] = ()
    must_not: tuple[Wanted, ...] = ()
    diagnoses: tuple[WantedCause, ...] | None = None
    status: dict[str, Status] = Field(default_factory=dict)
    exit: int | None = None

    def rules(self) -> set[str]:
        """The rules that are named anywhere."""
        return {one.rule for one in (*self.must, *self.must_not) if one.rule} | set(self.status)


def load(path: Path) -> Expectation:
    """Read an expected.yaml. Raises ExpectationError for a file that is none, with the key that is wrong."""
    try:
        values: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Expectation.model_validate({} if values is None else values)
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, one['loc'])) or 'the whole'}: {one['msg']}" for one in error.errors()]
        raise ExpectationError(f"{path.name}: {'; '.join(wrong)}") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ExpectationError(f"{path.name}: {' '.join(str(error).split())}") from error


def is_foreign(path: Path) -> bool:
    """Whether the file is a mapping without any key of ours: another program's, and not a mistake in one of ours."""
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return False
    return isinstance(values, dict) and bool(values) and not set(Expectation.model_fields) & set(values)


def check(expectation: Expectation, report: Report) -> list[str]:
    """The differences as sentences; none when the report is as expected."""
    ended = {outcome.rule: outcome for outcome in report.outcomes}
    unknown = sorted(expectation.rules() - set(ended))
    differences = [f"rule {name} did not run: no such rule was chosen" for name in unknown]
    found = report.findings()
    differences += [
        f"missing: {wanted}{_how_it_ended(wanted, ended)}"
        for wanted in expectation.must
        if wanted.rule not in unknown and not any(wanted.matches(*pair) for pair in found)
    ]
    for unwanted in expectation.must_not:
        differences += [f"unexpected: {_said(*pair)}" for pair in found if unwanted.matches(*pair)]
    for name, status in expectation.status.items():
        if name in ended and ended[name].status is not status:
            differences.append(f"{name} ended {ended[name].status}, not {status}{_reason(ended[name])}")
    differences += _diagnosed(expectation.diagnoses, report)
    return differences + _exit(expectation, exit_code(report, Severity.ERROR))


def _diagnosed(wanted: tuple[WantedCause, ...] | None, report: Report) -> list[str]:
    if wanted is None:
        return []
    rules = {finding.id: outcome.rule for outcome, finding in report.findings()}
    said = [f"{one.confidence} {one.cause} ({one.title})" for one in report.diagnoses]
    if not wanted:
        return [f"unexpected diagnosis: {one}" for one in said]
    return [
        f"diagnosis {place}: {said[place - 1] if place <= len(said) else 'none'}, not {one}"
        for place, one in enumerate(wanted, 1)
        if place > len(said) or not one.matches(report.diagnoses[place - 1], rules)
    ]


def check_unreadable(expectation: Expectation) -> list[str]:
    """The differences for an archive that could not be read: nothing was found, and the exit code is 3."""
    return (
        [f"missing: {wanted} (the archive could not be read)" for wanted in expectation.must]
        + [f"no diagnosis {one}: the archive could not be read" for one in expectation.diagnoses or ()]
        + [f"{name} did not run: the archive could not be read" for name in expectation.status]
        + _exit(expectation, Exit.UNREADABLE)
    )


def _exit(expectation: Expectation, code: Exit) -> list[str]:
    if expectation.exit in {None, code}:
        return []
    return [f"exit code {int(code)}, not {expectation.exit}"]


def _how_it_ended(wanted: Wanted, ended: dict[str, Outcome]) -> str:
    if wanted.rule is None:
        return ""
    outcome = ended[wanted.rule]
    if outcome.findings:
        return f" (found instead: {'; '.join(_said(outcome, one) for one in outcome.findings[:3])})"
    return f" (the rule ended {outcome.status}{_reason(outcome)})"


def _said(outcome: Outcome, finding: RankedFinding) -> str:
    where = f" on {finding.node}" if finding.node else ""
    return f"{outcome.rule}{where} about {finding.subject}, {finding.severity}: {finding.message}"


def _reason(outcome: Outcome) -> str:
    return f": {outcome.reason}" if outcome.reason else ""
