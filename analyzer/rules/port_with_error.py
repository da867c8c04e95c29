"""A port of Open vSwitch has an error."""

from collections.abc import Iterator

from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.databases import named, pieces
from analyzer.ovs.owners import Owner, Owners, Ownership
from analyzer.ovs.roles import INTEGRATION, SDN_BRIDGE, NetworkKind
from analyzer.ovs.sources import SwitchPort
from analyzer.ovs.switches import Switch, Switches
from analyzer.rule import rule

FEW = 5  # leftovers of pods on one node that are no more than untidy (J)
MANY = 20  # ports of one node from which on one finding tells of all of them
_TUNNELS = frozenset({"geneve", "vxlan"})


@rule(Severity.WARNING, area="ovs")
def port_with_error(switches: Switches, owners: Owners) -> Iterator[Finding | Gap]:
    """A port of Open vSwitch has an error.

    ## Why it matters
    The port is configured, but Open vSwitch could not open its device, so nothing goes through it: a pod without
    network, a tunnel or a card that does not work. A port whose pod is gone does no harm by itself; many of them show
    that pods are not cleaned up, and slow down every change of the configuration.

    ## What to do
    Look for the device on the node with `ip link`, and for its owner in `ovs-vsctl list interface <name>`
    (external_ids). Remove the port of a pod that is gone with `ovs-vsctl --if-exists del-port <bridge> <name>`. Delete
    a pod that runs without its device, so that its network is set up again.
    """
    for one in switches:
        if not one.ports:
            yield Gap(one.label, f"the ports of {one.label} were not collected", one.node)
        broken = [port for port in one.ports if port.error]
        others = [port for port in broken if not _of_pod(port)]
        yield from (_own(one, port) for port in others)
        known = [(port, owners.of(one, port)) for port in broken if _of_pod(port)]
        yield from _pods(one, [(port, owner) for port, owner in known if owner.ownership is not Ownership.ENDS])


def _of_pod(port: SwitchPort) -> bool:
    return port.type == "system" and port.bridge in {INTEGRATION, SDN_BRIDGE, ""}


def _own(one: Switch, port: SwitchPort) -> Finding:
    """A port that the node itself needs."""
    uplink = one.kind is NetworkKind.OVN and port.type == "system" and port.bridge == one.gateway
    tunnel = port.type in _TUNNELS
    what = (
        f"the network card of {port.bridge}"
        if uplink
        else f"a {port.type} tunnel"
        if tunnel
        else f"a port of {port.bridge}"
    )
    management = one.management is not None and one.management.name == port.name
    severity = Severity.CRITICAL if uplink else Severity.ERROR if tunnel or management else None
    text = f"{port.name}, {what} on {one.label}, does not work: {port.error}"
    return Finding(f"{port.bridge}/{port.name}", text, port.where("error"), one.node, severity)


def _pods(one: Switch, found: list[tuple[SwitchPort, Owner]]) -> Iterator[Finding]:
    gone = [pair for pair in found if pair[1].ownership is Ownership.GONE]
    few = Severity.INFO if len(gone) < FEW else None
    if len(found) > MANY:
        severity = few if len(gone) == len(found) else None
        running = [owner.name or "" for _, owner in found if owner.ownership is Ownership.RUNS]
        told = f"; pods that run: {named(running)}" if running else ""
        names = named(f"{port.bridge}/{port.name}" for port, _ in found)
        known = f"{len(gone)} of them known leftovers"
        text = f"{len(found)} ports of pods on {one.label} have an error, {known}: {names}{told}"
        lines = pieces(*(port.where("error") for port, _ in found))
        yield Finding(found[0][0].bridge or INTEGRATION, text, lines, one.node, severity, "many")
        return
    for port, owner in found:
        severity = few if owner.ownership is Ownership.GONE else None
        where = f"{port.bridge}/{port.name}" if port.bridge else port.name
        text = f"{where} on {one.label} has the error {port.error!r}; {owner.text}"
        lines = pieces(port.where("error"), port.where("external_ids")[1:], owner.evidence)
        yield Finding(where, text, lines, one.node, severity)
