"""Whose output a file of a host is: hints of paths and prompts, compared with the names of the nodes."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any, TypeVar

from analyzer.instances import NodesByName, PodsByName
from analyzer.rule import join
from parsers.host_facts import HostFact
from parsers.nodes import Node
from parsers.pods import Pod

AnyFact = TypeVar("AnyFact", bound=HostFact)
_SOSREPORT = re.compile(r"(?:^|/)(sosreport-[^/!]*?(\d{4}-\d\d-\d\d)-[a-z]{5,8})(?=[/!.]|$)")
_COLLECTED = re.compile(r"(?:^|/)(?:namespaces|cluster-scoped-resources|host_service_logs|audit_logs)(?:/|$)")
_WORD, _PART = re.compile(r"[A-Za-z0-9.-]+"), re.compile(r"([.-])")
_POD = re.compile(
    r"(?:ovnkube-node|ovnkube-master|ovs-node|sdn|ovs)-[a-z0-9]{5}"
)  # pods whose outputs are of their host
_LONGEST = 120  # characters of the name of a file that are looked at


def sosreport(fact: HostFact) -> tuple[str, str] | None:
    """The day and the name of the sosreport that a fact is from; None for other files."""
    return _sosreport(fact.evidence.path)


@lru_cache(maxsize=10_000)
def _sosreport(path: str) -> tuple[str, str] | None:
    found = _SOSREPORT.findall(path)
    return (found[-1][1], found[-1][0]) if found else None


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
    """The names of the nodes, whole and up to their first dot, and of the pods in their networks."""

    def __init__(self, nodes: Iterable[str], pods: Iterable[Pod] = ()) -> None:
        self.whole = frozenset(nodes)
        self._pods = {one.name: one.node for one in pods if one.host_network and one.node in self.whole}
        short: dict[str, list[str]] = {}
        for name in sorted(self.whole):
            short.setdefault(name.partition(".")[0], []).append(name)
        self._short = {key: names[0] for key, names in short.items() if len(names) == 1}
        self._in_path: dict[str, str | None] = {}

    def node(self, fact: HostFact) -> str | None:
        """The node of a fact; None where its hint is no node's name. Without collected nodes the hint is believed."""
        hint = fact.node
        if hint is None or (self.whole and self._named(hint) is None):
            return self._of_path(fact)
        return self._named(hint)

    def _named(self, hint: str) -> str | None:
        if not self.whole:
            return None if _POD.fullmatch(hint) else hint
        return hint if hint in self.whole else self._short.get(hint.partition(".")[0]) or self._pods.get(hint)

    def _of_path(self, fact: HostFact) -> str | None:
        """The node whose name a saved file carries: `ip_a_worker-0.txt`, `worker-0-show.log`."""
        folder, _, name = fact.evidence.path.rpartition("/")
        if not self.whole or fact.origin.pod or _COLLECTED.search(folder):
            return None
        if name not in self._in_path:
            found = {node for part in _pieces(name) if (node := self._exact(part))}
            self._in_path[name] = found.pop() if len(found) == 1 else None
        return self._in_path[name]

    def _exact(self, name: str) -> str | None:
        return name if name in self.whole else self._short.get(name)

    def label(self, fact: HostFact) -> str:
        """The node, else the hint, else the folder that the file lies in."""
        return self.node(fact) or fact.node or PurePosixPath(fact.evidence.path).parent.name or "saved files"


def _pieces(name: str) -> Iterator[str]:
    """What in the name of a file may be that of a host: words that dashes and dots may join."""
    for word in _WORD.findall(name[:_LONGEST]):
        parts = _PART.split(word)
        for first in range(0, len(parts), 2):
            for last in range(first, len(parts), 2):
                yield "".join(parts[first : last + 1])


@join
def host_names(nodes: NodesByName, pods: PodsByName) -> HostNames:
    return HostNames(nodes, pods.values())


def hosts_of(names: HostNames, nodes: NodesByName, *kinds: tuple[HostFact, ...] | None) -> tuple[Host, ...]:
    """The facts of several kinds by host, in the order of labels; those of several sosreports in the order of days."""
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
            {kind: _in_order(facts) for kind, facts in found[label].items()},
        )
        for label in sorted(found)
    )


def _in_order(facts: list[HostFact]) -> tuple[HostFact, ...]:
    days = {sosreport(fact) for fact in facts} - {None}
    return tuple(sorted(facts, key=lambda one: sosreport(one) or ("", ""))) if len(days) > 1 else tuple(facts)
