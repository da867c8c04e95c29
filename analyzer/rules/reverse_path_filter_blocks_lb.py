"""Traffic for services that comes in by a second interface is dropped by a strict reverse path filter."""

from collections.abc import Iterator

from analyzer.frr import Session
from analyzer.hosts import HostNames
from analyzer.model import Finding, Gap, Severity
from analyzer.node.network import NodeNetwork
from analyzer.node.roles import NodeRoles, Roles, lines
from analyzer.rule import NotCollectedError, rule
from parsers.base import Evidence
from parsers.host_link_facts import HostAddress
from parsers.host_route_facts import HostRoute
from parsers.host_sysctl import Sysctl
from parsers.network_counters import NetworkCounters
from parsers.vocabulary import Family, family_of

STRICT = 1
_DROPPED = "TcpExtIPReversePathFilter"


@rule(Severity.WARNING, area="node")
def reverse_path_filter_blocks_lb(
    roles: Roles, counters: tuple[NetworkCounters, ...] | None, names: HostNames
) -> Iterator[Finding | Gap]:
    """Traffic for services that comes in by a second interface is dropped by a strict reverse path filter.

    ## Why it matters
    The peer sends clients' packets to the interface over which the session runs. The way back to these clients is the
    default route, by another interface: a strict filter takes the packets for forged and drops them without a word.

    ## What to do
    Set `net.ipv4.conf.<interface>.rp_filter` (and `all`) to 2, loose, or give the way back to the interface: routes
    that FRR receives (`toReceive` of frr-k8s), a VRF with an EgressService, or rules of policy routing.
    """
    if not any(role.sessions for role in roles):
        raise NotCollectedError("no BGP session of a node whose network was collected")
    dropped = {names.label(one): one for one in counters or () if one.counters.get(_DROPPED)}
    for role in roles:
        done: set[str] = set()
        for session in role.sessions:
            for own, back in _asymmetric(role, session):
                if own.interface not in done:
                    done.add(own.interface)
                    yield from _of_interface(role, session, own, back, dropped.get(role.host.label))


def _asymmetric(role: NodeRoles, session: Session) -> Iterator[tuple[HostAddress, HostRoute]]:
    """The address of the interface towards the peer, and the default route that leaves by another one."""
    if session.vrf != "default" or role.policy_routing or family_of(session.peer) is not Family.IPV4:
        return
    way, defaults = role.way(session.peer), role.host.defaults(Family.IPV4)
    if way is None or not defaults or len(way.interfaces) != 1 or _in_vrf(role.host, way.interfaces[0]):
        return
    if not any(way.interfaces[0] in one.devices for one in defaults) and not _returns(role, way.interfaces[0]):
        yield way.candidates[0], defaults[0]


def _in_vrf(host: NodeNetwork, name: str) -> bool:
    link = host.links.get(name)
    master = host.links.get(link.master) if link and link.master else None
    return master is not None and master.kind == "vrf"


def _returns(role: NodeRoles, name: str) -> bool:
    """Whether routes to networks elsewhere lead back by the interface: clients may be in them."""
    return any(name in one.devices and one.gateways for one in role.host.table(Family.IPV4))


def _of_interface(
    role: NodeRoles, session: Session, own: HostAddress, back: HostRoute, counted: NetworkCounters | None
) -> Iterator[Finding | Gap]:
    keys = [f"net.ipv4.conf.{one}.rp_filter" for one in ("all", own.interface)]
    settings = [role.host.sysctls[one] for one in keys if one in role.host.sysctls]
    values = [one.number for one in settings if one.number is not None]
    if len(values) < len(keys) and STRICT + 1 not in values:
        yield Gap(role.host.label, f"the reverse path filter of {own.interface} was not collected", role.node)
        return
    if max(values) != STRICT:
        return
    count = f"; the kernel dropped {counted.counters[_DROPPED]} such packets" if counted else ""
    text = (
        f"{role.host.label} filters reverse paths strictly on {own.interface}, by which traffic from BGP peer"
        f" {session.peer} comes in, but its default route leaves by {', '.join(back.devices)}{count}"
    )
    evidence = lines(_lines(settings), (own.evidence, back.evidence), counted.where(_DROPPED) if counted else ())
    yield Finding(own.interface, text, evidence, role.node, key="rp_filter")


def _lines(settings: list[Sysctl]) -> tuple[Evidence, ...]:
    return tuple(line for one in settings for line in one.where("value"))
