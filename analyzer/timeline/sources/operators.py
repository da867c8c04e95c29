"""When cluster operators changed their conditions, and when updates of the cluster began and ended."""

from collections.abc import Iterator

from analyzer.timeline.entry import Entry, Lane, source
from parsers.cluster_operators import ClusterOperator
from parsers.cluster_version import ClusterVersion
from parsers.conditions import Condition, ConditionStatus
from parsers.kubernetes import unique

_GOOD = {"Available": ConditionStatus.TRUE, "Degraded": ConditionStatus.FALSE, "Progressing": ConditionStatus.FALSE}


@source
def operators(
    operators: tuple[ClusterOperator, ...] | None, versions: tuple[ClusterVersion, ...] | None
) -> Iterator[Entry]:
    """The last change of Available, Degraded and Progressing of each operator; the history of the version."""
    for one in unique(operators or ()):
        for each in one.conditions:
            if each.type in _GOOD and each.since is not None:
                yield _changed(one.name, each)
    for version in unique(versions or ()):
        for update in version.history:
            line = update.evidence
            if update.started is not None:
                text = f"update to {update.version} begins"
                yield Entry(update.started, None, Lane.OPERATORS, "version", text, line)
            if update.completed is not None:
                text = f"update to {update.version} is complete"
                yield Entry(update.completed, None, Lane.OPERATORS, "version", text, line)


def _changed(name: str, one: Condition) -> Entry:
    said = f": {one.message}" if one.message and one.status is not _GOOD[one.type] else ""
    text = f"operator {name}: {one.type} becomes {one.status}{said}"
    bad = one.status is not _GOOD[one.type] and one.type != "Progressing"
    assert one.since is not None
    return Entry(one.since, None, Lane.OPERATORS, name, text, one.evidence, bad=bad)
