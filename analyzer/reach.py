"""What a root cause costs: the service addresses that are not announced where it is, and how many nodes show it."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from analyzer.diagnosis import Cause
from analyzer.findings import Findings
from analyzer.instances import NodesByName
from analyzer.metallb.chain import Reach
from analyzer.metallb.summary import ServiceVerdicts
from analyzer.model import ServiceVerdict, Severity
from analyzer.rule import NotCollectedError
from analyzer.store import Store

T = TypeVar("T")
NAMED = 3  # services that a sentence names
LOST = {Reach.LOST, Reach.PARTLY}


def consequences(cause: Cause, store: Store) -> Iterator[str]:
    """Sentences about a cause that only the whole archive tells; facts, not reasons."""
    if not cause.findings or cause.standing:
        return
    if not cause.compared:
        yield from _spread(cause, store)
    services = _joined(store, ServiceVerdicts)
    if services:
        yield from _services(cause, services)


def _joined(store: Store, kind: type[T]) -> T | None:
    try:
        found: T = store.joined(kind)
    except NotCollectedError:
        return None
    return found


def _spread(cause: Cause, store: Store) -> Iterator[str]:
    """Symmetry: one node that differs from the rest, or all of them."""
    nodes, findings = _joined(store, NodesByName), _joined(store, Findings)
    if not nodes or len(nodes) < 2 or not cause.nodes or findings is None:
        return
    rules = {one.id.rpartition("-")[0] for one in cause.roots}
    alike = {one.node for one in findings.of(*rules) if one.severity.at_least(Severity.WARNING)}
    if set(cause.nodes) >= set(nodes):
        every = "Both nodes show" if len(nodes) == 2 else f"All {len(nodes)} nodes show"
        yield f"{every} it: look for what they share (an update, a setting of the cluster)."
    elif alike <= {*cause.nodes} and len(cause.nodes) == 1:
        rest = "The other node does not show" if len(nodes) == 2 else f"No other of the {len(nodes)} nodes shows"
        yield f"{rest} it: {cause.nodes[0]} is what differs."


def _services(cause: Cause, services: Iterable[ServiceVerdict]) -> Iterator[str]:
    whole = [one for one in services if one.service]
    if cause.nodes:
        hit = [one for one in whole if any(each.node in cause.nodes and each.reach in LOST for each in one.nodes)]
        # Of services only what announcing goes through tells: a broken pod announces nothing anyway.
        if hit and (cause.compared or _announces(cause)):
            where = "this node" if len(cause.nodes) == 1 else "these nodes"
            count = f"{len(hit)} of {len(whole)} service addresses"
            yield f"Not announced from {where}, or not to every peer: {_names(hit)} ({count})."
    else:
        name = (cause.subject or "").rpartition(" ")[2]
        hit = [one for one in whole if one.reach == Reach.LOST and name and _concerns(one, name)]
        if hit:
            yield f"No node announces {_names(hit)} ({len(hit)} of {len(whole)} service addresses)."


def _announces(cause: Cause) -> bool:
    areas = ("bgp", "bfd", "frr", "announce", "metallb", "speaker", "config", "l2-", "outbound", "neighbor")
    return any(one.id.startswith(areas) for one in cause.roots)


def _concerns(one: ServiceVerdict, name: str) -> bool:
    return name in {one.service, one.pool, one.address} or name in one.verdict.replace(",", " ").split()


def _names(found: list[ServiceVerdict]) -> str:
    names = list(dict.fromkeys(f"{one.service} {one.address or ''}".strip() for one in found))
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
