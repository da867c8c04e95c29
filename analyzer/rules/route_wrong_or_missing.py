"""A route that the node needs is missing, or leads elsewhere than it should."""

from collections.abc import Iterator

from analyzer.instances import NodesByName
from analyzer.model import Finding, Gap, Severity
from analyzer.node.mtu import BRIDGE, MANAGEMENT, OVN, SDN, ClusterMtu, network_type_of
from analyzer.node.roles import NodeRoles, Roles, lines, peers_of
from analyzer.node.words import together
from analyzer.rule import rule
from parsers.host_route_facts import HostRoute, RouteType
from parsers.prefixes import contains, length
from parsers.vocabulary import Family, address, family_of

FEW = 2  # rows of a table from which it is one and not a line somebody saved (J); one of the kernel's own tells, too
SHARE = 2  # more than one node in so many has a route that not every release sets (J)
_MASQUERADE = "169.254.0.0/16"  # of OVN-Kubernetes, whatever part of it a release uses
_OWN_LINK = ("169.254.", "fe80:", "fd69:")
_SHORT = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}


@rule(Severity.ERROR, area="node")
def route_wrong_or_missing(roles: Roles, cluster: ClusterMtu, nodes: NodesByName) -> Iterator[Finding | Gap]:
    """A route that the node needs is missing, or leads elsewhere than it should.

    ## Why it matters
    Without its default route a node reaches nothing outside of its own networks. OVN-Kubernetes takes `br-ex` for the
    uplink and leads traffic of the host to pods by `ovn-k8s-mp0`: another default route, or a missing one to the pods'
    or services' networks, breaks egress, health checks and webhooks. A route that takes a peer or another node
    elsewhere than to its own link makes replies come from an address that nobody expects.

    ## What to do
    `ip route get <address>` on the node shows the way that is taken. Mend the NMState policy or the DHCP answer that
    sets the route; restart ovnkube-node on the node if routes of OVN-Kubernetes are missing.
    """
    found: list[tuple[str, Finding]] = []
    usual = _usual(roles, cluster)
    for role in roles:
        if not _tables(role):
            yield Gap(role.host.label, "its routes (ip route) were not collected", role.node)
            continue
        found += [(one.key, one) for one in _of_node(role, cluster, usual)]
        found += [(f"{role.host.label} {one.key}", one) for one in _ways(role, nodes)]
    yield from together(found)


def _tables(role: NodeRoles) -> set[Family]:
    """The families whose main table was collected."""
    found: set[Family] = set()
    for family in Family:
        rows = [one for one in role.host.table(family) if one.devices]
        if len(rows) >= FEW or any(one.protocol == "kernel" for one in rows):
            found.add(family)
    return found


def _of_node(role: NodeRoles, cluster: ClusterMtu, usual: set[str]) -> Iterator[Finding]:
    kind = network_type_of(role.host, cluster)
    tables = _tables(role)
    for family in role.families(ipv6=cluster.ipv6):
        if family in tables:
            yield from _default(role, family, kind)
    device = MANAGEMENT.get(kind or "")
    if device is None or cluster.no_overlay or kind == SDN:  # sdn-routes-missing tells of those through tun0
        return
    for network in cluster.cluster_networks:
        if family_of(network) in tables and _told(role, network, device) and not _leads(role, network, device):
            yield _missing(role, network, f"the pods' network {network}", f"by {device}")
    for network in cluster.service_networks:
        if f"service {network}" in usual and family_of(network) in tables and not _leads(role, network):
            yield _missing(role, network, f"the services' network {network}", "though most nodes have one")
    if "masquerade" in usual and Family.IPV4 in tables and not _masquerade(role):
        yield _missing(role, "169.254.169.1", "OVN-Kubernetes' masquerade addresses (169.254.…)", "by br-ex")


def _told(role: NodeRoles, network: str, device: str) -> bool:
    """Whether the table would show routes of this device: NMState may leave out what NetworkManager does not manage."""
    family = family_of(network)
    rows = role.host.table(family) if family else []
    return any(one.protocol is not None or device in one.devices for one in rows)


def _usual(roles: Roles, cluster: ClusterMtu) -> set[str]:
    """The routes that not every release sets and that most of these nodes have."""
    with_tables = [one for one in roles if Family.IPV4 in _tables(one)]
    found = {f"service {one}" for one in cluster.service_networks if _most([_leads(each, one) for each in with_tables])}
    if cluster.network_type == OVN and _most([_masquerade(one) for one in with_tables]):
        found.add("masquerade")
    return found


