"""The chains of layer 2: the addresses for which one node answers by ARP or NDP, each with that node."""

from collections.abc import Iterator

from analyzer.instances import Group
from analyzer.metallb.advertisements import Protocol
from analyzer.metallb.chain import Chain, NodePath
from analyzer.metallb.chains import Chains
from analyzer.metallb.path import State, Step
from analyzer.metallb.verdict import elected_of
from analyzer.rule import NotCollectedError, join


class Layer2Chains(Group):
    """The chains of addresses that are announced by layer 2, in the order of services."""

    items: tuple[Chain, ...]

    def __iter__(self) -> Iterator[Chain]:
        return iter(self.items)


@join
def layer2_chains(chains: Chains) -> Layer2Chains:
    found = tuple(one for one in chains if one.protocol is Protocol.LAYER2)
    if not found:
        raise NotCollectedError("no collected service is announced by layer 2")
    return Layer2Chains(found)


def answers(one: NodePath) -> bool:
    """Whether a node says that it answers, even where it has no interface to do so."""
    return one.link is None or (one.link.state is State.BROKEN and one.link.step is Step.CONFIGURATION)


def owner(chain: Chain) -> tuple[NodePath | None, bool]:
    """The node that answers, and whether it says so itself; else the one that MetalLB's election gives."""
    found = next((one for one in chain.nodes if answers(one)), None)
    return (found, True) if found else (chain.of(elected_of(chain)), False)
