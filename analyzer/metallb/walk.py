"""The ways of all addresses: of every LoadBalancer service, and of what else running configurations announce.

Sources: metallb/metallb speaker/main.go (handleService, poolFor), controller/service.go.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from analyzer.metallb.advertisements import Advertisement, Protocol
from analyzer.metallb.chain import Chain, NodePath, Reach, World
from analyzer.metallb.nodes import SILENT, by_bgp, by_layer2, own_prefix
from analyzer.metallb.path import Link, State, Step, order
from analyzer.metallb.pools import Pool
from parsers.prefixes import contains
from parsers.services import Service
from parsers.vocabulary import is_address

CLOUDS = frozenset({"AWS", "Azure", "GCP", "IBMCloud", "AlibabaCloud", "PowerVS"})  # they hand out addresses themselves
ANNOTATIONS = ("metallb.universe.tf/", "metallb.io/")
GIVEN_FROM = tuple(f"{prefix}ip-allocated-from-pool" for prefix in ANNOTATIONS)


def chains_of(service: Service, world: World) -> Iterator[Chain]:
    """The chains of a service: one for each of its addresses and protocols."""
    subject = f"{service.namespace or '-'}/{service.name}"
    whole = Chain(subject, service, None, backends=world.endpoints.of(service))
    if not service.ingress_ips:
        if foreign := _foreign(service, world):
            yield replace(whole, link=foreign)
        else:
            lines = service.where("ingress_ips", "type")
            yield replace(whole, link=Link(Step.ADDRESS, State.BROKEN, "no address was given to it", lines))
        return
    for address in service.ingress_ips:
        yield from _of_address(replace(whole, address=address), service, address, world)


def _foreign(service: Service, world: World) -> Link | None:
    """A service that is another load balancer's (metallb/metallb internal/k8s/controllers, LoadBalancerClass)."""
    own = service.load_balancer_class
    if service.ingress_hostnames:
        text, lines = "another load balancer serves it", service.where("ingress_ips")
    elif own and own not in world.classes:
        text, lines = f"it is of the load balancer class {own}", service.where("load_balancer_class")
    elif world.classes and not own:
        text = f"it has no load balancer class, MetalLB serves {', '.join(sorted(world.classes))}"
        lines = service.where("type")
    else:
        return None
    return Link(Step.ADDRESS, State.LEFT_OUT, text, lines)


def _of_address(chain: Chain, service: Service, address: str, world: World) -> Iterator[Chain]:
    pool = world.pools.of(address) if world.pools else None
    if pool is None and (named := _given_from(service, world)):
        # Pools may shrink behind an address. That is the fault only where speakers keep silent that should announce it,
        # and announce no other address that no pool holds.
        found = list(_advertised(replace(chain, pool=named), service, address, named, world))
        if _claimed(address, world) or world.shrunk or not any(_kept_silent(one) for one in found):
            yield from found
            return
    chain = replace(chain, pool=pool)
    if pool is None and _poolless(address, world):
        yield replace(chain, link=_no_pool(service, address, world))
    elif pool is None:
        yield _announced(chain, address, world, None)
    else:
        yield from _advertised(chain, service, address, pool, world)


def _given_from(service: Service, world: World) -> Pool | None:
    """The pool that the service's address was given from, by MetalLB's own note on the service."""
    given = next((service.annotations[key] for key in GIVEN_FROM if key in service.annotations), None)
    return world.pools.named(given) if world.pools and given else None


def _kept_silent(chain: Chain) -> bool:
    """Whether a speaker does not announce an address although everything before that asks for it."""
    links = [link for one in chain.nodes for link in one.links] if chain.link is None else []
    return any(link.step is Step.NETWORK or link.text == SILENT for link in links)


def _poolless(address: str, world: World) -> bool:
    """Whether no pool holds the address for certain, and nobody announces it all the same."""
    known = world.pools is not None and is_address(address) and all(one.readable for one in world.pools)
    return known and not _claimed(address, world)


def _claimed(address: str, world: World) -> bool:
    """Whether a node announces the address, whatever the resources say."""
    return bool(world.owners.of(address)) or any(view.networks.holding(address) for view in world.views.values())


def _advertised(chain: Chain, service: Service, address: str, pool: Pool, world: World) -> Iterator[Chain]:
    if world.advertisements is None:
        yield _announced(chain, address, world, None)
        return
    found = world.advertisements.of(pool)
    chosen = [one for one in found if one.selects_service(service)]
    if not chosen:
        yield replace(chain, link=_unadvertised(service, pool, found))
    for protocol in Protocol:
        if ads := tuple(one for one in chosen if one.protocol is protocol):
            yield _announced(replace(chain, advertisements=ads), address, world, protocol)


