"""FRR's log says last that the next hop to a peer is not resolved."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address

from analyzer.bgp import no_path, on_link
from analyzer.frr import Session, Sessions
from analyzer.frr_daemons import FrrDaemonsView, FrrDaemonsViews
from analyzer.model import Finding, Gap, Severity
from analyzer.rule import rule
from parsers.frr_log import FrrLogEvent, FrrLogKind
from parsers.vocabulary import address, is_address, network

K = FrrLogKind
UNRESOLVED = (K.NEXTHOP_UNRESOLVED, K.NEXTHOP_UNKNOWN, K.WAITING_FOR_NEXTHOP)
RESOLVED = (K.NEXTHOP_RESOLVED, K.ESTABLISHED, K.ADJACENCY_UP, K.END_OF_RIB)


@rule(Severity.WARNING, area="frr")
def nexthop_tracking_unresolved(views: FrrDaemonsViews, sessions: Sessions | None) -> Iterator[Finding | Gap]:
    """FRR's log says last that the next hop to a peer is not resolved.

    ## Why it matters
    bgpd dials a peer only while zebra knows a way to it. As long as the next hop is not resolved the session stays
    Idle or Active without a single packet on the wire.

    ## What to do
    `ip route get PEER` on the node. Compare the addresses and routes that the node has with those that it should have;
    the rules bgp-no-path-to-neighbor and bgp-ebgp-multihop-missing judge the session itself where it was collected.
    """
    known = {(id(one.instance), name): one for one in sessions or () for name in _names(one)}
    for view in views:
        if view.events is None:
            yield Gap(view.label, "no log of FRR was collected", view.node)
            continue
        verdicts = _last_words(view)
        if not verdicts and (view.instance is None or view.instance.neighbors is None):
            yield Gap(view.label, "its log holds no verdict on next hops, which only debugging writes", view.node)
        for peer, last in verdicts.items():
            session = known.get((id(view.instance), peer))
            # A peer of nobody is a next hop of some route; a session that is up, or judged, needs no word from the log.
            if (session is None and view.instance is not None and view.instance.neighbors is not None) or (
                session is not None and (session.established or session.unwanted or no_path(session))
            ):
                continue
            if _is_unresolved(last):
                yield _finding(view, peer, last, session)


def _names(session: Session) -> set[str]:
    return {session.peer, *([session.block.address] if session.block and session.block.address else [])}


def _last_words(view: FrrDaemonsView) -> dict[str, FrrLogEvent]:
    """The newest verdict on each peer; a route to a whole network, as an update names it, is one on all within it."""
    found: dict[str, FrrLogEvent] = {}
    for one in view.of_kinds(*UNRESOLVED, *RESOLVED, K.NEXTHOP_UPDATE):
        if one.peer:
            found[address(one.peer)] = one
        elif one.kind is K.NEXTHOP_UPDATE and not _is_unresolved(one):
            reached = network(str(one.details.get("prefix", "")))
            found |= {peer: one for peer in found if reached and _lies_in(peer, reached)}
    return found


def _lies_in(peer: str, reached: IPv4Network | IPv6Network) -> bool:
    return is_address(peer) and ip_address(peer) in reached


def _is_unresolved(event: FrrLogEvent) -> bool:
    return event.kind in UNRESOLVED or (event.kind is K.NEXTHOP_UPDATE and event.details.get("nexthops") == 0)


def _finding(view: FrrDaemonsView, peer: str, last: FrrLogEvent, session: Session | None) -> Finding:
    when = f" at {last.time:%Y-%m-%d %H:%M:%S}" if last.time else ""
    state = f"; the session is {session.state}" if session and session.state else "; its session was not collected"
    linked = on_link(session) if session else None
    link = {
        True: "; it lies in a network of this node",
        False: "; it lies outside every network of this node",
        None: "",
    }[linked]
    text = f"the last verdict of FRR{when} on the next hop to {peer} is that it is not resolved ({last.text})"
    host = session.instance.host if session else None
    networks = host.where("host_networks") if host and linked is not None else ()
    lines = (last.evidence, *(session.where("state", "last_reset") if session else ()), *networks)
    return Finding(peer, f"{text}{state}{link}", lines, view.node, key=view.label)
