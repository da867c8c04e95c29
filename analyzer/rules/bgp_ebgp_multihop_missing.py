"""An external peer behind a router has no ebgp-multihop."""

from collections.abc import Iterator

from analyzer.bgp import name, no_path, on_link, unanswered, young
from analyzer.frr import Session, Sessions
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.bgp_neighbor_facts import Link
from parsers.vocabulary import is_address


@rule(Severity.ERROR, area="bgp")
def bgp_ebgp_multihop_missing(sessions: Sessions) -> Iterator[Finding | Gap]:
    """An external peer behind a router has no ebgp-multihop.

    ## Why it matters
    FRR dials an external peer only if it is directly connected, unless multihop is allowed. The session waits for a
    next hop forever although the node has a route.

    ## What to do
    Set `ebgpMultiHop: true` in the BGPPeer and allow the hops on the router, or peer with an address on the node's
    own network.
    """
    for session in sessions:
        if session.unwanted:
            continue
        if session.block is None:
            yield Gap(session.peer, "show bgp neighbor was not collected", session.node)
        elif not no_path(session) or young(session) or _may_be_far(session):
            continue
        elif session.config is None:
            yield Gap(session.peer, "the running configuration was not collected", session.node)
        elif not is_address(session.peer):
            yield Gap(session.peer, "the peer's address is masked", session.node)
        elif on_link(session) is None:
            yield Gap(session.peer, "the node's own networks are not known", session.node)
        elif on_link(session) is False:
            hops = session.block.max_hops
            limit = f", only {hops} hop allowed" if hops else ""
            text = f"{name(session)} is external and not on this node's networks, and ebgp-multihop is not set{limit}"
            yield Finding(session.peer, text, _evidence(session), session.node, key=session.vrf)
    yield from unanswered(sessions)


def _may_be_far(session: Session) -> bool:
    config, block = session.config, session.block
    # FRR 8.5 and later print the number of hops, 1 if nothing is configured.
    several = block is not None and ((block.max_hops or 1) > 1 or block.link is Link.INTERNAL)
    unnumbered = block is not None and block.interface is not None
    allowed = bool(config and (config.ebgp_multihop or config.disable_connected_check or config.ttl_security))
    # The addresses of another VRF's interfaces are not among the node's networks.
    return several or allowed or unnumbered or session.vrf != "default"


def _evidence(session: Session) -> tuple[Evidence, ...]:
    host = session.instance.host
    networks = host.where("host_networks") if host else ()
    resources = tuple(one.evidence for one in session.resources if not one.ebgp_multihop)
    return (*session.where("last_reset", "max_hops"), *session.configured("remote_as"), *networks, *resources)
