"""The BGP sessions that are down have a node, a peer or a group of nodes in common."""

from collections import Counter
from collections.abc import Iterator

from analyzer.consistency import Cell, Colour, Matrix, Pattern, Side, patterns
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence

UNKNOWN_SHARE = 0.3  # of the wanted sessions; with more of them unknown a pattern may be an accident (judgement)
NAMED = 3  # nodes, peers and reasons that a message names before it counts the rest
SHOWN = 7  # pieces of evidence of sessions that are down, beside one that is up


@rule(Severity.ERROR, area="cluster")
def state_asymmetry(matrix: Matrix) -> Iterator[Finding | Gap]:
    """The BGP sessions that are down have a node, a peer or a group of nodes in common.

    ## Why it matters
    Which sessions are down at the same time tells on which side to look before any log is read: one node among
    healthy ones points at that node, one peer that nobody reaches points at the router.

    ## What to do
    One node: its FRR, its interface, VLAN and firewall, the router's neighbor statement for it. One peer on every
    node: the router, its configuration and the way to it. Nodes of one rack, zone or network: the switch or VLAN that
    they share. Everything: the fabric, or a change of MetalLB's resources that all nodes got. A session that somebody
    shut down (a warning where a resource still asks for it), one that no resource asks for and a pod of less than three
    minutes do not count. Where more than 30 % of the wanted sessions are unknown there is no verdict.
    """
    unknown = [one for one in matrix if one.colour is Colour.UNKNOWN]
    doubtful = len(unknown) > UNKNOWN_SHARE * len(matrix)
    for one in unknown:
        yield Gap(one.peer, one.reason, one.instance.node)
    if doubtful:
        for one in matrix:
            if one.colour is not Colour.UNKNOWN:
                reason = f"no verdict: {len(unknown)} of {len(matrix)} wanted sessions are unknown"
                yield Gap(one.peer, reason, one.instance.node)
        return
    for pattern in patterns(matrix):
        yield _finding(pattern)


def _finding(pattern: Pattern) -> Finding:
    text = f"{_WORDS[pattern.side](pattern)}: {_reasons(pattern.red)}"
    alone = pattern.red[0].instance.node if pattern.side in {Side.NODE, Side.LINK} else None
    # What a person shut down although a resource asks for it is no failure of a function.
    severity = Severity.WARNING if all(one.shut for one in pattern.red) else None
    about = (*pattern.nodes, *pattern.peers)
    return Finding(_subject(pattern), text, _evidence(pattern), alone, severity, _key(pattern), about)


def _subject(pattern: Pattern) -> str:
    if pattern.side in {Side.NODE, Side.LINK}:
        return pattern.nodes[0]
    if pattern.side is Side.PEER:
        return pattern.peers[0]
    if pattern.side is Side.ALL:
        return "all BGP sessions"
    return pattern.trait or (pattern.peers[0] if len(pattern.peers) == 1 else "several nodes")


def _key(pattern: Pattern) -> str:
    names = {Side.LINK: pattern.peers, Side.GROUP: (*pattern.nodes, *pattern.peers)}
    return " ".join([pattern.side, pattern.red[0].vrf, *names.get(pattern.side, ())])


def _of_node(pattern: Pattern) -> str:
    node = pattern.nodes[0]
    other = f", while {_up(pattern)}" if pattern.green else ""
    lies = "the fault is at the node, on its link, or in what the router has for it"
    return f"only {node} has no BGP session with {_listed(pattern.peers)}{other}: {lies}"


def _of_link(pattern: Pattern) -> str:
    node = pattern.nodes[0]
    return (
        f"only {node} has no BGP session with {pattern.peers[0]}, while {_up(pattern)} and {node} has sessions with"
        f" other peers: the fault lies between {node} and this peer"
    )


def _of_peer(pattern: Pattern) -> str:
    count = len(pattern.nodes)
    every = f"both nodes that want it ({_listed(pattern.nodes)})" if count == 2 else f"all {count} nodes that want it"
    lie = f", which alone are in {pattern.trait}" if pattern.trait else ""
    others = "while other peers are up" if pattern.green else "and it is their only peer"
    shared = "in what its BGPPeer asks for" if pattern.green else "in what all nodes share"
    lies = f"the fault is at the router, on the way to it, or {shared}"
    return f"{pattern.peers[0]} is down on {every}{lie}, {others}: {lies}"


def _of_group(pattern: Pattern) -> str:
    nodes = f"{len(pattern.nodes)} nodes ({_listed(pattern.nodes)})"
    what = f"{nodes} have no BGP session with {_listed(pattern.peers)}"
    other = f", while {_up(pattern)}" if pattern.green else ""
    if pattern.trait:
        return f"{what}{other}; they and no others are in {pattern.trait}: look at the switch or VLAN that they share"
    return f"{what}{other}; no rack, zone or network that was collected sets them apart"


def _of_all(pattern: Pattern) -> str:
    return (
        f"all {len(pattern.red)} BGP sessions of {len(pattern.nodes)} nodes with {_listed(pattern.peers)} are down:"
        " the fabric, or a configuration that all nodes share"
    )


_WORDS = {
    Side.NODE: _of_node,
    Side.LINK: _of_link,
    Side.PEER: _of_peer,
    Side.GROUP: _of_group,
    Side.ALL: _of_all,
}


def _up(pattern: Pattern) -> str:
    green = pattern.green
    return f"{green.peer} is up on {green.row}" if green else ""


def _reasons(red: tuple[Cell, ...]) -> str:
    """Each reason with the nodes that it is of; the most frequent first."""
    counted = Counter(one.reason for one in red)
    if len(counted) == 1:
        return next(iter(counted))
    told = [f"{_listed(_rows(red, reason))}: {reason}" for reason, _ in counted.most_common(NAMED)]
    more = f" (and {len(counted) - NAMED} more reasons)" if len(counted) > NAMED else ""
    return "; ".join(told) + more


def _rows(red: tuple[Cell, ...], reason: str) -> tuple[str, ...]:
    several = len({one.row for one in red}) > 1
    return tuple(dict.fromkeys(one.row if several else one.peer for one in red if one.reason == reason))


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _evidence(pattern: Pattern) -> tuple[Evidence, ...]:
    """The lines of the red cells in turn, then of the green one; only the first names its peer where they are many."""
    first, *others = pattern.red
    red = [*first.evidence, *(line for one in others for line in one.evidence[len(others) > 1 :])]
    green = pattern.green.evidence if pattern.green else ()
    return (*tuple(dict.fromkeys(red))[:SHOWN], *green[:2])
