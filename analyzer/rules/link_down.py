"""An interface that traffic of the cluster needs has no link."""

from collections.abc import Iterator

from analyzer.hosts import HostNames
from analyzer.model import Finding, Gap, Severity
from analyzer.node.links import is_down
from analyzer.node.network import NOT_PHYSICAL
from analyzer.node.roles import NodeRoles, Roles, lines
from analyzer.rule import rule
from parsers.host_link_facts import HostLink
from parsers.ovs_facts import OvsBond

CHANGES = 10  # losses and returns of the carrier since boot up to which a link is quiet (J)
_INTERNAL = ("br-int", "ovs-system", "genev_sys_", "vxlan_sys_", "lo", "ovs-netdev")


@rule(Severity.ERROR, area="node")
def link_down(roles: Roles, bonds: tuple[OvsBond, ...] | None, names: HostNames) -> Iterator[Finding | Gap]:
    """An interface that traffic of the cluster needs has no link.

    ## Why it matters
    Without link nothing passes: tunnels of all pods, BGP sessions, the API. In a bond the other members carry on with
    less, until they fail too.

    ## What to do
    Look at the cable, the transceiver and the port of the switch (`ethtool <interface>`, `ethtool -m`), on a virtual
    machine at the network that its card is connected to.
    """
    apart: dict[str, list[OvsBond]] = {}
    for bond in bonds or ():
        apart.setdefault(names.label(bond), []).append(bond)
    for role in roles:
        if not role.host.links and not role.host.cards:
            yield Gap(role.host.label, "its links (ip link, ethtool) were not collected", role.node)
            continue
        for name, why in role.used().items():
            yield from _of_link(role, name, why)
        for bond in apart.get(role.host.label, ()):
            yield from _members(role, bond)


def _of_link(role: NodeRoles, name: str, why: str) -> Iterator[Finding]:
    link, card = role.host.links.get(name), role.host.cards.get(name)
    if name.startswith(_INTERNAL) or (link is not None and not _physical(link)):
        return
    if card is not None and card.link_detected is False:
        text = f"{name} of {role.host.label} has no link: {why}"
        more = (link.evidence,) if link else ()
        yield Finding(name, text, lines(card.where("link_detected"), more), role.node, key="link")
    elif link is not None and is_down(link):
        state = "no carrier" if "NO-CARRIER" in link.flags else f"state {link.state}" if link.state else "no carrier"
        text = f"{name} of {role.host.label} is down ({state}): {why}"
        yield Finding(name, text, lines(link.where("state", "flags")), role.node, key="link")
    elif link is not None and (changes := link.counters.get("carrier_changes", 0)) > CHANGES:
        text = f"{name} of {role.host.label} lost or regained its carrier {changes} times since it started: {why}"
        evidence = lines(link.where("carrier_changes"))
        yield Finding(name, text, evidence, role.node, Severity.WARNING, "carrier")


def _physical(link: HostLink) -> bool:
    """Bridges of OVS are UNKNOWN or DOWN although they work."""
    return link.kind not in NOT_PHYSICAL - {"veth"}


def _members(role: NodeRoles, bond: OvsBond) -> Iterator[Finding]:
    for member, enabled in bond.members.items():
        if not enabled:
            text = f"{member} of {role.host.label} is disabled in the bond {bond.bond} of Open vSwitch"
            yield Finding(member, text, bond.where(f"member {member}"), role.node, key=f"bond {bond.bond}")
