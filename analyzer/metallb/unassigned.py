"""Why a service gets no address, worked out from the resources as MetalLB's controller does it.

Sources: metallb/metallb controller/service.go (allocateIPs, getDesiredLbIPs), internal/allocator/allocator.go
(Assign, AllocateFromPool, Allocate, checkSharing), internal/allocator/k8salloc (BackendKey), releases 0.9 to 0.16.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from analyzer.masks import masked
from analyzer.metallb.advertisements import matches
from analyzer.metallb.allocation import VERSIONS, Allocations
from analyzer.metallb.pools import BUGGY, Pool, Pools
from analyzer.metallb.selectors import names, words
from parsers.base import Evidence
from parsers.metallb_pools import IpAddressPool, ServiceAllocation
from parsers.services import IpFamilyPolicy, Service, TrafficPolicy
from parsers.vocabulary import address, is_address

PREFIXES = ("metallb.io/", "metallb.universe.tf/")  # the second is the older one


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, in words, and the lines that say so; `kind` is the same for the same kind of reason."""

    kind: str
    text: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """What there is to give out; the labels of the namespaces as far as they were collected."""

    pools: Pools
    allocations: Allocations
    namespaces: Mapping[str, Mapping[str, str]]


def annotation(service: Service, name: str) -> tuple[str, str] | None:
    """The key and the value of an annotation of MetalLB."""
    return next(
        ((key, service.annotations[key]) for prefix in PREFIXES if (key := prefix + name) in service.annotations), None
    )


def unassigned(service: Service, offer: Offer) -> Reason | None:
    """The first reason that keeps MetalLB from giving the service an address; None where nothing does."""
    versions = _versions(service)
    if service.ip_family_policy is IpFamilyPolicy.REQUIRE_DUAL_STACK and len(service.cluster_ips) == 1:
        text = f"it requires dual stack, but has one cluster IP only, {service.cluster_ips[0]}"
        return Reason("dual-stack", text, service.where("ip_family_policy"))
    by_annotation, name = annotation(service, "loadBalancerIPs"), annotation(service, "address-pool")
    if by_annotation and service.wanted_ip:
        text = f"it asks for addresses twice, by loadBalancerIP {service.wanted_ip} and by {' '.join(by_annotation)}"
        return Reason("asked-twice", text, service.where("wanted_ip", by_annotation[0]))
    if by_annotation and by_annotation[1].strip():
        wanted = tuple(address(one.strip()) for one in by_annotation[1].split(","))
        return _of_addresses(service, wanted, service.where(by_annotation[0]), versions, offer)
    if service.wanted_ip:
        return _of_addresses(service, (address(service.wanted_ip),), service.where("wanted_ip"), versions, offer)
    if name and name[1]:
        return _of_pool(service, *name, versions, offer)
    return _automatic(service, versions, offer)


def _versions(service: Service) -> tuple[int, ...]:
    """The families that it wants addresses of; none where nothing tells."""
    found = [ip_address(one).version for one in service.cluster_ips if is_address(one)]
    told = [version for version, family in VERSIONS.items() if family in service.ip_families]
    return tuple(sorted(set(found or told)))


def _of_addresses(
    service: Service, wanted: tuple[str, ...], lines: tuple[Evidence, ...], versions: tuple[int, ...], offer: Offer
) -> Reason | None:
    asks = f"it asks for {', '.join(wanted)}"
    if any(masked(one) for one in wanted):
        return None
    if not all(is_address(one) for one in wanted):
        return Reason("no-address", f"{asks}, which is no address", lines)
    families = tuple(sorted({ip_address(one).version for one in wanted}))
    if versions and families != versions:
        ours, theirs = (" and ".join(VERSIONS[one] for one in each) for each in (versions, families))
        return Reason("family", f"{asks}, which is {theirs}, but the service is {ours}", lines)
    pool = next((one for one in offer.pools if all(_holds(one, each) for each in wanted)), None)
    if pool is None:
        return _outside(asks, wanted, lines, offer)
    return _of_its_pool(service, wanted, lines, pool, offer)


