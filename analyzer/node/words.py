"""Words that the rules about nodes share, and one finding instead of hundreds that say the same of node after node."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from analyzer.model import Finding

ONE_BY_ONE = 20  # nodes up to which each has a finding of its own
NAMED = 3


def together(found: Iterable[tuple[str, Finding]]) -> Iterator[Finding]:
    """The findings, each with what it says; of more than ONE_BY_ONE nodes that say the same, one for all of them."""
    groups: dict[str, list[Finding]] = {}
    for common, finding in found:
        groups.setdefault(common, []).append(finding)
    for common, each in groups.items():
        if len(each) <= ONE_BY_ONE:
            yield from each
            continue
        first, others = each[0], each[1:]
        names = ", ".join(one.node or one.subject for one in others[:NAMED])
        text = f"{first.message}; the same of {len(others)} more nodes: {names}, …"
        lines = (*first.evidence, *(one.evidence[0] for one in others[:NAMED]))
        yield replace(first, message=text, evidence=lines, node=None, key=f"together {common}")
