"""Diagnoses: functions that say what one root cause over several findings is, and how sure that is.

A diagnosis needs joins and facts like a rule does, and the findings of all rules through the join `Findings`.
"""

import inspect
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from analyzer.model import RankedFinding
from analyzer.rule import Need, needs_of


class Confidence(StrEnum):
    """certain: the archive proves it. likely: all that was collected fits. possible: so does another cause."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"

    @property
    def rank(self) -> int:
        """0 is the surest."""
        return list(Confidence).index(self)


@dataclass(frozen=True, slots=True)
class Cause:
    """One root cause at one place.

    title: a sentence that a customer understands. because: the facts that speak for it, as sentences. roots: the
    findings that are the cause itself; symptoms: those that it explains. settles: what would prove or disprove it.
    next_steps: what to do, commands in back quotes. key tells two causes of one diagnosis about one subject apart.
    standing: it is told without any finding. compared: its reasons say already how other nodes fare.
    fallback: it is told only where no other cause has all of its findings.
    """

    title: str
    confidence: Confidence
    because: tuple[str, ...]
    subject: str | None = None
    nodes: tuple[str, ...] = ()
    roots: tuple[RankedFinding, ...] = ()
    symptoms: tuple[RankedFinding, ...] = ()
    next_steps: tuple[str, ...] = ()
    settles: tuple[str, ...] = ()
    key: str = ""
    standing: bool = False
    compared: bool = False
    fallback: bool = False

    @property
    def findings(self) -> tuple[RankedFinding, ...]:
        """All findings that it absorbs, each once, its roots first."""
        return tuple({one.id: one for one in (*self.roots, *self.symptoms)}.values())


Explain = Callable[..., Iterator[Cause]]


@dataclass(frozen=True, slots=True)
class DiagnosisRule:
    """A registered diagnosis: its name, needs and documentation."""

    id: str
    title: str
    doc: str
    needs: tuple[Need, ...]
    function: Explain = field(repr=False)

    registry: ClassVar[dict[str, "DiagnosisRule"]] = {}


def diagnosis(function: Explain) -> Explain:
    """Register a diagnosis. Its module is named for the cause; the first line of its docstring is its title."""
    name = function.__module__.rpartition(".")[2].replace("_", "-")
    if function.__name__.replace("_", "-") != name:
        raise ValueError(f"diagnosis {function.__name__} stands in the module of {name}")
    if typing.get_type_hints(function).get("return") != Iterator[Cause]:
        raise TypeError(f"diagnosis {name} does not return an iterator of causes")
    doc = inspect.cleandoc(function.__doc__ or "")
    title = doc.split("\n", 1)[0].rstrip(".")
    DiagnosisRule.registry[name] = DiagnosisRule(name, title, doc, needs_of(function), function)
    return function
