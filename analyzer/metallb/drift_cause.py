"""Why the configuration of a node stands still: what froze it, as the end of a sentence about what is left undone."""

from collections.abc import Mapping

from analyzer.metallb.config_changes import ConfigChanges
from analyzer.metallb.config_health import ConfigTrouble, ConfigTroubles, TroubleKind
from analyzer.rule import join
from parsers.base import Evidence

Because = tuple[str, tuple[Evidence, ...]]
PIECES = 3  # of evidence that a cause adds
# The nearest to FRR first: what it did not load is what the node lacks.
_ORDER = (TroubleKind.RELOAD, TroubleKind.CONVERSION, TroubleKind.STALE)


class Causes:
    """What freezes the configuration of each node."""

    def __init__(self, found: Mapping[str, ConfigTrouble], changes: ConfigChanges) -> None:
        self._found = found
        self._changes = changes

    def of(self, node: str | None) -> Because:
        """The words that follow a finding of a node, and their lines; nothing where nothing is known."""
        one = self._found.get(node or "")
        if one is None:
            return "", ()
        behind = self._changes.behind(one)
        error = f": {one.error}" if one.error else ""
        since = f" at {one.time:%Y-%m-%d %H:%M:%S}" if one.time else ""
        who = "" if one.kind is TroubleKind.RELOAD else f"the {one.component} "
        names = f" ({', '.join(each.resource for each in behind)})" if behind else ""
        lines = (*one.evidence[:2], *(each.evidence for each in behind))
        return f"; because {who}{one.text}{since}{error}{names}", tuple(dict.fromkeys(lines))[:PIECES]


@join
def causes(troubles: ConfigTroubles | None, changes: ConfigChanges) -> Causes:
    found: dict[str, ConfigTrouble] = {}
    for one in sorted(troubles or (), key=lambda each: _ORDER.index(each.kind)):
        if one.freezes and one.node:
            found.setdefault(one.node, one)
    return Causes(found, changes)
