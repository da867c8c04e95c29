"""The findings of all rules, as diagnoses ask for them."""

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.model import Outcome, RankedFinding, Severity, Status
from analyzer.rule import NotCollectedError, join


@dataclass(frozen=True, slots=True)
class Findings:
    """Every outcome of an analysis, by rule."""

    outcomes: dict[str, Outcome]

    def of(self, *rules: str, node: str | None = None, subject: str | None = None) -> tuple[RankedFinding, ...]:
        """The findings of these rules, in their order; at this node or about this subject where one is given."""
        found = (one for rule in rules if rule in self.outcomes for one in self.outcomes[rule].findings)
        return tuple(one for one in found if node in {None, one.node} and subject in {None, one.subject})

    def about(self, rule: str, *names: str) -> tuple[RankedFinding, ...]:
        """The findings of a rule that name all of these things as their node, their subject or beside them."""
        return tuple(one for one in self.of(rule) if {*names} <= {one.node, one.subject, *one.about})

    def __iter__(self) -> Iterator[tuple[str, RankedFinding]]:
        """Every finding with its rule."""
        for rule, outcome in self.outcomes.items():
            for one in outcome.findings:
                yield rule, one

    def worse(self, severity: Severity) -> list[tuple[str, RankedFinding]]:
        """The findings of this severity and above, with their rules."""
        return [(rule, one) for rule, one in self if one.severity.at_least(severity)]

    def checked(self, *rules: str) -> bool:
        """Whether all of these rules were checked on something."""
        return all(rule in self.outcomes and self._answered(self.outcomes[rule]) for rule in rules)

    @staticmethod
    def _answered(outcome: Outcome) -> bool:
        return outcome.status in {Status.FOUND, Status.CLEAR}


@join
def findings() -> Findings:
    """Supplied once the rules have run."""
    raise NotCollectedError("no rule has run")
