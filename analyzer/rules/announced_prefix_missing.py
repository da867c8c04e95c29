"""A node does not originate the prefix of a LoadBalancer service that it is to announce."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.metallb.chain import Chain, NodePath
from analyzer.metallb.chains import Chains
from analyzer.metallb.drift_cause import Causes
from analyzer.metallb.drift_runs import NEW
from analyzer.metallb.path import PeerPath, State, Step
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import NotCollectedError, rule
from parsers.base import Evidence
from parsers.services import Service

MANY = 20  # findings of one node, or of one service, that are told as one beyond this number
NAMED = 3  # things that a sentence names before it counts the rest


@dataclass(frozen=True, slots=True)
class _Missing:
    chain: Chain
    node: NodePath
    peers: tuple[PeerPath, ...]

    @property
    def prefixes(self) -> str:
        return " and ".join(f"`network {one}`" for one in dict.fromkeys(peer.prefix for peer in self.peers))


@rule(Severity.ERROR, area="config")
def announced_prefix_missing(
    chains: Chains, causes: Causes, services: tuple[Service, ...] | None
) -> Iterator[Finding | Gap]:
    """A node does not originate the prefix of a LoadBalancer service that it is to announce.

    ## Why it matters
    The address is assigned, an advertisement selects the node, an endpoint is ready and the peer is configured, but
    the running configuration has no `network` statement for the address: the routers never learn the way to it.

    ## What to do
    Read the speaker's log of that node for errors about the service, then look for a stale configuration or a failed
    reload. The prefix is the address cut to the aggregation length of the advertisement; a wider `network` that holds
    the address counts.
    """
    if services is None:
        raise NotCollectedError("not collected: services of type LoadBalancer")
    found: list[_Missing] = []
    for chain in chains:
        for node in chain.nodes if chain.service is not None and chain.link is None else ():
            if gap := _unjudged(chain, node):
                yield Gap(chain.subject, gap, node.node)
            elif missing := _of(chain, node):
                found.append(missing)
    yield from _told(found, causes)


def _of(chain: Chain, node: NodePath) -> _Missing | None:
    peers = tuple(one for one in node.peers if _is_missing(one))
    return _Missing(chain, node, peers) if peers and node.link is None else None


def _unjudged(chain: Chain, node: NodePath) -> str | None:
    """Why a missing `network` says nothing, where one is missing."""
    links = [one.link for one in node.peers if one.link and one.link.step is Step.NETWORK]
    if not links:
        return None
    if node.link is not None:
        return node.link.text if node.link.state is State.UNKNOWN else None
    if _too_new(chain, node):
        return "the service or the pod is less than a minute old"
    return next((link.text for link in links if link.state is State.UNKNOWN), None)


def _is_missing(one: PeerPath) -> bool:
    return one.link is not None and one.link.step is Step.NETWORK and one.link.state is State.BROKEN


def _too_new(chain: Chain, node: NodePath) -> bool:
    instance = node.speaker.instance if node.speaker else None
    since, at = chain.service.created if chain.service else None, instance.collected if instance else None
    fresh = since is not None and at is not None and (at - since).total_seconds() < NEW
    return fresh or bool(instance and instance.age is not None and instance.age < NEW)


def _told(found: list[_Missing], causes: Causes) -> Iterator[Finding]:
    """Of a node that lacks many prefixes one finding, of a service that many nodes lack one, else each by itself."""
    of_node: dict[str, list[_Missing]] = {}
    for one in found:
        of_node.setdefault(one.node.node, []).append(one)
    rest: dict[tuple[str, str | None], list[_Missing]] = {}
    for node, each in of_node.items():
        if len(each) > MANY:
            yield _of_node(node, each, causes)
        else:
            for one in each:
                rest.setdefault((one.chain.subject, one.chain.address), []).append(one)
    for same in rest.values():
        if len(same) > MANY:
            yield _of_service(same)
        else:
            yield from (_single(one, causes) for one in same)


def _single(one: _Missing, causes: Causes) -> Finding:
    words, why = causes.of(one.node.node)
    text = f"{one.chain.subject} has {one.chain.address}, but {one.node.node} has no {one.prefixes}{_instead(one)}"
    lines = (*_lines(one), *_others(one), *_wishes(one), *why)
    return Finding(one.chain.subject, text + words, lines, one.node.node, key=one.chain.address or "")


def _of_node(node: str, found: list[_Missing], causes: Causes) -> Finding:
    words, why = causes.of(node)
    names = ", ".join(f"{one.chain.address} of {one.chain.subject}" for one in found[:NAMED])
    text = f"{node} has no `network` for {len(found)} addresses that it is to announce: {names} and more"
    return Finding(node, text + words, (*_router(found), *_addresses(found), *why), node, key="many")


def _of_service(found: list[_Missing]) -> Finding:
    first = found[0]
    names = ", ".join(one.node.node for one in found[:NAMED])
    text = f"{first.chain.subject} has {first.chain.address}, but {len(found)} nodes have no {first.prefixes}: {names}"
    lines = (*_addresses(found[:1]), *_router(found), *_wishes(first))
    return Finding(first.chain.subject, f"{text} and more", lines, None, key=first.chain.address or "")


def _addresses(found: Iterable[_Missing]) -> tuple[Evidence, ...]:
    return tuple(
        line for one in list(found)[:NAMED] if one.chain.service for line in one.chain.service.where("ingress_ips")
    )


def _router(found: list[_Missing]) -> tuple[Evidence, ...]:
    links = [peer.link for one in found[:NAMED] for peer in one.peers[:1]]
    return tuple(dict.fromkeys(line for link in links if link for line in link.evidence))


def _lines(one: _Missing) -> tuple[Evidence, ...]:
    return (*_addresses([one]), *_router([one]))


def _wishes(one: _Missing) -> tuple[Evidence, ...]:
    return tuple(line for each in one.chain.advertisements[:1] for line in each.where("aggregation_length", "pools"))


def _networks(one: _Missing) -> tuple[tuple[str, Evidence], ...]:
    session = one.peers[0].session
    router = session.router if session else None
    return tuple((each.prefix, each.evidence) for each in router.networks) if router else ()


def _others(one: _Missing) -> tuple[Evidence, ...]:
    return tuple(line for _, line in _networks(one)[:NAMED])


def _instead(one: _Missing) -> str:
    found = _networks(one)
    if not found:
        return "; it has no `network` at all"
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return f"; it has {', '.join(prefix for prefix, _ in found[:NAMED])}{more}"
