"""Conditions of Kubernetes objects: what their controller says of their state.

Sources: kubernetes/apimachinery meta/v1 Condition; kubernetes/api apps/v1 DeploymentCondition.
"""

from datetime import datetime
from enum import StrEnum

from parsers.part import Part
from parsers.tree import Tree
from parsers.values import marks, moment, required_text, required_word, text


class ConditionStatus(StrEnum):
    """Whether a condition holds (meta/v1 ConditionStatus)."""

    TRUE = "True"
    FALSE = "False"
    UNKNOWN = "Unknown"


class Condition(Part):
    """One condition. `since` is the time, in UTC, of the last change of its status."""

    type: str
    status: ConditionStatus
    reason: str | None = None
    message: str | None = None
    since: datetime | None = None


def conditions(tree: Tree, *path: str | int) -> tuple[Condition, ...]:
    """The conditions in the list at the path, in its order; none where it is missing."""
    return tuple(_condition(one) for one in tree.items(*path))


def condition(found: tuple[Condition, ...], kind: str) -> Condition | None:
    """The condition of this type."""
    return next((one for one in found if one.type == kind), None)


def _condition(tree: Tree) -> Condition:
    return Condition(
        evidence=tree.evidence(),
        marks=marks(
            tree,
            type=("type",),
            status=("status",),
            reason=("reason",),
            message=("message",),
            since=("lastTransitionTime",),
        ),
        type=required_text(tree, "type"),
        status=required_word(tree, ConditionStatus, "status"),
        reason=text(tree, "reason") or None,
        message=text(tree, "message") or None,
        since=moment(tree, "lastTransitionTime"),
    )
