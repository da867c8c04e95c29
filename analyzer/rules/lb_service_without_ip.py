"""A LoadBalancer service has no address."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from analyzer.instances import Ages
from analyzer.metallb.allocation import Allocations
from analyzer.metallb.chain import Chain
from analyzer.metallb.chains import Chains
from analyzer.metallb.installation import Installation
from analyzer.metallb.path import State, Step
from analyzer.metallb.pools import Pools
from analyzer.metallb.selectors import names
from analyzer.metallb.unassigned import Offer, Reason, annotation, unassigned
from analyzer.metallb.walk import CLOUDS
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.cluster_events import ClusterEvent
from parsers.infrastructure import Infrastructure
from parsers.kubernetes import unique
from parsers.metallb_log import MetallbLogEvent
from parsers.metallb_log_kinds import MetallbLogKind
from parsers.namespaces import Namespace
from parsers.services import Service

NEW = 60  # seconds (J) after its creation in which a service may still wait for its address
CROWD = 20  # services with the same reason that are told one by one
REFUSALS = frozenset(
    {"AllocationFailed", "LoadBalancerFailed", "not enough clusterips", "noclusterIPsIPFamily", "nolbIPsIPFamily"}
)
_PREFIX = re.compile(r'Failed to allocate IP for "[^"]{1,320}": ')
_QUOTED = re.compile(r'"([a-z0-9.-]{1,253}/[a-z0-9.-]{1,253})"')


@dataclass(frozen=True, slots=True)
class Told:
    """What MetalLB's controller says of a service; an address that it gave is no refusal."""

    text: str
    time: datetime | None
    evidence: Evidence
    refused: bool = True


@rule(Severity.ERROR, area="metallb")
def lb_service_without_ip(  # noqa: PLR0913, PLR0917 - the reason may stand in each of them
    chains: Chains,
    installation: Installation,
    pools: Pools | None,
    allocations: Allocations | None,
    namespaces: tuple[Namespace, ...] | None,
    events: tuple[ClusterEvent, ...] | None,
    logs: tuple[MetallbLogEvent, ...] | None,
    platforms: tuple[Infrastructure, ...] | None,
    ages: Ages,
) -> Iterator[Finding | Gap]:
    """A LoadBalancer service has no address.

    ## Why it matters
    Nothing outside the cluster reaches the service: without an address there is nothing to announce. An address that
    is in no pool is not announced either.

    ## What to do
    Follow the reason: correct the name of the pool or the address that the service asks for, extend a pool that is
    full, or let a pool be assigned automatically; one with `autoAssign: false` is used only on request by the
    annotation `metallb.io/address-pool` (`metallb.universe.tf/address-pool` before 0.14).
    """
    told = _told(events or (), logs or ())
    offer = Offer(pools, allocations or Allocations(), _labels(namespaces or ())) if pools is not None else None
    on_cloud = any(one.platform in CLOUDS for one in unique(platforms or ()))
    found: dict[str, list[Finding]] = {}
    for chain in chains:
        service, said = chain.service, told.get(chain.subject)
        if service is None or service.deleting:
            continue
        if chain.link and chain.link.step is Step.POOL and chain.link.state is State.BROKEN:
            yield _in_no_pool(chain, service, pools)
        if not _waits(service, said, installation) or _new(service, said, ages):
            continue
        reason = unassigned(service, offer) if offer else None
        ours = any(key.startswith("metallb.") for key in service.annotations)
        if on_cloud and said is None and not ours:
            yield Gap(chain.subject, "it is not known whether MetalLB or the platform is to give it an address")
            continue
        kind, finding = _finding(chain, service, said, reason, installation)
        found.setdefault(kind, []).append(finding)
    for kind, same in found.items():
        yield from same if len(same) <= CROWD else (_together(kind, same),)


def _labels(namespaces: Iterable[Namespace]) -> dict[str, dict[str, str]]:
    return {one.name: dict(one.labels) for one in unique(namespaces)}


def _waits(service: Service, said: Told | None, installation: Installation) -> bool:
    """Whether MetalLB is to give it an address and did not."""
    if service.ingress_ips or service.ingress_hostnames:
        return False
    refused = said is not None and said.refused
    own_class = service.load_balancer_class == installation.load_balancer_class
    return refused or (own_class and (installation.runs or not installation.instances))


