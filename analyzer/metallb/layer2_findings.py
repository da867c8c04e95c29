"""One finding instead of hundreds that say the same of one service, or node, after the other."""

from collections.abc import Iterable, Iterator

from analyzer.model import Finding

ONE_BY_ONE = 20  # findings up to which each stands by itself
NAMED = 3


def together(found: Iterable[tuple[str, Finding]], what: str = "services") -> Iterator[Finding]:
    """The findings, each with what it has in common with others: `pool gold`, the name of a node.

    what: what their subjects are.
    """
    groups: dict[str, list[Finding]] = {}
    for common, finding in found:
        groups.setdefault(common, []).append(finding)
    for common, each in groups.items():
        if len(each) <= ONE_BY_ONE:
            yield from each
            continue
        first = each[0]
        others = list(dict.fromkeys(one.subject for one in each[1:]))
        text = f"{first.message}; the same of {len(others)} more {what}: {', '.join(others[:NAMED])}, …"
        lines = (*first.evidence, *(one.evidence[0] for one in each[1:NAMED]))
        node = first.node if len({one.node for one in each}) == 1 else None
        yield Finding(common, text, lines, node, first.severity, "together")
