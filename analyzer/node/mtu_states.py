"""The MTU of every node as a report shows it: the steps from the uplink to the pods, and where packets do not pass."""

from collections import Counter
from collections.abc import Iterable, Iterator

from analyzer.node.mtu import SDN, ClusterMtu, MtuChain, MtuChains
from analyzer.node.overlay import Fit, Overlay, overlay_of
from analyzer.rule import join
from analyzer.states import MtuStep, NodeMtu
from parsers.base import Evidence
from parsers.host_link_facts import HostLink

HEADER = {True: "VXLAN", False: "Geneve"}  # by whether the network is OpenShift SDN
QUOTED = 6  # pieces of evidence of one node
FEW, SHARE = 3, 2  # pods' interfaces that must differ, and their share, as for the rule node-mtu-inconsistent


class NodeMtus(tuple[NodeMtu, ...]):
    """The nodes in the order of their names."""

    __slots__ = ()


@join
def node_mtus(chains: MtuChains, cluster: ClusterMtu) -> NodeMtus:
    return NodeMtus(_state(one, cluster) for one in sorted(chains, key=lambda one: one.host.label))


def _state(chain: MtuChain, cluster: ClusterMtu) -> NodeMtu:
    fit = overlay_of(chain, cluster) if cluster.nodes != 1 else None
    lines = dict.fromkeys((*(fit.evidence if fit else ()), *_lines((chain.carrier, chain.management))))
    return NodeMtu(
        node=chain.host.label,
        network_type=chain.network_type,
        header=_header(chain, cluster),
        steps=tuple(_steps(chain, cluster, fit)),
        evidence=tuple(lines)[:QUOTED],
        changing=cluster.migration is not None,
    )


def _header(chain: MtuChain, cluster: ClusterMtu) -> int:
    if chain.network_type == SDN and cluster.network_type is None:
        return ClusterMtu(network_type=SDN).needed
    return cluster.needed


def _lines(links: Iterable[HostLink | None]) -> Iterator[Evidence]:
    for one in links:
        yield from one.where("mtu") if one is not None and one.mtu is not None else ()


def _steps(chain: MtuChain, cluster: ClusterMtu, fit: Overlay | None) -> Iterator[MtuStep]:
    under = [one for one in chain.under if one.mtu is not None]
    lowest = min(under, key=lambda one: one.mtu or 0, default=None)
    first = lowest or chain.carrier
    yield MtuStep("uplink", first.name if first else None, _seen(first))
    if lowest is not None and chain.carrier is not None:
        text = _above(chain.carrier, chain, cluster)
        yield MtuStep("bridge", chain.carrier.name, _seen(chain.carrier), text, text is not None)
    if header := _header(chain, cluster):
        room = () if chain.uplink_mtu is None else (chain.uplink_mtu - header,)
        yield MtuStep("tunnel", f"{header} bytes less", room)
    text = _too_large(chain, cluster, fit) if fit else None
    value = () if chain.overlay is None else (chain.overlay,)
    yield MtuStep("cluster", None, value, text, fit is not None and fit.fit is Fit.TOO_LARGE)
    yield from _inner(chain, cluster)


def _seen(link: HostLink | None) -> tuple[int, ...]:
    return () if link is None or link.mtu is None else (link.mtu,)


def _above(carrier: HostLink, chain: MtuChain, cluster: ClusterMtu) -> str | None:
    """Whether the bridge takes larger frames than what lies below it; a change of the MTU explains everything."""
    smallest = min(
        (one for one in chain.host.below(carrier.name) if one.mtu), key=lambda one: one.mtu or 0, default=None
    )
    if cluster.migration or smallest is None or smallest.mtu is None or (carrier.mtu or 0) <= smallest.mtu:
        return None
    return f"{carrier.name} has MTU {carrier.mtu}, {smallest.name} below it only {smallest.mtu}"


def _too_large(chain: MtuChain, cluster: ClusterMtu, fit: Overlay) -> str | None:
    if cluster.migration is not None:
        return None
    header = _header(chain, cluster)
    total = f"{fit.overlay} and {header} bytes of {HEADER[chain.network_type == SDN]} header are {fit.overlay + header}"
    if fit.fit is Fit.TOO_LARGE:
        return f"{total}: more than the {fit.uplink} of {fit.interface}"
    if fit.fit is Fit.TIGHT:
        return f"{total}: only {fit.uplink - fit.overlay} of {cluster.reserved} bytes are free in {fit.interface}"
    return None


def _inner(chain: MtuChain, cluster: ClusterMtu) -> Iterator[MtuStep]:
    """What lies inside of the tunnel: the management port, the pods' interfaces and routes that set an MTU."""
    wanted = None if cluster.migration else chain.overlay
    link = chain.management
    if link is not None:
        text = None
        if wanted is not None and link.mtu is not None and link.mtu != wanted:
            text = f"{link.name} has MTU {link.mtu} instead of {wanted}"
        yield MtuStep("management", link.name, _seen(link), text)
    if counted := Counter(one.mtu for one in chain.pods if one.mtu is not None):
        (most, times), *_ = counted.most_common(1)
        other = wanted is not None and most != wanted and times >= FEW and times * SHARE > len(chain.pods)
        text = f"{times} of {len(chain.pods)} pods' interfaces have MTU {most} instead of {wanted}" if other else None
        yield MtuStep("pods", None, tuple(sorted(counted)), text)
    if found := sorted({one.mtu for one in chain.routes if one.mtu is not None}):
        yield MtuStep("routes", None, tuple(found))
