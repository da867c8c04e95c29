"""The gateway bridge has no working network card."""

from collections.abc import Iterator

from analyzer.model import Finding, Gap, Severity
from analyzer.ovs.sources import SwitchPort
from analyzer.ovs.switches import OvnSwitches, Switch
from analyzer.rule import rule
from parsers.base import Evidence
from parsers.ovs_facts import PortFlag

LOCAL = "br-local"  # the bridge of local gateway mode up to OpenShift 4.7, which has no card
# Whatever is no uplink; the types of network cards are `system`, `dpdk` and its like (vswitchd/vswitch.xml, Interface).
_OTHERS = frozenset(
    {
        "internal",
        "patch",
        "geneve",
        "vxlan",
        "gre",
        "ip6gre",
        "stt",
        "erspan",
        "ip6erspan",
        "lisp",
        "bareudp",
        "gtpu",
        "srv6",
    }
)


@rule(Severity.CRITICAL, area="ovs")
def br_ex_without_uplink(switches: OvnSwitches) -> Iterator[Finding | Gap]:
    """The gateway bridge has no working network card.

    ## Why it matters
    The card, bond or VLAN of the node's own address is a port of `br-ex`. Without it, or while it is down, the node has
    no network: no traffic of its pods to the outside, no tunnels, and soon it is NotReady.

    ## What to do
    Look at `ip link` and `nmcli connection` on the node and at the journal of ovs-configuration, which puts the card
    into the bridge at every boot; a renamed card or a changed profile of NetworkManager keeps it from doing so.
    """
    for one in switches:
        gateway = one.gateway
        bridge = one.bridge(gateway)
        if gateway and bridge and gateway != LOCAL:
            yield from _bridge(one, gateway, bridge.evidence)


def _network_manager(one: Switch) -> bool:
    """Whether the members of the bridge are known from NetworkManager, which has put the card there."""
    return bool(one.configuration and one.configuration.source == "NodeNetworkState")


def _bridge(one: Switch, gateway: str, where: Evidence) -> Iterator[Finding | Gap]:
    ports = one.on(gateway)
    uplinks = [port for port in ports if port.type not in _OTHERS and port.name != gateway]
    judged = one.whole or (_network_manager(one) and bool(ports))
    if not uplinks and judged:
        names = ", ".join(port.name for port in ports) or "none"
        text = f"{gateway} of {one.label} has no network card: its ports are {names}"
        yield Finding(gateway, text, (where, *(port.evidence for port in ports[:6])), one.node, key="missing")
    elif not uplinks:
        yield Gap(gateway, f"the network card of {gateway}: {one.limits}", one.node)
    broken = [(port, told) for port in uplinks if (told := _down(one, port))]
    whole = len(broken) == len(uplinks)
    for port, (reason, lines) in broken:
        # A bond of Open vSwitch itself, and a second card, go on without one of their members.
        severity = None if whole else Severity.WARNING
        text = f"{port.name}, the network card of {gateway} on {one.label}, {reason}"
        yield Finding(f"{gateway}/{port.name}", text, (port.evidence, *lines), one.node, severity, "down")


def _down(one: Switch, port: SwitchPort) -> tuple[str, tuple[Evidence, ...]] | None:
    """Why a card does not work, in words, and where that stands; None where nothing says so."""
    if port.error:
        return f"has an error: {port.error}", port.where("error")
    if link := one.link(port.name):
        where = link.where("state", "flags")
        words = (
            "is set down" if link.administratively_up is False else "has no carrier" if link.carrier is False else None
        )
        return (words, where) if words else None
    if port.link_state == "down":
        return "is down", port.where("link_state", "admin_state")
    flags = one.flags(port.bridge, port.name)
    if flags and (PortFlag.PORT_DOWN in flags.config or PortFlag.LINK_DOWN in flags.state):
        word = PortFlag.PORT_DOWN if PortFlag.PORT_DOWN in flags.config else PortFlag.LINK_DOWN
        return f"is down ({word})", flags.where("config", "state")
    return None
