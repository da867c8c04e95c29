"""Two nodes use the same BGP router ID."""

from collections.abc import Iterator

from analyzer.model import Finding, Gap, Severity
from analyzer.router_ids import RouterIds, Shared
from analyzer.rule import rule
from parsers.base import Evidence

NAMED = 4  # nodes that a message names
PIECES = 8  # of evidence


@rule(Severity.WARNING, area="cluster")
def duplicate_router_id(router_ids: RouterIds) -> Iterator[Finding | Gap]:
    """Two nodes use the same BGP router ID.

    ## Why it matters
    A router takes two nodes with one ID for the same speaker: inside one AS, and behind a route reflector, it keeps the
    routes of only one of them or refuses the session. It is an error where sessions are refused for their router ID.

    ## What to do
    Remove `routerID` from the BGPPeer (or `id` from the FRRConfiguration), so that FRR takes an address of each node.
    Where IDs must be set, make one resource per node, with `nodeSelectors` that select that node alone.
    """
    for one in router_ids:
        yield _finding(one)
    for instance in router_ids.unplaced:
        yield Gap(instance.label, "its node is not known: it may be the same node as another output's")
    for setting in router_ids.unselected:
        yield Gap(setting.resource, f"it sets router ID {setting.router_id}, but which nodes it selects is not known")


def _finding(one: Shared) -> Finding:
    names = ", ".join(one.nodes[:NAMED]) + (f" and {len(one.nodes) - NAMED} more" if len(one.nodes) > NAMED else "")
    where = f" in VRF {one.vrf}" if one.vrf != "default" else ""
    if one.used:
        text = f"{len(one.nodes)} nodes have the BGP router ID {one.router_id}{where}: {names}"
    else:
        text = f"the BGP router ID {one.router_id}{where} is set for {len(one.nodes)} nodes: {names}"
    if not one.settings and any(len(lines) > 1 for lines in one.used.values()):
        text += "; it is set in their running configuration (`bgp router-id`)"
    if one.settings:
        text += f"; it is set by {', '.join(each.resource for each in one.settings[:NAMED])}"
    if one.rejected:
        text += "; sessions are refused for their router ID (Bad BGP Identifier)"
    severity = Severity.ERROR if one.rejected else None
    return Finding(one.router_id, text, _lines(one), severity=severity, key=one.vrf, about=tuple(one.nodes))


def _lines(one: Shared) -> tuple[Evidence, ...]:
    """Of each side a share: the nodes, what sets the ID, what was refused."""
    nodes = [line for node in sorted(one.used) for line in one.used[node]]
    settings = [line for each in one.settings for line in each.evidence]
    found = (*nodes[:4], *settings[:2], *one.rejected[:2], *nodes[4:], *settings[2:])
    return tuple(dict.fromkeys(found))[:PIECES]
