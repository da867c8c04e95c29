"""Interfaces of a node do not agree on the MTU, with each other or with the cluster."""

from collections import Counter
from collections.abc import Iterable, Iterator

from analyzer.model import Finding, Gap, Severity
from analyzer.node.gateways import GatewayMtu, GatewayMtus
from analyzer.node.mtu import ClusterMtu, MtuChain, MtuChains
from analyzer.node.overlay import Fit, overlay_of
from analyzer.node.words import together
from analyzer.rule import NotCollectedError, rule
from parsers.host_link_facts import HostLink

SHARE = (
    2  # one in so many of the pods' interfaces must differ (J): those of secondary networks have an MTU of their own
)
FEW = 3  # pods' interfaces below which nothing is concluded from them (J)


@rule(Severity.WARNING, area="mtu")
def node_mtu_inconsistent(
    chains: MtuChains | None, gateways: GatewayMtus | None, cluster: ClusterMtu
) -> Iterator[Finding | Gap]:
    """Interfaces of a node do not agree on the MTU, with each other or with the cluster.

    ## Why it matters
    What one node sends another cannot take: large packets are lost in one direction only. A management port or pods
    with another MTU than the cluster's mean that the node did not take part in the last change. An interface with a
    larger MTU than the one below it sends frames that the lower one drops.

    ## What to do
    Reboot the node that lags behind; set the MTU of the uplink and its bond or VLAN alike, by NMState or a
    MachineConfig.
    """
    if chains is None and (gateways is None or cluster.mtu is None):
        raise NotCollectedError("neither the MTU of interfaces nor that of OVN's gateway routers was collected")
    if cluster.migration is not None:
        return
    widest = max((one.uplink_mtu for one in chains or () if one.uplink_mtu), default=0)
    found: list[tuple[str, Finding]] = []
    for chain in chains or ():
        if chain.carrier is None and chain.management is None:
            yield Gap(chain.host.label, "neither its uplink nor its management port was collected", chain.node)
            continue
        found += [(one.key, one) for one in _of_node(chain, cluster, widest)]
    told = {one.node for _, one in found}
    found += [(one.key, one) for one in _gateways(gateways or (), cluster) if one.node not in told]
    yield from together(found)


def _gateways(gateways: Iterable[GatewayMtu], cluster: ClusterMtu) -> Iterator[Finding]:
    """Ovnkube of a node still works with the MTU that it was started with."""
    for one in gateways:
        if cluster.mtu is not None and one.mtu != cluster.mtu:
            text = f"the gateway router of {one.node} has MTU {one.mtu}, the cluster network {cluster.mtu}"
            yield Finding(one.port, text, (*one.evidence, *cluster.evidence), one.node, key=f"gateway {one.mtu}")


def _of_node(chain: MtuChain, cluster: ClusterMtu, widest: int) -> Iterator[Finding]:
    if chain.overlay is not None:
        yield from _not_the_clusters(chain, chain.overlay, cluster)
    yield from _larger_than_below(chain)
    fit = overlay_of(chain, cluster)
    if fit and fit.fit is Fit.TOO_LARGE and cluster.nodes != 1 and fit.uplink < widest:
        text = (
            f"{fit.interface} of {chain.host.label} has MTU {fit.uplink}, uplinks of other nodes {widest}:"
            f" the pods' MTU {fit.overlay} does not fit into the smallest"
        )
        yield Finding(fit.interface, text, fit.evidence, chain.node, key=f"uplink {fit.interface} {fit.uplink}")


def _not_the_clusters(chain: MtuChain, mtu: int, cluster: ClusterMtu) -> Iterator[Finding]:
    link, lines = chain.management, chain.overlay_evidence
    wanted = f"the cluster network {mtu}" if cluster.mtu == mtu else f"its configuration says {mtu}"
    if link is not None and link.mtu not in {None, mtu}:
        text = f"{link.name} of {chain.host.label} has MTU {link.mtu}, {wanted}"
        yield Finding(link.name, text, (*link.where("mtu"), *lines), chain.node, key=f"management {link.mtu}")
        return
    counted = Counter(one.mtu for one in chain.pods)
    other, count = next(((one, times) for one, times in counted.most_common(1)), (mtu, 0))
    if other != mtu and count >= FEW and count * SHARE > len(chain.pods):
        shown = [one for one in chain.pods if one.mtu == other][:FEW]
        text = f"{count} of {len(chain.pods)} pods' interfaces of {chain.host.label} have MTU {other}, {wanted}"
        lines = (*(line for one in shown for line in one.where("mtu")), *lines)
        yield Finding(f"pods of {chain.host.label}", text, lines, chain.node, key=f"pods {other}")


def _larger_than_below(chain: MtuChain) -> Iterator[Finding]:
    """Every interface on the way out against those right below it."""
    upper: list[HostLink] = [one for one in (chain.carrier, *chain.under) if one is not None]
    for one in upper:
        lower = [each for each in chain.host.below(one.name) if each.mtu is not None]
        smallest = min(lower, key=lambda each: each.mtu or 0, default=None)
        if smallest is None or smallest.mtu is None or one.mtu is None or one.mtu <= smallest.mtu:
            continue
        text = (
            f"{one.name} of {chain.host.label} has MTU {one.mtu}, {smallest.name} below it only {smallest.mtu}:"
            " larger frames are dropped"
        )
        lines = (*one.where("mtu"), *smallest.where("mtu"))
        yield Finding(one.name, text, lines, chain.node, key=f"below {one.name} {smallest.name} {smallest.mtu}")
