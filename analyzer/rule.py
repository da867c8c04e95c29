"""Rules and joins: functions whose annotated parameters say what they need.

A parameter `tuple[BgpNeighbor, ...]` needs these facts: without them the rule is not checked. `... | None` is optional
and arrives as None when it was not collected. A parameter of another class needs the join that returns it.
"""

import inspect
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from analyzer.model import Finding, Gap, Severity
from parsers.base import Fact

Check = Callable[..., Iterator[Finding | Gap]]
Build = TypeVar("Build", bound=Callable[..., Any])


class NotCollectedError(Exception):
    """Raised by a join whose facts are absent: the rules that need it are not checked, with this reason."""


@dataclass(frozen=True, slots=True)
class Need:
    """One annotated parameter: facts of a kind or the result of a join."""

    name: str
    kind: type[Any]
    facts: bool
    optional: bool


def needs_of(function: Callable[..., Any]) -> tuple[Need, ...]:
    """The needs of a rule or join, from its annotations. Raises TypeError for an annotation that means nothing here."""
    hints = typing.get_type_hints(function)
    return tuple(_need(name, hints[name], function) for name in inspect.signature(function).parameters)


def _need(name: str, hint: Any, function: Callable[..., Any]) -> Need:
    optional = False
    if typing.get_origin(hint) in {types.UnionType, typing.Union}:
        (hint,) = (part for part in typing.get_args(hint) if part is not types.NoneType)
        optional = True
    if typing.get_origin(hint) is tuple:
        kind, _ = typing.get_args(hint)
        if issubclass(kind, Fact):
            return Need(name, kind, facts=True, optional=optional)
    elif isinstance(hint, type):
        return Need(name, hint, facts=False, optional=optional)
    raise TypeError(f"{function.__module__}.{function.__name__}: parameter {name} is neither facts nor a join")


@dataclass(frozen=True, slots=True)
class Join:
    """A function that derives one value from facts and other joins, computed once and only if a rule asks."""

    kind: type[Any]
    needs: tuple[Need, ...]
    function: Callable[..., Any] = field(repr=False)

    registry: ClassVar[dict[type[Any], "Join"]] = {}


def join(function: Build) -> Build:
    """Register a join under the class that it returns."""
    kind = typing.get_type_hints(function)["return"]
    if kind in Join.registry:
        raise ValueError(f"two joins return {kind.__name__}")
    Join.registry[kind] = Join(kind, needs_of(function), function)
    return function


@dataclass(frozen=True, slots=True)
class Rule:
    """A registered rule: its name everywhere, severity, area, needs and documentation."""

    id: str
    area: str
    severity: Severity
    title: str
    doc: str
    needs: tuple[Need, ...]
    function: Check = field(repr=False)

    registry: ClassVar[dict[str, "Rule"]] = {}


def rule(severity: Severity, area: str) -> Callable[[Check], Check]:
    """Register a rule. Its module is named for the problem; the first line of its docstring is its title."""

    def register(function: Check) -> Check:
        name = function.__module__.rpartition(".")[2].replace("_", "-")
        if function.__name__.replace("_", "-") != name:
            raise ValueError(f"rule {function.__name__} stands in the module of {name}")
        doc = inspect.cleandoc(function.__doc__ or "")
        title = doc.split("\n", 1)[0].rstrip(".")
        Rule.registry[name] = Rule(name, area, severity, title, doc, needs_of(function), function)
        return function

    return register


def closure(needs: tuple[Need, ...]) -> set[type[Fact]]:
    """Every kind of fact that these needs reach, through joins too."""
    kinds: set[type[Fact]] = set()
    waiting, seen = list(needs), set()
    while waiting:
        need = waiting.pop()
        if need.facts:
            kinds.add(need.kind)
        elif need.kind not in seen:
            seen.add(need.kind)
            waiting.extend(Join.registry[need.kind].needs)
    return kinds


def needs(*kinds: type[Any]) -> tuple[Need, ...]:
    """The needs of what is made of these joins."""
    return tuple(Need(kind.__name__, kind, facts=False, optional=False) for kind in kinds)
