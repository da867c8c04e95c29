"""Nobody answers for an address that is announced by layer 2."""

from collections.abc import Iterator

from analyzer.instances import NodesByName
from analyzer.metallb.chain import Chain, Reach
from analyzer.metallb.layer2_chains import Layer2Chains
from analyzer.metallb.layer2_findings import together
from analyzer.metallb.nodes import SILENT
from analyzer.metallb.path import State, Step
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence

NAMED = 3  # nodes that a message names


@rule(Severity.ERROR, area="layer2")
def l2_service_without_announcer(chains: Layer2Chains, nodes: NodesByName) -> Iterator[Finding | Gap]:
    """Nobody answers for an address that is announced by layer 2.

    ## Why it matters
    In layer 2 mode one node answers ARP and NDP requests for the address of a service. With no such node the address
    does not exist on the network, although the service, its endpoints and its pool are in order.

    ## What to do
    Compare the node selectors of the L2Advertisements with the nodes that run a speaker. If both agree, look into the
    logs of the speakers of these nodes: which one takes which other for the owner (`notOwner`)? Restart a speaker whose
    list of members is wrong.
    """
    found: list[tuple[str, Finding]] = []
    for chain in chains:
        if chain.link is None:
            if chain.reach is Reach.UNKNOWN:
                yield Gap(chain.subject, "neither events nor logs nor a ServiceL2Status tell who answers for it")
            continue
        if chain.link.state is State.BROKEN and all(one.reach is Reach.LEFT_OUT for one in chain.nodes):
            found += ((f"pool {chain.pool.name}" if chain.pool else "", one) for one in _nobody(chain, nodes))
    yield from together(found)


def _nobody(chain: Chain, nodes: NodesByName) -> Iterator[Finding]:
    """Where every node lacks an endpoint or is excluded, rules of their own tell it."""
    silent = [one for one in chain.nodes if one.link and one.link.text == SILENT]
    if silent:
        names = _short([one.node for one in silent])
        text = (
            f"nobody answers for {chain.address}: the speakers of {names} may, but none of them announced it since it"
            f" started ({_filters(chain, len(silent))})"
        )
        lines = tuple(line for one in silent[:NAMED] if one.link for line in one.link.evidence)
        yield _finding(chain, text, lines)
    elif all(one.link and one.link.step is Step.ADVERTISEMENT for one in chain.nodes):
        chosen = sorted(
            name for name, one in nodes.items() if any(ad.selects_node(one.labels) for ad in chain.advertisements)
        )
        if not chosen:
            return  # the selectors select no node at all
        ads = ", ".join(f"{one.kind} {one.name}" for one in chain.advertisements)
        text = f"nobody answers for {chain.address}: {ads} selects {_short(chosen)} alone, where no speaker runs"
        lines = tuple(line for one in chain.advertisements for line in one.where("node_selectors"))
        labels = tuple(line for name in chosen[:NAMED] for line in nodes[name].where("labels"))
        yield _finding(chain, text, (*lines, *labels))


def _filters(chain: Chain, left: int) -> str:
    """How many nodes are left after each filter."""
    total = len(chain.nodes)
    unselected = sum(1 for one in chain.nodes if one.link and one.link.step is Step.ADVERTISEMENT)
    return f"{total} nodes run a speaker, {total - unselected} are selected, {left} may answer"


def _finding(chain: Chain, text: str, lines: tuple[Evidence, ...]) -> Finding:
    own = chain.service.where("ingress_ips") if chain.service else ()
    return Finding(chain.subject, text, (*own, *lines, *chain.where_endpoints()[:1])[:8], key=str(chain.address))


def _short(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