def _most(answers: list[bool]) -> bool:
    return sum(answers) * SHARE > len(answers)


def _leads(role: NodeRoles, network: str, device: str | None = None) -> bool:
    """Whether a route other than the default one takes the whole network, by this device if one is named."""
    family = family_of(network)
    rows = role.host.table(family) if family else []
    return any(
        contains(one.destination, network) is not False
        and not one.default
        and (device is None or device in one.devices)
        for one in rows
    )


def _masquerade(role: NodeRoles) -> bool:
    rows = role.host.table(Family.IPV4)
    return any(contains(_MASQUERADE, one.destination) and BRIDGE in one.devices for one in rows)


def _missing(role: NodeRoles, network: str, what: str, how: str) -> Finding:
    text = f"{role.host.label} has no route to {what} {how}"
    shown = role.host.table(family_of(network) or Family.IPV4)
    return Finding(network, text, lines(one.evidence for one in shown), role.node, key=f"missing {network}")


def _default(role: NodeRoles, family: Family, kind: str | None) -> Iterator[Finding]:
    routes = role.host.defaults(family)
    name = "0.0.0.0/0" if family is Family.IPV4 else "::/0"
    if not routes:
        shown = [one.evidence for one in role.host.table(family)]
        text = f"{role.host.label} has no {_SHORT[family]} default route"
        yield Finding(name, text, lines(shown), role.node, key=f"default {family}")
        return
    first = routes[0]
    if kind == OVN and BRIDGE in role.host.links and first.devices and BRIDGE not in first.devices:
        text = f"the {_SHORT[family]} default route of {role.host.label} leaves by {_named(first)}, not by {BRIDGE}"
        yield Finding(name, text, lines(one.evidence for one in routes), role.node, key=f"device {family}")
    equal = [one for one in routes if (one.metric or 0) == (first.metric or 0)]
    if len({one.devices for one in equal}) > 1:
        ways = " and ".join(_named(one) for one in equal)
        text = f"{role.host.label} has several {_SHORT[family]} default routes of metric {first.metric or 0}: {ways}"
        yield Finding(name, text, lines(one.evidence for one in equal), role.node, key=f"equal {family}")


def _named(route: HostRoute) -> str:
    gateways = ", ".join(route.gateways)
    return f"{', '.join(route.devices)}{f' to {gateways}' if gateways else ''}"


def _ways(role: NodeRoles, nodes: NodesByName) -> Iterator[Finding]:
    """BGP peers and other nodes on a link of this node, to which another way is taken."""
    if role.policy_routing or not _detours(role):
        return
    targets = {one: f"BGP peer {one}" for one in peers_of(role)}
    for name, node in nodes.items():
        targets |= {address(one): f"{name} ({one})" for one in node.internal_ips if name != role.node}
    answers = {_alone(one.destination): one for one in role.host.routes if one.lookup and one.table == "main"}
    for target, what in targets.items():
        way = role.way(target)
        route = (answers.get(target) or role.best(target)) if way else None
        if way is None or route is None or route.type is not RouteType.UNICAST:
            continue
        narrowest = max(one.prefix_length or 0 for one in way.candidates)
        wider = not route.lookup and (length(route.destination) or 0) < narrowest
        elsewhere = bool(route.devices) and not set(route.devices) & set(way.interfaces)
        detour = [one for one in route.gateways if address(one) != target]
        if wider or not (elsewhere or detour):
            continue
        own = way.candidates[0]
        text = (
            f"{role.host.label} reaches {what} by {_named(route)}, although it is in the network of"
            f" {own.interface} ({own.address}/{own.prefix_length})"
        )
        yield Finding(target, text, lines((route.evidence, own.evidence)), role.node, key=f"way {target}")


def _detours(role: NodeRoles) -> bool:
    """Whether any route may take a part of a link's network elsewhere; where none does no target is looked at."""
    wide = [one for one in role.host.addresses if one.prefix_length not in {None, 32, 128}]
    # OVN-Kubernetes has link-local addresses and routes of its own on br-ex.
    own = [f"{one.address}/{one.prefix_length}" for one in wide if not one.address.startswith(_OWN_LINK)]
    rows = [one for one in role.host.routes if one.table == "main" and not one.default and one.protocol != "kernel"]
    return any(one.lookup or any(contains(network, one.destination) for network in own) for one in rows)


def _alone(destination: str) -> str:
    return destination.removesuffix("/32").removesuffix("/128")
