"""A HostSubnet names another address or host than its node has."""

from collections.abc import Iterator

from analyzer.model import Finding, Gap, Severity
from analyzer.node.network import NodeNetwork, NodeNetworks
from analyzer.ovn.databases import pieces
from analyzer.rule import NotCollectedError, rule
from analyzer.sdn.logs import SdnLogs
from analyzer.sdn.subnets import NO_SUBNETS, SdnSubnets, adopted
from parsers.nodes import Node
from parsers.sdn_facts import HostSubnet
from parsers.sdn_log_kinds import SdnLogKind
from parsers.vocabulary import address


@rule(Severity.CRITICAL, area="sdn")
def hostsubnet_ip_mismatch(
    subnets: SdnSubnets, networks: NodeNetworks | None, logs: SdnLogs | None
) -> Iterator[Finding | Gap]:
    """A HostSubnet names another address or host than its node has.

    ## Why it matters
    All other nodes send packets for the pods of this node to the address in its HostSubnet, and let in none from any
    other. After a change of the address, by DHCP for example, its pods are cut off from those of all other nodes, and
    when OpenShift SDN starts again on the node it waits for the right address and gives up.

    ## What to do
    Compare `oc get hostsubnet` with `oc get nodes -o wide`. Correct the HostSubnet (`oc edit hostsubnet <node>`), or
    delete it, so that the controller makes a new one, and restart the sdn pod of the node. Pin the node's address.
    """
    if not subnets.subnets and not logs:
        raise NotCollectedError("not collected: HostSubnets (oc get hostsubnet), logs of OpenShift SDN")
    if not subnets.subnets:
        yield Gap("HostSubnets", NO_SUBNETS)
    told: set[str | None] = set()
    hosts = {each.label.partition(".")[0]: each for each in networks or ()}
    for one in subnets.subnets:
        node = subnets.node_of.get(one.name) or adopted(subnets, one)
        if one.deleting or one.external:
            continue
        if node is None:
            yield from _of_host(one, hosts.get(one.name.partition(".")[0]), subnets)
        elif not node.internal_ips:
            yield Gap(one.name, f"the addresses of node {node.name} were not collected", node.name)
        elif found := _address(one, node) or _host(one, node):
            told.add(node.name)
            yield found
    for said in logs.of(SdnLogKind.HOST_IP_MISMATCH) if logs else ():
        if said.node is None or said.node not in told:
            told.add(said.node)
            text = f"OpenShift SDN on {said.label} does not start, its HostSubnet has another address: {said.text}"
            yield Finding(said.node or said.label, text, said.evidence, said.node, key="address")


def _of_host(one: HostSubnet, host: NodeNetwork | None, subnets: SdnSubnets) -> Iterator[Finding | Gap]:
    """Without nodes the addresses of the host itself tell, where all of them were collected."""
    if subnets.nodes or one.host_ip is None:
        return
    own = [each for each in host.addresses if each.scope == "global"] if host else []
    if host is None or not own or not any(each.interface == "lo" for each in host.addresses):
        yield Gap(one.name, f"neither node {one.name} nor all addresses of its host were collected")
    elif address(one.host_ip) not in {address(each.address) for each in host.addresses}:
        has = ", ".join(dict.fromkeys(each.address for each in own))
        text = f"HostSubnet {one.name} says {one.host_ip}, which is none of the addresses of {host.label}: {has}"
        lines = pieces(one.where("host_ip"), (each.evidence for each in own))
        yield Finding(one.name, text, lines, host.node, key="address")


def _address(one: HostSubnet, node: Node) -> Finding | None:
    if one.host_ip is None or address(one.host_ip) in map(address, node.internal_ips):
        return None
    text = (
        f"HostSubnet {one.name} says {one.host_ip}, node {node.name} has {', '.join(node.internal_ips)}: the other"
        " nodes send packets for its pods to an address that it does not have"
    )
    evidence = pieces(one.where("host_ip"), node.where("internal_ips"))
    return Finding(one.name, text, evidence, node.name, key="address")


def _host(one: HostSubnet, node: Node) -> Finding | None:
    """Whole and short names of one host are the same name."""
    short = {name.partition(".")[0] for name in (node.name, node.hostname) if name}
    wrong = [name for name in (one.host, one.name) if name.partition(".")[0] not in short]
    if not wrong:
        return None
    text = f"HostSubnet {one.name} is for host {one.host}, but the node with its address is called {node.name}"
    return Finding(one.name, text, pieces(one.where("host"), (one.evidence, node.evidence)), node.name, key="host")
