"""FRR does not dial a peer because its address has no usable next hop."""

from collections.abc import Iterator

from analyzer.bgp import events, name, no_path, of_peer, on_link, reset, same_moment, unanswered, young
from analyzer.frr import Session, Sessions
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.frr_log import FrrLogKind


@rule(Severity.ERROR, area="bgp")
def bgp_no_path_to_neighbor(sessions: Sessions) -> Iterator[Finding | Gap]:
    """FRR does not dial a peer because its address has no usable next hop.

    ## Why it matters
    bgpd asks zebra for the route to the peer and waits (`Waiting for NHT`, `No path to specified Neighbor`). Until
    there is one, it does not even try to connect.

    ## What to do
    `ip route get PEER` on the node. No route: restore the interface, the route or the default route (MetalLB lets a
    default route count). A route through a router for an external peer: see bgp-ebgp-multihop-missing.
    """
    for session in sessions:
        if session.unwanted:
            continue
        if session.block is None:
            yield Gap(session.peer, "show bgp neighbor was not collected", session.node)
        elif no_path(session) and not young(session):
            yield Finding(session.peer, _message(session), _where(session), session.node, key=session.vrf)
    yield from unanswered(sessions)


def _message(session: Session) -> str:
    last = reset(session)
    link = {True: "it lies in a network of this node", False: "it lies outside every network of this node"}
    seen = on_link(session)
    more = f"; {link[seen]}" if seen is not None else ""
    return f"no usable next hop to {name(session)}: {last.reason if last else 'unresolved'}{more}"


def _where(session: Session) -> tuple[Evidence, ...]:
    kinds = (FrrLogKind.WAITING_FOR_NEXTHOP, FrrLogKind.NEXTHOP_UNRESOLVED, FrrLogKind.NEXTHOP_UPDATE)
    log = same_moment(of_peer(events(session.instance, *kinds), session))
    host = session.instance.host
    networks = host.where("host_networks") if host and on_link(session) is not None else ()
    return (*session.where("state", "last_reset", "max_hops"), *(event.evidence for event in log), *networks)
