"""The verdicts on all services, as a report shows them."""

from collections.abc import Iterator

from analyzer.metallb.chain import Chain, NodePath, Reach
from analyzer.metallb.chains import Chains
from analyzer.metallb.path import Link, State, Step, order
from analyzer.metallb.verdict import verdict
from analyzer.model import NodeVerdict, ServiceVerdict
from analyzer.rule import join
from parsers.base import Evidence

QUOTED = 6  # pieces of evidence of one verdict
NAMED = 4  # advertisements of one verdict


class ServiceVerdicts(tuple[ServiceVerdict, ...]):
    """The verdicts in the order of the chains."""

    __slots__ = ()


@join
def service_verdicts(chains: Chains) -> ServiceVerdicts:
    return ServiceVerdicts(_verdict(one) for one in chains)


def _verdict(chain: Chain) -> ServiceVerdict:
    service = chain.service
    broken = first_broken(chain)
    return ServiceVerdict(
        service=chain.subject if service else None,
        address=chain.address if service else chain.subject,
        protocol=chain.protocol,
        pool=chain.pool.name if chain.pool else None,
        traffic_policy=service.external_traffic_policy if service else None,
        reach=chain.reach,
        step=broken.step if broken else None,
        verdict=verdict(chain),
        nodes=tuple(NodeVerdict(one.node, one.reach, _reason(one), _step(one)) for one in chain.nodes),
        evidence=_evidence(chain, broken),
        advertisements=tuple(dict.fromkeys(one.name for one in chain.advertisements))[:NAMED],
        unseen=tuple(_unseen(chain)),
    )


def first_broken(chain: Chain) -> Link | None:
    """The first link of a chain that is broken: before the nodes, else the earliest of any node."""
    if chain.link is not None:
        return chain.link if chain.link.state is State.BROKEN else None
    if chain.reach is Reach.ANNOUNCED:
        return None
    links = [link for one in chain.nodes for link in one.links if link.state is State.BROKEN]
    return min(links, key=lambda link: order(link.step), default=None)


def _reason(one: NodePath) -> str | None:
    return "; ".join(dict.fromkeys(link.text for link in one.links)) or None


def _unseen(chain: Chain) -> Iterator[Step]:
    """The links of which nothing was collected and that none is known to break before."""
    if chain.link is not None and chain.link.step in {Step.ADDRESS, Step.POOL, Step.ADVERTISEMENT}:
        return
    if chain.pool is None:
        yield Step.POOL
    if not chain.advertisements:
        yield Step.ADVERTISEMENT
    if chain.backends is None:
        yield Step.ENDPOINTS


def _step(one: NodePath) -> str | None:
    """The earliest link that is broken, else the earliest that is not known to hold."""
    worst = min(one.links, key=lambda link: (link.state is not State.BROKEN, order(link.step)), default=None)
    return worst.step if worst else None


def _evidence(chain: Chain, broken: Link | None) -> tuple[Evidence, ...]:
    own = (chain.service.where("ingress_ips", "type") if chain.service else ()) if broken is None else broken.evidence
    announced = [line for one in chain.nodes if not one.links for line in one.evidence]
    return tuple(dict.fromkeys((*own, *announced)))[:QUOTED]
