"""The conditions of the cluster operators."""

from analyzer.diff.area import Area, spot
from analyzer.diff.model import BAD, WELL, Facet, Item, Value
from analyzer.rule import NotCollectedError
from analyzer.store import Store
from parsers.cluster_operators import ClusterOperator
from parsers.conditions import ConditionStatus, condition
from parsers.kubernetes import unique

_BAD = {"Available": ConditionStatus.FALSE, "Degraded": ConditionStatus.TRUE}
_TOLD = ("Available", "Degraded", "Progressing", "Upgradeable")
_JUDGED = frozenset({"Available", "Degraded"})


def _read(store: Store) -> Facet:
    found: tuple[ClusterOperator, ...] | None = store.facts(ClusterOperator)
    if found is None:
        raise NotCollectedError("not collected: cluster operators")
    items = tuple(_item(one) for one in sorted(unique(found), key=lambda one: one.name))
    return Facet("operators", OPERATORS.title, items, proven=False, judged=_JUDGED)


def _item(one: ClusterOperator) -> Item:
    told = [each for each in one.conditions if each.type in _TOLD]
    values: dict[str, Value] = {
        each.type: f"{each.status} ({each.reason})" if each.reason else str(each.status) for each in told
    }
    bad = [kind for kind, status in _BAD.items() if (each := condition(one.conditions, kind)) and each.status is status]
    return Item(
        key=one.name,
        values=values,
        place=spot(one.evidence),
        marks={each.type: spot(each.where("status")) for each in told},
        text=", ".join(f"{name} {value}" for name, value in values.items()),
        health=BAD if bad else WELL,
    )


OPERATORS = Area("operators", "cluster operators", (ClusterOperator,), _read)