def _of_its_pool(
    service: Service, wanted: tuple[str, ...], lines: tuple[Evidence, ...], pool: Pool, offer: Offer
) -> Reason | None:
    """Why the addresses that it asks for, which are of a pool, are not given to it."""
    asks = f"it asks for {', '.join(wanted)}"
    name = annotation(service, "address-pool")
    if name and name[1] and name[1] != pool.name:
        text = f"{asks}, which is of pool {pool.name}, and for an address of pool {name[1]}"
        return Reason("other-pool", text, (*lines, *service.where(name[0]), *pool.where()))
    if _compatible(pool, service, offer) is False:
        lines = (*lines, *pool.resource.where("service_allocation"))
        return Reason("not-for-it", f"{asks}, but {_reserved(pool)}", lines)
    for one in wanted:
        for other in offer.allocations.users(pool, one):
            if other is not service and (conflict := _sharing(service, other)):
                text = f"{asks}, but {one} is in use by {other.namespace}/{other.name}: {conflict}"
                return Reason("sharing", text, (*lines, *_sharing_lines(service, other)))
    return None


def _holds(pool: Pool, one: str) -> bool:
    found = ip_address(one)
    avoided = pool.avoids_buggy and found.version == 4 and int(found) % 256 in BUGGY
    return one in pool and not avoided


def _outside(asks: str, wanted: tuple[str, ...], lines: tuple[Evidence, ...], offer: Offer) -> Reason | None:
    if not all(one.readable for one in offer.pools):
        return None
    holding = {each.name: each for each in offer.pools if any(one in each for one in wanted)}
    where = tuple(line for each in holding.values() for line in each.where())
    if len(holding) > 1:
        text = f"{asks}, which are of several pools ({names(holding)}): all must be of one"
    elif holding:
        text = f"{asks}, which pool {names(holding)} does not give out"
    else:
        what = f"; the pools are {names(one.name for one in offer.pools)}" if offer.pools.items else ""
        text, where = f"{asks}, which is in no pool{what}", tuple(line for one in offer.pools for line in one.where())
    return Reason("outside", text, (*lines, *where[:6]))


def _sharing(service: Service, other: Service) -> str | None:
    """Why two services cannot have one address."""
    ours, theirs = (annotation(one, "allow-shared-ip") for one in (service, other))
    if not theirs or not theirs[1]:
        return "that one allows no sharing"
    if not ours or not ours[1]:
        return "this one allows no sharing"
    if ours[1] != theirs[1]:
        return f"the sharing keys differ, {ours[1]} here and {theirs[1]} there"
    if _backend(service) != _backend(other):
        return "with the traffic policy Local both must select the same pods"
    same = {(one.protocol, one.port) for one in service.ports} & {(one.protocol, one.port) for one in other.ports}
    if same:
        return f"both use port {', '.join(sorted(f'{protocol}/{port}' for protocol, port in same))}"
    return None


def _backend(service: Service) -> object:
    return dict(service.selector) if service.external_traffic_policy is TrafficPolicy.LOCAL else "cluster"


def _sharing_lines(service: Service, other: Service) -> tuple[Evidence, ...]:
    found: list[Evidence] = []
    for one in (service, other):
        key = annotation(one, "allow-shared-ip")
        found += one.where(key[0]) if key else ()
    return (*other.where("ingress_ips"), *found)


def _of_pool(service: Service, key: str, name: str, versions: tuple[int, ...], offer: Offer) -> Reason | None:
    lines = service.where(key)
    pool = offer.pools.named(name)
    if pool is None:
        text = f"it asks for an address of pool {name}, which does not exist"
        text += f"; the pools are {names(one.name for one in offer.pools)}" if offer.pools.items else ""
        return Reason("unknown-pool", text, (*lines, *(one.resource.evidence for one in offer.pools.items[:5])))
    if _compatible(pool, service, offer) is False:
        text = f"it asks for an address of pool {name}, but {_reserved(pool)}"
        return Reason("not-for-it", text, (*lines, *pool.resource.where("service_allocation")))
    if short := _shortage(pool, service, versions, offer):
        return Reason(short.kind, f"it asks for an address of pool {name}, but {short.text}", (*lines, *short.evidence))
    return None


