"""Whose output a file of a host is: hints of paths and prompts, compared with the names of the nodes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, TypeVar

from analyzer.instances import NodesByName
from analyzer.rule import join
from parsers.host_facts import HostFact
from parsers.nodes import Node

AnyFact = TypeVar("AnyFact", bound=HostFact)


@dataclass(frozen=True, slots=True)
class Host:
    """One host: its node where one is known, and the facts of its outputs by kind."""

    label: str
    node: str | None
    resource: Node | None = None
    facts: Mapping[type[HostFact], tuple[Any, ...]] = field(default_factory=dict)

    def of(self, kind: type[AnyFact]) -> tuple[AnyFact, ...]:
        """The facts of a kind; none too where nothing was collected: the answers' own facts tell these apart."""
        return self.facts.get(kind, ())


class HostNames:
    """The names of the nodes, whole and up to their first dot, for the hints of host facts."""

    def __init__(self, nodes: Iterable[str]) -> None:
        self.whole = frozenset(nodes)
        short: dict[str, list[str]] = {}
        for name in sorted(self.whole):
            short.setdefault(name.partition(".")[0], []).append(name)
        self._short = {key: names[0] for key, names in short.items() if len(names) == 1}

    def node(self, fact: HostFact) -> str | None:
        """The node of a fact; None where its hint is no node's name. Without collected nodes the hint is believed."""
        hint = fact.node
        if hint is None or hint in self.whole or not self.whole:
            return hint
        return self._short.get(hint.partition(".")[0])

    def label(self, fact: HostFact) -> str:
        """The node, else the hint, else the folder that the file lies in."""
        return self.node(fact) or fact.node or PurePosixPath(fact.evidence.path).parent.name or "saved files"


@join
def host_names(nodes: NodesByName) -> HostNames:
    return HostNames(nodes)


def hosts_of(names: HostNames, nodes: NodesByName, *kinds: tuple[HostFact, ...] | None) -> tuple[Host, ...]:
    """The facts of several kinds by host, in the order of labels."""
    found: dict[str, dict[type[HostFact], list[HostFact]]] = {}
    known: dict[str, str | None] = {}
    for fact in (one for kind in kinds for one in kind or ()):
        label = names.label(fact)
        known[label] = names.node(fact)
        found.setdefault(label, {}).setdefault(type(fact), []).append(fact)
    return tuple(
        Host(
            label,
            known[label],
            nodes.get(known[label] or ""),
            {kind: tuple(facts) for kind, facts in found[label].items()},
        )
        for label in sorted(found)
    )
