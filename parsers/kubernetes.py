"""What all Kubernetes objects share: typed values with their lines, label selectors, and each object once.

Objects are not mirrored: a parser takes the fields that rules need. Field names are those of the Kubernetes API
(kubernetes/api core/v1, kubernetes/apimachinery meta/v1) and of the custom resources named in each module.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from parsers.base import Fact, ParseFailure, SourceFile, failure
from parsers.objects import EVERYTHING, Reading, objects
from parsers.spans import MalformedError
from parsers.tree import Tree
from parsers.values import labels, moment, required_text, required_word, text, texts


class KubernetesFact(Fact):
    """An object of the cluster. The evidence is the line of its name."""

    name: str
    namespace: str | None = None
    uid: str | None = None
    resource_version: int = 0
    created: datetime | None = None
    image_dir: str = ""


AnyFact = TypeVar("AnyFact", bound=KubernetesFact)


def unique(facts: Iterable[AnyFact]) -> list[AnyFact]:
    """Each object once, in the order of first sight; of several versions the one with the highest resourceVersion.

    An object is known by its uid; without one by its image directory, namespace and name. What has neither uid nor
    version comes from a table that somebody saved, and is left out where the object itself is there.
    """
    found: dict[tuple[str, ...], AnyFact] = {}
    for fact in facts:
        key = (fact.uid,) if fact.uid else (type(fact).__name__, fact.image_dir, fact.namespace or "", fact.name)
        held = found.get(key)
        if held is None or fact.resource_version > held.resource_version:
            found[key] = fact
    if all(fact.uid for fact in found.values()):
        return list(found.values())
    told = {(fact.namespace, fact.name) for fact in found.values() if fact.uid}
    return [one for one in found.values() if one.uid or one.resource_version or (one.namespace, one.name) not in told]


class Operator(StrEnum):
    """Operators of a label selector (apimachinery meta/v1 LabelSelectorOperator)."""

    IN = "In"
    NOT_IN = "NotIn"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"


class Requirement(BaseModel):
    """One of the `matchExpressions`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    operator: Operator
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether the labels fulfil it; a label that is not there is not in any list of values."""
        if self.operator is Operator.EXISTS:
            return self.key in labels
        if self.operator is Operator.DOES_NOT_EXIST:
            return self.key not in labels
        return (labels.get(self.key) in self.values) is (self.operator is Operator.IN)


class LabelSelector(BaseModel):
    """A label selector; an empty one selects everything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    match_labels: Mapping[str, str] = {}
    match_expressions: tuple[Requirement, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether the labels fulfil every part of the selector."""
        return all(labels.get(key) == value for key, value in self.match_labels.items()) and all(
            one.matches(labels) for one in self.match_expressions
        )


def selector(tree: Tree, *path: str | int) -> LabelSelector:
    """The selector at the path; the empty one where it is missing."""
    expressions = tuple(
        Requirement(
            key=required_text(one, "key"),
            operator=required_word(one, Operator, "operator"),
            values=texts(one, "values"),
        )
        for one in tree.items(*path, "matchExpressions")
    )
    return LabelSelector(match_labels=labels(tree, *path, "matchLabels"), match_expressions=expressions)


def selectors(tree: Tree, *path: str | int) -> tuple[LabelSelector, ...]:
    """The selectors in the list at the path."""
    return tuple(selector(one) for one in tree.items(*path))


def metadata(tree: Tree, source: SourceFile) -> dict[str, Any]:
    """The fields of KubernetesFact. The name must be there: an object without it is torn."""
    version = text(tree, "metadata", "resourceVersion") or ""
    return {
        "evidence": tree.evidence("metadata", "name"),
        "name": required_text(tree, "metadata", "name"),
        "namespace": text(tree, "metadata", "namespace"),
        "uid": text(tree, "metadata", "uid"),
        "resource_version": int(version) if re.fullmatch(r"[0-9]{1,20}", version) else 0,
        "created": moment(tree, "metadata", "creationTimestamp"),
        "image_dir": source.image_dir,
    }


Builder = Callable[[Tree, SourceFile], Iterator[Any]]


def read_objects(
    source: SourceFile,
    parser_name: str,
    kinds: Mapping[str, Builder],
    reading: Reading = EVERYTHING,
) -> Iterator[Any]:
    """The facts of the objects of these kinds in a file. Other kinds are ignored: lists may be mixed.

    An object in which a value is not what it should be is a failure at its line; the others are kept.
    """
    for piece in objects(source, parser_name, reading):
        if isinstance(piece, ParseFailure):
            yield piece
        elif build := kinds.get(str(piece.get("kind", default=""))):
            try:
                yield from build(piece, source)
            except MalformedError as error:
                yield failure(piece.text.quote(error.line), parser_name, error.reason)
            except ValueError as error:
                yield failure(piece.evidence("metadata", "name"), parser_name, _reason(error))


def _reason(error: ValueError) -> str:
    return str(error).replace("\n", " ")[:300]


def loose(*kinds: str) -> bytes:
    """An expression for `parser(content=…)`: an object of these kinds, or a list of them, saved by hand."""
    names = "|".join(kinds)
    return (
        rf"^(?:  |- )?kind: (?:{names})\s*$"  # oc get -o yaml: a single object, or an item of a list
        rf'|^ {{4}}(?: {{8}})?"kind": "(?:{names})",?\s*$'  # oc get -o json
    ).encode()


def kind_words(*kinds: str) -> tuple[bytes, ...]:
    """What stands in every file that `loose` finds."""
    return tuple(text.encode() for kind in kinds for text in (f"kind: {kind}", f'"kind": "{kind}"'))
