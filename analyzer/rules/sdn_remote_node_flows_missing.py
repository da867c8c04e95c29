"""A node with OpenShift SDN lacks the flows for packets from or to the pods of another node."""

from collections.abc import Iterator, Mapping

from analyzer.model import Finding, Gap, Severity
from analyzer.node.words import together
from analyzer.ovn.databases import named, pieces
from analyzer.rule import NotCollectedError, rule
from analyzer.sdn.bridge import Flows, SdnBridge, SdnBridges
from analyzer.sdn.peers import RemoteFlows, remote_flows
from analyzer.sdn.pods import SdnPods
from analyzer.sdn.subnets import Remote, SdnSubnets, own_of

MANY = 20  # other nodes of which one finding tells when their flows are missing on one node
NAMED = 3


@rule(Severity.ERROR, area="sdn")
def sdn_remote_node_flows_missing(bridges: SdnBridges, subnets: SdnSubnets, pods: SdnPods) -> Iterator[Finding | Gap]:
    """A node with OpenShift SDN lacks the flows for packets from or to the pods of another node.

    ## Why it matters
    For each other node `br0` needs a flow that lets in its tunnelled packets (`tun_src=<its address>`) and flows that
    send ARP and IP packets for its pods there (`tun_dst`). Where one is missing, or names an address that the node had
    before, the pods of the two nodes do not reach each other, while all others do.

    ## What to do
    Compare `oc get hostsubnet` with `ovs-ofctl -O OpenFlow13 dump-flows br0` on the node. Correct the HostSubnet if it
    is wrong, else restart the sdn pod of the node that lacks the flows. When all flows are right, look for a firewall
    between the nodes that drops UDP port 4789.
    """
    if not any(one.flows for one in bridges):
        raise NotCollectedError("not collected: the flows of br0 of a node (ovs-ofctl -O OpenFlow13 dump-flows br0)")
    if not subnets.subnets and not subnets.nodes:
        raise NotCollectedError("neither HostSubnets nor nodes were collected: which nodes there are is not known")
    gateways = {one.node: one.flows.gateway for one in bridges if one.node and one.flows and one.flows.gateway}
    found: list[tuple[str, Finding]] = []
    for one in bridges:
        reason = doubt(one, subnets, pods)
        if reason is None and one.flows:
            found += _of_node(one, one.flows, subnets, gateways)
        else:
            yield Gap("br0", f"{one.label}: {reason}", one.node)
    yield from together(found)


def doubt(one: SdnBridge, subnets: SdnSubnets, pods: SdnPods) -> str | None:
    """Why the flows of this node cannot be judged."""
    if one.flows is None:
        return "its flows were not collected"
    if one.flows.half:
        return one.flows.unsound or "its setup was not finished, sdn-base-ports-missing tells of it"
    if pods.starting(one.node):
        return "OpenShift SDN had only just started"
    if one.node is None and own_of(subnets, None, one.label, one.flows.gateway) is None:
        return "which node it is, is not known"
    return one.flows.unsound


def _of_node(
    one: SdnBridge, flows: Flows, subnets: SdnSubnets, gateways: Mapping[str, str]
) -> list[tuple[str, Finding]]:
    own = own_of(subnets, one.node, one.label, flows.gateway)
    checked = [remote_flows(flows, each, gateways.get(each.name)) for each in subnets.others(one.node, own)]
    broken = [each for each in checked if each.lacking]
    if len(broken) > MANY or (len(broken) == len(checked) > 1 and not any(each.some for each in broken)):
        return [("", _crowd(one, flows, broken, len(checked)))]
    strangers = _strangers(flows, subnets) if broken else ()
    return [(f"{each.remote.name} {each.text}", _finding(one, flows, each, strangers)) for each in broken]


def _finding(one: SdnBridge, flows: Flows, each: RemoteFlows, strangers: tuple[str, ...]) -> Finding:
    remote = each.remote
    instead = f"; it has flows for {named(strangers)}, which no node has" if strangers and not each.wrong else ""
    text = f"br0 of {one.label} has for {remote.name} ({_address(remote)}) {each.text}{instead}"
    lines = pieces((flow.evidence for flow in each.wrong), remote.evidence, (flows.dump.evidence,))
    return Finding(remote.name, text, lines, one.node, key="flows", about=(remote.name,))


def _address(remote: Remote) -> str:
    return ", ".join((*remote.addresses, *((remote.subnet,) if remote.subnet else ())))


def _crowd(one: SdnBridge, flows: Flows, broken: list[RemoteFlows], total: int) -> Finding:
    names = [each.remote.name for each in broken]
    text = (
        f"{one.label} lacks flows for {len(broken)} of {total} other nodes: {named(names, NAMED)};"
        f" for the first it has {broken[0].text}"
    )
    lines = pieces((flows.dump.evidence,), *(each.remote.evidence for each in broken[:NAMED]))
    return Finding("br0", text, lines, one.node, key="many", about=tuple(names[:MANY]))


def _strangers(flows: Flows, subnets: SdnSubnets) -> tuple[str, ...]:
    """Addresses in flows that belong to no node and no HostSubnet."""
    known = subnets.addresses
    used = {*flows.sources, *(one.to for one in flows.tunnels)}
    return tuple(sorted(used - known)) if known else ()
