"""Custom resources as items: each value of the specification under the path of its fields."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from analyzer.diff.area import spot
from analyzer.diff.model import Item, Value
from parsers.kubernetes import KubernetesFact, unique

# What is no part of a specification, and what names the object itself.
_LEFT_OUT = frozenset(
    {"evidence", "marks", "name", "namespace", "uid", "resource_version", "created", "image_dir"}
    | {"conditions", "status", "messages"}
)
_TOP = re.compile(r"[.\[]")  # behind the name of a field of the object itself
# What tells the items of a list apart.
_NAMES = ("address", "interface", "name", "prefix", "ip", "cidr", "network", "vrf", "asn")


def resource(one: KubernetesFact, scope: str) -> Item:
    """One object. A field that is not set is known to be not set."""
    kind = type(one).__name__
    name = f"{one.namespace}/{one.name}" if one.namespace else one.name
    values = dict(_values(one))
    return Item(
        key=f"{kind} {name}",
        values=values,
        scopes=(scope,),
        place=spot(one.evidence),
        marks={path: spot(mark) for path in values if (mark := one.marks.get(_TOP.split(path)[0]))},
        incarnation=(f"{kind} {name}", one.uid) if one.uid else None,
        whole=True,
    )


def resources(found: Iterable[KubernetesFact], scope: str) -> Iterator[Item]:
    """Every object once, by namespace and name."""
    for one in sorted(unique(found), key=lambda one: (one.namespace or "", one.name)):
        yield resource(one, scope)


def _values(one: BaseModel, path: str = "") -> Iterator[tuple[str, Value]]:
    left_out = _LEFT_OUT if isinstance(one, KubernetesFact) else frozenset({"evidence", "marks"})
    for name in type(one).model_fields:
        if name not in left_out:
            yield from _flat(getattr(one, name), f"{path}{name}")


def _flat(value: Any, path: str) -> Iterator[tuple[str, Value]]:
    match value:
        case BaseModel():
            yield from _values(value, f"{path}.")
        case Mapping():
            for key, each in sorted(value.items()):
                yield from _flat(each, f"{path}.{key}")
        case tuple() if any(isinstance(each, BaseModel) for each in value):
            for at, each in enumerate(value):
                yield from _flat(each, f"{path}[{_name(each, at)}]")
        case tuple():
            yield path, tuple(map(str, value))
        case _:
            yield path, value if value is None or isinstance(value, str | int) else str(value)


def _name(part: object, at: int) -> str:
    """The value that tells a part from its neighbors, else its place in the list."""
    return next((str(name) for field in _NAMES if (name := getattr(part, field, None)) is not None), str(at))
