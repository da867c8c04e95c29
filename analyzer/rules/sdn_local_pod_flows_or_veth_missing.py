"""A pod runs on a node with OpenShift SDN, but has no port in br0 or lacks its flows there."""

from collections.abc import Iterator

from analyzer.model import Finding, Gap, Severity
from analyzer.ovn.databases import named, pieces
from analyzer.ovs.roles import SDN_BRIDGE
from analyzer.rule import NotCollectedError, rule
from analyzer.sdn.attached import PodState, Short, short_of, states
from analyzer.sdn.bridge import SdnBridge, SdnBridges
from analyzer.sdn.pods import SdnPods

MANY = 20  # pods of one node of which one finding tells
NAMED = 4
_FLOWS = {
    "arp_spa": "ARP from it (arp_spa)",
    "nw_src": "IP from it (nw_src)",
    "arp_tpa": "ARP to it (arp_tpa)",
    "nw_dst": "IP to it (nw_dst)",
}


@rule(Severity.ERROR, area="sdn")
def sdn_local_pod_flows_or_veth_missing(bridges: SdnBridges, pods: SdnPods) -> Iterator[Finding | Gap]:
    """A pod runs on a node with OpenShift SDN, but has no port in br0 or lacks its flows there.

    ## Why it matters
    Each pod has a veth device as a port of `br0` and four flows that name its address, for ARP and IP in both
    directions. Without them its packets are dropped: the pod runs and is not to be reached, or reaches nobody.

    ## What to do
    Delete the pod, so that its network is set up again. When many pods of a node are concerned, restart the sdn pod of
    the node and look into its log for `Could not reattach pod`.
    """
    if not pods.collected:
        raise NotCollectedError("not collected: the pods of the nodes")
    for one in bridges:
        reason = _doubt(one, pods)
        if reason:
            yield Gap(SDN_BRIDGE, f"{one.label}: {reason}", one.node)
        else:
            yield from _of_node(one, pods)


def _doubt(one: SdnBridge, pods: SdnPods) -> str | None:
    if one.node is None:
        return "which node it is, is not known"
    if one.flows is None and one.devices is None:
        return "neither its flows nor all of its ports were collected"
    if one.flows and one.flows.half:
        return one.flows.unsound or "its setup was not finished, sdn-base-ports-missing tells of it"
    if pods.starting(one.node):
        return "OpenShift SDN had only just started"
    return one.flows.unsound if one.flows else None


def _of_node(one: SdnBridge, pods: SdnPods) -> Iterator[Finding]:
    own = pods.of(one)
    broken = [each for each in states(one, own) if each.broken]
    if len(broken) > MANY or len(broken) == len(own) > 2:
        yield _crowd(one, broken, len(own))
    else:
        yield from (_finding(one, each) for each in broken)
    short = short_of(one, own)
    if short and not any(each.no_port for each in broken):
        yield _short(one, short)


def _short(one: SdnBridge, short: Short) -> Finding:
    text = (
        f"the flows of {SDN_BRIDGE} on {one.label} are for {short.wanted} ports of pods,"
        f" but it has {short.there} that work: "
    )
    sure = short.there < short.running
    text += "pods run without a device" if sure else "flows of pods that are gone, or pods without a device"
    lines = pieces(one.evidence, (one.flows.dump.evidence,) if one.flows else ())
    return Finding(SDN_BRIDGE, text, lines, one.node, None if sure else Severity.INFO, "short")


def _words(each: PodState) -> str:
    told = [each.no_port] if each.no_port else []
    if len(each.lacking) == len(_FLOWS):
        told.append(f"{SDN_BRIDGE} has no flow for it at all")
    elif each.lacking:
        told.append(f"{SDN_BRIDGE} has no flow for {', '.join(_FLOWS[name] for name in each.lacking)}")
    return " and ".join(told)


def _finding(one: SdnBridge, each: PodState) -> Finding:
    text = f"pod {each.name} with address {each.ip} runs on {one.label}, but {_words(each)}"
    dump = (one.flows.dump.evidence,) if one.flows and each.lacking else ()
    lines = pieces(each.pod.where("pod_ips", "node"), each.evidence, dump)
    return Finding(each.name, text, lines, one.node, key="pod")


def _crowd(one: SdnBridge, broken: list[PodState], total: int) -> Finding:
    names = [each.name for each in broken]
    first = broken[0]
    text = (
        f"{len(broken)} of {total} pods on {one.label} are not attached to {SDN_BRIDGE}: {named(names, NAMED)};"
        f" of the first, {first.ip}, {_words(first)}"
    )
    dump = (one.flows.dump.evidence,) if one.flows else ()
    lines = pieces(dump, first.evidence, *(each.pod.where("pod_ips") for each in broken[:NAMED]))
    return Finding(SDN_BRIDGE, text, lines, one.node, key="many", about=tuple(names[:MANY]))
