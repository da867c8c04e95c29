"""What saved `oc get endpoints` tables tell of services of which the archive holds nothing else."""

from collections.abc import Collection, Iterable, Iterator

from analyzer.model import Finding, Severity
from analyzer.ovn.databases import named, pieces
from parsers.oc_facts import ListedEndpoints

ASKED = 3  # rows up to which a table is of services that somebody asked for, and not a list of all


def without_endpoints(rows: Iterable[ListedEndpoints], told: Collection[str]) -> Iterator[Finding]:
    """The rows with `<none>`: a warning where somebody asked for that service; `told` are named by their objects."""
    tables: dict[str, list[ListedEndpoints]] = {}
    for one in rows:
        tables.setdefault(one.evidence.path, []).append(one)
    for table in tables.values():
        empty = [one for one in table if not one.endpoints and not one.more and not _told(one, told)]
        if len(table) <= ASKED:
            for one in empty:
                text = "a saved `oc get endpoints` shows no endpoint of the service"
                yield Finding(_name(one), text, (one.evidence,), severity=Severity.WARNING, key="table")
        elif empty:
            names = named(_name(one) for one in empty)
            text = f"a saved `oc get endpoints` shows {len(empty)} of {len(table)} services without endpoints: {names}"
            lines = pieces(*((one.evidence,) for one in empty[:4]))
            yield Finding("saved endpoints", text, lines, severity=Severity.INFO, key=table[0].evidence.path)


def _name(one: ListedEndpoints) -> str:
    return f"{one.namespace}/{one.name}" if one.namespace else one.name


def _told(one: ListedEndpoints, told: Collection[str]) -> bool:
    return _name(one) in told or (one.namespace is None and any(name.endswith(f"/{one.name}") for name in told))