def _automatic(service: Service, versions: tuple[int, ...], offer: Offer) -> Reason | None:
    left_out, short = [], []
    for pool in offer.pools:
        if not pool.resource.auto_assign or _compatible(pool, service, offer) is False:
            left_out.append(pool)
        elif found := _shortage(pool, service, versions, offer):
            short.append(found)
        else:
            return None
    if not left_out and not short:
        return Reason("no-pool", "there is no address pool")
    texts = [one.text for one in short] + [_not_for(one) for one in left_out]
    lines = [line for one in short for line in one.evidence] + [line for one in left_out for line in _where_not(one)]
    kind = short[0].kind if short else "not-for-it"
    more = f" (and {len(texts) - 4} more)" if len(texts) > 4 else ""
    return Reason(kind, f"no pool has an address for it: {'; '.join(texts[:4])}{more}", tuple(lines[:6]))


def _allocation(pool: Pool) -> ServiceAllocation | None:
    return pool.resource.service_allocation if isinstance(pool.resource, IpAddressPool) else None


def _compatible(pool: Pool, service: Service, offer: Offer) -> bool | None:
    """Whether the pool is for the service; None where that hangs on a namespace that was not collected."""
    to = _allocation(pool)
    if to is None:
        return True
    if to.service_selectors and not matches(to.service_selectors, service.labels):
        return False
    if not (to.namespaces or to.namespace_selectors) or service.namespace in to.namespaces:
        return True
    labels = offer.namespaces.get(service.namespace or "")
    if to.namespace_selectors and labels is None:
        return None
    return matches(to.namespace_selectors, labels or {})


def _not_for(pool: Pool) -> str:
    """Why a pool is not assigned automatically to every service."""
    if not pool.resource.auto_assign:
        return f"pool {pool.name} is given out on request only (autoAssign false)"
    return _reserved(pool)


def _reserved(pool: Pool) -> str:
    """For whom a pool is."""
    return f"pool {pool.name} is for {' and '.join(_for_whom(_allocation(pool)))} only"


def _for_whom(to: ServiceAllocation | None) -> Iterator[str]:
    spaces = [f"the namespaces {names(to.namespaces)}"] if to and to.namespaces else []
    spaces += [f"namespaces with {words(to.namespace_selectors)}"] if to and to.namespace_selectors else []
    if spaces:
        yield f"{' or '.join(spaces)}"
    if to and to.service_selectors:
        yield f"services with {words(to.service_selectors)}"


def _where_not(pool: Pool) -> tuple[Evidence, ...]:
    return pool.resource.where("service_allocation" if pool.resource.auto_assign else "auto_assign")


def _shortage(pool: Pool, service: Service, versions: tuple[int, ...], offer: Offer) -> Reason | None:
    """Why a pool that is for the service has no address for it."""
    if not pool.readable:
        return None
    wanted = versions or tuple(one for one in VERSIONS if pool.usable(one))
    lacking = {one: found for one in wanted if (found := _lack(pool, one, offer))}
    either = service.ip_family_policy is IpFamilyPolicy.PREFER_DUAL_STACK or not versions
    if not lacking or (either and len(lacking) < len(wanted)):
        return None
    return next(iter(lacking.values()))


def _lack(pool: Pool, version: int, offer: Offer) -> Reason | None:
    usable = pool.usable(version)
    if not usable:
        return Reason("family", f"pool {pool.name} has no {VERSIONS[version]} addresses", pool.where())
    if offer.allocations.full(pool, version):
        number = f"all {usable} {VERSIONS[version]} addresses are" if usable > 1 else "its only address is"
        return Reason("exhausted", f"pool {pool.name} is full, {number} in use", pool.where())
    return None
