"""Selectors in words: what they ask for, and what the labels are that they are held against."""

from collections.abc import Iterable, Mapping

from parsers.kubernetes import LabelSelector, Operator, Requirement

NAMED = 5  # names or values that a sentence names before it counts the rest


def names(found: Iterable[str], limit: int = NAMED) -> str:
    """`a, b, c and 4 more`, in the order of the alphabet."""
    kept = sorted(set(found))
    more = f" and {len(kept) - limit} more" if len(kept) > limit else ""
    return ", ".join(kept[:limit]) + more


def words(selectors: Iterable[LabelSelector]) -> str:
    """Selectors as `oc get -l` takes them; one of several is enough."""
    return " or ".join(_one(each) for each in selectors)


def _one(selector: LabelSelector) -> str:
    labels = [f"{key}={value}" if value else f"{key}=''" for key, value in selector.match_labels.items()]
    return ",".join((*labels, *(_expression(each) for each in selector.match_expressions))) or "everything"


def _expression(one: Requirement) -> str:
    values = ", ".join(one.values)
    return {
        Operator.EXISTS: one.key,
        Operator.DOES_NOT_EXIST: f"!{one.key}",
        Operator.IN: f"{one.key} in ({values})",
        Operator.NOT_IN: f"{one.key} notin ({values})",
    }[one.operator]


def inventory(selectors: Iterable[LabelSelector], labels: Iterable[Mapping[str, str]], what: str) -> str:
    """The values that the things really have of the labels that the selectors ask for."""
    held = list(labels)
    keys = dict.fromkeys(key for each in selectors for key in _keys(each))
    return "; ".join(_of_key(key, held, what) for key in keys)


def _keys(selector: LabelSelector) -> tuple[str, ...]:
    return (*selector.match_labels, *(each.key for each in selector.match_expressions))


def _of_key(key: str, held: Iterable[Mapping[str, str]], what: str) -> str:
    values = [each[key] for each in held if key in each]
    if not values:
        return f"no {what} has the label {key}"
    return f"{key} is {names(value or 'empty' for value in values)}"
