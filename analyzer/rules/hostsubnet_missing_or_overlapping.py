"""A node has no part of the pods' network, or one that it shares with another or that lies outside of it."""

from collections.abc import Iterator

from analyzer.model import Finding, Gap, Severity
from analyzer.node.words import together
from analyzer.ovn.databases import is_linux, pieces
from analyzer.rule import NotCollectedError, rule
from analyzer.sdn.logs import Said, SdnLogs
from analyzer.sdn.network import SdnNetwork
from analyzer.sdn.subnets import NO_SUBNETS, Overlap, SdnSubnets, adopted
from parsers.sdn_facts import HostSubnet
from parsers.sdn_log_kinds import SdnLogKind

_CONTROLLER = (SdnLogKind.SUBNETS_EXHAUSTED, SdnLogKind.SUBNET_FAILED)


@rule(Severity.CRITICAL, area="sdn")
def hostsubnet_missing_or_overlapping(
    subnets: SdnSubnets, network: SdnNetwork, logs: SdnLogs | None
) -> Iterator[Finding | Gap]:
    """A node has no part of the pods' network, or one that it shares with another or that lies outside of it.

    ## Why it matters
    Without a HostSubnet OpenShift SDN does not start on the node, and no pod gets a network there. Of two nodes with
    the same addresses one gets the packets of both.

    ## What to do
    Look into the log of sdn-controller (3.x: of the master) why it gave the node none: `no subnets available` means
    that the cluster network has room for no further node. Delete a HostSubnet that overlaps, restart the sdn pod of
    its node and delete the node's pods, so that they get addresses of the new one.
    """
    if not subnets.subnets and not logs:
        raise NotCollectedError("not collected: HostSubnets (oc get hostsubnet), logs of OpenShift SDN")
    missing = list(_missing(subnets))
    yield from together(("missing", one) for one in missing)
    if not subnets.subnets:
        yield Gap("HostSubnets", NO_SUBNETS)
    elif not subnets.whole and subnets.nodes:
        yield Gap("HostSubnets", "those of most nodes were not collected: whether a node has none is not known")
    for one in subnets.subnets:
        if one.subnet is None and not one.deleting and one.name in subnets.node_of:
            text = f"HostSubnet {one.name} has no subnet: the pods of the node get no network"
            yield Finding(one.name, text, one.where("host_ip"), _node(one, subnets), key="empty")
    yield from (_outside(one, subnets, network) for one in subnets.outside)
    yield from (_overlap(one, subnets) for one in subnets.overlaps)
    if logs:
        yield from _logged(logs, subnets, {one.node for one in missing})


def _missing(subnets: SdnSubnets) -> Iterator[Finding]:
    if not subnets.whole:
        return
    others = {node.name for one in subnets.subnets if (node := adopted(subnets, one))}
    for name, node in sorted(subnets.nodes.items()):
        lasting = is_linux(node) and not node.deleting and not subnets.new(node)
        if name not in subnets.of_node and name not in others and lasting:
            count = len(subnets.of_node)
            others_have = f"{count} other nodes have one" if count > 1 else "another node has one"
            text = f"node {name} has no HostSubnet, {others_have}: its pods get no network"
            yield Finding(name, text, pieces((node.evidence,), subnets.subnets[0].where("subnet")), name, key="missing")


def _outside(one: HostSubnet, subnets: SdnSubnets, network: SdnNetwork) -> Finding:
    text = f"HostSubnet {one.name} is {one.subnet}, outside of the cluster network {', '.join(network.pods)}"
    evidence = pieces(one.where("subnet"), network.pods_evidence)
    return Finding(one.name, text, evidence, _node(one, subnets), key="outside")


def _node(one: HostSubnet, subnets: SdnSubnets) -> str | None:
    found = subnets.node_of.get(one.name)
    return found.name if found else None if subnets.nodes else one.name


def _overlap(pair: Overlap, subnets: SdnSubnets) -> Finding:
    one, other = pair.one, pair.other
    how = "the same subnet as" if pair.prefix == pair.wide else f"a subnet inside {pair.wide} of"
    text = f"HostSubnet {one.name} has {pair.prefix}, {how} {other.name}: packets for pods of one reach the other"
    evidence = pieces(one.where("subnet"), other.where("subnet"))
    return Finding(one.name, text, evidence, _node(one, subnets), key=f"overlap {other.name}", about=(other.name,))


def _logged(logs: SdnLogs, subnets: SdnSubnets, told: set[str | None]) -> Iterator[Finding]:
    for said in logs.of(SdnLogKind.SUBNET_MISSING):
        if said.node not in told or said.node is None:
            told.add(said.node)
            yield _finding(said, said.node, f"OpenShift SDN on {said.label} waits for a HostSubnet: {said.text}")
    for said in logs.of(*_CONTROLLER):
        node = said.subject if said.subject in subnets.nodes else None
        if said.subject in subnets.of_node or (node and node in told):
            continue
        text = f"the controller of OpenShift SDN gives {said.subject or 'a node'} no subnet: {said.text}"
        yield _finding(said, node, text)


def _finding(said: Said, node: str | None, text: str) -> Finding:
    return Finding(said.subject or said.label, text, said.evidence, node, key=f"log {said.kind}")
