"""An interface that traffic of the cluster needs has no link."""

from collections.abc import Iterator

from analyzer.model import Finding, Gap, Severity
from analyzer.node.bonds import Bonds, troubles
from analyzer.node.links import is_down
from analyzer.node.network import NOT_PHYSICAL
from analyzer.node.roles import NodeRoles, Roles, lines
from analyzer.rule import rule
from parsers.host_bonds import HostBondMember
from parsers.host_link_facts import HostLink

CHANGES = 10  # losses and returns of the carrier since boot up to which a link is quiet (J)
_INTERNAL = ("br-int", "ovs-system", "genev_sys_", "vxlan_sys_", "lo", "ovs-netdev")


@rule(Severity.ERROR, area="node")
def link_down(roles: Roles, bonds: Bonds) -> Iterator[Finding | Gap]:
    """An interface that traffic of the cluster needs has no link.

    ## Why it matters
    Without link nothing passes: tunnels of all pods, BGP sessions, the API. In a bond the other members carry on with
    less, until they fail too.

    ## What to do
    Look at the cable, the transceiver and the port of the switch (`ethtool <interface>`, `ethtool -m`), on a virtual
    machine at the network that its card is connected to.
    """
    for role in roles:
        if not role.host.links and not role.host.cards:
            yield Gap(role.host.label, "its links (ip link, ethtool) were not collected", role.node)
            continue
        own, used = bonds.of(role.host.label), role.used()
        for name, why in used.items():
            yield from _of_link(role, name, why, own.members.get(name))
        yield from troubles(role, own, used)


def _of_link(role: NodeRoles, name: str, why: str, member: HostBondMember | None) -> Iterator[Finding]:
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
    elif member is not None and member.up is False:
        text = f"{name} of {role.host.label} is down in the bond {member.bond or 'that it is a member of'}: {why}"
        yield Finding(name, text, lines(member.where("name", "up")), role.node, key="link")
    else:
        yield from _restless(role, name, why, member)


def _restless(role: NodeRoles, name: str, why: str, member: HostBondMember | None) -> Iterator[Finding]:
    """A link that works now and was lost often."""
    link = role.host.links.get(name)
    if link is not None and (changes := link.counters.get("carrier_changes", 0)) > CHANGES:
        text = f"{name} of {role.host.label} lost or regained its carrier {changes} times since it started: {why}"
        yield Finding(name, text, lines(link.where("carrier_changes")), role.node, Severity.WARNING, "carrier")
    elif member is not None and (member.failures or 0) > CHANGES:
        text = f"{name} of {role.host.label} lost its link {member.failures} times since it is in its bond: {why}"
        yield Finding(name, text, lines(member.where("failures")), role.node, Severity.WARNING, "carrier")


def _physical(link: HostLink) -> bool:
    """Bridges of OVS are UNKNOWN or DOWN although they work."""
    return link.kind not in NOT_PHYSICAL - {"veth"}
