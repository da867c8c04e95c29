"""RC: a BGP router ID is missing or used twice."""

from collections.abc import Iterator
from dataclasses import replace

from analyzer.diagnosis import Cause, Confidence, diagnosis
from analyzer.findings import Findings
from analyzer.loss_kinds import Kind
from analyzer.losses import Losses, listed, on_nodes, peer_name
from analyzer.session_causes import cause_of, of_rules, said, show_resource, with_words

STEPS = (
    "Remove `spec.routerID` from the BGPPeers, or give every node an ID of its own (a BGPPeer per node).",
    "Nodes with IPv6 addresses only need an explicit router ID each.",
)


@diagnosis
def bgp_router_ids_clash(findings: Findings, losses: Losses) -> Iterator[Cause]:
    """Two BGP speakers use one router ID, so that sessions are rejected or paths are lost.

    Certain where a NOTIFICATION about the identifier was exchanged; nodes that share an ID without that are likely
    to lose paths on a router that both speak to.
    """
    taken: set[str] = set()
    for group in losses.of(Kind.ROUTER_ID):
        title = f"{peer_name(group)} and the cluster use the same BGP router ID {on_nodes(group)}"
        cause = cause_of(losses, group, title, Confidence.CERTAIN)
        shared = tuple(one for one in findings.of("duplicate-router-id") if set(group.nodes) & {*one.about})
        taken |= {one.id for one in shared}
        cause = replace(cause, symptoms=(*cause.symptoms, *shared))
        steps = (*STEPS, *show_resource(group))
        yield with_words(cause, group, said((*of_rules(group, "bgp-router-id-conflict"), *shared)), steps)
    for one in findings.of("duplicate-router-id"):
        if one.id not in taken:
            nodes = one.about
            yield Cause(
                title=f"{listed(nodes) or 'Several nodes'} use the same BGP router ID {one.subject}",
                confidence=Confidence.LIKELY,
                because=said((one,)),
                subject=one.subject,
                nodes=nodes,
                roots=(one,),
                next_steps=STEPS,
                settles=("A router that both nodes speak to shows whether it keeps the paths of only one of them.",),
            )
