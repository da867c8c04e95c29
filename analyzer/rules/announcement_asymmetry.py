"""Some nodes announce an address, others that are to announce it too do not."""

from collections.abc import Iterable, Iterator

from analyzer.frr import Sessions
from analyzer.metallb.advertisements import Protocol
from analyzer.metallb.chain import NodePath, Reach
from analyzer.metallb.chains import Chains
from analyzer.metallb.unequal import Fewer, Unequal, broken, fewer, unequal
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence

NAMED = 3  # nodes and services that a message names before it counts the rest
SHOWN = 4  # pieces of evidence of the nodes that lack the address
MANY = 20  # addresses of which the same nodes lack the same: one finding for all of them


@rule(Severity.WARNING, area="cluster")
def announcement_asymmetry(chains: Chains, sessions: Sessions | None) -> Iterator[Finding | Gap]:
    """Some nodes announce an address, others that are to announce it too do not.

    ## Why it matters
    The service works, but over fewer nodes than were meant: the routers spread traffic unevenly, and one node may be
    the only way in.

    ## What to do
    The reason stands beside each node; the finding of the rule for it says more (the session, the configuration, the
    policy). With the policy Local, in layer 2 and with node selectors nodes are meant to differ: they do not count,
    nor does a pod of less than three minutes. Where summaries were saved, a node that sends fewer prefixes than another
    one that has the same prefixes for this peer is told too.
    """
    found: list[Unequal] = []
    for chain in chains:
        differs = unequal(chain)
        if chain.service is None:
            if len({one.reach for one in chain.nodes} - {Reach.LEFT_OUT}) > 1:
                yield Gap(chain.subject, "nodes differ, but its service was not collected: its policy may be Local")
        elif differs:
            found.append(differs)
        elif chain.link is None and not chain.local and chain.protocol is not Protocol.LAYER2:
            yield from _unknown(chain.subject, chain.nodes)
    yield from _findings(found)
    for one in fewer(sessions or ()):
        yield _fewer(one)


def _unknown(subject: str, nodes: Iterable[NodePath]) -> Iterator[Gap]:
    for one in nodes:
        if one.reach is Reach.UNKNOWN:
            why = next((link.text for link in one.links), "not known whether it announces")
            yield Gap(subject, why, one.node)


def _findings(found: Iterable[Unequal]) -> Iterator[Finding]:
    alike: dict[tuple[tuple[str, ...], ...], list[Unequal]] = {}
    for one in found:
        alike.setdefault(one.signature, []).append(one)
    for signature, same in alike.items():
        if len(same) > MANY:
            yield _of_many(same, signature)
        else:
            yield from map(_of_one, same)


def _of_one(one: Unequal) -> Finding:
    chain = one.chain
    text = f"{chain.address} is announced {_table(one)}"
    key = f"{chain.address} {chain.protocol}"
    return Finding(chain.subject, text, _evidence(one), _alone(one), key=key, about=_about([one]))


def _of_many(same: list[Unequal], signature: tuple[tuple[str, ...], ...]) -> Finding:
    first = same[0]
    names = ", ".join(f"{one.chain.subject} ({one.chain.address})" for one in same[:NAMED])
    text = f"{len(same)} addresses, {names} and {len(same) - NAMED} more, are announced {_table(first)}"
    subject = _listed([one.node for one in first.lacking])
    key = " ".join(part for each in signature for part in each)
    return Finding(subject, text, _evidence(first), _alone(first), key=key, about=_about(same))


def _about(same: list[Unequal]) -> tuple[str, ...]:
    """The nodes that lack the address and the peers to which they do not announce it."""
    lacking = same[0].lacking
    services = [one.chain.subject for one in same]
    return tuple(dict.fromkeys([*(each.node for each in lacking), *_peers(lacking), *services]))


def _peers(lacking: Iterable[NodePath]) -> list[str]:
    # A path names its peer as people do, `192.0.2.1 (tor1)`.
    return [peer.partition(" ")[0] for each in lacking for peer, _ in broken(each) if peer != "-"]


def _alone(one: Unequal) -> str | None:
    return one.lacking[0].node if len(one.lacking) == 1 else None


def _table(one: Unequal) -> str:
    """`by 2 of 3 nodes that are to announce it (worker-0, worker-1); worker-2: <reason>`."""
    whole, part = len(one.announcing), len(one.announcing) + len(one.lacking)
    wholly = "wholly " if any(each.reach is Reach.PARTLY for each in one.lacking) else ""
    names = _listed([each.node for each in one.announcing])
    head = f"{wholly}by {whole} of {part} nodes that are to announce it ({names})"
    reasons: dict[str, list[str]] = {}
    for each in one.lacking:
        partly = "only in part, " if each.reach is Reach.PARTLY else ""
        text = "; ".join(dict.fromkeys(link.text for _, link in broken(each)))
        reasons.setdefault(f"{partly}{text}", []).append(each.node)
    told = [f"{_listed(nodes)}: {text}" for text, nodes in reasons.items()]
    more = f"; {len(told) - NAMED} more reasons on other nodes" if len(told) > NAMED else ""
    return f"{head}; {'; '.join(told[:NAMED])}{more}"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _evidence(one: Unequal) -> tuple[Evidence, ...]:
    """The lines of the reasons, then what the first node that announces it shows."""
    service = one.chain.service
    lines = [line for each in one.lacking for _, link in broken(each) for line in link.evidence]
    own = service.where("ingress_ips")[:1] if service else ()
    return (*dict.fromkeys(lines[:SHOWN]), *own, *one.announcing[0].evidence[:3])


def _fewer(one: Fewer) -> Finding:
    session = one.session
    text = (
        f"FRR counts {one.row.prefixes_sent} prefixes sent to {session.peer}, but {one.other_row.prefixes_sent} on"
        f" {one.other.node or one.other.instance.label}, although both have the same {len(one.prefixes)} for it"
        f" ({_listed(list(one.prefixes))})"
    )
    networks = {each.prefix: each.evidence for each in session.router.networks} if session.router else {}
    lines = tuple(networks[prefix] for prefix in one.prefixes[:NAMED] if prefix in networks)
    evidence = (one.row.evidence, one.other_row.evidence, *lines)
    return Finding(session.peer, text, evidence, session.node, key=f"{session.vrf} {one.row.family}")
