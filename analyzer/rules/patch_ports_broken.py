"""The patch ports between the integration bridge and the gateway bridge are missing or do not fit."""

from collections.abc import Iterator

from analyzer.model import Finding, Gap, Severity
from analyzer.ovs.roles import INTEGRATION
from analyzer.ovs.sources import SwitchPort
from analyzer.ovs.switches import OvnSwitches, Switch
from analyzer.rule import rule

PATCH = "patch"


@rule(Severity.CRITICAL, area="ovs")
def patch_ports_broken(switches: OvnSwitches) -> Iterator[Finding | Gap]:
    """The patch ports between the integration bridge and the gateway bridge are missing or do not fit.

    ## Why it matters
    Everything between pods and the outside, and between the node and its services, crosses this pair of ports. Without
    it pods of the node reach only other pods.

    ## What to do
    ovn-controller makes the pair from `ovn-bridge-mappings`: look at its log for `bridge not found for … port`, compare
    `ovs-vsctl get Open_vSwitch . external_ids:ovn-bridge-mappings` with the bridges of the node, and restart the
    ovnkube-node pod there.
    """
    for one in switches:
        gateway = one.gateway
        if gateway is None:
            continue
        if not one.whole:
            yield Gap(gateway, f"the patch ports between {gateway} and br-int: {one.limits}", one.node)
        elif one.bridge(gateway) and one.bridge(INTEGRATION):
            yield from _pair(one, gateway)


def _pair(one: Switch, gateway: str) -> Iterator[Finding]:
    outer = _patches(one, gateway, f"patch-{gateway}_", "-to-br-int")
    inner = _patches(one, INTEGRATION, f"patch-br-int-to-{gateway}_", "")
    if not outer and not inner:
        text = f"{one.label} has no patch ports between {gateway} and br-int: its pods reach nothing outside"
        lines = tuple(bridge.evidence for name in (gateway, INTEGRATION) if (bridge := one.bridge(name)))
        yield Finding(f"{gateway}/br-int", text, lines, one.node, key="missing")
        return
    for name in sorted({*outer, *inner}):
        there, here = outer.get(name), inner.get(name)
        if there and here:
            yield from _unlike(one, there, here)
            continue
        if there:
            yield _half(one, there, f"patch-br-int-to-{gateway}_{name} on br-int")
        if here:
            yield _half(one, here, f"patch-{gateway}_{name}-to-br-int on {gateway}")


def _half(one: Switch, port: SwitchPort, lacking: str) -> Finding:
    text = f"{port.name} of {one.label} has no other end: there is no port {lacking}"
    return Finding(f"{port.bridge}/{port.name}", text, port.where("options"), one.node, key="half")


def _unlike(one: Switch, there: SwitchPort, here: SwitchPort) -> Iterator[Finding]:
    if (there.options.get("peer"), here.options.get("peer")) != (here.name, there.name):
        told = f"{there.name} has the peer {_peer(there)} and {here.name} the peer {_peer(here)}"
        text = f"the patch ports of {one.label} are not each other's peers: {told}"
        lines = (*there.where("options"), *here.where("options"))
        yield Finding(f"{there.bridge}/{there.name}", text, lines, one.node, key="peer")


def _peer(port: SwitchPort) -> str:
    return port.options.get("peer", "none")


def _patches(one: Switch, bridge: str, prefix: str, suffix: str) -> dict[str, SwitchPort]:
    """The patch ports of the node's own gateway by the part of their names between the two.

    Further networks have patch ports with their own names in front of the node's, on the same bridge.
    """
    found = {
        port.name.removeprefix(prefix).removesuffix(suffix): port
        for port in one.on(bridge)
        if port.type == PATCH and port.name.startswith(prefix) and port.name.endswith(suffix)
    }
    own = {name: port for name, port in found.items() if name == one.node}
    return own or (found if one.node is None or not one.resource else {})
