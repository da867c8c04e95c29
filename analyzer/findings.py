"""The findings of all rules, as diagnoses ask for them."""

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.model import Outcome, RankedFinding, Severity
from analyzer.rule import NotCollectedError, join


@dataclass(frozen=True, slots=True)
class Findings:
    """Every outcome of an analysis, by rule."""

    outcomes: dict[str, Outcome]

    def of(self, *rules: str, node: str | None = None, subject: str | None = None) -> tuple[RankedFinding, ...]:
        """The findings of these rules, in their order; at this node or about this subject where one is given."""
        found = (one for rule in rules if rule in self.outcomes for one in self.outcomes[rule].findings)
        return tuple(one for one in found if node in {None, one.node} and subject in {None, one.subject})

    def __iter__(self) -> Iterator[tuple[str, RankedFinding]]:
        """Every finding with its rule."""
        for rule, outcome in self.outcomes.items():
            for one in outcome.findings:
                yield rule, one

    def worse(self, severity: Severity) -> list[tuple[str, RankedFinding]]:
        """The findings of this severity and above, with their rules."""
        return [(rule, one) for rule, one in self if one.severity.at_least(severity)]


@join
def findings() -> Findings:
    """Supplied once the rules have run."""
    raise NotCollectedError("no rule has run")
