"""LoadBalancer services: their addresses, how far these get, and the first link of the way that does not hold."""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from analyzer.diff.area import Area, spot
from analyzer.diff.masks import masked
from analyzer.diff.model import BAD, EVERYTHING, UNKNOWN, WEAK, WELL, Facet, Item, Value
from analyzer.metallb.chain import Reach
from analyzer.metallb.summary import ServiceVerdicts
from analyzer.model import ServiceVerdict
from analyzer.rule import NotCollectedError
from analyzer.store import Store
from parsers.kubernetes import unique
from parsers.services import Service, ServicesListed

_HEALTH = {Reach.ANNOUNCED: WELL, Reach.LEFT_OUT: WELL, Reach.PARTLY: WEAK, Reach.LOST: BAD}
_ANNOUNCED = frozenset({Reach.ANNOUNCED, Reach.PARTLY})
_OF_NO_SERVICE = "announced addresses"
_JUDGED = frozenset({"reach", "first broken step", "announced by"})


def _read(store: Store) -> Facet:
    scopes: dict[str, str | None] = {_OF_NO_SERVICE: None}
    for listed in store.facts(ServicesListed) or ():
        scopes |= dict.fromkeys((*listed.namespaces, *([EVERYTHING] if listed.everywhere else [])))
    services = unique(store.facts(Service) or ())
    try:
        verdicts: tuple[ServiceVerdict, ...] = store.joined(ServiceVerdicts)
    except NotCollectedError:
        if len(scopes) == 1:
            raise
        verdicts = tuple(each for one in services for each in _unjudged(one))  # nothing that announces was collected
    counts = Counter(_name(one) for one in verdicts)
    specs = {f"{one.namespace}/{one.name}": _spec(one) for one in services}
    items = tuple(_item(one, specs.get(one.service or "", {}), several=counts[_name(one)] > 1) for one in verdicts)
    unit = "not all services of {} were collected"
    return Facet("services", SERVICES.title, items, scopes=scopes, unit=unit, judged=_JUDGED)


def _unjudged(one: Service) -> Iterator[ServiceVerdict]:
    """The addresses of a service in an archive that tells nothing of what announces them."""
    for address in one.ingress_ips or (None,):
        yield ServiceVerdict(
            service=f"{one.namespace}/{one.name}",
            address=address,
            protocol=None,
            pool=None,
            traffic_policy=str(one.external_traffic_policy),
            reach=Reach.UNKNOWN,
            step=None,
            verdict="what announces it was not collected",
            nodes=(),
            evidence=(one.evidence,),
        )


def _name(one: ServiceVerdict) -> str:
    """The service with the family of its address, which stays when it gets another address."""
    if one.service is None:
        return f"{one.address} (service not collected)"
    six = ":" in (one.address or "") or "ipv6" in (one.address or "")
    return f"{one.service} (IPv6)" if six else one.service


def _spec(one: Service) -> dict[str, Value]:
    """What the service asks for beside its address."""
    ports = (f"{port.protocol} {port.port} to {port.target_port or port.port}" for port in one.ports)
    return {"ports": tuple(ports), "selector": tuple(f"{key}={value}" for key, value in sorted(one.selector.items()))}


def _item(one: ServiceVerdict, spec: dict[str, Value], *, several: bool) -> Item:
    name = _name(one)
    told = {
        "pool": one.pool,
        "protocol": one.protocol,
        "traffic policy": one.traffic_policy,
    }
    values = {**spec, **{field: value for field, value in told.items() if value is not None}}
    if one.service:
        values["address"] = one.address  # none is an answer: it waits for one
    # What one node does with the address may be all that keeps it from being announced wholly.
    known = one.reach != Reach.UNKNOWN and all(each.reach != Reach.UNKNOWN for each in one.nodes)
    if known:
        announcing = tuple(sorted({each.node for each in one.nodes if each.reach in _ANNOUNCED}))
        values |= {"reach": one.reach, "first broken step": one.step, "announced by": _shared(announcing)}
    return Item(
        key=f"{name} {one.address}" if several else name,
        values=values,
        scopes=((one.service or "").partition("/")[0] or _OF_NO_SERVICE,),
        place=spot(one.evidence),
        text=f"{one.address or 'no address'}: {one.verdict}" if one.service else one.verdict,
        health=_HEALTH.get(Reach(one.reach), WEAK) if known else UNKNOWN,
        aliases=(_address(one) or name, name),
    )


def _address(one: ServiceVerdict) -> str | None:
    """The address as a further name: without the services of a namespace only the prefix is known."""
    address = (one.address or "").removesuffix("/32").removesuffix("/128")
    return f"address {address}" if address and not masked(address) else None


@lru_cache(maxsize=1024)
def _shared(names: tuple[str, ...]) -> tuple[str, ...]:
    """One tuple for all services that the same nodes announce: there are a thousand of them."""
    return names


SERVICES = Area("services", "LoadBalancer services", (ServiceVerdicts, Service, ServicesListed), _read)
