"""The verdict on a service in one sentence, as an engineer would say it."""

from collections.abc import Iterable

from analyzer.metallb.advertisements import Protocol
from analyzer.metallb.chain import Chain, NodePath, Reach
from analyzer.metallb.layer2_election import elected
from analyzer.metallb.nodes import SILENT
from analyzer.metallb.path import State

NAMED = 3  # nodes that a sentence names before it counts the rest


def verdict(chain: Chain) -> str:
    """`announced by 2 of 3 nodes; worker-2: no ready local endpoint`."""
    if chain.protocol is Protocol.LAYER2 and chain.nodes and all(one.reach is Reach.LEFT_OUT for one in chain.nodes):
        silent = any(link.text == SILENT for one in chain.nodes for link in one.links)
        return "; ".join(
            [f"layer 2: {'nobody answers' if silent else 'no node may answer'} for it", *_others(chain, ())]
        )
    if chain.link is not None and not _spite(chain):
        return f"not announced: {chain.link.text}" if chain.link.state is State.BROKEN else chain.link.text
    if chain.protocol is Protocol.LAYER2:
        return _layer2(chain)
    reached = [one for one in chain.nodes if one.reach in {Reach.ANNOUNCED, Reach.PARTLY}]
    head = _count(chain, len(reached))
    if chain.service is None:
        head += " (its service was not collected)"
    spite = f"although {chain.link.text}" if chain.link else ""
    return "; ".join([part for part in (f"{head} {spite}".strip(), *_others(chain, reached)) if part])


def _spite(chain: Chain) -> bool:
    """Whether nodes announce it although the chain is broken before them."""
    return any(one.reach in {Reach.ANNOUNCED, Reach.PARTLY} for one in chain.nodes)


def _count(chain: Chain, reached: int) -> str:
    total = len(chain.nodes)
    if reached:
        return f"announced by {reached} of {total} node{'s' if total > 1 else ''}"
    if chain.reach is Reach.LOST:
        return f"announced by none of {total} node{'s' if total > 1 else ''}"
    return "not known whether it is announced"


def _layer2(chain: Chain) -> str:
    owners = [one for one in chain.nodes if one.reach is Reach.ANNOUNCED]
    if owners:
        spite = f", although {chain.link.text}" if chain.link else ""
        return f"answered for by {', '.join(_on(one, chain) for one in owners)} (layer 2){spite}"
    if chain.reach is Reach.LOST:
        broken = [f"{one.node}: {link.text}" for one in chain.nodes for link in one.links if link.state is State.BROKEN]
        return "; ".join(["layer 2: nobody answers for it", *broken])
    able = [one.node for one in chain.nodes if one.reach is not Reach.LEFT_OUT]
    head = f"layer 2: {len(able)} of {len(chain.nodes)} nodes may answer for it"
    return f"{head}, by MetalLB's election {elected_of(chain)} does; nothing that confirms it was collected"


def elected_of(chain: Chain) -> str | None:
    """The node that MetalLB's election gives, as far as it is known which nodes may answer."""
    able = (one.node for one in chain.nodes if one.reach is not Reach.LEFT_OUT)
    first = chain.service.ingress_ips[:1] if chain.service else ()
    return elected(able, next(iter(first), chain.address or ""))


def interfaces_of(one: NodePath, chain: Chain) -> tuple[str, ...]:
    """The interfaces that the advertisements of a node name; none where one of them takes all."""
    labels = one.speaker.labels if one.speaker else None
    ads = [each for each in chain.advertisements if each.selects_node(labels) is not False]
    every = not all(each.interfaces for each in ads)
    return () if every else tuple(dict.fromkeys(name for each in ads for name in each.interfaces))


def _on(one: NodePath, chain: Chain) -> str:
    names = interfaces_of(one, chain)
    return f"{one.node} on {', '.join(names)}" if names else one.node


def _others(chain: Chain, reached: Iterable[NodePath]) -> list[str]:
    """What the other nodes lack, nodes of the same reason together; the peers that a node does not reach."""
    reasons: dict[str, list[str]] = {}
    for one in chain.nodes:
        for text in _reasons(one):
            reasons.setdefault(text, []).append(one.node)
    for one in reached:
        missing = dict.fromkeys(peer.link.text for peer in one.peers if peer.link and peer.link.state is State.BROKEN)
        for text in missing:
            reasons.setdefault(text, []).append(one.node)
    return [f"{_names(nodes)}: {text}" for text, nodes in reasons.items()]


def _reasons(one: NodePath) -> list[str]:
    if one.reach in {Reach.ANNOUNCED, Reach.PARTLY}:
        return []
    return list(dict.fromkeys(link.text for link in one.links))


def _names(nodes: list[str]) -> str:
    found = list(dict.fromkeys(nodes))
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return ", ".join(found[:NAMED]) + more
