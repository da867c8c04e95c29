"""An external BGP session exchanges nothing because it has no policy."""

from collections.abc import Iterator

from analyzer.bgp import name, unanswered
from analyzer.frr import Session, Sessions
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.bgp_summary_facts import BgpSummaryRow


@rule(Severity.ERROR, area="bgp")
def bgp_policy_missing(sessions: Sessions) -> Iterator[Finding | Gap]:
    """An external BGP session exchanges nothing because it has no policy.

    ## Why it matters
    Without `no bgp ebgp-requires-policy` FRR discards every update of an external peer that has no route-map. MetalLB
    always renders that line and route-maps, so the running configuration is not what MetalLB rendered, or the
    neighbor was added by hand. Missing inbound policy alone is information: MetalLB accepts nothing anyway.

    ## What to do
    Compare frr.conf with the running configuration, look for raw configuration, and for a failed reload.
    """
    for session in sessions:
        if session.unwanted:
            continue
        if session.block is None and not session.rows:
            yield Gap(session.peer, "neither show bgp neighbor nor a summary was collected", session.node)
            continue
        families = session.block.families if session.block else ()
        outbound = [one for one in families if one.discarded_outbound]
        inbound = [one for one in families if one.discarded_inbound]
        rows = [row for row in session.rows if row.policy_missing]
        lines = [line for one in (*outbound, *inbound) for line in one.where("discarded_outbound", "discarded_inbound")]
        head = (session.block.evidence,) if lines and session.block else ()
        evidence = (*head, *lines, *(row.evidence for row in rows), *_statement(session))
        if outbound or any(_outbound(row) for row in rows):
            text = f"updates to {name(session)} are discarded: no outbound policy, and eBGP requires one"
            yield Finding(session.peer, text, evidence, session.node, key=session.vrf)
        elif inbound or rows:
            text = f"updates from {name(session)} are discarded: no inbound policy"
            yield Finding(session.peer, text, evidence, session.node, Severity.INFO, session.vrf)
    yield from unanswered(sessions)


def _outbound(row: BgpSummaryRow) -> bool:
    # `(Policy)` stands under State/PfxRcd for the inbound policy and under PfxSnt for the outbound one. JSON, which
    # alone counts connections, has one word for both.
    return row.prefixes_sent is None or (row.connections_established is not None and row.prefixes_sent == 0)


def _statement(session: Session) -> tuple[Evidence, ...]:
    return (session.router.evidence,) if session.router else ()
