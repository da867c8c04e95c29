"""The switch of a node with OpenShift SDN lacks its tunnel port, its port to the host, or the end of its setup."""

from collections.abc import Iterator

from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.databases import named
from analyzer.ovs.roles import SDN_BRIDGE
from analyzer.rule import rule
from analyzer.sdn.bridge import NOTE_TABLE, SdnBridge, SdnBridges
from analyzer.sdn.network import BASE_PORTS
from analyzer.sdn.pods import SdnPods
from parsers.base import Evidence

_EFFECT = {
    "vxlan0": "its pods do not reach those of other nodes",
    "tun0": "its pods reach neither the host nor services nor anything outside",
}


@rule(Severity.CRITICAL, area="sdn")
def sdn_base_ports_missing(bridges: SdnBridges, pods: SdnPods) -> Iterator[Finding | Gap]:
    """The switch of a node with OpenShift SDN lacks its tunnel port, its port to the host, or the end of its setup.

    ## Why it matters
    All flows of `br0` are written for `vxlan0` as OpenFlow port 1 and `tun0` as port 2. Without the first the pods of
    the node are cut off from those of other nodes, without the second from the host, services and the outside. The
    flow in table 253 is written last: without it the setup was broken off, and whatever came after it is missing.

    ## What to do
    Restart the sdn pod of the node (3.x: the node's service): it makes the bridge anew when anything is missing. Its
    log tells at which step the setup ends. A port that disappears again is taken away by somebody else: look for
    another user of Open vSwitch on the node.
    """
    for one in bridges:
        yield from _ports(one)
        if one.flows is None:
            yield Gap(
                SDN_BRIDGE, f"whether the setup of {one.label} came to its end: no flows were collected", one.node
            )
        elif one.flows.half and one.flows.unsound:
            yield Gap(SDN_BRIDGE, f"whether the setup of {one.label} came to its end: {one.flows.unsound}", one.node)
        elif one.flows.half and pods.starting(one.node):
            yield Gap(SDN_BRIDGE, f"OpenShift SDN had only just started on {one.label}", one.node)
        elif one.flows.half:
            yield _half(one, one.flows.dump.evidence)


def _ports(one: SdnBridge) -> Iterator[Finding | Gap]:
    found = _names(one)
    if found is None:
        yield Gap(SDN_BRIDGE, f"the ports of {SDN_BRIDGE} of {one.label} were not collected as a whole", one.node)
        return
    names, evidence = found
    for name in BASE_PORTS:
        if name not in names:
            text = f"{SDN_BRIDGE} of {one.label} has no port {name} among {named(sorted(names))}: {_EFFECT[name]}"
            yield Finding(f"{SDN_BRIDGE}/{name}", text, evidence, one.node, key="missing")
    for name, (number, line) in _numbers(one).items():
        if number != BASE_PORTS[name]:
            text = (
                f"{name} of {one.label} is OpenFlow port {number}, but the flows of {SDN_BRIDGE} are for port"
                f" {BASE_PORTS[name]}: {_EFFECT[name]}"
            )
            yield Finding(f"{SDN_BRIDGE}/{name}", text, (line,), one.node, key="number")


def _names(one: SdnBridge) -> tuple[set[str], tuple[Evidence, ...]] | None:
    """All ports of br0; None where no list of them is whole."""
    if one.switch and one.switch.whole and one.switch.bridge(SDN_BRIDGE):
        return {port.name for port in one.switch.on(SDN_BRIDGE)}, one.evidence
    return None if one.numbers is None else ({port.name for port in one.numbers.values()}, one.evidence)


def _numbers(one: SdnBridge) -> dict[str, tuple[int, Evidence]]:
    """The OpenFlow numbers of the base ports, as far as any output tells them."""
    found = {port.name: (number, port.evidence) for number, port in one.datapath.items()}
    found |= {port.name: (number, port.evidence) for number, port in (one.numbers or {}).items()}
    return {name: found[name] for name in BASE_PORTS if name in found}


def _half(one: SdnBridge, evidence: Evidence) -> Finding:
    lacking = (
        f"no flow in table {NOTE_TABLE}, which is written last" if one.flows and one.flows.dump.total else "no flows"
    )
    text = f"{SDN_BRIDGE} of {one.label} has {lacking}: OpenShift SDN did not finish its setup on the node"
    return Finding(SDN_BRIDGE, text, (evidence,), one.node, key="half")