def _new(service: Service, said: Told | None, ages: Ages) -> bool:
    """Whether the service was created, or given its address, just before the collection."""
    at = ages.of(service.image_dir)
    given = said.time if said and not said.refused else None
    return at is not None and any((at - one).total_seconds() < NEW for one in (service.created, given) if one)


def _told(events: Iterable[ClusterEvent], logs: Iterable[MetallbLogEvent]) -> dict[str, Told]:
    """The newest word on each service."""
    found: dict[str, Told] = {}
    for subject, one in (*_of_events(events), *_of_logs(logs)):
        held = found.get(subject)
        if held is None or _moment(one) >= _moment(held):
            found[subject] = one
    return found


def _moment(one: Told) -> float:
    return one.time.timestamp() if one.time else 0.0


def _of_events(events: Iterable[ClusterEvent]) -> Iterator[tuple[str, Told]]:
    for one in unique(events):
        refused = one.reason in REFUSALS
        if one.kind == "Service" and (refused or one.reason == "IPAllocated") and one.message:
            text = _PREFIX.sub("", one.message, count=1)
            yield f"{one.object_namespace}/{one.object_name}", Told(text, one.last_time, one.evidence, refused)


def _of_logs(logs: Iterable[MetallbLogEvent]) -> Iterator[tuple[str, Told]]:
    for one in logs:
        refused = one.kind is MetallbLogKind.ALLOCATION_FAILED
        quoted = _QUOTED.search(one.error or "")
        subject = one.service or (quoted[1] if quoted else None)
        if subject and (refused or one.kind is MetallbLogKind.IP_ASSIGNED):
            yield subject, Told(one.error or one.text, one.time, one.evidence, refused)


def _finding(
    chain: Chain, service: Service, said: Told | None, reason: Reason | None, installation: Installation
) -> tuple[str, Finding]:
    words = f"MetalLB says: {said.text}" if said and said.refused else None
    text = words or _silent(installation)
    if reason:
        text = f"{reason.text} ({words})" if words else reason.text
    lines = (*((said.evidence,) if said else ()), *(reason.evidence if reason else ()), *service.where("type"))
    kind = reason.kind if reason else "told" if words else "unknown"
    return kind, Finding(chain.subject, f"{chain.subject} has no address: {text}", lines[:8])


def _silent(installation: Installation) -> str:
    """What may be said where neither MetalLB nor its resources tell a reason."""
    ready = [one for one in installation.controllers if one.ready]
    if installation.controllers and not ready:
        return "MetalLB's controller is not ready"
    if not installation.controllers and (installation.speakers or installation.operators):
        return "no controller of MetalLB was found, and nothing else says why"
    if installation.pools is None:
        return "no address pool was collected, and nothing else says why"
    return "a pool has addresses for it, and nothing in the archive says why MetalLB gives it none"


def _together(kind: str, same: list[Finding]) -> Finding:
    lines = tuple(line for one in same[:4] for line in one.evidence[:2])
    why = same[0].message.partition(": ")[2]
    text = f"{len(same)} services have no address, among them {names(one.subject for one in same)}; of the first: {why}"
    return Finding("services of type LoadBalancer", text, lines, key=kind)


def _in_no_pool(chain: Chain, service: Service, pools: Pools | None) -> Finding:
    """An address that MetalLB gave from a pool that is no longer there; of unknown origin it may be another's."""
    given = annotation(service, "ip-allocated-from-pool")
    of_pool = f", which was given from pool {given[1]}" if given else ""
    known = f"; the pools are {names(one.name for one in pools)}" if pools and pools.items else ""
    text = f"{chain.subject} has the address {chain.address}{of_pool}: it is in no pool{known}"
    marked = service.where(given[0]) if given else ()
    ranges = tuple(line for one in pools or () for line in one.where())
    lines = (*service.where("ingress_ips"), *marked, *ranges[:4])
    return Finding(
        chain.subject, text, lines, severity=None if given else Severity.WARNING, key=f"in no pool {chain.address}"
    )
