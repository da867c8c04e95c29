"""Whether the pods' MTU and the header of the tunnel fit into the uplink of a node."""

from dataclasses import dataclass
from enum import StrEnum

from analyzer.node.mtu import SDN, ClusterMtu, MtuChain
from analyzer.rule import NotCollectedError
from parsers.base import Evidence


class Fit(StrEnum):
    """How the pods' MTU lies in the uplink's."""

    TOO_LARGE = "too-large"
    TIGHT = "tight"  # it works, with less than the operator keeps free
    FITS = "fits"
    WASTEFUL = "wasteful"  # the uplink carries much more


SPARE = 1000  # bytes above what is needed from which the uplink's MTU is hardly used (J): jumbo frames and no more


@dataclass(frozen=True, slots=True)
class Overlay:
    """The comparison for one node, in bytes. evidence: the lines of both sides."""

    fit: Fit
    overlay: int
    uplink: int
    interface: str
    evidence: tuple[Evidence, ...]


def overlay_of(chain: MtuChain, cluster: ClusterMtu) -> Overlay | None:
    """The comparison; None where the uplink's or the pods' MTU is not known."""
    link = chain.uplink
    if link is None or link.mtu is None or chain.overlay is None:
        return None
    needed, reserved = cluster.needed, cluster.reserved
    if chain.network_type == SDN and cluster.network_type is None:
        needed = reserved = ClusterMtu(network_type=SDN).needed
    fit = Fit.FITS
    if chain.overlay + needed > link.mtu:
        fit = Fit.TOO_LARGE
    elif chain.overlay + reserved > link.mtu:
        fit = Fit.TIGHT
    elif link.mtu - chain.overlay - reserved > SPARE:
        fit = Fit.WASTEFUL
    return Overlay(fit, chain.overlay, link.mtu, link.name, (*chain.overlay_evidence, *link.where("mtu")))


def require(cluster: ClusterMtu, network_type: str) -> None:
    """Raises NotCollectedError where there are no tunnels of this network plugin."""
    if cluster.network_type not in {None, network_type}:
        raise NotCollectedError(f"the network of the cluster is {cluster.network_type}")
    if cluster.nodes == 1:
        raise NotCollectedError("a single node has no tunnels")


def unknown(chain: MtuChain) -> str:
    """Why there is no comparison, in words."""
    if chain.overlay is None:
        return "the MTU of the pods' network was not collected"
    if chain.carrier is None:
        return "which interface carries its tunnels was not collected"
    return f"the MTU of {chain.carrier.name} was not collected"