def _unadvertised(service: Service, pool: Pool, found: tuple[Advertisement, ...]) -> Link:
    if not found:
        text = f"no BGPAdvertisement and no L2Advertisement selects its pool {pool.name}"
        lines = (*service.where("ingress_ips"), *pool.where())
        return Link(Step.ADVERTISEMENT, State.BROKEN, text, lines)
    names = ", ".join(f"{one.kind} {one.name}" for one in found)
    text = f"its labels match no service selector of {names}"
    lines = tuple(line for one in found for line in one.where("service_selectors"))
    return Link(Step.ADVERTISEMENT, State.BROKEN, text, (*service.where("labels"), *lines))


def _no_pool(service: Service, address: str, world: World) -> Link:
    theirs = any(key.startswith(ANNOTATIONS) for key in service.annotations)
    if not theirs and (service.load_balancer_class or world.platform in CLOUDS):
        return Link(Step.POOL, State.LEFT_OUT, f"{address} is of another load balancer: it is in no pool")
    return Link(Step.POOL, State.BROKEN, f"{address} is in no pool", service.where("ingress_ips"))


def _announced(chain: Chain, address: str, world: World, protocol: Protocol | None) -> Chain:
    """The chain with its nodes. Without known advertisements those who announce say how, and who."""
    if protocol is None and not any(view.networks.holding(address) for view in world.views.values()):
        if world.owners.of(chain.subject, address) is None:
            text = "not known whether it is announced: no advertisement of it was collected"
            lines = chain.service.where("ingress_ips") if chain.service else ()
            return _served(replace(chain, link=Link(Step.CONFIGURATION, State.UNKNOWN, text, lines)))
        protocol = Protocol.LAYER2
    chain = replace(chain, protocol=protocol or Protocol.BGP)
    make = by_layer2 if protocol is Protocol.LAYER2 else by_bgp
    nodes = tuple(make(chain, address, one, world) for one in world.speakers)
    return _served(_settled(replace(chain, nodes=nodes)))


def _served(chain: Chain) -> Chain:
    """The chain, broken where nothing serves the address, unless it is broken before that."""
    backends = chain.backends
    if backends is None or backends.serving:
        return chain
    if chain.link is not None and order(chain.link.step) < order(Step.ENDPOINTS):
        return chain
    text = "no endpoint of it is ready" if backends.endpoints else "it has no endpoints"
    return replace(chain, link=Link(Step.ENDPOINTS, State.BROKEN, text, chain.where_endpoints()))


def _settled(chain: Chain) -> Chain:
    """The last word: where the nodes are known, a chain of which every node is left out is broken there."""
    if chain.link is not None or not chain.nodes:
        return chain
    if all(one.reach is Reach.LEFT_OUT for one in chain.nodes):
        links = [one.link for one in chain.nodes if one.link]
        last = max(links, key=lambda link: order(link.step))
        same = {link.text for link in links}
        text = f"every node is left out: {'; '.join(sorted(same))}"
        # Outputs of FRR saved by hand may be of some nodes only; the speakers' pods tell all.
        state = State.BROKEN if any(one.speaker and one.speaker.pod for one in chain.nodes) else State.UNKNOWN
        return replace(chain, link=Link(last.step, state, text, last.evidence or chain.where_endpoints()))
    return _complete(chain)


def _complete(chain: Chain) -> Chain:
    """Where another node announces a service of policy Cluster, its endpoints are ready: silence is a fault then."""
    if chain.service is None or chain.local or chain.backends is not None:
        return chain
    if not any(one.reach in {Reach.ANNOUNCED, Reach.PARTLY} for one in chain.nodes):
        return chain
    return replace(chain, nodes=tuple(_without_doubt(one) for one in chain.nodes))


def _without_doubt(path: NodePath) -> NodePath:
    doubtful = path.link is not None and path.link.step is Step.ENDPOINTS and path.link.state is State.UNKNOWN
    return replace(path, link=None) if doubtful and path.peers else path


def uncollected(world: World, known: Iterable[Chain]) -> Iterator[Chain]:
    """The prefixes that running configurations announce although no collected service has an address in them."""
    seen = [one.address for one in known if one.address]
    views = [view.networks for view in world.views.values()]
    wide = {one.prefix for each in views for one in each.wide}
    held = {own_prefix(address) for address in seen} | {one for one in wide if any(contains(one, ip) for ip in seen)}
    for prefix in dict.fromkeys(prefix for each in views for prefix in each.exact):
        if prefix not in held:
            yield _of_prefix(prefix, world)


def _of_prefix(prefix: str, world: World) -> Chain:
    address = prefix.rpartition("/")[0]
    pool = world.pools.of(address) if world.pools else None
    found = world.advertisements.of(pool) if world.advertisements and pool else ()
    ads = tuple(one for one in found if one.protocol is Protocol.BGP and one.selects_service(None) is not False)
    return _announced(Chain(prefix, None, address, pool=pool, advertisements=ads, prefix=prefix), address, world, None)
