"""A service with externalTrafficPolicy Local has no endpoint on the nodes that are to announce it."""

from collections.abc import Iterator

from analyzer.metallb.advertisements import Protocol
from analyzer.metallb.chain import Chain, NodePath, Reach
from analyzer.metallb.chains import Chains
from analyzer.metallb.layer2_chains import answers
from analyzer.metallb.nodes import ELSEWHERE, SILENT
from analyzer.metallb.path import State, Step
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence

NAMED = 3  # nodes of which the reason is told


@rule(Severity.WARNING, area="metallb")
def etp_local_without_local_endpoint(chains: Chains) -> Iterator[Finding | Gap]:
    """A service with externalTrafficPolicy Local has no endpoint on the nodes that are to announce it.

    ## Why it matters
    With the policy Local a node announces the address only while it runs a ready endpoint of the service itself. If the
    endpoints are on other nodes than those that may announce, nobody does; if they are on a single one of them, the
    service depends on that node.

    ## What to do
    Move the pods to the nodes that announce (affinity, topology spread), let the advertisement and the BGPPeers select
    the nodes of the pods, or use the policy Cluster.
    """
    for chain in chains:
        if chain.service is None:
            yield Gap(chain.subject, "its service was not collected")
            continue
        if not chain.local:
            continue
        if chain.backends is None:
            # MetalLB announces nothing without a ready endpoint: an announcement proves one.
            if chain.link is None and chain.reach not in {Reach.ANNOUNCED, Reach.PARTLY}:
                yield Gap(chain.subject, "its endpoints were not collected")
        elif chain.backends.serving:
            yield from _judged(chain)


def _judged(chain: Chain) -> Iterator[Finding | Gap]:
    """The nodes that could announce are those that are not left out for another reason."""
    without = [one for one in chain.nodes if _without_endpoint(one)]
    rest = [one for one in chain.nodes if one.reach is not Reach.LEFT_OUT or _able(one)]
    if chain.protocol is Protocol.LAYER2:
        yield from _stale_owner(chain, rest)
    if not without or (chain.link is not None and chain.link.state is State.LEFT_OUT):
        return
    if not rest and (_homes(chain) <= {one.node for one in chain.nodes} or _pods_known(chain)):
        yield _nowhere(chain, without)
    elif not rest:
        yield Gap(chain.subject, "whether speakers run on the nodes of its endpoints was not collected")
    elif chain.protocol is Protocol.LAYER2:
        yield from _single(chain, without, rest)
    elif all(one.reach is Reach.LOST for one in rest):
        why = rest[0].links[0]
        names = _short([one.node for one in rest])
        text = f"the only nodes with a ready endpoint of {chain.address} (policy Local), {names}, do not announce it"
        yield _finding(chain, f"{text}: {why.text}", why.evidence)


def _able(one: NodePath) -> bool:
    """Whether a node is left out only because another one answers, or because it keeps silent."""
    return one.link is not None and one.link.text in {ELSEWHERE, SILENT}


def _without_endpoint(one: NodePath) -> bool:
    return one.link is not None and one.link.step is Step.ENDPOINTS and one.link.state is State.LEFT_OUT


def _homes(chain: Chain) -> set[str]:
    """The nodes of its ready endpoints."""
    return {one.node for one in chain.backends.serving if one.node} if chain.backends else set()


def _pods_known(chain: Chain) -> bool:
    """Whether the speakers are known by their pods: those that are known by an FRR alone may not be all."""
    return any(one.speaker is not None and one.speaker.pod is not None for one in chain.nodes)


def _nowhere(chain: Chain, without: list[NodePath]) -> Finding:
    """Nobody announces: of the nodes with endpoints each is kept out by something else."""
    homes = sorted(_homes(chain))
    where = f"its ready endpoints are on {_short(homes)}" if homes else "its ready endpoints name no node"
    may = _short([one.node for one in without])
    text = f"no node announces {chain.address} (policy Local): {where}, none is on {may}"
    reasons = [(name, one.link) for name in homes if (one := chain.of(name)) and one.link][:NAMED]
    text += "".join(f"; {name}: {link.text}" for name, link in reasons)
    missing = [name for name in homes if chain.of(name) is None]
    text += f"; {_short(missing)}: no speaker runs there" if missing else ""
    lines = tuple(line for _, link in reasons for line in link.evidence[:2])
    return _finding(chain, text, lines, Severity.ERROR)


def _single(chain: Chain, without: list[NodePath], rest: list[NodePath]) -> Iterator[Finding]:
    """One replica is often meant so: this is context, not a fault."""
    if len(rest) == 1:
        text = f"only {rest[0].node} can answer for {chain.address} (policy Local): {len(without)} other nodes"
        yield _finding(chain, f"{text} that may answer have no ready endpoint", (), Severity.INFO)


def _stale_owner(chain: Chain, rest: list[NodePath]) -> Iterator[Finding]:
    for one in rest:
        if answers(one) and chain.backends is not None and not chain.backends.serving_on(one.node):
            text = f"{one.node} answers for {chain.address} (policy Local), but has no ready endpoint of it"
            yield _finding(chain, text, one.evidence, node=one.node)


def _finding(
    chain: Chain,
    text: str,
    lines: tuple[Evidence, ...],
    severity: Severity | None = None,
    node: str | None = None,
) -> Finding:
    service = chain.service
    own = service.where("external_traffic_policy", "ingress_ips") if service else ()
    evidence = tuple(dict.fromkeys((*own, *chain.where_endpoints()[:3], *lines)))[:8]
    return Finding(chain.subject, text, evidence, node, severity, f"{chain.address} {chain.protocol}")


def _short(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
