"""A node does not send packets for pods or services into OpenShift SDN."""

from collections.abc import Iterator, Sequence

from analyzer.masks import masked
from analyzer.model import Finding, Gap, Severity
from analyzer.node.network import NodeNetwork, NodeNetworks
from analyzer.node.words import together
from analyzer.ovn.databases import is_linux, pieces
from analyzer.ovs.roles import SDN_BRIDGE
from analyzer.rule import NotCollectedError, rule
from analyzer.sdn.bridge import SdnBridge, SdnBridges
from analyzer.sdn.logs import SdnLogs
from analyzer.sdn.network import SdnNetwork
from analyzer.sdn.pods import SdnPods
from analyzer.sdn.routes import TUN, SdnRoutes, routes_of
from analyzer.sdn.subnets import SdnSubnets, own_of
from parsers.base import Evidence
from parsers.host_route_facts import HostRoute, RouteType
from parsers.sdn_log_kinds import SdnLogKind

_Wanted = tuple[str, str, tuple[Evidence, ...]]  # a network, whose it is, where it is shown


@rule(Severity.CRITICAL, area="sdn")
def sdn_routes_missing(  # noqa: PLR0913, PLR0917 - the routes, and what tells whether the node is to have them
    networks: NodeNetworks | None,
    network: SdnNetwork,
    bridges: SdnBridges | None,
    subnets: SdnSubnets,
    pods: SdnPods,
    logs: SdnLogs | None,
) -> Iterator[Finding | Gap]:
    """A node does not send packets for pods or services into OpenShift SDN.

    ## Why it matters
    The routes of the cluster's networks through `tun0` bring packets of the host, and those that come from outside, to
    the pods. Without them, or where a narrower route of another device takes a part of these networks, the node sends
    such packets elsewhere: health checks, host-network pods and the pods' own answers to the outside are lost.

    ## What to do
    `ip route` on the node shows them. Remove the route, the interface or the VPN that takes addresses of the cluster's
    networks, and restart the sdn pod of the node, which adds its routes when it starts. A missing route for the node's
    own subnet alone is as it should be.
    """
    if networks is None and not logs:
        raise NotCollectedError("not collected: the routes of a node (ip route), logs of OpenShift SDN")
    if networks is None:
        yield Gap("routes", "none were collected (ip route); only the logs were searched")
    own = {one.label: one for one in bridges or ()}
    told: set[str | None] = set()
    found: list[tuple[str, Finding]] = []
    for host in networks or ():
        reason = _doubt(host, own.get(host.label), subnets, pods)
        if reason:
            yield Gap("routes", f"{host.label}: {reason}", host.node)
            continue
        each = list(_of_host(routes_of(host), network))
        told |= {host.node for one in each if isinstance(one, Finding)}
        found += [(f"{one.subject} {one.key}", one) for one in each if isinstance(one, Finding)]
        yield from (one for one in each if isinstance(one, Gap))
    yield from together(found)
    if logs:
        yield from _logged(logs, told)


def _doubt(host: NodeNetwork, bridge: SdnBridge | None, subnets: SdnSubnets, pods: SdnPods) -> str | None:
    """Why the routes of a host cannot be judged, or need not be."""
    routes = routes_of(host)
    if not routes.whole:
        return "its routes were not collected, or not as a whole"
    if not is_linux(host.resource) or routes.migrated:
        return "it is no node with OpenShift SDN"
    known = host.resource or bridge or routes.through or TUN in host.links
    if not known and own_of(subnets, host.node, host.label, None) is None:
        return "whether it is a node of the cluster is not known"
    if subnets.whole and host.node and host.node not in subnets.of_node:
        return "it has no HostSubnet, hostsubnet-missing-or-overlapping tells of it"
    if bridge and bridge.devices is not None and TUN not in bridge.devices:
        return f"its {SDN_BRIDGE} has no {TUN}, sdn-base-ports-missing tells of it"
    return "OpenShift SDN had only just started" if pods.starting(host.node) else None


def _of_host(routes: SdnRoutes, network: SdnNetwork) -> Iterator[Finding | Gap]:
    wanted: tuple[_Wanted, ...] = tuple((one, "pods", network.pods_evidence) for one in network.pods)
    wanted += tuple((one, "services", network.services_evidence) for one in network.services)
    without = set(network.services) if routes.by_script(network.pods) else set()
    if not network.pods:
        if not routes.through:
            yield _missing(routes, [("the cluster's networks", "pods", ())])
        yield Gap("routes", f"{routes.host.label}: the cluster's networks were not collected", routes.host.node)
    lacking = [one for one in wanted if routes.leads(one[0]) is None and one[0] not in without]
    yield from (
        Gap(one[0], f"{routes.host.label}: masked addresses hide the route", routes.host.node)
        for one in lacking
        if routes.doubtful(one[0]) or masked(one[0])
    )
    if sure := [one for one in lacking if not (routes.doubtful(one[0]) or masked(one[0]))]:
        yield _missing(routes, sure)
    for cidr, what, evidence in wanted:
        for one in routes.strangers(cidr):
            yield _stranger(routes, one, cidr, what, evidence)


def _missing(routes: SdnRoutes, lacking: Sequence[_Wanted]) -> Finding:
    """All that a node lacks: its program adds the routes together, and loses them together."""
    host = routes.host
    named = " and ".join(f"{cidr}, the network of {what}," for cidr, what, _ in lacking)
    text = f"{host.label} has no route for {named} through {TUN}"
    wanted = {cidr for cidr, _, _ in lacking}
    others = [one for one in routes.rows if one.destination in wanted]
    if others:
        text += f"; it goes by {_way(others[0])}"
    shown = (one.evidence for one in (routes.through or routes.rows[:3]))
    objects = (line for _, _, evidence in lacking for line in evidence)
    lines = pieces(objects, (one.evidence for one in others), shown)
    return Finding(lacking[0][0], text, lines, host.node, key="missing")


def _way(one: HostRoute) -> str:
    if one.type is not RouteType.UNICAST:
        return f"a {one.type} route"
    return ", ".join(one.devices) or "an unknown device"


def _stranger(routes: SdnRoutes, one: HostRoute, cidr: str, what: str, evidence: tuple[Evidence, ...]) -> Finding:
    label = routes.host.label
    text = f"{label} sends {one.destination} by {_way(one)}, a part of {cidr}, the network of {what}"
    if one.destination == cidr:
        text = f"{label} sends {cidr}, the network of {what}, by {_way(one)} before {TUN}"
    own = routes.leads(cidr)
    lines = pieces((one.evidence,), (own.evidence,) if own else (), evidence)
    return Finding(one.destination, text, lines, routes.host.node, key=f"stranger {_way(one)}")


def _logged(logs: SdnLogs, told: set[str | None]) -> Iterator[Finding]:
    for said in logs.of(SdnLogKind.ROUTES_WRONG):
        if said.node is None or said.node not in told:
            text = f"OpenShift SDN on {said.label} finds its routes missing or wrong: {said.text}"
            yield Finding(said.label, text, said.evidence, said.node, key="log routes")
    for said in logs.of(SdnLogKind.NETWORK_CONFLICT, passed=True):
        if said.node is None or said.node not in told:
            text = f"networks of {said.label} overlap with those of the cluster: {said.text}"
            severity = Severity.WARNING  # it is told at each start, and the node's program runs on
            yield Finding(said.label, text, said.evidence, said.node, severity, "log conflict")
