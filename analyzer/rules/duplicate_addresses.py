"""Two nodes, pods or services have the same address."""

from collections.abc import Iterator

from analyzer.addresses import Addresses, Duplicate, Scope
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence

NAMED = 4  # owners that a message names
PIECES = 8  # of evidence


@rule(Severity.ERROR, area="cluster")
def duplicate_addresses(addresses: Addresses) -> Iterator[Finding | Gap]:
    """Two nodes, pods or services have the same address.

    ## Why it matters
    Packets reach one of the two at random, connections hang or break. Two nodes with one address lose the traffic of
    all their pods, which is critical; of a pod or a service only its own is lost.

    ## What to do
    Delete the object that is stale: a node that was replaced, a pod whose node is gone. Where both are alive correct
    the addressing of the nodes; delete the younger pod so that it gets another address; give one of the services
    another address, or give both the same key `metallb.io/allow-shared-ip`.
    """
    for one in addresses:
        yield _finding(one)
    for doubt in addresses.doubts:
        yield Gap(doubt.address, f"{' and '.join(doubt.owners[:NAMED])} have it, {doubt.reason}")


def _finding(one: Duplicate) -> Finding:
    owners = [_owner(one, at) for at in range(min(len(one.holders), NAMED))]
    more = f" and {len(one.holders) - NAMED} more" if len(one.holders) > NAMED else ""
    text = f"{len(one.holders)} {one.scope}s have the address {one.address}: {', '.join(owners)}{more}"
    if one.scope is Scope.SERVICE:
        keys = [f"{each.owner}: {each.sharing or 'none'}" for each in one.holders[:NAMED]]
        text += f"; they do not name one key to share it ({', '.join(keys)})"
    alive = sum(each.impaired is None for each in one.holders) > 1
    severity = Severity.CRITICAL if one.scope is Scope.NODE and alive else None
    nodes = {each.node for each in one.holders}
    lines: list[Evidence] = [each.evidence[0] for each in one.holders[: PIECES // 2]]
    lines += [line for each in one.holders for line in each.evidence[1:]]
    node = nodes.pop() if len(nodes) == 1 else None
    shown, about = tuple(dict.fromkeys(lines))[:PIECES], tuple(sorted(_nodes(one)))
    return Finding(one.address, text, shown, node, severity, key=str(one.scope), about=about)


def _nodes(one: Duplicate) -> set[str]:
    """The nodes that are or hold the owners."""
    return {name for each in one.holders if (name := each.owner if one.scope is Scope.NODE else each.node)}


def _owner(one: Duplicate, at: int) -> str:
    holder = one.holders[at]
    where = f" on {holder.node}" if holder.node and one.scope in {Scope.POD, Scope.PORT} else ""
    return f"{holder.owner}{where}{f' ({holder.impaired})' if holder.impaired else ''}"
