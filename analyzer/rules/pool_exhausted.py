"""A pool has no address left, or few."""

import re
from collections.abc import Iterable, Iterator

from analyzer.metallb.allocation import VERSIONS, Allocations, Taken
from analyzer.metallb.chains import Chains
from analyzer.metallb.pools import Pool, Pools
from analyzer.metallb.selectors import names
from analyzer.metallb.unassigned import Offer, annotation, unassigned
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import NotCollectedError, rule
from parsers.base import Evidence
from parsers.kubernetes import unique
from parsers.namespaces import Namespace
from parsers.prometheus_alerts import FiringAlert
from parsers.services import Service

HIGH = 90  # per cent (J) of a pool in use from which it is nearly exhausted
EXHAUSTED = "MetalLBAddressPoolExhausted"
_USAGE = re.compile(r"MetalLBAddressPoolUsage(\d{1,3})Percent")


@rule(Severity.WARNING, area="metallb")
def pool_exhausted(
    pools: Pools | None,
    allocations: Allocations | None,
    alerts: tuple[FiringAlert, ...] | None,
    chains: Chains | None,
    namespaces: tuple[Namespace, ...] | None,
) -> Iterator[Finding | Gap]:
    """A pool has no address left, or few.

    ## Why it matters
    The next service that needs an address of a full pool gets none. Services that share one address count once.

    ## What to do
    Add a range to the pool, add another pool that is assigned automatically, or free addresses of services that are
    no longer needed.
    """
    said = _of_pools(alerts or ())
    if (pools is None or allocations is None) and not said:
        raise NotCollectedError("not collected: IPAddressPool resources, or alerts about them")
    if pools is not None and allocations is not None:
        offer = Offer(pools, allocations, {one.name: dict(one.labels) for one in unique(namespaces or ())})
        waiting = _waiting(chains, offer)
        for pool in pools:
            yield from _judge(pool, offer.allocations, waiting.get(pool.name, []), said.pop(pool.name, []))
    for name, same in said.items():
        yield _of_alerts(name, same, ())


def _judge(
    pool: Pool, allocations: Allocations, waiting: list[Service], said: list[FiringAlert]
) -> Iterator[Finding | Gap]:
    found = [one for version in VERSIONS if (one := _of_family(pool, version, allocations, waiting))]
    found = found or [one for one in (_of_metrics(pool, allocations, waiting),) if one]
    if said and not found:
        found = [_of_alerts(pool.name, said, pool.where())]
    yield from found
    if not found and not pool.readable:
        yield Gap(f"pool {pool.name}", "its addresses are masked")
    elif not found and not allocations.whole and pool.name not in allocations.metrics:
        yield Gap(f"pool {pool.name}", _bound(pool, allocations))


def _of_pools(alerts: Iterable[FiringAlert]) -> dict[str, list[FiringAlert]]:
    """The alerts about each pool, the most serious first."""
    kept = [one for one in alerts if one.name == EXHAUSTED or _USAGE.fullmatch(one.name)]
    kept.sort(key=lambda one: (one.name != EXHAUSTED, -_percent(one)))
    found: dict[str, list[FiringAlert]] = {}
    for one in kept:
        found.setdefault(one.labels.get("pool", "(not named)"), []).append(one)
    return found


def _percent(alert: FiringAlert) -> int:
    match = _USAGE.fullmatch(alert.name)
    return int(match[1]) if match else 100


def _waiting(chains: Chains | None, offer: Offer) -> dict[str, list[Service]]:
    """The services that get no address because a pool is full, by pool."""
    found: dict[str, list[Service]] = {}
    for one in chains or ():
        service = one.service
        if service is None or service.ingress_ips or service.ingress_hostnames or service.load_balancer_class:
            continue
        reason = None if service.deleting else unassigned(service, offer)
        for pool in offer.pools if reason and reason.kind == "exhausted" else ():
            if reason and f"pool {pool.name} is full" in reason.text:
                found.setdefault(pool.name, []).append(service)
    return found


def _of_family(pool: Pool, version: int, allocations: Allocations, waiting: list[Service]) -> Finding | None:
    total, used = pool.usable(version), allocations.of(pool, version)
    if not pool.readable or not total or len(used) * 100 < total * HIGH:
        return None
    users = sorted({f"{one.namespace}/{one.name}" for each in used for one in each.services})
    lines = (*pool.where(), *(line for each in used[:5] for line in each.evidence[:1]))
    whose = f", of {names(users)}" if users else ""
    count = f"{min(len(used), total)} of its {total} {VERSIONS[version]} address{'es' if total > 1 else ''}"
    return _judged(pool, len(used) >= total, f"{count} in use{whose}", lines, waiting, used, VERSIONS[version])


def _of_metrics(pool: Pool, allocations: Allocations, waiting: list[Service]) -> Finding | None:
    counted = allocations.metrics.get(pool.name)
    if counted is None or not counted.total or counted.in_use * 100 < counted.total * HIGH:
        return None
    text = f"{counted.in_use} of its {counted.total} addresses in use, by MetalLB's metrics"
    lines = (*counted.evidence, *pool.where())
    return _judged(pool, counted.in_use >= counted.total, text, lines, waiting, allocations.of(pool), "metrics")


def _judged(  # noqa: PLR0913, PLR0917 - what one verdict is told by
    pool: Pool,
    full: bool,
    usage: str,
    lines: tuple[Evidence, ...],
    waiting: list[Service],
    used: tuple[Taken, ...],
    key: str,
) -> Finding:
    waits = names(f"{one.namespace}/{one.name}" for one in waiting) if full else ""
    text = f"pool {pool.name} is {'full' if full else 'nearly full'}: {usage}"
    severity = Severity.ERROR if full else Severity.WARNING
    if waits:
        text += f"; without an address: {waits}"
        lines = (*lines, *(line for one in waiting[:2] for line in one.where("type")))
    elif _pinned(pool, used):
        severity, text = Severity.INFO, f"{text}; it is meant for them, nothing waits for an address of it"
    return Finding(f"pool {pool.name}", text, lines, severity=severity, key=key)


def _pinned(pool: Pool, used: tuple[Taken, ...]) -> bool:
    """Whether the pool is meant for its users: its addresses are written one by one, or each is asked for by name."""
    users = (one for each in used for one in each.services)
    asked = all(one.wanted_ip or annotation(one, "loadBalancerIPs") or annotation(one, "address-pool") for one in users)
    single = all(one.size == 1 for one in pool.ranges)
    return bool(used) and (single or (asked and all(each.services for each in used)))


def _of_alerts(pool: str, said: list[FiringAlert], lines: tuple[Evidence, ...]) -> Finding:
    worst = said[0]
    percent = _percent(worst)
    severity = Severity.ERROR if worst.name == EXHAUSTED else Severity.WARNING if percent >= HIGH else Severity.INFO
    usage = "full" if worst.name == EXHAUSTED else f"used by more than {percent} %"
    text = f"pool {pool} is {usage}: the alert {worst.name} is {worst.state}"
    return Finding(f"pool {pool}", text, (*worst.where("name", "state"), *lines), severity=severity, key="alert")


def _bound(pool: Pool, allocations: Allocations) -> str:
    known = len(allocations.of(pool))
    total = sum(pool.usable(version) for version in VERSIONS)
    return f"the services of all namespaces were not collected: {known} of {total} addresses are known to be in use"
