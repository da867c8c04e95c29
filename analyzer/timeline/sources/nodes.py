"""Since when nodes are not well."""

from collections.abc import Iterator

from analyzer.instances import NodesByName
from analyzer.timeline.entry import Entry, Lane, source


@source
def nodes(nodes: NodesByName) -> Iterator[Entry]:
    """The last change of each condition that is not as it should be."""
    for node in nodes.values():
        for one in node.conditions:
            if one.since is not None:
                why = one.message or one.reason
                text = f"node: {one.type} becomes {one.status}{f': {why}' if why else ''}"
                yield Entry(one.since, node.name, Lane.NODES, node.name, text, one.evidence, bad=True)
